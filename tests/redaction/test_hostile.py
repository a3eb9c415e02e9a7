"""Secrets whose characters something stands between: what an adversary tried, and siblings of it."""

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.intake.read import raw
from pushlog.pipeline import analyze_raw
from pushlog.redaction.find import spans
from pushlog.redaction.reading import readings
from pushlog.redaction.view import whole
from pushlog.redaction.whole import redact_log_bytes
from pushlog.report.json import render
from tests.fuzz.decoded import shows
from tests.logs import DIGEST, HEADER, A

TOKEN = "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
JWT = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJ" + "aB3" * 90 + "." + "xY9" * 28
LONG = {
    "jwt": f"Authorization: Bearer {JWT}",
    "token": f"the token is {TOKEN}",
    "url": "https://bob:Zq7wPn4LkT2vXc9RbY5mHs3D@r.example/v2/",
    "state": 'Patch "https://r.example/v2/a/blobs/uploads/1?_state=' + "q8Zt5LmW2x" * 20 + '": EOF',
}
STAMP = "2024-01-01T00:00:{:02d}.0000000Z "


def cleaned(text: str) -> str:
    return redact_log_bytes(text.encode("utf-8", "surrogateescape")).data.decode("utf-8", "surrogateescape")


def leaked(text: str, secret: str, length: int = 8) -> list[str]:
    """The stretches of a secret that a text still holds, whatever stands between their characters."""
    bare = re.sub(r"[^A-Za-z0-9]", "", text)
    letters = re.sub(r"[^A-Za-z0-9]", "", secret)
    return [letters[at : at + length] for at in range(len(letters) - length + 1) if letters[at : at + length] in bare]


