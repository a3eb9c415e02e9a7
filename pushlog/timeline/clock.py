"""The inferred clock: the earliest time at which each event can have happened, from what the client prints.

Its result is a lower bound and nothing else. Sources: moby distribution/xfer/upload.go (a countdown line each second),
pkg/progress/progressreader.go (one redraw of a layer per 100 ms), daemon/containerd/progress.go (a tick each 100 ms).
"""

from __future__ import annotations

import itertools
import math
from array import array
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import EventKind, Events, grouped, is_any
from pushlog.knowledge.docker import MAX_RETRIES, RETRY_DELAY
from pushlog.model import Store
from pushlog.record_class import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pushlog.intake.log_text import Int64

_SECOND = 10  # all sums are in tenths of a second: 100 ms is the shortest step that a log proves
_NEVER = int(np.iinfo(np.int64).max)
# Rows that are looked through at a time.
_BLOCK = 1 << 18


@record
class Inferred:
    """`at`: earliest seconds of every event, never falling; `end`: the same of the push's end; `proven`: above zero."""

    at: NDArray[np.float64]
    end: float
    proven: bool


def infer_clock(
    events: Events,
    *,
    store: Store,
    throttled: bool,
    breaks: Int64,
    failed: bool,
    waited: float = 0.0,
    counts_down: bool = True,
) -> Inferred:
    """The earliest schedule that the events allow.

    `throttled`: the daemon draws a layer at most every 100 ms (docker 1.13 and later). `breaks`: byte offsets where the
    progress display begins anew, the digest lines of a push of several tags. `failed`: the push ended with an error.
    `waited`: seconds that the attempt which failed took at least, by the text of its error. `counts_down`: waits are
    docker's countdowns, whose length proves those before them.
    """
    tenths = np.zeros(len(events), dtype=np.int64)
    now = 0
    rows = [0, *np.searchsorted(events.start, breaks).tolist(), len(events)]
    for low, high in itertools.pairwise(rows):
        if low == high:
            continue
        part = events.part(low, high)
        keys = _ticks(part) if store is Store.CONTAINERD else _redraws(part) if throttled else _untimed(part)
        tenths[low:high] = now + _schedule(part, keys, spare_last=store is Store.CONTAINERD, counts_down=counts_down)
        now = int(tenths[high - 1])
    end = max(now, _last_countdown(events, tenths) + round(waited * _SECOND) if failed else 0)
    return Inferred(at=tenths / _SECOND, end=end / _SECOND, proven=end > 0)


def _untimed(events: Events) -> Int64:
    return np.full(len(events.all_layers), -1, dtype=np.int64)


def _ticks(events: Events) -> NDArray[np.int32]:
    """containerd: every unfinished layer is written once a tick, so a layer that comes again begins a new tick."""
    return events.all_layers


