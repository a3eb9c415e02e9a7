"""Secrets that stand in an encoded text beside others: the code is hidden as far as it goes, and no further."""

import base64
import json
import re
from textwrap import fill
from urllib.parse import quote, quote_plus

import pytest

from pushlog.redaction.encoded import codes
from pushlog.redaction.places import Letters, Split, Words, begins_or_holds
from pushlog.redaction.whole import redact_log_bytes

SECRET = "Zq7wPn4LkT2vXc9R"
TEXTS = {
    "yaml": f"kind: Secret\ndata:\n  name: web\n  password: {SECRET}\nport: 8080\n",
    "environment": f"PATH=/usr/bin\nDB_PASSWORD={SECRET}\nHOME=/root\n",
    "object": json.dumps({"name": "web", "password": SECRET, "port": 8080}),
    "command on several lines": f"cd /app\ndocker login \\\n  -u bob \\\n  -p {SECRET} \\\n  r.example\ndone\n",
    "input of a command": f"+ printf %s {SECRET}\n+ docker login -u bob --password-stdin r.example\n",
}
INNOCENT = "kind: Deployment\nspec:\n  image: registry.example.com/team/app:1.2\n  replicas: 3\n  port: 8080\n"


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CODES = {
    "base64": in_base64,
    "base64 without padding": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode().strip(),
    "base64 in lines, escaped": lambda text: json.dumps({"x": fill(in_base64(text), 64)}),
    "base64 of percent": lambda text: in_base64(quote(text, safe="")),
    "percent of base64": lambda text: quote(in_base64(text), safe=""),
    "percent": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "hexadecimal": lambda text: text.encode().hex(),
}


def cleaned(text: str) -> str:
    return redact_log_bytes(text.encode()).data.decode()


def decoded(text: str) -> str:
    """What anybody gets who decodes a text in every way and puts lines together."""
    joined = re.sub(r"(?<=[A-Za-z0-9+/]{60})(?:\\n|\n)", "", text)
    parts = [text, joined, *(f"{quoted}" for quoted in re.findall(r"\S+", joined))]
    for run in re.findall(r"[A-Za-z0-9+/_-]{16,}", joined):
        for skipped in range(4):
            code = run[skipped:].translate(str.maketrans("-_", "+/"))
            parts.append(base64.b64decode(code[: len(code) // 4 * 4]).decode("latin-1"))
    parts += [bytes.fromhex(run).decode("latin-1") for run in re.findall(r"\b(?:[0-9a-f]{2}){10,}\b", joined)]
    return "\n".join(parts)


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_secret_that_is_encoded_with_its_neighbours_is_hidden(code, text: str) -> None:
    log = f"Step 3\nconfig: {code(text)} | base64 -d; done\nPushed\n"
    left = cleaned(log)
    assert SECRET[:8] not in decoded(left)
    assert SECRET[-8:] not in decoded(left)
    assert left.startswith("Step 3\nconfig: ")
    assert left.endswith("done\nPushed\n")


@pytest.mark.parametrize("behind", ["=name=web", "#12 done", ", Pushed"])
def test_a_word_right_behind_a_code_stays(behind: str) -> None:
    left = cleaned(f"{in_base64(f'STRIPE_SECRET_KEY={SECRET}##')}{behind}\n")
    assert left.startswith("REDACTED-")
    assert left.endswith(f"{behind[-4:]}\n")


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_a_code_without_a_secret_stays(code) -> None:
    log = f"config: {code(INNOCENT)} done\n"
    assert cleaned(log) == log


@pytest.mark.parametrize(
    "line",
    [
        f"latest: digest: sha256:{'7d27' * 16} size: 9018",
        "sha256:6f7574206f6620737061636520746f6b656e0000ffeeddccbbaa99887766554433",
        "https://r.example/token?service=registry.docker.io&scope=repository%3Ateam%2Fapp%3Apush+pull",
        "GET /v2/_catalog?n=100&last=team%2Fapp+1 200",
    ],
)
def test_what_only_looks_encoded_stays(line: str) -> None:
    assert cleaned(f"{line}\n") == f"{line}\n"


def test_a_code_ends_where_its_text_does() -> None:
    code = in_base64("password=abcdefgh12345678")
    ((start, stop, text),) = codes(f"x {code}== \n")
    assert (start, text) == (2, "password=abcdefgh12345678")
    assert stop >= 2 + len(code)


def test_words_are_found_at_every_place() -> None:
    words = Words(["key", "token", "@", "token:"])
    for before in range(9):
        text = f"{'x' * before}token: a@b kéy key"
        found = sorted(set(words.places(text)))
        assert found == sorted(
            {(hit.start(), word) for word in ("key", "token", "@", "token:") for hit in re.finditer(word, text)}
        )


def test_runs_are_as_long_as_they_go() -> None:
    assert list(Letters("ab").runs(b"abxaaab xb", 2)) == [(0, 2), (3, 7)]
    assert list(Letters("ab").runs(b"", 1)) == []
    assert list(Letters("ab").runs(b"bb", 2)) == [(0, 2)]


def test_a_word_may_be_cut_by_the_end_of_a_row() -> None:
    rests = Split(["token", "key"]).rests("my to")
    assert begins_or_holds("ken=1", rests, at_start=True)
    assert begins_or_holds("12:00 ken=1", rests, at_start=False)
    assert not begins_or_holds("12:00 ken=1", rests, at_start=True)
    assert Split(["token", "key"]).rests("my two") == ()
