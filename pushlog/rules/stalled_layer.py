"""An upload stalled.

A layer was on its way, its figure did not move for half a minute or more, and then it went on, broke off, or the log
ended. The registry, a proxy that buffers, or the line held it up; the client waits without a limit of its own.

Recognised by: figures of one upload that stay the same for at least 30 s by the log's times, or by the ticks of the
containerd store. A layer that is read to its end is finishing, not stalled.

What to do: look at the registry and at what stands before it for that moment; a proxy that buffers whole requests holds
every large layer up.

Source: moby distribution/registry.go (no time limit on an upload's body or answer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Severity, Store
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL203"
NAME = "stalled-layer"
SEVERITY = Severity.WARNING
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

_LEAST = 30.0


def check(case: Case) -> Iterator[Finding]:
    """Fire on the longest standstill of each layer."""
    measured = case.push.clock.measured
    if not measured and case.push.store is not Store.CONTAINERD:
        return
    for number, layer in enumerate(case.push.layers):
        standstill = _longest(case, number, layer.bytes_total)
        if standstill is None or standstill[0] < _LEAST:
            continue
        duration, first_row, last_row, reached = standstill
        bound = "" if measured else "at least "
        yield Finding(
            rule=CODE,
            name=NAME,
            severity=SEVERITY,
            title=f"Layer {layer.id} stood still for {bound}{seconds(duration)}",
            explanation=f"Its upload stopped at {size(reached)} and no figure moved for that long. "
            "Docker sets no time limit here, so it is the registry, a proxy before it, or the line.",
            remedy=(
                "Read the logs of the registry and the proxy for that moment.",
                "On nginx, let the upload pass at once: `proxy_request_buffering off;`",
            ),
            evidence=(case.row(first_row), case.row(last_row)),
            confidence=Confidence.CERTAIN if measured else Confidence.LIKELY,
            layers=(layer.id,),
            data={"seconds": round(duration, 1), "bytes": reached, "measured": measured},
        )


def _longest(case: Case, layer: int, total: int | None) -> tuple[float, int, int, int] | None:
    """Return seconds, first row, last row and figure of the longest time without progress."""
    rows = case.events.by_layer[layer]
    longest: tuple[float, int, int, int] | None = None
    start: tuple[int, int, float] | None = None  # figure, row and second at which it was reached
    figures, times = case.events.current[rows].tolist(), case.events.at[rows].tolist()
    for row, current, second in zip(rows.tolist(), figures, times, strict=True):
        if start is not None and (longest is None or second - start[2] > longest[0]):
            longest = (second - start[2], start[1], row, start[0])
        if current < 0 or (total is not None and current >= total):
            start = None
        elif start is None or current != start[0]:
            start = (current, row, second)
    return longest
