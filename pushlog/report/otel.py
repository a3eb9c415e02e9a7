"""Spans in the JSON encoding of OTLP/HTTP, with the attribute names of OpenTelemetry's CI/CD conventions.

Sources: https://opentelemetry.io/docs/specs/otlp/ (JSON Protobuf Encoding: 64-bit integers are strings, ids are hex,
enums are numbers) and https://opentelemetry.io/docs/specs/semconv/cicd/. Ids are made from names, so that the same log
gives the same spans.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.report.prose import clip
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Span = dict[str, object]

INTERNAL, UNSET, OK, ERROR = 1, 0, 1, 2
# The values of `cicd.pipeline.task.run.result`.
RESULTS = {"succeeded": "success", "failed": "failure", "interrupted": "cancellation", "incomplete": "error"}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
# https://www.w3.org/TR/trace-context/#traceparent-header
_PARENT = lazy_pattern(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


def moment(text: str) -> int | None:
    """Return the nanoseconds since 1970 of a time in ISO 8601, UTC where it names no zone; None for any other text."""
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=dt.UTC)) - _EPOCH) // _MICROSECOND * 1000


def nanoseconds(seconds: float) -> int:
    """Return seconds as nanoseconds, to the microsecond."""
    return round(seconds * 1_000_000) * 1000


def trace_id(sha256: str) -> str:
    """Return the id of the trace of a log: 32 hexadecimal digits."""
    return hashlib.sha256(sha256.encode("utf-8", "replace")).hexdigest()[:32]


def span_id(*names: object) -> str:
    """Return the id of a span: 16 hexadecimal digits."""
    return hashlib.sha256("\0".join(map(str, names)).encode("utf-8", "replace")).hexdigest()[:16]


def parent(traceparent: str | None) -> tuple[str, str] | None:
    """Return the trace and the span that a TRACEPARENT names; None where it is malformed or not set."""
    match = _PARENT.fullmatch(traceparent or "")
    return (match[1], match[2]) if match else None


def attributes(values: Mapping[str, object]) -> list[dict[str, object]]:
    """Return values by name as attributes, without those that are None or empty."""
    return [{"key": key, "value": _value(value)} for key, value in values.items() if value is not None and value != ()]


def _value(value: object) -> dict[str, object]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [_value(item) for item in value]}}
    return {"stringValue": visible(clip(str(value)))}


def span(
    ids: tuple[str, str, str],
    name: str,
    times: tuple[int, int],
    values: Mapping[str, object],
    status: Mapping[str, object],
) -> Span:
    """Return a span. `ids`: of the trace, the span, and its parent, which may be empty; `times` in nanoseconds."""
    return {
        "traceId": ids[0],
        "spanId": ids[1],
        "parentSpanId": ids[2],
        "name": visible(clip(name)),
        "kind": INTERNAL,
        "startTimeUnixNano": str(times[0]),
        "endTimeUnixNano": str(times[1]),
        "attributes": attributes(values),
        "status": dict(status),
    }


def status(outcome: str, message: str | None) -> dict[str, object]:
    """Return the status of a push."""
    if outcome == "succeeded":
        return {"code": OK}
    if outcome != "failed" and message is None:
        return {"code": UNSET}
    return {"code": ERROR, "message": visible(clip(message or outcome))}


def resource(values: Mapping[str, object], spans: Sequence[Span], version: str) -> dict[str, object]:
    """Return the spans of one log with what is known of its job."""
    scope = {"name": "pushlog", "version": version}
    return {
        "resource": {"attributes": attributes({"service.name": "pushlog", **values})},
        "scopeSpans": [{"scope": scope, "spans": list(spans)}],
    }


def document(resources: Iterable[dict[str, object]]) -> str:
    """Return the export request, a line for each log."""
    lines = ",\n".join(json.dumps(each, ensure_ascii=True, separators=(",", ":")) for each in resources)
    return f'{{"resourceSpans": [\n{lines}\n]}}\n'
