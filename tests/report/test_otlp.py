"""OTLP JSON: what OpenTelemetry's own schema takes, spans within their parents, ids that stay."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pushlog.model import Clock, Duration, Failure, Family, Log, Origin, Outcome, Phase
from pushlog.report import otel, otlp
from tests.diagnoses import diagnosis, interval, layer, log, retried_intervals
from tests.stories import EVERYTHING

BEGAN = "2026-11-23T21:26:44.100000+00:00"
FAILURE = Failure(text="received unexpected HTTP status: 503", line=8, family=Family.SERVER_ERROR, http_status=503)


def measured(outcome: Outcome = Outcome.FAILED) -> Log:
    push = replace(
        diagnosis([layer(intervals=retried_intervals(), attempts=5, retry_wait=50.0)], outcome),
        clock=Clock.STAMPED,
        duration=Duration(seconds=60.0, at_least=60.0, began=BEGAN),
        error=FAILURE if outcome is Outcome.FAILED else None,
    )
    made = log(push)
    origin = Origin(workflow="build", run_url="https://ci.example.com/7", runner="agent-1", ref="main", sha="0a1b")
    return replace(made, source=replace(made.source, origin=origin))


def spans(logs: Sequence[Log]) -> list[dict[str, Any]]:
    request = json.loads(otlp.render(logs))
    return [span for part in request["resourceSpans"] for scope in part["scopeSpans"] for span in scope["spans"]]


def values(of: dict[str, Any]) -> dict[str, Any]:
    return {entry["key"]: next(iter(entry["value"].values())) for entry in of["attributes"]}


@pytest.mark.parametrize("logs", [[measured()], *EVERYTHING.values()], ids=["measured", *EVERYTHING])
def test_opentelemetrys_own_schema_takes_it_and_gives_the_same_spans_back(logs: Sequence[Log]) -> None:
    format_ = pytest.importorskip("google.protobuf.json_format", reason="NO OPENTELEMETRY: the export goes unchecked")
    service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    request = json.loads(otlp.render(logs))
    for part in request["resourceSpans"]:
        for scope in part["scopeSpans"]:
            for span in scope["spans"]:
                # OTLP wants ids in hex; plain proto3 JSON, which this parser knows, has bytes in base64.
                for key in ("traceId", "spanId", "parentSpanId"):
                    span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
    parsed = format_.Parse(json.dumps(request), service.ExportTraceServiceRequest())
    read = [span for part in parsed.resource_spans for scope in part.scope_spans for span in scope.spans]
    assert [(s.name, s.span_id.hex(), str(s.start_time_unix_nano), s.kind) for s in read] == [
        (s["name"], s["spanId"], s["startTimeUnixNano"], s["kind"]) for s in spans(logs)
    ]


@pytest.mark.parametrize("logs", [[measured(), measured(Outcome.SUCCEEDED)], *EVERYTHING.values()])
def test_children_lie_within_their_parents_and_ids_are_their_own(logs: Sequence[Log]) -> None:
    made = spans(logs)
    by_id = {span["spanId"]: span for span in made if span["spanId"]}
    for span in made:
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        assert set(span["traceId"]) != {"0"}
        if parent := by_id.get(span["parentSpanId"]):
            assert int(parent["startTimeUnixNano"]) <= int(span["startTimeUnixNano"])
            assert int(span["endTimeUnixNano"]) <= int(parent["endTimeUnixNano"])
        else:
            assert span["parentSpanId"] == ""


def test_a_push_is_a_task_of_a_pipeline_with_its_failure() -> None:
    push, first, *uploads = spans([measured()])
    told = values(push)
    assert (told["cicd.pipeline.task.name"], told["cicd.pipeline.task.run.result"]) == ("docker push", "failure")
    assert (told["error.type"], told["http.response.status_code"]) == ("server-error", "503")
    assert told["cicd.pipeline.task.run.url.full"] == "https://ci.example.com/7"
    assert push["status"] == {"code": otel.ERROR, "message": FAILURE.text}
    assert push["startTimeUnixNano"] == "1795469204100000000"
    assert int(push["endTimeUnixNano"]) - int(push["startTimeUnixNano"]) == 60_000_000_000
    assert [e["attributes"][0]["value"]["doubleValue"] for e in first["events"]] == [5.0, 10.0, 15.0, 20.0]
    assert [values(upload)["pushlog.attempt"] for upload in uploads] == ["1", "2", "3", "4", "5"]
    assert len({span["spanId"] for span in spans([measured()])}) == 7
    resource = json.loads(otlp.render([measured()]))["resourceSpans"][0]["resource"]
    assert values(resource)["cicd.worker.name"] == "agent-1"


def test_a_layer_of_which_only_the_end_is_known_says_so_and_has_no_upload() -> None:
    for phase, unknown, uploads in ((Phase.UNSEEN, True, 0), (Phase.UPLOADING, None, 1)):
        push = replace(
            diagnosis([layer(intervals=(interval(phase, 0.0, 40.0, 1),))], Outcome.SUCCEEDED),
            clock=Clock.STAMPED,
            duration=Duration(seconds=60.0, at_least=60.0, began=BEGAN),
        )
        made = spans([log(push)])
        of_layer = next(span for span in made if span["name"].startswith("layer "))
        assert values(of_layer).get("pushlog.layer.start_unknown") == unknown
        assert len([span for span in made if span["name"].startswith("upload ")]) == uploads


def test_a_success_has_no_error() -> None:
    push = spans([measured(Outcome.SUCCEEDED)])[0]
    assert push["status"] == {"code": otel.OK}
    assert "error.type" not in values(push)


def test_what_was_not_measured_is_left_out_and_that_is_said() -> None:
    bound = replace(diagnosis([layer(intervals=(interval(Phase.UPLOADING, 0, 1),))]), clock=Clock.INFERRED)
    assert spans([log(bound)]) == []
    assert otlp.left_out([log(bound)]) == ("otlp: 1 push left out: without time stamps there is no span",)
    assert otlp.left_out([measured()]) == ()


def test_a_traceparent_is_the_parent_and_a_malformed_one_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEPARENT", f"00-{'ab' * 16}-{'cd' * 8}-01")
    push = spans([measured()])[0]
    assert (push["traceId"], push["parentSpanId"]) == ("ab" * 16, "cd" * 8)
    for wrong in (f"00-{'0' * 32}-{'cd' * 8}-01", "00-xyz-1-01", "ab" * 16):
        monkeypatch.setenv("TRACEPARENT", wrong)
        assert spans([measured()])[0]["parentSpanId"] == ""
        assert otlp.left_out([measured()]) == (
            "otlp: TRACEPARENT is not of the form 00-TRACE-SPAN-FLAGS, and is ignored",
        )
