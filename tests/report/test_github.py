"""GitHub annotations: ten of each kind, the best first, and no command but its own."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pushlog.model import Confidence, Log, Severity
from pushlog.report import github
from tests.diagnoses import body_limit, body_limit_findings, containerd_failure, cut_off, hostile, log, long_success
from tests.stories import PAYLOADS, STORIES

COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:]*)(?:,\w+=[^,:]*)*)::(.*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands as the runner takes them apart; all else must be plain words of ours."""
    found = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        if match is None:
            assert re.match(r"(\d+ push|No push|\d+ more of kind)", line), line
            assert "::" not in line
        else:
            given = dict(pair.split("=", 1) for pair in match[2].split(","))
            found.append((match[1], {key: decoded(value) for key, value in given.items()}, decoded(match[3])))
    return found


def decoded(text: str) -> str:
    for code, sign in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def test_a_finding_is_a_command_at_its_first_line() -> None:
    (kind, given, message), *_ = commands(github.render([log(body_limit())]))
    assert kind == "error"
    assert given == {
        "file": "push-log.txt",
        "line": "57",
        "title": "A proxy refused the upload for its size (proxy-body-limit)",
    }
    error, first, second, why, place = message.split("\n")
    assert error.startswith("unknown: <html> <head><title>413 Request Entity Too Large")
    assert first.endswith("lift the limit: `client_max_body_size 0;`")
    assert second.startswith("2. Not your proxy?")
    assert why.startswith("The answer is an nginx error page")
    assert place == "Push of registry.example.com:5000/team/my-api, lines 1-64."


def test_severities_have_their_kinds() -> None:
    kinds = [kind for kind, _, _ in commands(github.render([log(body_limit())]))]
    assert kinds == ["error", "warning"]


def test_no_more_than_ten_of_a_kind_and_the_rest_is_counted() -> None:
    text = github.render([log(*[body_limit()] * 13)])
    kinds = [kind for kind, _, _ in commands(text)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"error": 10, "warning": 10}
    assert "3 more of kind warning are not shown" in text


def test_causes_come_before_other_errors_and_sure_ones_before_guesses() -> None:
    cause, other, _ = body_limit_findings()
    guess = replace(other, title="guess", severity=Severity.ERROR, confidence=Confidence.POSSIBLE)
    sure = replace(other, title="sure", severity=Severity.ERROR)
    pushes = [replace(body_limit(), findings=(replace(cause, confidence=Confidence.LIKELY), guess, sure))] * 2
    titles = [given["title"].split(" (")[0] for _, given, _ in commands(github.render([log(*pushes)]))]
    assert titles == [cause.title, cause.title, "sure", "sure", "guess", "guess"]


def test_a_failure_that_no_finding_explains_is_still_told() -> None:
    ((kind, given, message),) = commands(github.render([log(containerd_failure())]))
    assert (kind, given["line"]) == ("error", "9")
    assert "EOF" in message
    assert [kind for kind, _, _ in commands(github.render([log(cut_off())]))] == ["warning"]


def test_a_log_without_a_push_is_a_warning_and_a_good_push_is_silent() -> None:
    assert [given["file"] for _, given, _ in commands(github.render([log(name="empty.txt")]))] == ["empty.txt"]
    assert github.render([log(long_success())]) == "1 push in 1 log: 1 succeeded\n"


def test_standard_input_is_no_file() -> None:
    for name in ("-", "standard input"):
        (_, given, _), *_ = commands(github.render([log(body_limit(), name=name)]))
        assert given.keys() == {"title"}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_log_can_neither_end_a_command_nor_begin_one(payload: str) -> None:
    found = commands(github.render([hostile(payload)]))
    assert [kind for kind, _, _ in found] == ["error"]
    assert found[0][1].keys() == {"file", "line", "title"}
    assert found[0][1]["line"] == "1"


@pytest.mark.parametrize("logs", STORIES.values(), ids=STORIES)
def test_every_story_is_made_of_commands(logs: Sequence[Log]) -> None:
    commands(github.render(logs))
