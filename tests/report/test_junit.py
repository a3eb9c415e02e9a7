"""JUnit XML: a push is a test case, and no log can break the document."""

from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from junitparser import Failure, JUnitXml, TestCase

from pushlog.model import Duration, Log, Outcome
from pushlog.report import junit
from tests.diagnoses import bare, body_limit, cut_off, hostile, log, long_success
from tests.stories import PAYLOADS, STORIES, controls


def parsed(logs: Sequence[Log]) -> ET.Element:
    text = junit.render(logs)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    return ET.fromstring(text.encode())


def case(logs: Sequence[Log]) -> ET.Element:
    (only,) = parsed(logs).iter("testcase")
    return only


def kinds(element: ET.Element) -> list[str]:
    return [child.tag for child in element]


def test_a_failed_push_is_a_failure_with_its_story() -> None:
    found = case([log(body_limit())])
    assert found.attrib == {"classname": "push-log.txt", "name": "registry.example.com:5000/team/my-api"}
    (failure,) = found
    assert failure.tag == "failure"
    assert failure.get("type") == "size-limit"
    assert failure.get("message") == body_limit().verdict
    assert "client_max_body_size 0;" in (failure.text or "")
    assert "push-log.txt:57" in (failure.text or "")


@pytest.mark.parametrize("outcome", [Outcome.INCOMPLETE, Outcome.INTERRUPTED])
def test_a_push_whose_end_is_not_known_is_skipped(outcome: Outcome) -> None:
    assert kinds(case([log(replace(cut_off(), outcome=outcome))])) == ["skipped"]


def test_a_push_that_went_well_passes_and_has_its_time_when_measured() -> None:
    found = case([log(long_success())])
    assert kinds(found) == []
    assert found.get("time") == "43.200"
    bound = replace(long_success(), duration=Duration(seconds=None, at_least=43.2))
    assert case([log(bound)]).get("time") is None


def test_a_push_that_went_well_still_shows_what_was_found() -> None:
    found = case([log(replace(body_limit(), outcome=Outcome.SUCCEEDED, error=None))])
    assert kinds(found) == ["system-out"]


def test_a_log_without_a_push_is_an_error() -> None:
    found = parsed([log(name="empty.txt")])
    assert found.get("errors") == "1"
    assert [kinds(one) for one in found.iter("testcase")] == [["error"]]


def test_pushes_of_one_image_are_told_apart_by_their_lines() -> None:
    pushes = (body_limit(), replace(body_limit(), lines=(70, 90)), bare())
    names = [one.get("name") for one in parsed([log(*pushes)]).iter("testcase")]
    image = "registry.example.com:5000/team/my-api"
    assert names == [f"{image}, lines 1-64", f"{image}, lines 70-90", "push"]


@pytest.mark.parametrize("logs", STORIES.values(), ids=STORIES)
def test_the_counts_are_those_of_the_cases(logs: Sequence[Log]) -> None:
    found = parsed(logs)
    for element in (found, *found.iter("testsuite")):
        own = list(element.iter("testcase"))
        assert element.get("tests") == str(len(own))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert element.get(name) == str(sum(tag in kinds(one) for one in own))


@pytest.mark.parametrize("logs", STORIES.values(), ids=STORIES)
def test_a_parser_of_others_reads_the_same(logs: Sequence[Log]) -> None:
    suites = list(JUnitXml.fromstring(junit.render(logs).encode()))
    assert [suite.name for suite in suites] == [suite.get("name") for suite in parsed(logs)]
    for suite, one in zip(suites, logs, strict=True):
        ends = [push.outcome for push in one.pushes]
        assert (suite.tests, suite.failures) == (len(ends) or 1, ends.count(Outcome.FAILED))
        assert [type(case) for case in suite] == [TestCase] * (len(ends) or 1)
        assert [any(isinstance(x, Failure) for x in case.result) for case in suite] == [
            end is Outcome.FAILED for end in ends or (None,)
        ]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_hostile_log_stays_text(payload: str) -> None:
    found = parsed([hostile(payload)])
    assert [element.tag for element in found.iter()] == ["testsuites", "testsuite", "testcase", "failure"]
    said = "".join((*found.itertext(), *(value for element in found.iter() for value in element.attrib.values())))
    assert not controls(said)
