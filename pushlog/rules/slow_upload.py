"""The upload was slow as a whole.

The bytes of all layers over the time in which any of them was on its way come to less than a megabyte a second, for
half a minute or more. The graphdriver store's figures count before compression, so that what crossed the network was
slower still; the time of an inferred clock is a lower bound, so that the true speed was lower too.

Recognised by: figures, and times or the ticks of the containerd store.

What to do: measure the line to the registry without Docker; push from a machine nearer to it; make layers smaller.

Source: moby distribution/push_v2.go (what the figures count), daemon/containerd/progress.go (a tick each 100 ms).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Severity, Store
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL204"
NAME = "slow-upload"
SEVERITY = Severity.WARNING
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

_LEAST_SECONDS = 30.0
_SLOW = 1_000_000.0


def check(case: Case) -> Iterator[Finding]:
    """Fire on the push as a whole; waiting for a retry is no upload."""
    measured = case.push.clock.measured
    if not measured and case.push.store is not Store.CONTAINERD:
        return
    bytes_sent = sum(layer.bytes_done or 0 for layer in case.push.layers)
    figure_rows = (case.events.current >= 0).nonzero()[0]
    if not bytes_sent or not len(figure_rows) or any(layer.retry_wait for layer in case.push.layers):
        return
    duration = float(case.events.at[figure_rows].max() - case.events.at[figure_rows].min())
    if duration < _LEAST_SECONDS or bytes_sent / duration >= _SLOW:
        return
    counted = "before compression" if case.push.store is Store.GRAPHDRIVER else "as sent"
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The upload ran at {size(round(bytes_sent / duration))} a second or less",
        explanation=f"{size(bytes_sent)} ({counted}) in {'' if measured else 'at least '}{seconds(duration)}.",
        remedy=(
            "Measure the line without Docker, to the same host; if it is as slow there, it is the line.",
            "See which layer is the largest: `docker history --no-trunc " + case.image + "`",
        ),
        evidence=(case.row(int(figure_rows[0])), case.row(int(figure_rows[-1]))),
        confidence=Confidence.CERTAIN if measured else Confidence.LIKELY,
        data={"bytes": bytes_sent, "seconds": round(duration, 1), "bytes_per_second": round(bytes_sent / duration)},
    )