def wrapped(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


@pytest.mark.parametrize("codes", [1, 8, 40, 60])
@pytest.mark.parametrize("code", ["\x1b[0m", "\x1b[32m", "\x1b[2K", "\x1b]8;;https://r.example\x1b\\", "\x1b(B", "\0"])
def test_escapes_before_a_secret_move_nothing(codes: int, code: str) -> None:
    secret = "Zq7wPn4LkT2vXc9RbY5mHs3D"
    text = code * codes + f"GET /token?password%3D{secret}%26x"
    assert cleaned(text) == code * codes + "GET /token?password%3DREDACTED-named-secret%26x"


def test_colours_around_words_move_nothing() -> None:
    text = "\x1b[32mw\x1b[0m " * 4 + "x=ghp%5FAbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
    assert cleaned(text) == "\x1b[32mw\x1b[0m " * 4 + "x=REDACTED-github-token"


def test_moves_before_an_address_leave_the_address() -> None:
    place = '/v2/shop/web/blobs/uploads/5c3224d4-3f2e-42d8-a0ec-cec80d301234?_state="'
    text = "\x1b[1A\x1b[2K\r" * 60 + place.replace('"', "q8Zt5LmW2xq8Zt5LmW2x&digest=1")
    assert cleaned(text).endswith(place.replace('"', "REDACTED-upload-state&digest=1"))


@pytest.mark.parametrize(
    "between", ["\x1b[1m", "\x1b[0m\x1b[31m", "\x1b]8;;\x1b\\", "\0", "\x1b(B", "x\b", "\u200b", "\x1b[3C"]
)
@pytest.mark.parametrize("place", [2, 4, 9, 30])
def test_what_stands_inside_a_token_does_not_save_its_end(between: str, place: int) -> None:
    text = f"a {TOKEN[:place]}{between}{TOKEN[place:]} b"
    assert leaked(cleaned(text), TOKEN, 6) == []
    assert cleaned(text).startswith("a ")
    assert cleaned(text).endswith(" b")


FORMS: dict[str, Callable[[list[str]], str]] = {
    "plain": "\n".join,
    "returns": "\r\n".join,
    "stamped": lambda lines: "\n".join(STAMP.format(at) + line for at, line in enumerate(lines)),
    "first-stamped": lambda lines: "\n".join([STAMP.format(1) + lines[0], *lines[1:]]),
    "service": lambda lines: "\n".join(f"build-1  | {line}" for line in lines),
    "buildkit": lambda lines: "\n".join(f"#12 {9.7 + at / 10:.3f} {line}" for at, line in enumerate(lines)),
    "erased": "\x1b[K\r\n".join,
    "coloured": lambda lines: "\r\n".join(f"\x1b[31m{line}\x1b[0m" for line in lines),
    "gitlab": lambda lines: "\n".join(
        f"2024-01-01T00:00:00.000000Z 01O{'+' if at else ' '}{line}" for at, line in enumerate(lines)
    ),
    "cri": lambda lines: "\n".join(
        f"2024-01-01T00:00:00.000000000Z stdout {'F' if at == len(lines) - 1 else 'P'} {line}"
        for at, line in enumerate(lines)
    ),
    "json-file": lambda lines: "\n".join(
        json.dumps({"log": line + ("\n" if at == len(lines) - 1 else ""), "stream": "stdout", "time": "2024"})
        for at, line in enumerate(lines)
    ),
    "moves": "\x1b[1B\r".join,
}


@pytest.mark.parametrize("width", [40, 64, 80, 97, 120])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", LONG)
def test_a_secret_that_is_broken_over_lines_is_hidden_on_each(kind: str, form: str, width: int) -> None:
    text = f"error parsing HTTP 500 response body: invalid character '<': {LONG[kind]} and on it goes"
    secret = {"jwt": JWT, "token": TOKEN, "url": "Zq7wPn4LkT2vXc9RbY5mHs3D", "state": "q8Zt5LmW2x" * 20}[kind]
    log = "\n".join([HEADER, f"{A}: Preparing"]) + "\n" + FORMS[form](wrapped(text, width)) + "\n"
    clean = cleaned(log)
    assert leaked(clean, secret) == []
    assert clean.startswith(f"{HEADER}\n{A}: Preparing\n")
    assert clean.count("\n") == log.count("\n")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_output_shows_the_middle_of_a_broken_token(width: int) -> None:
    text = f"error parsing HTTP 500 response body: invalid character '<': \"<html>\" {LONG['jwt']}"
    log = "\n".join([HEADER, f"{A}: Preparing", *wrapped(text, width)])
    assert leaked(render([analyze_raw(raw("x", log.encode()))]), JWT, 12) == []


@pytest.mark.parametrize(
    "next_line",
    [
        "Login Succeeded",
        "denied: requested access is denied",
        "HOME=/root",
        "/usr/bin/docker push r",
        f"{A}: Preparing",
    ],
)
def test_a_secret_that_ends_its_line_leaves_the_next_one(next_line: str) -> None:
    text = f"export GITHUB_TOKEN={TOKEN}\n{next_line}\n"
    assert cleaned(text) == f"export GITHUB_TOKEN=REDACTED-github-token\n{next_line}\n"


HEAD = '{"version":2,"width":80,"height":24}\n'


@pytest.mark.parametrize(
    "line",
    [
        f'[0.2,"o","token {TOKEN}',
        f'[0.2,"o","token {TOKEN}\\',
        f"# token {TOKEN}",
        f'[1,"o",["{TOKEN}"]]',
        f'{{"x":"{TOKEN}"}}',
        f'["x","o","{TOKEN}"]',
        f'[0.2,"i","{TOKEN}',
        f'[0.2,"m","{TOKEN}"]',
        f'[0.2,"o","x"] {TOKEN}',
        TOKEN,
    ],
)
def test_every_line_of_a_recording_is_read(line: str) -> None:
    text = f'{HEAD}[0.1,"o","$ docker push r.example/a\\r\\n"]\n{line}'
    assert TOKEN[4:12] not in cleaned(text)
    assert cleaned(text).startswith(f'{HEAD}[0.1,"o","$ docker push r.example/a\\r\\n"]\n')


def test_a_token_that_events_and_a_cut_line_share_is_hidden_in_both() -> None:
    text = f'{HEAD}[0.1, "o", "a {TOKEN[:11]}"]\n[0.2, "o", "{TOKEN[11:20]}"]\n[0.3, "o", "{TOKEN[20:]}'
    assert cleaned(text) == f'{HEAD}[0.1, "o", "a REDACTED-github-token"]\n[0.2, "o", ""]\n[0.3, "o", "'


def test_other_events_stay_to_the_byte() -> None:
    text = f'{HEAD}[0.10, "o", "\\u001b[31m{TOKEN}\\u001b[0m\\r\\n"]\n[ 1e0 ,"o", "\\u00e9"]\n'
    assert cleaned(text) == text.replace(TOKEN, "REDACTED-github-token")


ENCODINGS: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "twice percent": lambda text: quote(quote(text, safe=""), safe=""),
    "every byte": lambda text: "".join(f"%{ord(sign):02x}" for sign in text),
    "json": json.dumps,
    "json in json": lambda text: json.dumps(json.dumps({"a": text})),
    "unicode": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "hex escapes": lambda text: "".join(f"\\x{ord(sign):02x}" for sign in text),
    "octal": lambda text: "".join(f"\\{ord(sign):03o}" for sign in text),
    "decimal entities": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "hex entities": lambda text: "".join(f"&#x{ord(sign):x};" for sign in text),
    "named entities": lambda text: text.replace("=", "&equals;").replace(":", "&colon;").replace("_", "&lowbar;"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "hex": lambda text: text.encode().hex(),
    "percent of json": lambda text: quote(json.dumps({"a": text}), safe=""),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "text",
    [f"x token {TOKEN} y", 'registry_password="Zq7wPn4LkT2vXc9R"', "https://bob:Zq7wPn4LkT2vXc9R@r.example/"],
)
def test_an_encoding_hides_no_secret(encoding: str, text: str) -> None:
    code = ENCODINGS[encoding](text)
    clean = cleaned(f"before {code} behind")
    assert clean != f"before {code} behind"
    assert clean.startswith("before ")
    assert clean.endswith(" behind")
    for secret in (TOKEN, "Zq7wPn4LkT2vXc9R"):
        assert secret not in clean
        assert ENCODINGS[encoding](secret).strip('"')[4:-4] not in clean


SIGNS: tuple[str, ...] = (
    "\x1b[0m",
    "\x1b[1;31m",
    "\x1b[2K",
    "\x1b[1A",
    "\r",
    "\n",
    "\r\n",
    "%3D",
    "%253D",
    "\\n",
    "\\u003d",
    '\\"',
)
SIGNS += ("&#61;", "&amp;", "\b", "\0", "\x1b]0;t\x07", "\u200b", "ß", "\u0130")
TEXTS = (
    TOKEN,
    "password=Zq7wPn4LkT2vXc9R",
    "docker login -p hunter2 r",
    DIGEST,
    f"{A}: Pushed",
    "https://bob:hunter2x@r/",
)
PIECES = st.lists(
    st.one_of(st.sampled_from(SIGNS), st.sampled_from(TEXTS), st.text(st.characters(codec="utf-8"), max_size=12)),
    max_size=12,
)


@given(PIECES)
def test_every_character_of_a_reading_stands_where_it_says(pieces: list[str]) -> None:
    text = "".join(pieces)
    for view in readings(whole(text)):
        assert len(view.text) == len(view.starts) == len(view.stops)
        assert all(0 <= start < stop <= len(text) for start, stop in zip(view.starts, view.stops, strict=True))
        assert list(view.starts) == sorted(view.starts)
        # A character that stands for itself stands at its place; the fields of a form have a plus for a space.
        same = [(sign, text[a:b]) for sign, a, b in zip(view.text, view.starts, view.stops, strict=True) if b - a == 1]
        assert all(sign == there or (sign, there) == (" ", "+") for sign, there in same)


@given(PIECES)
def test_what_is_hidden_reads_the_same_in_the_log(pieces: list[str]) -> None:
    text = "".join(pieces)
    for span in spans(text):
        assert 0 <= span.start < span.stop <= len(text)
        assert "\n" not in text[span.start : span.stop]


@given(PIECES)
def test_all_but_the_secrets_stays(pieces: list[str]) -> None:
    text = "".join(pieces).replace("REDACTED", "")
    pattern = ".*".join(re.escape(part) for part in re.split(r"REDACTED-[a-z-]+", cleaned(text)))
    assert re.fullmatch(pattern, text, re.DOTALL)


@pytest.mark.parametrize("rows", range(-3, 3))
def test_a_broken_token_is_hidden_where_the_log_is_read_in_parts(rows: int) -> None:
    filler = ("y" * 79 + "\n") * ((1 << 20) // 80 + rows)
    clean = cleaned(filler + "\n".join(wrapped(LONG["jwt"], 80)) + "\nend\n")
    assert leaked(clean[len(filler) :], JWT) == []
    assert clean.startswith(filler)


def test_a_typescript_keeps_its_length_whatever_is_broken() -> None:
    log = f"Script started on 2026-01-01 [TERM=x]\n{'- ' * 20}{TOKEN[:30]}\n{TOKEN[30:]} \x1b[1m{TOKEN}\x1b[0m\r\n"
    assert len(cleaned(log)) == len(log)
    assert leaked(cleaned(log), TOKEN) == []


KEY = "\n".join(
    f"{'MIIEow1bAAKCAQEAq7wPn4LkT2vXc9RbY5mHs3Dq7wPn4LkT2vXc9RbY5mHs3D'[at:]}{'Zq7wPn4LkT2vXc9R' * 4}"[:64]
    for at in range(8)
)
DRESSED = {
    "csv": '7,"{""name"":""x"",""password"":""Zq7wPn4LkT2vXc9R""}",x',
    "teamcity": "##teamcity[message text='|[x|] password: |'Zq7wPn4LkT2vXc9R|'|nend' status='NORMAL']",
    "a form in a form": "q=q%3Dpassword%2B%253D%2B%2527Zq7wPn4LkT2vXc9R%2527%2B",
    "without width, in percent": "q=pass%E2%80%8Bword%3DZq7w%E2%80%8BPn4LkT2vXc9R",
    "a code inside a code": "pass\x1b[1^[[1m;36mword=Zq7w\x1b^[[1m[1;36mPn4LkT2vXc9R",
    "a code cut by the end of a row": f"{'- ' * 36}pass\x1b[1;3\n6mword=Zq7w\x1b[1;36mPn4LkT2vXc9R",
    "a backslash more": 'msg="pass\\\\033[0mword=Zq7w\\\\033[0mPn4LkT2vXc9R"',
    "rows in percent": quote("build-1  | - - - - - - - - - - - - - - - password=Zq7wPn\nbuild-1  | 4LkT2vXc9R"),
    "rows in JSON": json.dumps({"msg": "00:00:01 - name: DB_PASSWORD\n00:00:02   value: Zq7wPn4LkT2vXc9R"}),
    "records in percent": quote("\n".join(json.dumps({"log": part}) for part in ("password=Zq7wPn", "4LkT2vXc9R x\n"))),
    "an address cut before its slash": f"{'- ' * 36}https:/\n/bob:Zq7wPn4LkT2vXc9R@r.example/",
    "codes alone between rows": f"{'- ' * 31}password=Zq7wPn4L\r\x1b[1m\nkT2vXc9R",
    "colours in base64": base64.b64encode(b"pass\x1b[1;36mword=Zq7w\x1b[1;36mPn4L\x1b[1;36mkT2vXc9R").decode(),
    "UTF-16 in base64": base64.b64encode("$password = 'Zq7wPn4LkT2vXc9R'".encode("utf-16-le")).decode(),
    "colours in digits": b"pass\x1b[1;36mword=Zq7w\x1b[1;36mPn4LkT2vXc9R".hex(),
    "UTF-16 in digits": "password=Zq7wPn4LkT2vXc9R".encode("utf-16-le").hex(),
    "a form with colours": 'form\x1b[1m-data; name="password"\n\nZq7wPn4LkT2vXc9R',
    "a key with other rows": "\n".join(
        f"0%\r50%\r{line}" for line in f"-----BEGIN RSA PRIVATE KEY-----\n{KEY}".split("\n")
    ),
    "a key with words behind": f"-----BEGIN PRIVATE KEY-----\n{KEY}\nZq7wPn4LkT2vXc9RbY5mHs3D==: exit status 1",
}


@pytest.mark.parametrize("name", DRESSED)
def test_what_a_text_is_dressed_in_saves_no_secret(name: str) -> None:
    log = f"{HEADER}\n{DRESSED[name]}\n\n{A}: Pushed\n"
    clean = cleaned(log)
    assert shows(clean, "Zq7wPn4LkT2vXc9R") is None
    assert clean.startswith(f"{HEADER}\n")
    assert clean.endswith(f"\n\n{A}: Pushed\n")


ERRORS = {
    "a code whose sign alone is left": "connect(password=\\u001b[31m'Zq7wPn\\u001b[31m4LkT2vXc9R')",
    "the same with a caret": "^[[1mpassword=^[[1mZq7wPn^[[1m4LkT2vXc9R",
    "a command and its input": "+ echo Zq7wPn4LkT2vXc9R\n+ docker login -u bob --password-stdin r.example",
    "the same behind prefixes": "#1 1.0 + echo Zq7wPn4LkT2vXc9R\n#1 1.1 + docker login -u bob --password-stdin r.x",
    "the same behind a soft hyphen": "+ echo Zq7wPn4LkT2vXc9R\n+ docker login -u bob -\xad-password-stdin r.example",
    "a column and a sentence": "db_token                        u9IIiFRr15agNtE7/po1z4OjPCLyzykk: exit status 1",
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_an_error_quotes_shows_no_secret(name: str) -> None:
    log = f"{HEADER}\n{A}: Preparing\nreceived unexpected HTTP status: 500 {ERRORS[name]}\n"
    for text in (render([analyze_raw(raw("x", log.encode()))]), cleaned(log)):
        assert shows(text, "Zq7wPn4LkT2vXc9R", 1) is None
        assert shows(text, "u9IIiFRr15agNtE7/po1z4OjPCLyzykk", 1) is None


@pytest.mark.parametrize("move", ["\x1b[1B\r", "\r", "\x1b[K\r"])
def test_no_output_shows_the_rest_of_a_secret_behind_a_move_of_the_cursor(move: str) -> None:
    row = f'{"- " * 35}{{"token":"{move}q8Zt5LmW2xq8Zt","expires_in":300}}'
    log = "\n".join(
        [HEADER, f"{A}: Preparing", row, f"{A}: Pushed", "denied: requested access to the resource is denied"]
    )
    found = render([analyze_raw(raw("x", log.encode()))])
    assert "q8Zt5LmW2x" not in found
    assert '"text": "denied: requested access to the resource is denied"' in found
