"""GitLab Code Quality: each problem has what GitLab asks for."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pushlog.model import Confidence, Log
from pushlog.report import gitlab
from tests.diagnoses import body_limit, body_limit_findings, containerd_failure, log, long_success
from tests.stories import EVERYTHING, controls

SEVERITIES = {"minor", "major", "critical", "blocker"}


def problems(logs: Sequence[Log]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(gitlab.render(logs))
    return found


def places(logs: Sequence[Log]) -> list[tuple[str, int]]:
    found = json.loads(gitlab.render(logs))
    return [(problem["location"]["path"], problem["location"]["lines"]["begin"]) for problem in found]


@pytest.mark.parametrize("logs", EVERYTHING.values(), ids=EVERYTHING)
def test_every_problem_has_the_fields_that_gitlab_asks_for(logs: Sequence[Log]) -> None:
    found = problems(logs)
    for problem in found:
        assert problem.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert problem["severity"] in SEVERITIES
        assert re.fullmatch(r"[0-9a-f]{64}", problem["fingerprint"])
        assert not controls(problem["description"])
        assert "\n" not in problem["description"]
    for path, line in places(logs):
        assert line >= 1
        assert not path.startswith(("/", "./", "..", "\\"))
        assert ".." not in path.split("/")
    assert len({problem["fingerprint"] for problem in found}) == len(found)


def test_what_ended_the_push_blocks_and_a_note_informs() -> None:
    assert [problem["severity"] for problem in problems([log(body_limit())])] == ["blocker", "major"]
    _, warning, _ = body_limit_findings()
    guess = replace(warning, confidence=Confidence.POSSIBLE)
    good = replace(long_success(), findings=(replace(body_limit_findings()[0]), guess))
    assert [problem["severity"] for problem in problems([log(good)])] == ["critical", "minor"]


def test_problems_stand_at_their_first_line() -> None:
    assert places([log(body_limit())]) == [("push-log.txt", 57), ("push-log.txt", 7)]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("logs/push.txt", "logs/push.txt"),
        ("./logs//push.txt", "logs/push.txt"),
        ("/builds/team/push.txt", "builds/team/push.txt"),
        ("../push.txt", "push.txt"),
        ("C:\\logs\\push.txt", "logs/push.txt"),
        ("-", "stdin"),
        ("standard input", "stdin"),
    ],
)
def test_paths_are_relative(name: str, path: str) -> None:
    assert {found for found, _ in places([log(body_limit(), name=name)])} == {path}


def test_a_fingerprint_stays_when_other_pushes_come_before_it() -> None:
    alone = problems([log(body_limit())])
    behind = problems([log(containerd_failure(), body_limit())])
    assert {problem["fingerprint"] for problem in alone} < {problem["fingerprint"] for problem in behind}


def test_a_failure_without_a_finding_and_a_log_without_a_push_are_problems() -> None:
    assert [problem["check_name"] for problem in problems([log(containerd_failure())])] == ["push-failed"]
    assert [problem["check_name"] for problem in problems([log(name="empty.txt")])] == ["no-push"]
    assert problems([log(long_success())]) == []
