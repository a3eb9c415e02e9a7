"""Secrets: each kind is found in every form, nothing else is, and no output shows one."""

import base64
import json
import re
import time
from dataclasses import replace
from importlib import import_module
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.intake.read import raw
from pushlog.knowledge.secrets import read_secrets, secrets
from pushlog.knowledge.signatures import signatures
from pushlog.knowledge.tables import KnowledgeError
from pushlog.model import Evidence
from pushlog.outputs import FORMATS
from pushlog.pipeline import Options, analyze_raw
from pushlog.redaction import clean as clean_texts
from pushlog.redaction.find import hide, spans
from pushlog.redaction.result import UNREDACTED, redact_record, redact_result
from pushlog.redaction.rows import goes_on
from pushlog.report import text as terminal
from pushlog.report.json import render
from pushlog.report.stored import logs as stored
from tests import golden
from tests.logs import HEADER, A, log

ROWS = secrets()
SAMPLES = [(row.id, sample) for row in ROWS for sample in row.sample]
LOOKALIKES = [(row.id, text) for row in ROWS for text in row.lookalike]
STATE = "_state=19GXc1IlOrce6_tVAJs0KWWuH"
BROKEN = f'Patch "https://registry.example.com/v2/team/app/blobs/uploads/1?{STATE}": EOF'
KEY = ["-----BEGIN RSA PRIVATE KEY-----", *["MIIEowIBAAKCAQEAx1bNf0o1aGm2v8a3zZ6vC9d8nq4f5g7h8j9k0l1m2n3o4p5q"] * 9]
KEY += ["c2hvcnQ=", "-----END RSA PRIVATE KEY-----"]
# Tokens by their prefix, in the length that their makers give them.
TOKENS = ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "glpat-AbCdEfGhIjKlMnOpQrSt", "AKIAIOSFODNN7EXAMPLE")


def clean(text: str) -> str:
    return hide(text, spans(text))


def values(text: str) -> list[str]:
    return [text[span.start : span.stop] for span in spans(text)]


def drawn(name: str, found) -> str:
    if name == "text":
        return terminal.render([found], width=200, color=False, ascii_only=False)
    text: str = import_module(f"pushlog.report.{name}").render([found])
    return text


def test_there_are_forty_kinds_and_more() -> None:
    assert len({row.kind for row in ROWS}) >= 40
    assert all(row.sample and row.lookalike and row.source for row in ROWS)


@pytest.mark.parametrize(("row", "sample"), SAMPLES)
def test_a_row_finds_its_samples(row: str, sample: str) -> None:
    assert spans(sample, [known for known in ROWS if known.id == row])
    assert values(sample)


@pytest.mark.parametrize(("row", "text"), LOOKALIKES)
def test_what_only_looks_like_a_secret_stays(row: str, text: str) -> None:
    assert values(text) == [], row


@pytest.mark.parametrize(("row", "sample"), SAMPLES)
def test_what_was_hidden_is_not_hidden_again(row: str, sample: str) -> None:
    assert clean(clean(sample)) == clean(sample), row


@pytest.mark.parametrize(
    "text", [quote(s, safe="") for _, s in SAMPLES if not re.search(r"\s|BEGIN|[|]|AccountKey", s)]
)
def test_percent_encoding_hides_no_secret(text: str) -> None:
    assert values(text)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "https://bob:{}@registry.example.com/v2/",
        "https%3A%2F%2Fr.example%2F%3Fx%3D{}%26y",
        "https%253A%252F%252Fr.example%253Fx%253D{}",
        '{{"a":"b\\n{}\\n"}}',
        "x=\\u0022{}\\u0022",
        "Authorization: token {}",
        "'{}'",
        "[{}]",
        "cache-{}",
        "CI_TOKEN_{}_1.log",
        "[31m{}[0m",
    ],
)
def test_a_token_is_found_wherever_it_stands(token: str, form: str) -> None:
    assert token not in clean(form.format(token))


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "form", ["Authorization: Basic {}", '{{"auth":"{}"}}', "Basic {}", "authorization%3A%20Basic%20{}"]
)
def test_user_and_token_in_base64_are_found(token: str, form: str) -> None:
    code = base64.b64encode(f"bob:{token}".encode()).decode()
    assert code[:20] not in clean(form.format(code))


