"""Many uploads broke off at the same time: the network or the registry, not a layer.

One layer that fails points at that layer, for example at its size. Several that count down together were cut by
something that they share: the registry, a proxy before it, the network.

Recognised by: three or more layers in `Retrying in …` at the same moment, and at least half of those being uploaded.

What to do: look at the registry, the proxy and the network for this time. Fewer uploads at a time can get a push
through a weak link.

Source: moby distribution/xfer/upload.go: each layer counts down by itself, so that they coincide has a common reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Outcome, Severity
from pushlog.record_class import record
from pushlog.rules.concurrency_saturated import setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from pushlog.diagnosis.case import Case
    from pushlog.model import Evidence

CODE = "PL104"
NAME = "retry-storm"
SEVERITY = Severity.WARNING
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

_LEAST = 3
_NOTHING_IN = (
    "No layer went in: a refused login or a missing repository, which Docker retries where no reason is given, is "
    "likelier than the line."
)
_CHECK = "Check the login, and that the repository exists: `{signin}`"


@record
class Storm:
    """The moment with the most countdowns: the row, the layers that count, and how many were being uploaded."""

    row: int
    layers: tuple[str, ...]
    uploading: int


def check(case: Case) -> Iterator[Finding]:
    """Fire on layers that count down together, unless the error that ended the push explains it for all of them."""
    failure = case.push.error
    storm = _storm(case)
    if storm is None or (failure is not None and failure.retry_helps is False):
        return
    recovered = case.push.outcome is Outcome.SUCCEEDED
    nothing_in = failure is None and _is_nothing_in(case)
    many = len(storm.layers)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{many} of {storm.uploading} uploads were broken off at the same time",
        explanation=" ".join(
            filter(
                None,
                (
                    "That points at what they share, the registry or the way to it, and not at a layer.",
                    "All of them recovered." if recovered else "",
                    _NOTHING_IN if nothing_in else "",
                ),
            )
        ),
        remedy=(
            *(case.steps(_CHECK) if nothing_in else ()),
            "Look at the registry, the proxy in front of it and the network for the time of this push.",
            f"If it comes again, send fewer layers at a time: {setting(2)}",
        ),
        evidence=_evidence(case, storm),
        confidence=Confidence.LIKELY,
        layers=storm.layers,
        data={"layers_at_once": many, "uploading": storm.uploading},
    )


def _is_nothing_in(case: Case) -> bool:
    """Return whether the log shows no layer and no byte that the registry took."""
    return not any(layer.state.done or layer.bytes_done for layer in case.push.layers)


def _storm(case: Case) -> Storm | None:
    """Return the first moment at which most layers count down together, if there are enough of them."""
    from pushlog.formats.events import EventKind

    counting = case.events.is_kind(EventKind.RETRYING)
    if len(case.events.layers(counting)) < _LEAST:
        return None
    spans = list(_countdowns(case, counting))
    steps = sorted(step for _, start, stop in spans for step in ((start, 1), (stop + 1, -1)))
    most, counting_now, row = 0, 0, 0
    for at_row, change in steps:
        counting_now += change
        if counting_now > most:
            most, row = counting_now, at_row
    together = {layer for layer, start, stop in spans if start <= row <= stop}
    uploading = len(together) + len(_under_way(case, row) - together)
    if len(together) < _LEAST or 2 * len(together) < uploading:
        return None
    ids = case.parsed.events.ids
    return Storm(row=row, layers=tuple(ids[code] for code in sorted(together)), uploading=uploading)


def _countdowns(case: Case, counting: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Yield layer, first row and last row of each countdown."""
    for layer, rows in case.events.by_layer.items():
        spans: dict[int, tuple[int, int]] = {}
        for row in rows[counting[rows]].tolist():
            run = int(case.events.run[row])
            spans[run] = (spans.get(run, (row, row))[0], row)
        yield from ((layer, start, stop) for start, stop in spans.values())


def _under_way(case: Case, row: int) -> set[int]:
    """Return the layers that are neither done nor waiting for a slot after this row."""
    from pushlog.formats.events import EventKind

    events = case.events.part(0, row + 1)
    under_way = (EventKind.PREPARING, EventKind.PUSHING, EventKind.RETRYING)
    return {code for code, last in events.last().items() if events.kind[last] in under_way}


def _evidence(case: Case, storm: Storm) -> tuple[Evidence, ...]:
    from pushlog.formats.events import EventKind

    counting = case.events.kind[: storm.row + 1] == EventKind.RETRYING
    last = {case.parsed.events.ids[int(case.events.layer[row])]: row for row in counting.nonzero()[0].tolist()}
    return tuple(case.row(row) for row in sorted(last[layer] for layer in storm.layers)[-_LEAST:])
