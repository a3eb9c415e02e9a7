"""Upload slots: from when to when each layer held one of the places for uploads that the daemon has.

graphdriver (moby distribution/xfer/transfer.go): a layer holds its slot until it is done, also while it counts down to
a retry; layers that print `Waiting` queue and start in the order of their `Preparing` lines, one for each that ends.
containerd: a layer is printed from its start to its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import EventKind, is_any
from pushlog.model import Store
from pushlog.record_class import record
from pushlog.timeline.event_table import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.timeline.event_table import EventTable

_DONE = (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED, EventKind.SKIPPED, EventKind.FAILED)
_STARTED = (EventKind.PUSHING, EventKind.RETRYING)


@record
class Slot:
    """A layer's time in a slot: `layer` is its number in order of appearance, `start` and `end` seconds on the clock.

    `first`, `last`: the rows of the events at which it began and ended; `ended`: the log shows its end. `after`: the
    layer whose end made room for it, None for those that did not wait. `uploads`: the seconds from and to which its
    attempts were sending; none for a layer that was not uploaded. `begun`: the log shows when it began.
    """

    layer: int
    start: float
    end: float
    first: int
    last: int
    ended: bool
    after: int | None
    uploads: tuple[tuple[float, float], ...]
    begun: bool = True


@record
class _Row:
    """One row of a layer: its place among all rows, and what it says."""

    number: int
    kind: int
    at: float
    wait: int
    attempt: int
    has_figure: bool


@record
class _LayerRows:
    """The rows of one layer up to the one that says it is done, or to its last."""

    layer: int
    rows: tuple[_Row, ...]

    @property
    def last(self) -> _Row:
        return self.rows[-1]

    @property
    def ended(self) -> bool:
        return self.last.kind in _DONE

    def begins(self, *kinds: EventKind) -> _Row | None:
        return next((row for row in self.rows if row.kind in kinds), None)


def slots(table: EventTable, store: Store, *, tells_start: bool = True) -> tuple[Slot, ...]:
    """The slots of a push, in the order of its layers; `table` is `timeline.frame`, `store` says how layers queue.

    `tells_start`: a layer that is seen done at once began then.
    """
    result = []
    layers = _layer_rows(table)
    ends = iter(sorted((queue.last.number, queue.layer, queue.last.at) for queue in layers if queue.ended))
    for queue in layers:
        first, start, after = queue.rows[0].number, queue.rows[0].at, None
        if store is not Store.CONTAINERD and queue.begins(EventKind.WAITING):
            begun = queue.begins(*_STARTED) or queue.last
            first, start = begun.number, begun.at
            release = next(ends, None)
            if release is not None and release[0] <= begun.number:
                first, after, start = release
        uploads = tuple(_uploads(queue, start))
        result.append(
            Slot(
                layer=queue.layer,
                start=start,
                end=queue.last.at,
                first=first,
                last=queue.last.number,
                ended=queue.ended,
                after=after,
                uploads=uploads,
                begun=tells_start or queue.rows[0].kind not in (*_DONE, EventKind.RETRYING),
            )
        )
    return tuple(result)


def _layer_rows(table: EventTable) -> list[_LayerRows]:
    """The layers with those of their rows that begin or end a run, or draw its first figure: the rest tell no more."""
    is_done = is_any(table.kind[table.order], _DONE)
    open_yet = counted(is_done, table.begins) - is_done == 0
    rows, begins = table.order[open_yet], table.begins[open_yet]
    run, has_figure = table.run[rows], table.current[rows] >= 0
    begins[1:] |= (run[1:] != run[:-1]) | (has_figure[1:] > has_figure[:-1])
    rows = rows[begins | np.append(begins[1:], True)[: len(rows)]]
    columns = (rows, table.kind[rows], table.at[rows], table.wait[rows], table.attempt[rows], table.current[rows] >= 0)
    by_layer: dict[int, list[_Row]] = {}
    values = zip(table.layer[rows].tolist(), *(column.tolist() for column in columns), strict=True)
    for layer, number, kind, at, wait, attempt, is_drawn in values:
        row = _Row(number=number, kind=kind, at=at, wait=wait, attempt=attempt, has_figure=is_drawn)
        by_layer.setdefault(layer, []).append(row)
    return [_LayerRows(layer=layer, rows=tuple(layer_rows)) for layer, layer_rows in by_layer.items()]


def _uploads(queue: _LayerRows, start: float) -> Iterator[tuple[float, float]]:
    """From an attempt's first figure, or from when it could begin, to its countdown or the layer's end."""
    if queue.begins(*_STARTED, EventKind.PUSHED, EventKind.FAILED) is None:
        return
    by_attempt: dict[int, list[_Row]] = {}
    for row in queue.rows:
        by_attempt.setdefault(row.attempt, []).append(row)
    for _, rows in sorted(by_attempt.items()):
        first_figure = next((row.at for row in rows if row.kind == EventKind.PUSHING and row.has_figure), None)
        counting = [row for row in rows if row.kind == EventKind.RETRYING]
        begin = max(start, first_figure if first_figure is not None else start)
        end = counting[0].at if counting else rows[-1].at
        yield begin, max(begin, end)
        if counting:
            start = max(end, counting[-1].at + counting[-1].wait)
