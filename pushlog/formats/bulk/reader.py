"""The fast lane: rows that repeat by the million become columns, chunk by chunk; what is left is named for the other.

A long push draws a layer again and again, and nearly all of these rows only move its figure on. Where every row is not
asked for, such rows are left out of the table; the order in which layers were drawn is kept of all, for the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.bulk.line_shapes import MOVES, OTHER, BulkGrammar, Shapes
from pushlog.formats.bulk.split import Segments
from pushlog.formats.events import Columns, EventKind, RowOrder, grouped
from pushlog.formats.figures import LONGEST_WAIT
from pushlog.intake.mapped import release_all, release_range
from pushlog.intake.threads import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pushlog.intake.log_text import Int64, LogText
    from pushlog.intake.mapped import Data

# Rows are read in chunks of about this many bytes: arrays stay in the cache, and memory stays small.
CHUNK = 1 << 20
# From so many bytes on, threads share the work. With smaller chunks they wait for each other most of the time.
LARGE, LARGE_CHUNK = 128 << 20, 1 << 22
# More than any array of a chunk takes.
_FREED = 16 << 20
# Of rows that only move a figure on, one in so many is kept.
_KEPT = 16
# A figure that stands for fewer rows, some seconds, is taken for one that moves on.
_STANDING = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The rows that were read, and the stretches of data, shape (n, 2), that hold something else."""

    columns: Columns
    drawn: RowOrder
    others: Int64
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one chunk holds. `order`: the layer of every row, as `ids` numbers it; `kept`: which rows `columns` has."""

    columns: Columns
    ids: _Ids
    order: NDArray[np.int32]
    kept: Int64
    others: Int64
    messages: int


def scan(text: LogText, lines: BulkGrammar, messages: BulkGrammar, *, keep_redraws: bool = True) -> Scan:
    """All rows of both lanes in the text, in order. A row ends where the next text begins.

    `keep_redraws`: also those that only move a figure on.
    """
    _keep_memory()
    readers: list[_Reader] = []

    def read(span: tuple[int, int]) -> _Part:
        # Each thread takes a reader that no other has: what a reader knows of shapes and layers is its own.
        reader = readers.pop() if readers else _Reader((lines, messages), keep_redraws=keep_redraws)
        part = reader.part(text.data, *span)
        readers.append(reader)
        return part

    is_large = sum(stop - start for start, stop in text.parts) >= LARGE
    size = LARGE_CHUNK if is_large else CHUNK
    chunks = (span for part in text.parts for span in _chunks(text.data, *part, size))
    parts = list(at_once(read, chunks) if is_large else map(read, chunks)) or [read((0, 0))]
    return Scan(
        columns=Columns.joined([part.columns for part in parts]),
        drawn=_drawn(parts),
        others=np.concatenate([part.others for part in parts]),
        messages=sum(part.messages for part in parts),
    )


def _drawn(parts: Sequence[_Part]) -> RowOrder:
    """The order of the rows of all parts, whoever read them."""
    known = {part.ids for part in parts}
    # Asked for the index too, `np.unique` does not load the rest of numpy.
    ids, _ = np.unique(np.concatenate([own.known for own in known]), return_index=True)
    number = {own: np.searchsorted(ids, own.known).astype(np.int32) for own in known}
    sizes = np.cumsum([0, *(len(part.order) for part in parts)])
    return RowOrder(
        ids=ids,
        order=np.concatenate([number[part.ids][part.order] for part in parts]),
        place=np.concatenate([part.kept + size for part, size in zip(parts, sizes[:-1], strict=True)]),
    )


def _keep_memory() -> None:
    """The memory of arrays is kept for the next ones, not given back and taken anew page by page: twice as fast.

    glibc does so for arrays that are smaller than any that was freed before (mallopt(3), M_MMAP_THRESHOLD).
    """
    np.empty(_FREED, dtype=np.uint8)


def _chunks(data: Data, start: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    """Stretches that end behind a line feed or a carriage return."""
    low = start
    while low < stop:
        high = min(low + size, stop)
        if high < stop:
            cut = data.rfind(b"\r", low, high) + 1
            cut = data.rfind(b"\n", cut or low, high) + 1 or cut
            high = cut or data.find(b"\n", high, stop) + 1 or stop
        release_all(data)
        yield low, high
        low = high


class _Reader:
    """Reads chunks, and remembers the shapes of rows and the layers that it met."""

    def __init__(self, lanes: tuple[BulkGrammar, BulkGrammar], *, keep_redraws: bool) -> None:
        self._shapes, self._ids, self._keep_redraws = Shapes(lanes), _Ids(), keep_redraws

    def part(self, data: Data, low: int, high: int) -> _Part:
        """What the lanes read between two offsets."""
        chunk = data[low:high]
        release_range(data, low, high)
        found = Segments(chunk)
        kind, number = _kinds(found, self._shapes)
        told = np.flatnonzero(kind != MOVES)
        begins = found.start[told]
        ends = np.append(begins[1:], len(chunk))[: len(begins)]
        read = kind[told] >= 0
        at = np.flatnonzero(read)
        rows = told[at]
        is_message = found.is_message[rows]
        current, total, wait = self._shapes.fields(found, rows, number[rows])
        hexid = found.hexid[rows]
        order = self._ids.codes(hexid)
        kept = np.arange(len(rows))
        if not self._keep_redraws:
            is_telling = _telling(self._ids.ranks[order], kind[rows], current, total)
            kept = np.flatnonzero(is_telling | _beside(read)[at])
        table = Columns(
            start=begins[at[kept]] + low,
            stop=ends[at[kept]] + low,
            until=ends[at[np.append(kept[1:], len(order))[: len(kept)] - 1]] + low,
            hexid=hexid[kept],
            kind=kind[rows[kept]].astype(np.int8),
            current=current[kept],
            total=total[kept],
            wait=np.minimum(wait[kept], LONGEST_WAIT),
        )
        others = _stretches(begins + low, found.stop[told] + low, read)
        return _Part(
            columns=table, ids=self._ids, order=order, kept=kept, others=others, messages=int(is_message.sum())
        )


def _kinds(found: Segments, shapes: Shapes) -> tuple[Int64, Int64]:
    """The kind of every segment, and the number of its shape."""
    number = np.full(len(found), -1, dtype=np.int64)
    for lane, rows in found.lanes():
        number[rows] = shapes.numbers(found, lane, rows)
    # What has no shape, and the number -1, finds the last one.
    return np.append(shapes.kinds(), OTHER)[number], number


class _Ids:
    """The layers of a log, each with a number."""

    def __init__(self) -> None:
        self.known: Int64 = np.empty(0, dtype=np.int64)
        self._sorted: Int64 = np.empty(0, dtype=np.int64)
        self._number: Int64 = np.empty(0, dtype=np.int64)
        # By their digits: in which order they were met depends on what other threads read.
        self.ranks: Int64 = np.empty(0, dtype=np.int64)

    def codes(self, hexid: Int64) -> NDArray[np.int32]:
        """The number of each layer."""
        at = self._find(hexid)
        is_new = self._sorted[at] != hexid if len(self._sorted) else np.ones(len(hexid), dtype=bool)
        if is_new.any():
            self.known = np.append(self.known, list(dict.fromkeys(hexid[is_new].tolist())))
            self._number = np.argsort(self.known, kind="stable")
            self._sorted = self.known[self._number]
            self.ranks = np.argsort(self._number)
            at = self._find(hexid)
        return self._number[at].astype(np.int32) if len(hexid) else np.empty(0, dtype=np.int32)

    def _find(self, hexid: Int64) -> Int64:
        return np.minimum(np.searchsorted(self._sorted, hexid), max(len(self._sorted) - 1, 0))


def _telling(layer: Int64, kind: Int64, current: Int64, total: Int64) -> NDArray[np.bool_]:
    """Which rows say more than that a layer's figure moves on, or stands still.

    Kept are the ends of every stretch of such rows and of every long standstill in it, and the row behind that.
    """
    order = grouped(layer)
    layer, current, total = layer[order], current[order], total[order]
    is_part = (kind[order] == EventKind.PUSHING) & (current >= 0) & ((total < 0) | (current < total))
    goes_on = np.zeros(len(order), dtype=bool)
    goes_on[1:] = is_part[1:] & is_part[:-1] & (layer[1:] == layer[:-1]) & (total[1:] == total[:-1])
    goes_on[1:] &= current[1:] >= current[:-1]
    dull = np.zeros(len(order), dtype=bool)
    dull[2:-1] = goes_on[1:-2] & goes_on[2:-1] & goes_on[3:]
    begins = np.flatnonzero(~goes_on[1:] | (current[1:] > current[:-1])) + 1
    begins = np.concatenate([[0], begins, [len(order)]])
    is_standing = np.diff(begins) >= _STANDING
    is_edge = ~goes_on
    is_edge[:-1] |= ~goes_on[1:]
    # A standstill at the end of a stretch may be longer than it shows there.
    is_standing[np.searchsorted(begins, np.flatnonzero(is_edge), side="right") - 1] = True
    standing = np.flatnonzero(is_standing)
    for edge in (begins[standing], begins[standing + 1] - 1, np.minimum(begins[standing + 1], len(order) - 1)):
        dull[edge] = False
    dull &= np.arange(len(order)) % _KEPT != 0
    telling = np.empty(len(order), dtype=bool)
    telling[order] = ~dull
    return telling


def _beside(read: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The rows before and after what no lane reads."""
    beside = np.zeros(len(read), dtype=bool)
    beside[1:] |= ~read[:-1]
    beside[:-1] |= ~read[1:]
    return beside


def _stretches(start: Int64, stop: Int64, read: NDArray[np.bool_]) -> Int64:
    """Neighbours that no lane reads, as one stretch each."""
    begins = ~read & np.insert(read[:-1], 0, True)[: len(read)]
    ends = ~read & np.append(read[1:], True)[: len(read)]
    return np.column_stack([start[begins], stop[ends]])
