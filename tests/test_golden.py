"""Whole logs with the story that is expected of them beside them."""

import json

import pytest

from pushlog.report.json import render
from tests import golden
from tests.paths import SAMPLES


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_a_sample_reads_as_its_expected_story(path):
    expected = json.loads(golden.expected_file(path).read_text("utf-8"))
    assert json.loads(render([golden.analyzed(path)])) == expected


def test_every_expected_file_has_its_log():
    assert {path.stem for path in SAMPLES.glob("*.json")} == {path.stem for path in golden.logs()}
    assert len(golden.logs()) >= 20


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_the_same_log_gives_the_same_bytes(path):
    assert render([golden.analyzed(path)]) == render([golden.analyzed(path)])


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_every_finding_points_at_lines_of_the_log_and_says_what_to_do(path):
    log = golden.analyzed(path)
    for push in log.pushes:
        for finding in push.findings:
            assert finding.evidence
            assert finding.remedy
            assert all(1 <= line.line <= log.source.lines for line in finding.evidence)
