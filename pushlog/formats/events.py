"""The events table: the events of layers as columns, rare lines as marks."""

from __future__ import annotations

from dataclasses import fields
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import Int64, LogText

Uint8 = NDArray[np.uint8]


class EventKind(IntEnum):
    """The state of a layer in a line; the names, in lower case, are the aliases of the grammars."""

    PREPARING = 0
    WAITING = 1
    PUSHING = 2
    PUSHED = 3
    EXISTS = 4
    MOUNTED = 5
    RETRYING = 6
    SKIPPED = 7
    UNAVAILABLE = 8
    FETCHING = 9
    BUFFERING = 10
    FAILED = 11


def is_any(kind: NDArray[np.int8], kinds: Sequence[EventKind]) -> NDArray[np.bool_]:
    """Return which of a column of kinds are among these: quicker than to compare the column with a single Enum."""
    is_wanted: NDArray[np.bool_] = _wanted(tuple(kinds))[kind]
    return is_wanted


@cache
def _wanted(kinds: tuple[EventKind, ...]) -> NDArray[np.bool_]:
    return np.array([kind in kinds for kind in EventKind])


def grouped(numbers: NDArray[np.integer]) -> Int64:
    """Return the order that groups equal numbers, stable within a group; 16 bits are sorted in one pass."""
    is_small = len(numbers) > 0 and numbers.max() < 1 << 15 and numbers.min() >= -(1 << 15)
    return np.argsort(numbers.astype(np.int16) if is_small else numbers, kind="stable")


# An id has twelve digits of four bits; browsers and people cut or capitalise it.
_ID_LENGTH = 12
_SHORTER, _CAPITALS = 48, 52
UNKNOWN = -1  # in a column of figures: the line does not tell


@record
class EventRow:
    """One layer event read by the line parser; bytes and seconds are UNKNOWN where the line has none."""

    start: int
    stop: int
    layer: str
    kind: EventKind
    current: int = UNKNOWN
    total: int = UNKNOWN
    wait: int = UNKNOWN


@record
class Events:
    """Layer events in log order, one column each.

    `start`, `stop`: byte offsets in the text; `until`: the end of the rows left out after an event;
    `line`: physical line; `layer`: index into `ids`; `kind`: EventKind; `current`, `total`: bytes as printed; `wait`:
    seconds of a countdown line; UNKNOWN where not printed.
    `all_layers`: the layer of every row of the log, also of those left out here because they only advance a figure;
    `place`: which of these rows the events are.
    """

    ids: tuple[str, ...]
    start: Int64
    stop: Int64
    until: Int64
    line: Int64
    layer: Int64
    kind: NDArray[np.int8]
    current: Int64
    total: Int64
    wait: Int64
    all_layers: NDArray[np.int32]
    place: Int64

    def __len__(self) -> int:
        return len(self.start)

    def part(self, start: int, stop: int) -> Events:
        """Return the events with row numbers from `start` up to `stop`, not included; `ids` are those that occur."""
        if start >= stop:
            return _NONE
        codes, first, inverse = np.unique(self.layer[start:stop], return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        if stop - start == len(self) and order.tolist() == list(range(len(self.ids))):
            return self
        place = self.place[start:stop]
        all_layers = self.all_layers[place[0] : place[-1] + 1] if len(place) else self.all_layers[:0]
        number = np.full(len(self.ids), -1, dtype=np.int32)
        number[codes] = rank
        return Events(
            ids=tuple(self.ids[int(code)] for code in codes[order]),
            start=self.start[start:stop],
            stop=self.stop[start:stop],
            until=self.until[start:stop],
            line=self.line[start:stop],
            layer=rank[inverse].astype(np.int64),
            kind=self.kind[start:stop],
            current=self.current[start:stop],
            total=self.total[start:stop],
            wait=self.wait[start:stop],
            all_layers=number[all_layers],
            place=place - place[:1],
        )

    def first_layers(self, most: int) -> Events:
        """Return the events of the first layers; layers are numbered in the order in which they are named."""
        rows, all_rows = self.layer < most, self.all_layers < most
        return Events(
            ids=self.ids[:most],
            layer=self.layer[rows],
            all_layers=self.all_layers[all_rows],
            place=(np.cumsum(all_rows) - 1)[self.place[rows]],
            **{name: getattr(self, name)[rows] for name in _COLUMNS},
        )

    def without(self, layer_id: str) -> Events:
        """Return the events of all other layers."""
        code = self.ids.index(layer_id)
        rows, all_rows = self.layer != code, self.all_layers != code
        columns = {name: getattr(self, name)[rows] for name in _COLUMNS}
        return Events(
            ids=tuple(other for other in self.ids if other != layer_id),
            layer=self.layer[rows] - (self.layer[rows] > code),
            all_layers=(self.all_layers[all_rows] - (self.all_layers[all_rows] > code)).astype(np.int32),
            place=(np.cumsum(all_rows) - 1)[self.place[rows]],
            **columns,
        )


_COLUMNS = ("start", "stop", "until", "line", "kind", "current", "total", "wait")


def _of_none() -> Events:
    numbers = np.empty(0, dtype=np.int64)
    columns = dict.fromkeys(("start", "stop", "until", "line", "layer", "current", "total", "wait", "place"), numbers)
    return Events(ids=(), kind=np.empty(0, dtype=np.int8), all_layers=np.empty(0, dtype=np.int32), **columns)


_NONE = _of_none()


@record
class Columns:
    """Events before lines are counted; `hexid` is the layer's twelve digits as a number."""

    start: Int64
    stop: Int64
    until: Int64
    hexid: Int64
    kind: NDArray[np.int8]
    current: Int64
    total: Int64
    wait: Int64

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """Return the columns of all parts, one after the other."""
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})


