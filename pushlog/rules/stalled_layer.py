"""An upload stood still.

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

from pushlog.model import Confidence, Finding, Severity, Store
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL203"
NAME = "stalled-layer"
SEVERITY = Severity.WARNING

_LEAST = 30.0


def check(case: Case) -> Iterator[Finding]:
    """Fires on the longest standstill of each layer."""
    measured = case.push.clock.measured
    if not measured and case.push.store is not Store.CONTAINERD:
        return
    for number, layer in enumerate(case.push.layers):
        stood = _longest(case, number, layer.bytes_total)
        if stood is None or stood[0] < _LEAST:
            continue
        lasted, first, last, at = stood
        bound = "" if measured else "at least "
        yield Finding(
            rule=CODE,
            name=NAME,
            severity=SEVERITY,
            title=f"Layer {layer.id} stood still for {bound}{seconds(lasted)}",
            explanation=f"Its upload stopped at {size(at)} and no figure moved for that long. "
            "Docker sets no time limit here, so it is the registry, a proxy before it, or the line.",
            remedy=(
                "Read the logs of the registry and the proxy for that moment.",
                "On nginx, let the upload pass at once: `proxy_request_buffering off;`",
            ),
            evidence=(case.row(first), case.row(last)),
            confidence=Confidence.CERTAIN if measured else Confidence.LIKELY,
            layers=(layer.id,),
            data={"seconds": round(lasted, 1), "bytes": at, "measured": measured},
        )


def _longest(case: Case, layer: int, total: int | None) -> tuple[float, int, int, int] | None:
    """Seconds, first and last row and figure of the longest time in which the layer's figure did not move."""
    own = case.events.by_layer[layer]
    best: tuple[float, int, int, int] | None = None
    begun: tuple[int, int, float] | None = None  # figure, row and second at which it was reached
    figures, times = case.events.current[own].tolist(), case.events.at[own].tolist()
    for row, current, at in zip(own.tolist(), figures, times, strict=True):
        if begun is not None and (best is None or at - begun[2] > best[0]):
            best = (at - begun[2], begun[1], row, begun[0])
        if current < 0 or (total is not None and current >= total):
            begun = None
        elif begun is None or current != begun[0]:
            begun = (current, row, at)
    return best
