"""All outputs tell the same story: what one counts, the others count; the same input gives the same bytes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pushlog.model import Log, Outcome, Severity
from pushlog.outputs import FORMATS
from pushlog.report.now import now
from pushlog.report.stored import logs as stored
from pushlog.report.text import Detail
from pushlog.report.text import render as everything
from pushlog.units import blob
from tests import golden
from tests.paths import SAMPLES
from tests.stories import EVERYTHING, STORIES, controls

STORED = {path.stem: stored(golden.expected_file(path).read_text("utf-8"), path.name) for path in golden.logs()}
TOLD = {**{name: logs for name, logs in STORIES.items() if name != "hostile"}, **STORED}
LEVELS = {"error": "error", "warning": "warning", "notice": "info", "note": "info"}


def drawn(name: str, logs: Sequence[Log]) -> str:
    render: Callable[[Sequence[Log]], str] = import_module(f"pushlog.report.{name}").render
    return render(logs)


@pytest.fixture(params=TOLD)
def logs(request: pytest.FixtureRequest) -> Sequence[Log]:
    return TOLD[request.param]


def ends(logs: Sequence[Log]) -> list[str]:
    return [push.outcome.value for log in logs for push in log.pushes]


def listed(logs: Sequence[Log]) -> list[str]:
    """The severity of each finding, and of what CI is told where no finding speaks."""
    found = []
    for log in logs:
        if not log.pushes:
            found.append(Severity.WARNING)
        for push in log.pushes:
            severities = [finding.severity for finding in push.findings]
            if push.outcome is Outcome.FAILED and Severity.ERROR not in severities:
                found.append(Severity.ERROR)
            if push.outcome in (Outcome.INTERRUPTED, Outcome.INCOMPLETE) and set(severities) <= {Severity.INFO}:
                found.append(Severity.WARNING)
            found += severities
    return [severity.value for severity in found]


def test_the_json_has_every_push_finding_and_layer(logs: Sequence[Log]) -> None:
    pushes = [push for log in json.loads(drawn("json", logs))["logs"] for push in log["pushes"]]
    assert [push["outcome"] for push in pushes] == ends(logs)
    for told, push in zip(pushes, (push for log in logs for push in log.pushes), strict=True):
        assert [finding["name"] for finding in told["findings"]] == [finding.name for finding in push.findings]
        assert [layer["id"] for layer in told["layers"]] == [layer.id for layer in push.layers]


def test_the_page_has_every_finding_and_layer(logs: Sequence[Log]) -> None:
    text = drawn("html", logs)
    pushes = [push for log in logs for push in log.pushes]
    assert len(re.findall(r'id="p\d+-f\d+"', text)) == sum(len(push.findings) for push in pushes)
    assert all(text.count(blob(layer.id)) for push in pushes for layer in push.layers)


def test_the_terminal_names_every_finding(logs: Sequence[Log]) -> None:
    text = everything(logs, detail=Detail.EVERYTHING)
    heads = re.findall(r"^(ERROR|WARNING|NOTE)  ", text, re.MULTILINE)
    words = {"NOTE": "info"}
    found = [finding.severity.value for log in logs for push in log.pushes for finding in push.findings]
    assert [words.get(head, head.lower()) for head in heads] == found


def test_markdown_has_every_push_finding_and_layer(logs: Sequence[Log]) -> None:
    text = drawn("markdown", logs)
    pushes = [push for log in logs for push in log.pushes]
    assert len(re.findall(r"^#+ [✓✗○] Push ", text, re.MULTILINE)) == len(pushes)
    assert len(re.findall(r"^(?:#+ |<details>\n<summary>)(Error|Warning|Note): ", text, re.MULTILINE)) == sum(
        len(p.findings) for p in pushes
    )
    for push in pushes:
        for layer in push.layers:
            assert f"\n| `{blob(layer.id)}` | " in text


def test_all_that_people_read_lead_with_the_same_thing_to_do(logs: Sequence[Log]) -> None:
    led = [finding.remedy[0] for log in logs for push in log.pushes if (finding := now(push)) is not None]
    empty = sum(not log.pushes for log in logs)
    shown = {name: re.sub(r"[`*\s]+", " ", drawn(name, logs)) for name in ("text", "markdown", "html")}
    assert shown["markdown"].count("What now: ") == len(led)
    assert shown["html"].count("What now:</strong>") == len(led) + empty
    for remedy in led:
        words = " ".join(re.sub(r"`[^`]*`", "`", remedy).split("`")[0].split())
        # Of several pushes that were refused in the same words the first one stands for all.
        assert f" fix {words}" in shown["text"] or len(led) > 1
    assert bool(led) == (" fix " in shown["text"])


def test_annotations_problems_and_results_are_as_many_and_as_bad(logs: Sequence[Log]) -> None:
    commands = re.findall(r"^::(\w+) ", drawn("github", logs), re.MULTILINE)
    # Annotations are for what went wrong.
    assert sorted(LEVELS[kind] for kind in commands) == sorted(level for level in listed(logs) if level != "info")
    results = json.loads(drawn("sarif", logs))["runs"][0]["results"]
    assert [LEVELS[result["level"]] for result in results] == listed(logs)
    problems = json.loads(drawn("gitlab", logs))
    # Notes are no problems: they would stand in every merge request.
    assert [problem["fingerprint"] for problem in problems] == [
        result["partialFingerprints"]["pushlog/v1"] for result in results if result["level"] != "note"
    ]


def test_test_cases_are_the_pushes(logs: Sequence[Log]) -> None:
    suites = ET.fromstring(drawn("junit", logs))
    empty = sum(not log.pushes for log in logs)
    assert suites.get("tests") == str(len(ends(logs)) + empty)
    assert suites.get("errors") == str(empty)
    assert suites.get("failures") == str(ends(logs).count("failed"))
    assert suites.get("skipped") == str(ends(logs).count("interrupted") + ends(logs).count("incomplete"))


def test_tracks_are_the_layers(logs: Sequence[Log]) -> None:
    events = json.loads(drawn("trace", logs))["traceEvents"]
    assert sum(event["name"] == "process_name" for event in events) == len(ends(logs))
    tracks = sum(event["name"] == "thread_name" and event["tid"] > 0 for event in events)
    assert tracks == sum(len(push.layers) for log in logs for push in log.pushes)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("json", "html")])
@pytest.mark.parametrize("logs", EVERYTHING.values(), ids=EVERYTHING)
def test_no_control_character_passes(name: str, logs: Sequence[Log]) -> None:
    assert not controls(drawn(name, logs))


# JSON keeps what it was given; lone surrogates are replaced when it is written.
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "json"])
@pytest.mark.parametrize("logs", EVERYTHING.values(), ids=EVERYTHING)
def test_every_output_can_be_written_as_utf_8(name: str, logs: Sequence[Log]) -> None:
    drawn(name, logs).encode("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_input_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    result = str(SAMPLES / "three-pushes.json")
    told = []
    for seed, zone, locale in (("1", "UTC", "C.UTF-8"), ("2", "Asia/Kolkata", "C")):
        kept = tmp_path / f"{seed}.out"
        subprocess.run(
            [sys.executable, "-c", "from pushlog.cli import main; main()", "report", result, "-f", f"{name}={kept}"],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale},
        )
        told.append(kept.read_bytes())
    assert told[0] == told[1]
