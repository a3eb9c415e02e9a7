"""The uploads of a layer, one by one, and the layers whose retries were used up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.model import Outcome

if TYPE_CHECKING:
    from pushlog.rules.case import Case

# moby distribution/xfer/upload.go maxUploadAttempts, 1.10 to today.
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One upload: bytes read when it ended, None if the log does not tell; seconds of countdown after it."""

    number: int
    reached: int | None
    waited: int


def attempts(case: Case, layer: str) -> tuple[Attempt, ...]:
    """The uploads of a layer that the log shows, first one first."""
    own = case.table[case.table["layer"] == case.section.events.ids.index(layer)]
    found = []
    for number in sorted(set(own["attempt"].tolist())):
        part = own[own["attempt"] == number]
        # The full bar before a countdown is drawn over an attempt that was cut; see timeline/layers.py.
        drawn = part[(part["current"] >= 0) & (part["current"] != part["total"])]
        reached = int(drawn["current"].iloc[-1]) if len(drawn) else None
        found.append(Attempt(number=number, reached=reached, waited=max(0, int(part["wait"].max()))))
    return tuple(found)


def exhausted(case: Case) -> tuple[str, ...]:
    """The layers whose last countdown ran out before the push failed; where there are several, one of them at least."""
    if case.push.outcome is not Outcome.FAILED or not len(case.table):
        return ()
    last = case.table.groupby("layer").last()
    counted_out = (last["attempt"] == MAX_ATTEMPTS - 1) & (last["wait"] == 1)
    spent = counted_out | (last["attempt"] == MAX_ATTEMPTS)
    return tuple(layer.id for code, layer in enumerate(case.push.layers) if spent.iloc[code] and not layer.state.done)
