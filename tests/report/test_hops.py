"""Reports with other logs: what each gave, and each broken attempt from hop to hop."""

import json
from dataclasses import replace
from importlib import import_module

import pytest

from pushlog.model import Evidence, HopName, Severity, SideLog
from pushlog.outputs import FORMATS
from pushlog.report import html, markdown, sarif, text
from pushlog.report import json as documents
from pushlog.report.hop_bars import hop_chart
from pushlog.report.hops import attempts, log_words
from pushlog.report.stored import logs as stored
from tests.logs import HEADER
from tests.logs import log as analyzed
from tests.rules.side_cases import RESET, RETRIED, A, beside, refused
from tests.side_logs import result

ARROW = " \u2192 "
CHAIN = [
    "client (bytes:3)",
    "daemon 504 (dockerd.log:3)",
    "proxy 502 (access.log:2)",
    "registry 500 (registry.log:1)",
]


@pytest.fixture(scope="module")
def log():
    return result(RETRIED, **beside(502, RESET, more=refused(500, err_detail="client disconnected")))


def test_a_broken_attempt_is_told_from_the_client_to_the_registry(log):
    assert list(attempts(log.pushes[0])) == [
        (
            f"{A}, attempt 1",
            ARROW.join(CHAIN),
        )
    ]


def test_what_a_log_gave_and_how_its_clock_differs():
    log = SideLog(name="a.log", format="log of dockerd", hop=HopName.DAEMON, lines=2)
    assert log_words(log) == "log of dockerd, 2 lines"
    assert log_words(replace(log, behind=3600.0, notes=("nothing fits",))) == (
        "log of dockerd, 2 lines, its clock is 1 h 00 min behind; nothing fits"
    )


def test_each_upload_is_drawn_from_hop_to_hop_on_one_clock(log):
    chart = hop_chart(log.pushes[0])
    assert chart is not None
    broken = chart.groups[0]
    assert (broken.layer, broken.which) == (A, "upload 1 of 2")
    assert [(bar.name, bar.label, bar.bad) for bar in broken.bars] == [
        ("daemon", "504", True),
        ("proxy", "502", True),
        ("registry", "500", True),
    ]
    assert chart.description.startswith(
        f"{A}, upload 1 of 2: daemon 0 s to 1 s, 504 (dockerd.log:3); proxy 0 s to 1 s, 502 (access.log:2); "
    )
    assert any("no date" in note for note in chart.notes)
    page = html.render([log])
    assert "From hop to hop" in page
    assert page.count('class="hop bad"') >= 3


def test_what_only_knows_moments_is_not_drawn():
    push = replace(result([*RETRIED]).pushes[0])
    assert hop_chart(push) is None
    assert "From hop to hop" not in html.render([result([*RETRIED])])


@pytest.mark.parametrize("output", [html, markdown])
def test_reports_name_the_other_logs_beside_their_lines(log, output):
    shown = output.render([log])
    assert "error.log:1" in shown
    assert "access log of a proxy" in shown


def test_sarif_points_into_the_other_log(log):
    run = json.loads(sarif.render([log]))["runs"][0]
    result_of_rule = next(r for r in run["results"] if r["ruleId"] == "PL703")
    uris = [place["physicalLocation"]["artifactLocation"]["uri"] for place in result_of_rule["relatedLocations"]]
    assert result_of_rule["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "bytes"
    assert "error.log" in uris


def test_a_stored_result_with_hops_reads_back(log):
    document = documents.render([log])
    assert documents.render(stored(document, "result.json")) == document


def test_the_terminal_report_quotes_a_line_with_the_name_of_its_log(log):
    shown = text.render([log]) if not hasattr(text, "Detail") else text.render([log], detail=text.Detail.EVERYTHING)
    assert "error.log:1 |" in shown
    assert "with     access.log: access log of a proxy" in shown


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("name", FORMATS)
def test_a_finding_that_the_other_side_alone_proves_is_drawn(name, severity):
    failed = analyzed(HEADER, f"{A}: Preparing", "denied: requested access to the resource is denied")
    (push,) = failed.pushes
    proof = Evidence(line=3, text="denied", file="registry.log")
    findings = tuple(replace(finding, evidence=(proof,), severity=severity) for finding in push.findings)
    drawn = import_module(f"pushlog.report.{name}")
    logs = [replace(failed, pushes=(replace(push, findings=findings),))]
    assert drawn.render(logs, **({"width": 80, "color": False} if name == "text" else {})) is not None
