"""The line that uploads went over, as the times of a push tell it: shared by all, or a limit for each connection.

While n uploads are in flight, each goes at the full speed of a connection or at its part of the line, whichever is
less. What an upload had to send, in seconds of a connection at full speed, follows from the times alone once the width
of the line is assumed (`timeline/schedule.py`). The sizes of the layers then judge the width: at the true one, all
layers come out at the same speed per byte.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pushlog.timeline.event_table import EventTable
    from pushlog.timeline.slots import Slot

# Widths are tried in steps of a fifth; answers of a request in fifths of the shortest upload.
_STEP = 1.2
_LAGS = 5
# Speeds of layers differ that much in any push: a fit can't be better.
_SCATTER = 0.02
# Lines of less weight are left out: two standard deviations of a normal distribution.
FITTING = float(np.exp(-2))


@record
class LinkModel:
    """One way in which the line can have been, and how well it fits: `weight` is relative to that of the best, 1.

    `width`: connections at full speed; `lag`: seconds of each upload in which nothing is sent; `rate`: bytes per second
    of a connection at full speed, None without sizes; `loads`: seconds at full speed of each upload of each layer.
    """

    width: float
    lag: float
    rate: float | None
    weight: float
    loads: tuple[tuple[float, ...], ...]


def lines(
    slots: Sequence[Slot], sizes: Sequence[int | None], *, widest: float, resolution: float
) -> tuple[LinkModel, ...]:
    """The lines that can have been, by the uploads in their slots and the sizes of the layers (None: not known).

    `widest`: connections at the same time that matter to the question; `resolution`: the clock's step in seconds.
    """
    spans = [span for slot in slots for span in slot.uploads]
    if not spans:
        return ()
    shortest = min(end - start for start, end in spans)
    blurs = [_blur(slot, resolution) for slot in slots]
    lags = [shortest * i / _LAGS for i in range(_LAGS)] if shortest > resolution else [0.0]
    candidates: list[tuple[float, float, float | None, float, tuple[tuple[float, ...], ...]]] = []
    for lag in lags:
        active, seconds = _pieces([(start + lag, end) for start, end in spans])
        for width in widths(widest):
            speed = np.minimum(1.0, width / np.maximum(active.sum(axis=0), 1))
            per_span = (active @ (seconds * speed)).tolist()
            rest = iter(per_span)
            loads = tuple(tuple(next(rest) for _ in slot.uploads) for slot in slots)
            rate, likelihood = _fit(loads, sizes, blurs)
            candidates.append((width, lag, rate, likelihood, loads))
    best = max(likelihood for _, _, _, likelihood, _ in candidates)
    return tuple(
        LinkModel(width=width, lag=lag, rate=rate, weight=float(np.exp(likelihood - best)), loads=loads)
        for width, lag, rate, likelihood, loads in candidates
    )


def widths(widest: float) -> list[float]:
    """The widths to try, from a line that one connection fills up to the widest."""
    steps = itertools.takewhile(lambda width: width < widest, (_STEP**i for i in itertools.count()))
    return [*steps, max(widest, 1.0)]


def _pieces(spans: Sequence[tuple[float, float]]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """The time cut at every start and end: which span covers which piece, and the seconds of each piece."""
    edges = np.unique(np.array(spans, dtype=np.float64))
    starts = np.array([start for start, _ in spans])[:, None]
    ends = np.array([end for _, end in spans])[:, None]
    active: NDArray[np.bool_] = (starts <= edges[None, :-1]) & (ends >= edges[None, 1:])
    return active, np.diff(edges)


def _blur(slot: Slot, resolution: float) -> float:
    """How wrong the clock's step can make the time of a layer's first upload, as a share of it."""
    seconds = slot.uploads[0][1] - slot.uploads[0][0] if slot.uploads else 0.0
    return min(resolution / seconds, 1.0) if seconds > 0 else 1.0


def _fit(
    loads: Sequence[Sequence[float]], sizes: Sequence[int | None], blurs: Sequence[float]
) -> tuple[float | None, float]:
    """Bytes per second at full speed, and the logarithm of how likely speeds as unequal as these are.

    A layer that was sent once, and whose size is known, counts by its size.
    """
    sized = [
        (uploads[0], size, blur)
        for uploads, size, blur in zip(loads, sizes, blurs, strict=True)
        if size and len(uploads) == 1 and uploads[0] > 0
    ]
    if not sized:
        return None, 0.0
    load, size, blur = np.array(sized, dtype=np.float64).T
    share = size / size.sum()
    rate = float(size.sum() / load.sum())
    unequal = float((share * (load / size * rate - 1.0) ** 2).sum())
    blurred = float((share * blur**2).sum())
    number = float(1.0 / (share**2).sum())
    return rate, -0.5 * number * float(np.log(unequal + blurred + _SCATTER**2))


def step(table: EventTable) -> float:
    """The step of the clock in seconds: the shortest time between two events, from a millisecond to a second."""
    steps = np.diff(np.unique(table.at))
    return float(np.clip(steps.min(initial=1.0), 0.001, 1.0))