@given(
    digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    layer=st.text("0123456789abcdef", min_size=12, max_size=12),
)
def test_no_digest_and_no_layer_is_taken_for_a_secret(digest: str, layer: str) -> None:
    lines = (
        f"{layer}: Pushing [==>      ]  1.2MB/3.4MB",
        f"1.2: digest: sha256:{digest} size: 739",
        f'failed commit on ref "layer-sha256:{digest}": unexpected status',
        f"https://r.example/v2/a/blobs/sha256:{digest}",
        f'{{"status":"Pushing","progressDetail":{{}},"id":"{layer}"}}',
        f'{{"aux":{{"Tag":"1","Digest":"sha256:{digest}","Size":739}}}}',
        digest,
        layer,
    )
    for line in lines:
        assert values(line) == []
    assert values("\n".join(line.ljust(80, "-") for line in lines)) == []


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_samples_keep_every_digest_and_layer(path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    shape = re.compile(r"sha256:[0-9a-f]{64}|\b[0-9a-f]{12}\b")
    assert shape.findall(clean(text)) == shape.findall(text)


ERRORS = [sample for row in signatures() for sample in row.sample]


@pytest.mark.parametrize("text", [text for text in ERRORS if "_state=" not in text])
def test_no_error_that_is_known_holds_a_secret(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize("name", FORMATS)
def test_no_output_shows_a_secret(name: str) -> None:
    tokens = "\n".join(f"echo {sample}" for _, sample in SAMPLES if "\n" not in sample)
    given = "\n".join([HEADER, f"{A}: Preparing", f"{A}: Pushing", tokens, *KEY, BROKEN])
    found = analyze_raw(raw(f"{TOKENS[0]}.log", given.encode()))
    shown = drawn(name, found)
    for secret in (*TOKENS, STATE, "hunter2", *KEY[1:11]):
        assert secret not in shown


def test_they_are_counted_by_kind_and_line_and_said_in_a_line() -> None:
    found = log(HEADER, f"{A}: Preparing", "what NPM_TOKEN=abcdef123 and PIP_TOKEN=abcdef456", BROKEN)
    assert [(row.kind, row.line, row.count) for row in found.source.redacted] == [
        ("named-secret", 3, 2),
        ("upload-state", 4, 1),
    ]
    assert found.source.notes == ("3 secrets redacted: named-secret on line 3, upload-state on line 4",)
    assert found.pushes[0].error is not None
    assert "_state=REDACTED-upload-state" in found.pushes[0].error.text


def test_a_key_of_many_lines_is_hidden_where_only_its_middle_is_shown() -> None:
    found = log(HEADER, f"{A}: Preparing", *KEY[:-1], BROKEN)
    shown = render([found])
    assert not [line for line in KEY[1:-1] if line in shown]
    assert {row.kind for row in found.source.redacted} >= {"private-key"}


def test_a_token_that_a_terminal_broke_in_two_is_hidden_in_both_lines() -> None:
    line = "x" * 60 + " " + TOKENS[0]
    parts = [line[:80], line[80:]]
    shown = render([log(HEADER, f"{A}: Preparing", f"{A}: Pushing", *parts, BROKEN)])
    assert TOKENS[0][:19] not in shown
    assert TOKENS[0][19:] not in shown


def test_an_object_that_is_whole_does_not_go_on_in_the_next_line() -> None:
    message = '{"status":"Pushing","progressDetail":{"current":512,"total":99},"id":"0123456789ab"}'
    assert not goes_on(message, message)
    # Either may still be a part of a longer one that a terminal broke.
    assert goes_on(message[:60], message[60:])


def test_the_result_says_when_nothing_was_hidden() -> None:
    given = raw("push-log.txt", f"{HEADER}\n{A}: Preparing\n{BROKEN}\n".encode())
    found = analyze_raw(given, Options(redact=False))
    assert UNREDACTED in found.source.notes
    assert found.source.redacted == ()
    assert STATE in render([found])


def test_a_stored_result_is_cleaned_when_it_is_drawn_again() -> None:
    given = raw("push-log.txt", f"{HEADER}\n{A}: Preparing\n{BROKEN}\n".encode())
    (kept,) = stored(render([analyze_raw(given, Options(redact=False))]), "result.json")
    assert STATE not in render([redact_result(kept)])
    clean_once = redact_result(kept)
    assert redact_result(clean_once) == clean_once


def test_a_result_without_secrets_is_the_same_object() -> None:
    found = log(HEADER, f"{A}: Preparing", "denied: no")
    assert redact_result(found) is found
    assert found.source.redacted == ()


def test_only_sentences_without_a_secret_are_remembered_and_not_for_ever(monkeypatch) -> None:
    remembered: set[str] = set()
    monkeypatch.setattr(clean_texts, "_CLEAN", remembered)
    monkeypatch.setattr(clean_texts, "_MOST", 3)
    sentences = ("Log in again, then push.", "The host is short.")
    texts = (*sentences, f"login with {TOKENS[0]}", KEY[1][:50], f"of {KEY[1][:30]}")
    once = redact_record(texts)
    assert remembered == set(sentences)
    assert TOKENS[0] not in once[2]
    assert redact_record(texts) == once
    for number in range(5):
        redact_record((f"Push number {number} was refused.",))
    assert len(remembered) <= 4


def test_the_name_of_the_input_is_cleaned_too() -> None:
    found = analyze_raw(replace(raw("x", b"denied: no\n"), name="https://s3.example/x?X-Amz-Signature=0a1b2c3d4e5f"))
    assert "0a1b2c3d4e5f" not in json.dumps(render([found]))


NEAR_MISSES = [
    "Bearer " * 10_000,
    "bearer+" * 10_000,
    "eyJ" * 20_000,
    "-eyJ" * 15_000,
    "eyJaaaa.eyJ" * 6_000,
    "aeyJ0.a" * 9_000,
    "aglpat-" * 9_000,
    "_SG." * 15_000,
    "://" * 20_000,
    "://a:" * 12_000,
    "docker login " * 5_000,
    "echo 'a" * 9_000,
    "curl " * 12_000,
    "cookie: a" * 7_000,
    "-----BEGIN PRIVATE KEY-----" * 2_000,
    "password" * 8_000,
    "token: " * 9_000,
    "?sig=" * 12_000,
    "SG.aaaaaaaaaaaaaaaaaaaa" * 3_000,
    "A" * 60_000,
    "%3D" * 20_000,
    "\\n" * 30_000,
    "authorization: " * 4_000,
]


@pytest.mark.parametrize("text", NEAR_MISSES, ids=lambda text: text[:12])
def test_near_misses_take_no_longer_than_their_length(text: str) -> None:
    began = time.process_time()
    spans(text)
    # A second for 60 kB is twenty times what was measured; a quadratic pattern takes minutes.
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[secret]]\nid="a"\npattern="x"\nnear=["ABC"]\nsource="s"', "key 'near': must be in lower case"),
        ('[[secret]]\nid="a"\nnear=["abc"]\nsource="s"', "key 'pattern': is missing"),
        ('[[secret]]\nid="a"\npattern="x"\nsource="s"\nmore=1', "key 'more': is not known here"),
    ],
)
def test_a_wrong_row_is_named(text: str, said: str) -> None:
    with pytest.raises(KnowledgeError, match=said):
        read_secrets(text, "secrets.toml")


@pytest.mark.parametrize("turn", [1, -1])
def test_a_text_is_read_alike_whatever_texts_stand_beside_it_in_a_result(turn):
    label = Evidence(line=3, text="-----BEGIN RSA PRIVATE KEY-----")
    error = Evidence(
        line=9, text="failed commit on ref sha256%3A37f1B22e66d927a855c2a5cdb89a10da05a529632783eabd8f572c"
    )
    assert error in redact_record((label, error)[::turn])
