"""`pushlog redact`: what is given away holds no secret, under `--pseudonyms` no name, and tells the same."""

import json
import re
import sys

import pytest

from pushlog import cli
from pushlog.intake.read import raw
from pushlog.knowledge.base import shipped
from pushlog.pipeline import Options, analyze_raw
from pushlog.redaction.pseudonyms import Pseudonyms
from pushlog.share import redact_log
from tests import golden
from tests.logs import DIGEST, HEADER, A, exhausted

STATE = "19GXc1IlOrce6_tVAJs0KWWuH"
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
LOG = f"""bob@build-7:~$ docker login -u bob -p hunter2 registry.acme.example
The push refers to repository [registry.acme.example:5000/payments/ledger]
{A}: Preparing
{A}: Pushing
Patch "https://registry.acme.example:5000/v2/payments/ledger/blobs/1?_state={STATE}": dial tcp 203.0.113.9:443: EOF
""".encode()


def given_away(data: bytes, *, pseudonyms: bool = False) -> str:
    clean = redact_log(raw("push-log.txt", data), pseudonyms=pseudonyms)
    assert clean.differs == ()
    return clean.data.decode("utf-8", "surrogateescape")


def test_secrets_are_gone_and_all_else_stands() -> None:
    expected = LOG.replace(b"hunter2", b"REDACTED-docker-login").replace(STATE.encode(), b"REDACTED-upload-state")
    assert given_away(LOG) == expected.decode()


def test_names_are_gone_too_and_the_same_name_is_the_same_pseudonym() -> None:
    lines = given_away(LOG, pseudonyms=True).splitlines()
    for name in ("acme", "payments", "ledger", "bob@", "build-7", "203.0.113.9"):
        assert name not in "\n".join(lines)
    host, _, path = lines[1].partition("[")[2].rstrip("]").partition("/")
    assert f'"https://{host}/v2/{path}/blobs' in lines[4]
    assert host.endswith(".example:5000")


@pytest.mark.parametrize("path", golden.logs()[::3], ids=lambda path: path.stem)
def test_a_sample_tells_the_same_under_other_names(path) -> None:
    clean = redact_log(raw(path.name, path.read_bytes()), pseudonyms=True)
    assert clean.differs == ()
    repository = next((p.reference.repository for p in golden.analyzed(path).pushes if p.reference.repository), None)
    if repository and "/" in repository and not repository.startswith("library/"):
        assert repository.encode() not in clean.data


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        (ECR, r"\d{12}\.dkr\.ecr\.name\d+\.amazonaws\.com"),
        ("acme.azurecr.io", r"name\d+\.azurecr\.io"),
        ("acme.jfrog.io", r"name\d+\.jfrog\.io"),
        ("harbor.acme.example", r"harbor\.name\d+\.example"),
        ("ghcr.io", r"ghcr\.io"),
        ("docker.io", r"docker\.io"),
        ("registry.acme.example", r"name\d+\.example"),
        ("10.1.2.3", r"10\.0\.\d+\.\d+"),
        ("127.0.0.1", r"127\.0\.0\.1"),
    ],
)
def test_the_kind_of_a_registry_stays_and_its_owner_goes(host: str, kept: str) -> None:
    data = f"The push refers to repository [{host}/payments/ledger]\n{A}: Preparing\ndenied: no\n".encode()
    before = analyze_raw(raw("x", data))
    names = Pseudonyms(shipped())
    names.learn(before, data.decode())
    clean = redact_log(raw("x", data), pseudonyms=True)
    after = analyze_raw(raw("x", clean.data))
    registry = after.pushes[0].reference.registry
    assert registry is not None
    assert re.fullmatch(kept, registry)
    assert after.pushes[0].registry_kind == before.pushes[0].registry_kind


def test_a_word_that_means_something_is_no_name() -> None:
    data = f"The push refers to repository [r.acme.example/denied/unknown]\n{A}: Preparing\ndenied: no\n".encode()
    assert given_away(data, pseudonyms=True).endswith(f"{A}: Preparing\ndenied: no\n")


