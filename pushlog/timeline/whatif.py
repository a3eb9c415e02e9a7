"""What if: how long a push would have taken with another setting, line or image.

The times of the log are turned into what each layer had to send (`timeline/bandwidth.py`), for every kind of line that
the log leaves open; the changed push is then run through the daemon's queue (`timeline/schedule.py`) for each of them.
The answer is an interval that holds the outcomes of all that fit, and their middle where they are alike: a figure
between a line that all uploads share and a limit on each connection would be right for neither. Where the log carries
no time, no seconds are told: the same model then says only what share of the push's time it would be.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pushlog.model import Estimate, Store
from pushlog.record_class import record
from pushlog.timeline.assumptions import assumptions, clocked, share, silence, stored
from pushlog.timeline.bandwidth import FITTING, LinkModel, lines, step, widths
from pushlog.timeline.changes import plan
from pushlog.timeline.concurrency import queued
from pushlog.timeline.schedule import makespan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pushlog.model import Diagnosis
    from pushlog.timeline.changes import Change
    from pushlog.timeline.event_table import EventTable
    from pushlog.timeline.slots import Slot

# Two pushes of one image over one line differ; the interval allows a tenth.
_MARGIN = 0.1
# Where lines of different kinds fit, and one outcome is that many times another, a figure between is right for none.
_ALIKE = 1.25


@record
class _Push:
    """A push as it was: its slots, the sizes and ids of its layers, and its seconds in all."""

    slots: tuple[Slot, ...]
    sizes: tuple[int | None, ...]
    ids: tuple[str, ...]
    limit: int
    seconds: float
    resolution: float

    @property
    def around(self) -> float:
        """Seconds before the first slot was taken and after the last layer was done."""
        return max(0.0, self.seconds - self.busy)

    @property
    def busy(self) -> float:
        return max(slot.end for slot in self.slots) - min(slot.start for slot in self.slots)

    @property
    def largest(self) -> int:
        """The layer with the most bytes to send, or with the longest upload where sizes are not known."""
        sent = [i for i, slot in enumerate(self.slots) if slot.uploads]
        if all(self.sizes[i] for i in sent):
            return max(sent, key=lambda i: self.sizes[i] or 0)
        return max(sent, key=lambda i: self.slots[i].uploads[-1][1] - self.slots[i].uploads[-1][0])


def estimates(
    push: Diagnosis, table: EventTable, slots: tuple[Slot, ...], changes: Sequence[Change]
) -> tuple[Estimate, ...]:
    """An answer to each change; `table` is `timeline.frame` on the clock that `push.clock` names, `slots` its slots."""
    limit = push.concurrency.limit
    obeyed = push.store is not Store.CONTAINERD or (limit is not None and queued(table, limit))
    begun = all(slot.begun for slot in slots if slot.uploads)
    return tuple(
        _estimate(push, table, slots, change, silence(push, change, obeyed=obeyed, begun=begun)) for change in changes
    )


def _estimate(push: Diagnosis, table: EventTable, slots: tuple[Slot, ...], change: Change, why: str | None) -> Estimate:
    """An answer, or `why` there is none."""
    if why:
        return Estimate(change=change.named, seconds=None, low=None, high=None, assumptions=(why,))
    recorded = _recorded(push, table, slots)
    return _answer(push, recorded, change) if clocked(push) else _without_clock(push, recorded, change)


def _recorded(push: Diagnosis, table: EventTable, slots: tuple[Slot, ...]) -> _Push:
    measured = push.duration.seconds
    return _Push(
        slots=slots,
        sizes=tuple(layer.bytes_stored if stored(push) else layer.bytes_total for layer in push.layers),
        ids=tuple(layer.id for layer in push.layers),
        limit=push.concurrency.limit or 0,
        seconds=push.duration.at_least if measured is None else measured,
        resolution=step(table),
    )


def _answer(push: Diagnosis, recorded: _Push, change: Change) -> Estimate:
    """An interval that holds the outcomes over all lines that fit, and their middle where they are much alike."""
    fitting = lines(recorded.slots, recorded.sizes, widest=_widest(recorded, change), resolution=recorded.resolution)
    left = [line for line in fitting if line.weight >= FITTING]
    outcomes = [recorded.around + _seconds(recorded, line, change) for line in left]
    low, high = min(outcomes), max(outcomes)
    if change.bandwidth and not stored(push):
        # What compresses well takes no time to speak of on the line.
        low = recorded.around + min(_seconds(recorded, _unloaded(line), change) for line in left)
    by_width = _by_width(left, outcomes)
    middles = by_width.values()
    seconds = _median(outcomes, [line.weight for line in left]) if max(middles) <= min(middles) * _ALIKE else None
    ends = _ends(by_width, _widest(recorded, change)) if max(middles) > min(middles) * (1 + _MARGIN) else ()
    return Estimate(
        change=change.named,
        seconds=None if seconds is None else round(seconds, 1),
        low=round(max(low * (1 - _MARGIN) - recorded.resolution, 0.0), 1),
        high=round(high * (1 + _MARGIN) + recorded.resolution, 1),
        assumptions=tuple(assumptions(push, change, ends)),
    )


def _by_width(fitting: Sequence[LinkModel], outcomes: Sequence[float]) -> dict[float, float]:
    """The middle of the outcomes over the lines of each width."""
    pairs: dict[float, list[tuple[float, float]]] = {}
    for line, outcome in zip(fitting, outcomes, strict=True):
        pairs.setdefault(line.width, []).append((outcome, line.weight))
    return {width: _median(*zip(*of_width, strict=True)) for width, of_width in pairs.items()}


def _ends(by_width: Mapping[float, float], widest: float) -> tuple[tuple[float, float], ...]:
    """The narrowest and the widest of the lines, each with its middle outcome; `widest` stands for an endless one."""
    return tuple((math.inf if width >= widest else width, by_width[width]) for width in (min(by_width), max(by_width)))


def _without_clock(push: Diagnosis, recorded: _Push, change: Change) -> Estimate:
    """What the sizes alone tell: seconds on a line of a given bandwidth, else a share of the time that it took."""
    loads = tuple(tuple(float(size or 0) for _ in slot.uploads) for slot, size in _sizes(recorded))
    models = [
        LinkModel(width=width, lag=0.0, rate=1.0, weight=1.0, loads=loads)
        for width in widths(_widest(recorded, change))
    ]
    if change.bandwidth:
        seconds = round(_seconds(recorded, models[0], change), 1)
        return Estimate(
            change=change.named, seconds=seconds, low=None, high=None, assumptions=tuple(assumptions(push, change, []))
        )
    shares = [_seconds(recorded, line, change) / _seconds(recorded, line, None) for line in models]
    return Estimate(
        change=change.named,
        seconds=None,
        low=None,
        high=None,
        assumptions=(share(min(shares), max(shares)),),
    )


def _sizes(recorded: _Push) -> Iterator[tuple[Slot, int | None]]:
    yield from zip(recorded.slots, recorded.sizes, strict=True)


def _widest(recorded: _Push, change: Change) -> float:
    """The most connections at the same time, now or then: lines that are wider still are all alike."""
    layers = len(recorded.slots) + (change.split_largest or 1) - 1
    return float(min(max(recorded.limit or layers, change.concurrency or 1), layers))


def _seconds(recorded: _Push, line: LinkModel, change: Change | None) -> float:
    """From the first slot to the last layer's end, with the change or, for None, as it was."""
    schedule = plan(change, line, recorded.slots, recorded.ids, limit=recorded.limit, largest=recorded.largest)
    return makespan(schedule.tasks, limit=schedule.limit, width=schedule.width)


def _unloaded(line: LinkModel) -> LinkModel:
    return replace(line, loads=tuple(tuple(0.0 for _ in uploads) for uploads in line.loads))


def _median(values: Sequence[float], weights: Sequence[float]) -> float:
    order = np.argsort(values, kind="stable")
    passed = np.cumsum(np.array(weights)[order])
    return float(np.array(values)[order][int(np.searchsorted(passed, passed[-1] / 2))])
