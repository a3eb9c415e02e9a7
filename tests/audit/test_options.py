"""The options that an audit shares with an analysis: each changes what it changes there, in every log."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from pushlog import cli
from pushlog.audit import run
from pushlog.front_door import REFUSED
from tests.logs import DONE, HEADER, A
from tests.paths import SAMPLES

FAILED = SAMPLES / "push-log.txt"
STRANGE = f"{A}: Teleporting"


@pytest.fixture
def audited(tmp_path, monkeypatch, capfd):
    """Audit a folder from the command line; returns the exit status, what was printed, and `audit.json`."""
    monkeypatch.setattr(run, "processes", ThreadPoolExecutor)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "failed.log").write_bytes(FAILED.read_bytes())

    def call(*options):
        monkeypatch.setattr("sys.argv", ["pushlog", "audit", "logs", "--out", "out", *options])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capfd.readouterr()
        path = tmp_path / "out" / "audit.json"
        return ended.value.code, printed, json.loads(path.read_text("utf-8")) if path.exists() else None

    return call


def stamped(*lines, log):
    """A log whose lines are five seconds apart."""
    log.write_text("".join(f"2026-10-01T08:00:{5 * n:02}.000Z {line}\n" for n, line in enumerate(lines)), "utf-8")


def page(tmp_path):
    (path,) = (tmp_path / "out" / "push").glob("*.html")
    return path.read_text("utf-8")


def test_strict_ends_with_4_and_shows_the_line(audited, tmp_path):
    assert audited("--strict")[0] == 0
    (tmp_path / "logs" / "strange.log").write_text("\n".join([HEADER, STRANGE, f"{A}: Pushed", DONE]), "utf-8")
    status, printed, told = audited("--strict")
    assert status == 4
    assert "--strict: 1 push with lines that were not understood" in printed.err
    assert f"strange.log:2: {STRANGE}" in printed.out
    assert [(n["line"], n["text"], n["pushes"]) for n in told["not_understood"]] == [(2, STRANGE, 1)]
    assert audited()[0] == 0


def test_what_if_is_added_up(audited, tmp_path):
    lines = [HEADER, f"{A}: Preparing", f"{A}: Pushing [===>  ]  1MB/2MB", f"{A}: Pushed", DONE]
    for number in range(3):
        stamped(*lines, f"job {number}", log=tmp_path / "logs" / f"{number}.log")
    _, printed, told = audited("--what-if", "bandwidth=1MB/s", "--what-if", "concurrency=2")
    assert [answer["change"] for answer in told["what_if"]] == ["1 MB/s", "2 uploads at a time"]
    answer = told["what_if"][1]
    assert (answer["pushes"], answer["of"]) == (3, 4)
    assert 0 < answer["low"] <= answer["high"]
    assert "2 uploads at a time: " in printed.out
    assert "instead of 1 min" in printed.out
    assert audited()[2]["what_if"] == []


def test_hidden_findings_are_on_no_page_and_the_cause_stays(audited, tmp_path):
    every = audited()[2]
    assert "retrying-the-unretryable" in page(tmp_path)
    told = audited("--ignore", "retrying-the-unretryable")[2]
    assert page(tmp_path).count("retrying-the-unretryable") == 1
    assert "not shown: 1 x retrying-the-unretryable (--ignore)" in page(tmp_path)
    assert told["causes"] == every["causes"]
    told = audited("--select", "no-clock")[2]
    assert told["causes"] == every["causes"]


def test_rules_link_to_their_published_pages(audited, tmp_path):
    audited("--rules-url", "https://docs.example.com/rules")
    assert "https://docs.example.com/rules/proxy-body-limit.html" in page(tmp_path)
    audited()
    assert "docs.example.com" not in page(tmp_path)


def test_a_limit_holds_for_each_log(audited, tmp_path):
    (tmp_path / "logs" / "two.log").write_text(f"{HEADER}\n{DONE}\n{HEADER}\n{DONE}\n", "utf-8")
    status, _, told = audited("--limit", "pushes=1")
    assert (status, told["totals"]["pushes"]) == (4, 2)
    (tmp_path / "logs" / "long.log").write_text(f"{HEADER}\n{DONE}\n" + "x\n" * (1 << 20), "utf-8")
    told = audited("--limit", "size=1")[2]
    assert ["long.log" in log["input"] for log in told["unread"]] == [True]


def test_a_log_over_a_limit_is_read_when_the_limit_is_raised(audited, tmp_path):
    (tmp_path / "logs" / "long.log").write_text(f"{HEADER}\n{DONE}\n" + "x\n" * (1 << 20), "utf-8")
    assert audited("--max-log-size", "1")[0] == 4
    assert "0 files read now" in audited("--max-log-size", "1")[1].out
    status, printed, told = audited()
    assert (status, told["totals"]["pushes"]) == (0, 2)
    assert "1 file read now" in printed.out


def test_quiet_is_the_first_line_alone(audited):
    assert audited("--quiet")[1].out == "The only push did not succeed\n"


def test_outputs_in_the_settings_are_those_of_an_analysis(audited, tmp_path, monkeypatch):
    (tmp_path / "pushlog.toml").write_text('format = ["github"]\nstrict = true\n', "utf-8")
    monkeypatch.setenv("PUSHLOG_FORMAT", "sarif")
    (tmp_path / "logs" / "strange.log").write_text(f"{HEADER}\n{STRANGE}\n{DONE}", "utf-8")
    assert audited()[0] == 4


@pytest.mark.parametrize("option", REFUSED["audit"])
def test_an_option_that_makes_no_sense_is_refused_with_the_reason(audited, option):
    status, printed, told = audited(option, "x")
    assert (status, told) == (2, None)
    assert printed.err.startswith(f"pushlog: audit takes no {option}: it ")
