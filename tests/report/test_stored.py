"""Stored results: they read back as they were, and what does not fit is refused with its place."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from pushlog.faults import InputError, UserError
from pushlog.model import Log
from pushlog.outputs import FORMATS
from pushlog.report.json import render
from pushlog.report.stored import logs as stored
from tests import golden
from tests.commands.test_cli import FAILED, PUSHED
from tests.commands.test_cli import run as run  # noqa: PLC0414 - a fixture
from tests.diagnoses import body_limit, log
from tests.stories import EVERYTHING

WHOLE = render([log(body_limit())])


@pytest.mark.parametrize("logs", EVERYTHING.values(), ids=EVERYTHING)
def test_what_was_written_reads_back_and_is_written_the_same(logs: Sequence[Log]) -> None:
    text = render(logs)
    assert render(stored(text, "r.json")) == text


def test_the_records_are_the_same_too() -> None:
    assert stored(WHOLE, "r.json") == (log(body_limit()),)


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_every_sample_reads_back(path: Path) -> None:
    text = golden.expected_file(path).read_text("utf-8")
    assert render(stored(text, path.name)) == text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"pushlog/1"', '"pushlog/2"', '$.schema: "pushlog/1" was expected, not a text'),
        ('"logs": [', '"others": [', "$.logs: a list was expected, not null"),
        ('"lines": 64', '"lines": "64"', "$.logs[0].source.lines: a whole number from 0 was expected, not a text"),
        ('"lines": 64', '"lines": true', "$.logs[0].source.lines: a whole number from 0 was expected, not true"),
        ('"lines": 64', '"lines": -1', "$.logs[0].source.lines: a whole number from 0 was expected, not -1"),
        ('"lines": 64,', "", "$.logs[0].source.lines: is missing"),
        ('"outcome": "failed"', '"outcome": "lost"', "one of succeeded, failed, interrupted, incomplete was expected"),
        ('"start": 0.2', '"start": 1e999', "layers[1].intervals[0].start: a number from 0 was expected, not Infinity"),
        ('"start": 0.2', '"start": NaN', "r.json: not JSON: NaN"),
        ('"name": "push-log.txt"', '"name": null', "$.logs[0].source.name: a text was expected, not null"),
        ('"notes": []', '"notes": {}', "$.logs[0].source.notes: a list was expected, not an object"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_file_and_place(old: str, new: str, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(UserError) as caught:
        stored(WHOLE.replace(old, new, 1), "r.json")
    assert str(caught.value).startswith("r.json: not ")
    assert said in str(caught.value)


def test_a_range_of_lines_has_two_ends() -> None:
    document = json.loads(WHOLE)
    document["logs"][0]["pushes"][0]["lines"] = [1, 2, 3]
    with pytest.raises(InputError, match=r"pushes\[0\]\.lines: 2 values were expected, not 3"):
        stored(json.dumps(document), "r.json")


def test_a_finding_without_evidence_is_refused() -> None:
    document = json.loads(WHOLE)
    document["logs"][0]["pushes"][0]["findings"][0]["evidence"] = []
    with pytest.raises(InputError, match=r"findings\[0\]: a finding needs at least one line of evidence"):
        stored(json.dumps(document), "r.json")


@pytest.mark.parametrize("text", ["", "no", "[]", "{}", "1", '"a"', "null", "[" * 100_000, '{"a":' + "9" * 5000 + "}"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^r\.json: not "):
        stored(text, "r.json")


def test_newer_fields_are_passed_over_and_older_documents_lack_some() -> None:
    document = json.loads(WHOLE)
    push = document["logs"][0]["pushes"][0]
    push["weather"] = push["layers"][0]["mood"] = "fine"
    del push["excerpt"], push["layers"][0]["intervals"]
    (found,) = stored(json.dumps(document), "r.json")
    assert found.pushes[0].excerpt == ()
    assert found.pushes[0].layers[1] == body_limit().layers[1]


@pytest.mark.parametrize("name", FORMATS)
def test_every_output_is_the_same_from_a_stored_result(run, tmp_path: Path, name: str) -> None:
    kept = tmp_path / "r.json"
    _, drawn, said = run("analyze", FAILED, PUSHED, "-f", name, "-f", f"json={kept}")
    status, again, err = run("report", kept, "-f", name)
    assert (status, err) == (0, said)
    assert again == drawn


@pytest.mark.parametrize(
    ("arguments", "status"), [((), 0), (("--fail-on", "failed"), 1), (("--exit-class",), 14), (("-f", "nope"), 2)]
)
def test_it_ends_as_the_analysis_did(run, tmp_path: Path, arguments: tuple[str, ...], status: int) -> None:
    kept = tmp_path / "r.json"
    assert run("analyze", FAILED, "-f", f"json={kept}")[0] == 0
    assert run("report", kept, *arguments)[0] == status


def test_a_file_that_is_no_result_ends_with_2_and_a_line(run) -> None:
    status, out, err = run("report", FAILED)
    assert (status, out) == (2, "")
    assert err.startswith(f"pushlog: {FAILED}: not JSON: ")
    assert err.count("\n") == 1
