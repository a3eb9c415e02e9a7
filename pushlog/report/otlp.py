"""OTLP JSON: a push is a task of a CI pipeline, its layers and their uploads are spans below it.

Only pushes with times of their own are drawn: a bound is no time. With `TRACEPARENT` in the environment they hang below
the span that it names.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import TYPE_CHECKING

from pushlog.model import Clock, Outcome, Phase, Severity
from pushlog.report import otel
from pushlog.report.issues import image, one_line
from pushlog.report.words import count
from pushlog.units import blob

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Diagnosis, Layer, Log, Source

MEASURED = (Clock.STAMPED, Clock.RECORDED)


def render(logs: Sequence[Log]) -> str:
    """Return the export request for all logs."""
    above = otel.parent(os.environ.get("TRACEPARENT"))
    made = version("pushlog")
    return otel.document(
        otel.resource(_job(log.source), [span for push in timed for span in _push(log.source, push, above)], made)
        for log in logs
        if (timed := [push for push in log.pushes if _began(push) is not None])
    )


def left_out(logs: Sequence[Log]) -> tuple[str, ...]:
    """Return what has to be said about the export."""
    untimed = sum(_began(push) is None for log in logs for push in log.pushes)
    notes = [f"otlp: {count(untimed, 'push')} left out: without time stamps there is no span"] if untimed else []
    traceparent = os.environ.get("TRACEPARENT")
    if traceparent and otel.parent(traceparent) is None:
        notes.append("otlp: TRACEPARENT is not of the form 00-TRACE-SPAN-FLAGS, and is ignored")
    return tuple(notes)


def _began(push: Diagnosis) -> int | None:
    """Return when a push began, in nanoseconds since 1970; None unless it was measured."""
    took = push.duration
    if push.clock not in MEASURED or took.began is None or took.seconds is None:
        return None
    return otel.moment(took.began)


def _job(source: Source) -> dict[str, object]:
    origin = source.origin
    return {
        "cicd.pipeline.name": origin.workflow or origin.project,
        "cicd.pipeline.run.url.full": origin.run_url,
        "cicd.worker.name": origin.runner,
        "vcs.ref.head.name": origin.ref,
        "vcs.ref.head.revision": origin.sha,
        "pushlog.ci": origin.ci,
        "pushlog.project": origin.project,
        "pushlog.source": source.name,
    }


def _push(source: Source, push: Diagnosis, above: tuple[str, str] | None) -> Iterator[otel.Span]:
    began, seconds = _began(push), push.duration.seconds
    assert began is not None
    assert seconds is not None
    trace, parent = above or (otel.trace_id(source.sha256), "")
    key = f"{push.lines[0]}-{push.lines[1]}"
    push_id = otel.span_id(trace, source.sha256, key)
    end = began + otel.nanoseconds(seconds)
    message = one_line(push.error.text) if push.error else None
    yield otel.span(
        (trace, push_id, parent),
        f"push {image(push) or source.name}",
        (began, end),
        {
            "cicd.pipeline.task.name": f"{push.client.value} push",
            "cicd.pipeline.task.run.id": f"{source.sha256[:16]}-{key}",
            "cicd.pipeline.task.run.url.full": source.origin.run_url,
            "cicd.pipeline.task.run.result": otel.RESULTS[push.outcome.value],
            **_target(push),
        },
        otel.status(push.outcome.value, message),
    )
    for layer in push.layers:
        yield from _layer((trace, push_id), key, layer, (began, end))


def _target(push: Diagnosis) -> dict[str, object]:
    """Return what was pushed and what went wrong."""
    where, error = push.reference, push.error
    name = "/".join(part for part in (where.registry, where.repository) if part)
    cause = next((f for f in push.findings if f.severity is Severity.ERROR), None)
    family = None
    if push.outcome is not Outcome.SUCCEEDED:
        family = error.family.value if error and error.family.value != "unknown" else "_OTHER"
    return {
        "error.type": family,
        "container.image.name": name or None,
        "container.image.tags": where.tags,
        "container.image.repo_digests": (f"{name}@{where.digest}",) if name and where.digest else (),
        "oci.manifest.digest": where.digest,
        "http.response.status_code": error.http_status if error else None,
        "pushlog.rule": cause.rule if cause else None,
        "pushlog.layers": len(push.layers),
    }


def _layer(ids: tuple[str, str], key: str, layer: Layer, bounds: tuple[int, int]) -> Iterator[otel.Span]:
    """Yield the span of a layer and those of its uploads, all within the push."""
    if not layer.intervals:
        return
    trace, above = ids

    def within(seconds: float) -> int:
        return min(max(bounds[0] + otel.nanoseconds(seconds), bounds[0]), bounds[1])

    layer_id = otel.span_id(trace, above, key, layer.id)
    start, end = (within(f(at for i in layer.intervals for at in (i.start, i.end))) for f in (min, max))
    made = otel.span(
        (trace, layer_id, above),
        f"layer {blob(layer.id)}",
        (start, end),
        {
            "pushlog.layer.id": layer.id,
            "pushlog.layer.state": layer.state.value,
            "pushlog.layer.fate": layer.fate.value,
            "pushlog.layer.bytes": layer.bytes_total,
            "pushlog.layer.attempts": layer.attempts,
            # The log shows its end alone: it began at any time since the push did.
            "pushlog.layer.start_unknown": True if layer.intervals[0].phase is Phase.UNSEEN else None,
        },
        {"code": otel.UNSET},
    )
    made["events"] = [
        {
            "timeUnixNano": str(within(wait.start)),
            "name": "retry",
            "attributes": otel.attributes(
                {"pushlog.retry.wait": round(wait.end - wait.start, 6), "pushlog.attempt": wait.attempt + 1}
            ),
        }
        for wait in layer.intervals
        if wait.phase is Phase.RETRYING
    ]
    yield made
    for upload in layer.intervals:
        if upload.phase is Phase.UPLOADING:
            yield otel.span(
                (trace, otel.span_id(trace, layer_id, upload.attempt, upload.start), layer_id),
                f"upload {upload.attempt}",
                (within(upload.start), within(upload.end)),
                {"pushlog.attempt": upload.attempt},
                {"code": otel.UNSET},
            )
