"""More concurrent uploads than the network to the registry carried.

Several layers of one push broke off, while several were on their way. Uploads share the line and the proxies on it:
with many at a time each is slow, and slow uploads meet time limits that a quick one does not.

Recognised by: three or more layers that were broken off and repeated, in a push with at least three uploads at a time,
that ended well or with a cut connection. Whether fewer would have gone through the log can't tell.

What to do: let the daemon send fewer at a time, push again, and compare.

Source: moby distribution/xfer/transfer.go (the limit is the daemon's, shared by all its pushes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Family, Finding, Severity, Store
from pushlog.rules.concurrency_saturated import setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL205"
NAME = "concurrency-too-high"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

_LEAST = 3
_CUTS = (Family.CONNECTION_RESET, Family.EOF, Family.TIMEOUT)


def check(case: Case) -> Iterator[Finding]:
    """Fire on a push of the graphdriver store; the other gives up on the first cut."""
    error = case.push.error
    cut_layers = tuple(layer.id for layer in case.push.layers if layer.retry_wait > 0)
    observed = case.push.concurrency.observed or 0
    if case.push.store is not Store.GRAPHDRIVER or len(cut_layers) < _LEAST or observed < _LEAST:
        return
    if error is not None and error.family not in _CUTS:
        return
    first_countdowns = [next(row for row in case.rows(layer) if case.events.wait[row] > 0) for layer in cut_layers[:3]]
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{len(cut_layers)} layers broke off with {observed} uploads at a time: fewer may get through",
        explanation="Uploads share the line and the proxies on it; many at a time are slow, and slow ones meet time "
        "limits. That fewer would have gone through is likely only where the line is the weak part.",
        remedy=(
            f"Set {setting(2)}; push and compare.",
            "If single uploads break off as well, look for a limit on the way instead.",
        ),
        evidence=tuple(case.row(row) for row in first_countdowns),
        confidence=Confidence.POSSIBLE,
        layers=cut_layers,
        data={"broken_off": len(cut_layers), "observed": observed},
    )
