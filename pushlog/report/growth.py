"""Bytes over time: what the registry had accepted at each moment, as steps on the waterfall's axis."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pushlog.model import State
from pushlog.report.waterfall import PLOT, last_second
from pushlog.report.waterline import percent
from pushlog.report.words import seconds, size

if TYPE_CHECKING:
    from pushlog.model import Diagnosis

HEIGHT = 40
# Fewer steps than this say nothing that the waterfall does not.
FEWEST = 4
# Moments are told apart to this part of the axis; finer would not be seen.
FINEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stretch of time in which nothing more was accepted."""

    x: str
    width: str
    y: int
    height: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The drawing; `whole` is the sum that its top stands for."""

    steps: tuple[Step, ...]
    height: int
    whole: str
    description: str


def _accepted(push: Diagnosis, last: float) -> list[tuple[float, int]]:
    """The moments at which layers were accepted, each with its bytes; none unless all sent layers have both."""
    sent = [layer for layer in push.layers if layer.state is State.PUSHED]
    if any(layer.bytes_total is None or not layer.intervals for layer in sent):
        return []
    grain = last / FINEST
    moments: Counter[int] = Counter()
    for layer in sent:
        moments[round(max(i.end for i in layer.intervals) / grain)] += layer.bytes_total or 0
    return [(moment * grain, moments[moment]) for moment in sorted(moments)]


def growth(push: Diagnosis) -> Growth | None:
    """Return the drawing, None where too few layers have known times and sizes to make a curve."""
    last = last_second(push)
    accepted = _accepted(push, last) if last else []
    whole = sum(weight for _, weight in accepted)
    if last is None or len(accepted) < FEWEST or not whole:
        return None
    moments = [at for at, _ in accepted]
    sums = list(accumulate(weight for _, weight in accepted))
    steps = []
    for (start, end), total in zip(pairwise([*moments, last]), sums, strict=True):
        height = max(1, round((HEIGHT - 4) * total / whole))
        # All of it may be there only at the very end: that moment is widened to be seen.
        width = max(PLOT * (end - start) / last, 1.2 if total == whole else 0.0)
        steps.append(
            Step(
                x=percent(PLOT * start / last),
                width=percent(width),
                y=HEIGHT - height,
                height=height,
                title=f"{size(total)} after {seconds(start)}",
            )
        )
    half = next(at for at, total in zip(moments, sums, strict=True) if total * 2 >= whole)
    return Growth(
        steps=tuple(steps),
        height=HEIGHT,
        whole=size(whole),
        description=f"Half of {size(whole)} was accepted by {seconds(half)}, all of it by {seconds(moments[-1])}.",
    )
