"""SARIF: valid against the schema, and each result points at its rule and its lines."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from pushlog.model import Evidence, Log
from pushlog.report import sarif
from pushlog.report.stored import logs as stored
from tests import golden
from tests.diagnoses import body_limit, body_limit_findings, hostile, log
from tests.paths import ROOT
from tests.stories import PAYLOADS, STORIES, controls

SCHEMA = ROOT / "tests" / "schemas" / "sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="module")
def schema() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_text("utf-8")), format_checker=Draft4Validator.FORMAT_CHECKER)


def run(logs: Sequence[Log]):
    (only,) = json.loads(sarif.render(logs))["runs"]
    return only


@pytest.mark.parametrize("logs", STORIES.values(), ids=STORIES)
def test_every_story_is_valid(schema: Draft4Validator, logs: Sequence[Log]) -> None:
    schema.validate(json.loads(sarif.render(logs)))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_hostile_log_is_valid_and_shows_no_control_character(schema: Draft4Validator, payload: str) -> None:
    text = sarif.render([hostile(payload)])
    schema.validate(json.loads(text))
    assert not controls(text)
    assert not re.search(r"\\u00[01]", text)


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_every_sample_is_valid(schema: Draft4Validator, path: Path) -> None:
    schema.validate(json.loads(sarif.render(stored(golden.expected_file(path).read_text("utf-8"), path.name))))


def test_a_result_has_level_place_and_proof() -> None:
    result = run([log(body_limit())])["results"][0]
    assert (result["ruleId"], result["level"]) == ("PL102", "error")
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "push-log.txt"
    assert place["physicalLocation"]["region"] == {"startLine": 57, "snippet": {"text": "unknown: <html>"}}
    lines = [other["physicalLocation"]["region"]["startLine"] for other in result["relatedLocations"]]
    assert lines == [58, 61]
    assert len(result["partialFingerprints"]["pushlog/v1"]) == 64


def test_severities_have_their_levels() -> None:
    assert [result["level"] for result in run([log(body_limit())])["results"]] == ["error", "warning", "note"]


def test_every_result_points_at_its_rule_and_every_rule_has_help() -> None:
    found = run(STORIES["several"])
    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in found["results"]})
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
    assert "pushlog explain permission" in rules[0]["help"]["text"]


def test_every_location_points_at_its_artifact() -> None:
    found = run(STORIES["several"])
    for result in found["results"]:
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert found["artifacts"][place["index"]]["location"]["uri"] == place["uri"]
    assert len(run(STORIES["the same log twice"])["artifacts"]) == 1


def test_the_name_of_a_log_is_a_valid_relative_address() -> None:
    found = run([log(body_limit(), name="/ci/a b:c#1?%.txt")])
    assert found["artifacts"][0]["location"]["uri"] == "ci/a%20b%3Ac%231%3F%25.txt"


def test_hundreds_of_lines_are_cut_to_twenty_more() -> None:
    lines = tuple(Evidence(line=n, text="x") for n in range(1, 500))
    finding = replace(body_limit_findings()[0], evidence=lines)
    (result,) = run([log(replace(body_limit(), findings=(finding,)))])["results"]
    assert len(result["relatedLocations"]) == 20


def test_too_many_results_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 4)
    found = run([log(*[body_limit()] * 3)])
    assert [result["level"] for result in found["results"]] == ["error", "error", "error", "warning"]
    (notice,) = found["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("5 results were left out")


def test_notes_on_the_log_are_notifications() -> None:
    (notice,) = run(STORIES["no push"])["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"] == "empty.txt: 12 invalid UTF-8 bytes replaced"