def test_a_recording_keeps_its_times_and_loses_what_was_typed_and_cut_in_two() -> None:
    token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    events = [
        [0.5, "o", f"{HEADER}\r\n"],
        [0.6, "i", "hunter2\r"],
        [0.7, "o", f"{A}: Preparing\r\nx {token[:9]}"],
        [0.8, "o", token[9:20]],
        [0.9, "o", f"{token[20:]} y\r\n{A}: Pushed\r\n"],
    ]
    data = "\n".join([json.dumps({"version": 2, "env": {"TOKEN": "x"}}), *map(json.dumps, events), ""])
    lines = given_away(data.encode()).splitlines()
    assert "hunter2" not in "".join(lines)
    assert [json.loads(line)[2] for line in lines[3:]] == [
        f"{A}: Preparing\r\nx REDACTED-github-token",
        "",
        f" y\r\n{A}: Pushed\r\n",
    ]
    assert [json.loads(line)[0] for line in lines[1:]] == [0.5, 0.6, 0.7, 0.8, 0.9]


def test_a_typescript_keeps_its_length_for_its_timing_file() -> None:
    data = f"Script started on 2026-01-01\nX_TOKEN=abc\n{HEADER}\n{A}: Pushing\nX_TOKEN=abcdefghijklmnopqrstuvwxyz\n"
    clean = redact_log(raw("typescript", data.encode()), pseudonyms=False).data
    assert len(clean) == len(data)
    assert b"X_TOKEN=RED\n" in clean


def test_bytes_that_are_no_text_come_through() -> None:
    data = b"\xff\xfe\x00 " + LOG + b"\x80\r\n"
    clean = redact_log(raw("x", b"x" + data), pseudonyms=False).data
    assert clean.startswith(b"x\xff\xfe\x00 ")
    assert clean.endswith(b"\x80\r\n")


def test_a_key_of_many_lines_and_a_coloured_token_are_found_in_the_whole_log() -> None:
    key = ["-----BEGIN PRIVATE KEY-----", *["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw"] * 20, "-----END PRIVATE KEY-----"]
    data = "\n".join([*key, "\x1b[1mghp_16C7e42F292c69\x1b[0m12E7710c838347Ae178B4a", HEADER, f"{A}: Preparing", ""])
    shown = given_away(data.encode())
    assert "MIIE" not in shown
    assert "12E7710c838347" not in shown
    assert shown.count("\n") == data.count("\n")


@pytest.fixture
def run(monkeypatch, capfdbinary):
    def called(*arguments):
        monkeypatch.setattr(sys, "argv", ["pushlog", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capfdbinary.readouterr()

    return called


def test_the_command_writes_the_log_and_says_what_it_hid(run, tmp_path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes(LOG)
    status, out, err = run("redact", source, "-o", target)
    assert (status, out) == (0, b"")
    assert err.decode().splitlines() == [
        "2 secrets redacted",
        "  docker-login on line 1",
        "  upload-state on line 5",
    ]
    assert b"hunter2" not in target.read_bytes()
    assert run("redact", source)[1] == target.read_bytes()


def test_a_log_without_a_push_is_cleaned_too(run, tmp_path) -> None:
    source = tmp_path / "in.txt"
    source.write_bytes(b"GITHUB_TOKEN=abcdef123\n")
    assert run("redact", source)[:2] == (0, b"GITHUB_TOKEN=REDACTED-named-secret\n")


def test_a_retry_storm_keeps_its_seconds() -> None:
    data = "\n".join(
        [HEADER, f"{A}: Preparing", *exhausted(A), f"denied: no, _state={STATE}", f"1: digest: {DIGEST} size: 1"]
    )
    given = raw("x", data.encode())
    clean = redact_log(given, pseudonyms=True)
    before, after = (analyze_raw(log, Options()).pushes[0] for log in (given, raw("x", clean.data)))
    assert before.duration == after.duration
    assert before.outcome is after.outcome


# The first alarm can go off in a finaliser, where Python ignores it; the next one comes a second later.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_log_that_takes_too_long_is_not_given_away(run, tmp_path) -> None:
    source, target = tmp_path / "x.txt", tmp_path / "clean.txt"
    source.write_text("".join(f"a%2520token%253D{at}%25253D%2Fsecret&quot;password&#61;{at}\n" for at in range(20_000)))
    status, out, err = run("redact", source, "-o", target, "--time-limit", "0.1")
    assert (status, out) == (4, b"")
    assert b"nothing was written" in err
    assert not target.exists()