@record
class RowOrder:
    """The layer of every row of the bulk reader, also of the rows that are not in its columns.

    `ids`: the layers; `order`: the number of the layer of each row; `place`: which of these rows the columns have.
    """

    ids: Int64
    order: NDArray[np.int32]
    place: Int64


def from_rows(rows: Sequence[EventRow]) -> Columns:
    """Return the line parser's rows as columns."""
    return Columns(
        start=_column([r.start for r in rows]),
        stop=_column([r.stop for r in rows]),
        until=_column([r.stop for r in rows]),
        hexid=_column([_hexid(r.layer) for r in rows]),
        kind=np.array([r.kind for r in rows], dtype=np.int8),
        current=_column([r.current for r in rows]),
        total=_column([r.total for r in rows]),
        wait=_column([r.wait for r in rows]),
    )


def table(text: LogText, fast: Columns, row_order: RowOrder, careful: Columns) -> Events:
    """Return the rows of the bulk reader and of the line parser as one table in log order."""
    whole = Columns.joined([fast, careful])
    order = np.argsort(whole.start, kind="stable")
    # A row of the line parser stands right behind the row above it: next to such places all rows are kept.
    above = np.searchsorted(fast.start, careful.start)
    behind = np.append(row_order.place, len(row_order.order))[above] if len(row_order.order) else np.zeros_like(above)
    ids, layer = np.unique(np.concatenate([row_order.ids, careful.hexid]), return_inverse=True)
    codes: NDArray[np.int32] = layer.astype(np.int32)
    row_layers: NDArray[np.int32] = codes[: len(row_order.ids)][row_order.order]
    if len(behind):
        row_layers = np.insert(row_layers, behind, codes[len(row_order.ids) :]).astype(np.int32)
    place = np.concatenate(
        [row_order.place + np.searchsorted(behind, row_order.place, side="right"), _inserted(behind)]
    )
    events = Events(
        ids=tuple(_layer_id(int(code)) for code in ids),
        start=whole.start[order],
        stop=whole.stop[order],
        until=whole.until[order],
        line=text.lines_of(whole.start[order]),
        layer=row_layers[place[order]].astype(np.int64),
        kind=whole.kind[order],
        current=whole.current[order],
        total=whole.total[order],
        wait=whole.wait[order],
        all_layers=row_layers,
        place=place[order],
    )
    return events.part(0, len(events))


def _hexid(layer: str) -> int:
    """Return a layer's id as a number: twelve digits, and above them how it was printed if shorter or in capitals."""
    layer = layer[:_ID_LENGTH]
    return int(layer, 16) | (_ID_LENGTH - len(layer)) << _SHORTER | (layer != layer.lower()) << _CAPITALS


def _layer_id(hexid: int) -> str:
    """Return the id as it was printed."""
    length = _ID_LENGTH - (hexid >> _SHORTER & 0xF)
    digits = f"{hexid & (1 << _SHORTER) - 1:0{length}x}"
    return digits.upper() if hexid >> _CAPITALS & 1 else digits


def _inserted(behind: Int64) -> Int64:
    """Return the places of rows that `np.insert` put in."""
    return behind + np.arange(len(behind))


def of_rows(text: LogText, rows: Sequence[EventRow]) -> Events:
    """Return rows as a table in log order, whatever the client calls its blobs."""
    rows = sorted(rows, key=lambda row: row.start)
    codes = {layer: code for code, layer in enumerate(dict.fromkeys(row.layer for row in rows))}
    start = _column([r.start for r in rows])
    return Events(
        ids=tuple(codes),
        start=start,
        stop=_column([r.stop for r in rows]),
        until=_column([r.stop for r in rows]),
        line=text.lines_of(start),
        layer=_column([codes[r.layer] for r in rows]),
        kind=np.array([r.kind for r in rows], dtype=np.int8),
        current=_column([r.current for r in rows]),
        total=_column([r.total for r in rows]),
        wait=_column([r.wait for r in rows]),
        all_layers=np.array([codes[r.layer] for r in rows], dtype=np.int32),
        place=np.arange(len(rows), dtype=np.int64),
    )


def gaps(start: Int64, stop: Int64, first: int, last: int) -> list[tuple[int, int]]:
    """Return the ranges from `first` to `last` that no span covers; spans are in any order and start inside."""
    if not len(start):
        # Common: a log of nothing but commands has no spans.
        return [(first, last)] if first < last else []
    order = np.argsort(start, kind="stable")
    starts = np.append(start[order], last).astype(np.int64)
    ends = np.maximum.accumulate(np.insert(stop[order], 0, first)).astype(np.int64)
    return [(int(ends[i]), int(starts[i])) for i in np.flatnonzero(ends < starts)]


def _column(values: list[int]) -> Int64:
    return np.array(values, dtype=np.int64)
