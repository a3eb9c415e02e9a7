"""One layer was the bottleneck.

All layers but one were in the registry, and the push went on for that one: its size, a slow upload, or its retries.
More concurrency does not help then; a smaller or split layer does.

Recognised by: the time between the end of the last layer and the end of the one before it, at least a second and a
quarter of the push. Where the clock is inferred, both are lower bounds.

What to do: find the instruction that made the layer and split it, or order the image so that it changes rarely.

Source: the push waits for all layers before it sends the manifest (moby distribution/push_v2.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Outcome, Severity, State
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Layer

CODE = "PL201"
NAME = "bottleneck-layer"
SEVERITY = Severity.WARNING
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

_LEAST_SECONDS = 1.0
_LEAST_SHARE = 0.25


def check(case: Case) -> Iterator[Finding]:
    """Fire when the last layer was alone for a good part of the push; why a push failed is for other rules."""
    if len(case.push.layers) < 2 or case.push.outcome is Outcome.FAILED:
        return
    last_times = sorted((float(case.events.at[rows].max()), code) for code, rows in case.events.by_layer.items())
    (previous_end, _), (end, last) = last_times[-2:]
    layer = case.push.layers[last]
    alone, duration = end - previous_end, max(case.end, 0.1)
    uploaded = layer.state in (State.PUSHED, State.PUSHING, State.RETRYING, State.FAILED)
    if not uploaded or alone < _LEAST_SECONDS or alone < _LEAST_SHARE * duration:
        return
    if case.side is not None and any(fault.layer == layer.id for fault in case.side.faults):
        # What other logs say broke it is the reason; a smaller layer would have waited as long.
        return
    measured = case.push.clock.measured
    bound = "" if measured else "at least "
    rows = list(case.rows(layer.id))
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=(
            f"Layer {layer.id}{case.made_by(layer.id)} was the bottleneck: {bound}{seconds(alone)} longer than the rest"
        ),
        explanation=f"{_size(layer)}All other layers were done {bound}{seconds(alone)} earlier. {_why(layer)}",
        remedy=case.steps(
            "Find what made it: `docker history --no-trunc {reference}`",
            (
                "Split that instruction, or move what changes rarely into a layer below it. More concurrent uploads "
                "would not have helped."
            ),
        ),
        evidence=tuple(dict.fromkeys((case.row(rows[0]), case.row(rows[-1])))),
        confidence=Confidence.CERTAIN if measured else Confidence.LIKELY,
        layers=(layer.id,),
        data={"seconds_alone": round(alone, 1), "seconds_without": round(previous_end, 1), "measured": measured},
    )


def _size(layer: Layer) -> str:
    return f"It has {size(layer.bytes_total)} ({layer.basis.value}). " if layer.bytes_total else ""


def _why(layer: Layer) -> str:
    if layer.retry_wait:
        return f"{seconds(layer.retry_wait)} of that was waiting to retry it."
    return "The push could not end before it."