def _redraws(events: Events) -> Int64 | NDArray[np.int32]:
    """graphdriver: a number for each attempt of each layer, -1 for lines that the throttle lets through unasked.

    Those are a full bar (`9MB/9MB`) and the last line of an attempt, drawn when the layer was read to its end.
    """
    has_figure = is_any(events.kind, (EventKind.PUSHING,)) & (events.current >= 0)
    order = grouped(events.layer)
    layer, is_drawn = events.layer[order], has_figure[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (layer[1:] != layer[:-1]) | (is_drawn[1:] != is_drawn[:-1])
    run = np.cumsum(begins) - 1
    last = np.ones(len(order), dtype=bool)
    last[:-1] = begins[1:]
    runs, keys = np.empty_like(order), np.empty_like(order)
    runs[order] = run
    keys[order] = np.where(is_drawn & ~last, run, -1)
    keys[(events.current == events.total) & has_figure] = -1
    return keys if len(events) == len(events.all_layers) else _of_all_rows(events, runs, keys)


def _of_all_rows(events: Events, runs: Int64, keys: Int64) -> NDArray[np.int32]:
    """The keys of every row that was drawn: one that is left out of the events goes on with the run it stands in."""
    numbers = np.empty(len(events.all_layers), dtype=np.int32)
    last = np.full(len(events.ids) + 1, -1, dtype=np.int32)  # the run of each layer so far, and -1 for no layer
    for low in range(0, len(numbers), _BLOCK):
        layer = events.all_layers[low : low + _BLOCK]
        kept_rows = slice(*np.searchsorted(events.place, [low, low + len(layer)]))
        run = np.full(len(layer), -1, dtype=np.int32)
        run[events.place[kept_rows] - low] = runs[kept_rows]
        order = grouped(layer)
        run, layer = run[order], layer[order]
        above = np.maximum.accumulate(np.where(run >= 0, np.arange(len(order)), 0))
        previous = np.where(layer[above] == layer, run[above], -1)
        numbers[low + order] = np.where(previous >= 0, previous, last[layer])
        last[events.layer[kept_rows]] = runs[kept_rows]
    numbers[events.place] = keys
    return numbers


def _schedule(events: Events, keys: Int64 | NDArray[np.int32], *, spare_last: bool, counts_down: bool) -> Int64:
    """Tenths of a second for every event: one later when its key came up in the same tenth, and by its countdown.

    `keys`: those of all rows that were drawn. `spare_last`: the last step of the ticks is not counted, for the
    display's final update comes out of turn.
    """
    steps, place = _Steps(keys), events.place.tolist()
    waits = _countdowns(events, counts_down=counts_down)
    times: dict[int, int] = {}
    at, tenths, by_tick = array("q"), array("q"), False  # from which row on, and whether a tick was the last
    now, row = 0, 0
    for waiting in [*sorted(waits), None]:
        due = len(keys) if waiting is None else place[waiting]
        ticks = steps.between(row, due)
        if ticks:
            at += ticks
            tenths.frombytes(np.arange(now + 1, now + len(ticks) + 1, dtype=np.int64).tobytes())
            now, row, by_tick = now + len(ticks), ticks[-1], True
        if waiting is not None:
            before, delta = waits[waiting]
            times[waiting] = max(now, times.get(before, 0) + delta)
            if times[waiting] > now:
                now, row, by_tick = times[waiting], due, False
                at.append(row)
                tenths.append(now)
    if spare_last and by_tick:
        at.pop()
        tenths.pop()
    reached = np.searchsorted(np.array(at, dtype=np.int64), events.place, side="right")
    return np.concatenate([[0], np.array(tenths, dtype=np.int64)])[reached]


class _Steps:
    """Rows from step to step: the next is the first whose key already came up since the last; block by block."""

    def __init__(self, keys: Int64 | NDArray[np.int32]) -> None:
        self._keys = keys
        self._low = self._high = 0
        self._steps = memoryview(b"")

    def between(self, row: int, due: int) -> array[int]:
        """The steps after `row`, up to `due`."""
        rows = array("q")
        while row < len(self._keys):
            if not self._low <= row < self._high:
                self._look(row, _BLOCK)
            low, steps = self._low, self._steps
            while (step := steps[row - low]) <= due:
                rows.append(step)
                row = step
            if step != _NEVER or self._high >= min(due + 1, len(self._keys)):
                break
            self._look(row, max(_BLOCK, 2 * (self._high - row)))
        return rows

    def _look(self, row: int, size: int) -> None:
        keys = self._keys[row : row + size]
        self._low, self._high = row, row + len(keys)
        counted = np.flatnonzero(keys >= 0)
        order = counted[grouped(keys[counted])]
        again = np.full(len(keys) + 1, _NEVER, dtype=np.int64)
        same = keys[order[1:]] == keys[order[:-1]]
        again[order[:-1][same]] = order[1:][same] + row
        self._steps = np.minimum.accumulate(again[::-1])[::-1].copy().data


def _countdowns(events: Events, *, counts_down: bool) -> dict[int, tuple[int, int]]:
    """For a countdown line, and for the line after one: the row it waits for and by how many tenths it is later."""
    waits: dict[int, tuple[int, int]] = {}
    retried = sorted(set(events.layer[is_any(events.kind, (EventKind.RETRYING,))].tolist()))
    for layer in retried:
        rows = np.flatnonzero(events.layer == layer)
        before, shown, block = -1, 0, 0
        near = rows[_near_countdown(events.kind[rows])]
        # Not one by one: to compare a figure of NumPy with an Enum runs Python code that swallows a Ctrl-C.
        counted = (events.kind[near] == EventKind.RETRYING).tolist()
        for row, counting, printed in zip(near.tolist(), counted, events.wait[near].tolist(), strict=True):
            wait = printed if counting else 0
            # The printed numbers count, not the lines: a slow reader can miss some.
            passed = shown - wait if counting and wait < shown else shown
            if counting and wait >= shown and counts_down:
                number = math.ceil(wait / RETRY_DELAY)
                passed += _lost(block, number, wait)
                block = number
            waits[row] = (before, passed * _SECOND)
            before, shown = (row, wait) if counting else (-1, 0)
    return waits


def countdown_seconds(events: Events) -> list[tuple[int, int, float]]:
    """Return pairs of events of a layer between which a countdown passed, with its seconds as they print it."""
    waits = _countdowns(events, counts_down=False)
    return [(before, row, tenths / _SECOND) for row, (before, tenths) in waits.items() if before >= 0 and tenths > 0]


def _lost(before: int, number: int, first: int) -> int:
    """Seconds of countdowns that the log lost, when the layer's `number`th begins with `first` seconds to go.

    A paste shows one line of a layer, a slow reader misses some; the length of a countdown tells how many it had.
    """
    if not before < number <= MAX_RETRIES:
        return 0
    return sum(RETRY_DELAY * lost for lost in range(before + 1, number)) + RETRY_DELAY * number - first


def _near_countdown(kind: NDArray[np.int8]) -> NDArray[np.bool_]:
    counting = is_any(kind, (EventKind.RETRYING,))
    near: NDArray[np.bool_] = counting.copy()
    near[1:] |= counting[:-1]
    return near


def _last_countdown(events: Events, tenths: Int64) -> int:
    """When a push failed, one of its unfinished layers gave up: not before its own countdown was over."""
    _, from_end = np.unique(events.layer[::-1], return_index=True)
    last = len(events) - 1 - from_end
    unfinished = last[
        ~is_any(events.kind[last], (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED, EventKind.SKIPPED))
    ]
    counting = events.kind[unfinished] == EventKind.RETRYING
    ends = tenths[unfinished] + np.where(counting, events.wait[unfinished] * _SECOND, 0)
    return int(ends.min()) if len(ends) else 0
