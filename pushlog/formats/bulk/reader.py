"""The bulk reader: rows that repeat by the million become columns, chunk by chunk; the rest is left to the line parser.

A long push redraws its layers again and again, and nearly all of these rows only advance a figure. Such rows are left
out of the table unless every row is asked for; the order in which layers were drawn is kept for all rows, because the
inferred clock needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.bulk.line_shapes import MOVES, OTHER, BulkGrammar, Shapes
from pushlog.formats.bulk.split import Segments
from pushlog.formats.events import Columns, EventKind, RowOrder, grouped
from pushlog.formats.figures import LONGEST_WAIT
from pushlog.intake.limits import MOST_LAYERS
from pushlog.intake.mapped import release_all, release_range
from pushlog.intake.threads import at_once
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pushlog.intake.log_text import Int64, LogText
    from pushlog.intake.mapped import Data

# Rows are read in chunks of about this many bytes, so that arrays fit in the processor's cache.
CHUNK = 1 << 20
# From this size on, threads share the work. With smaller chunks they would mostly wait for each other.
LARGE, LARGE_CHUNK = 128 << 20, 1 << 22
# Larger than any array of a chunk.
_FREED = 16 << 20
# One in so many of the rows that only advance a figure is kept.
_KEPT = 16
# A figure that stays the same for fewer rows (some seconds) counts as advancing.
_STANDING = 64


@record
class Scan:
    """The rows, and the byte ranges, shape (n, 2), that hold something else.

    `drawn`: the order of all rows; `messages`: how many rows were messages of the Engine.
    """

    columns: Columns
    order: RowOrder
    others: Int64
    messages: int
    left_out: int


@record
class _Part:
    """One chunk. `order`: the layer of every row, as `ids` numbers it; `kept_rows`: the rows in `columns`."""

    columns: Columns
    ids: _Ids
    order: NDArray[np.int32]
    kept_rows: Int64
    others: Int64
    messages: int
    left_out: int


def scan(
    text: LogText,
    lines: BulkGrammar,
    messages: BulkGrammar,
    *,
    keep_redraws: bool = True,
    most_layers: int = MOST_LAYERS,
) -> Scan:
    """Return all rows of both grammars in the text, in order. A row ends where the next text begins.

    `keep_redraws`: also the rows that only advance a figure. `most_layers`: rows of further layers are left out.
    """
    _keep_memory()

    def begin() -> _Reader:
        return _Reader((lines, messages), most_layers, keep_redraws=keep_redraws)

    parts = _read_parts(text, begin)
    order = _row_order(parts)
    if len({part.ids for part in parts}) > 1 and (len(order.ids) > most_layers or any(part.left_out for part in parts)):
        # Which layers are left out must not depend on which thread came first.
        parts = _read_parts(text, begin, at_once_from=len(text.data) + 1)
        order = _row_order(parts)
    return Scan(
        columns=Columns.joined([part.columns for part in parts]),
        order=order,
        others=np.concatenate([part.others for part in parts]),
        messages=sum(part.messages for part in parts),
        left_out=sum(part.left_out for part in parts),
    )


def _read_parts(text: LogText, begin: Callable[[], _Reader], at_once_from: int = LARGE) -> list[_Part]:
    """Return all chunks of the text, read; `at_once_from`: the size from which several threads read."""
    readers: list[_Reader] = []

    def read(span: tuple[int, int]) -> _Part:
        # Each thread takes a reader that no other thread uses: a reader's shapes and layers are not shared.
        reader = readers.pop() if readers else begin()
        part = reader.part(text.data, *span)
        readers.append(reader)
        return part

    is_large = sum(stop - start for start, stop in text.parts) >= at_once_from
    size = LARGE_CHUNK if is_large else CHUNK
    spans = (span for part in text.parts for span in chunks(text.data, *part, size))
    parts = list(at_once(read, spans) if is_large else map(read, spans)) or [read((0, 0))]
    for reader in readers:
        reader.leave_shapes()
    return parts


def _row_order(parts: Sequence[_Part]) -> RowOrder:
    """Return the order of the rows of all parts, whichever reader numbered them."""
    numberings = {part.ids for part in parts}
    # With `return_index`, `np.unique` does not import the rest of numpy.
    ids, _ = np.unique(np.concatenate([numbering.hexids for numbering in numberings]), return_index=True)
    number = {numbering: np.searchsorted(ids, numbering.hexids).astype(np.int32) for numbering in numberings}
    sizes = np.cumsum([0, *(len(part.order) for part in parts)])
    return RowOrder(
        ids=ids,
        order=np.concatenate([number[part.ids][part.order] for part in parts]),
        place=np.concatenate([part.kept_rows + size for part, size in zip(parts, sizes[:-1], strict=True)]),
    )


def _keep_memory() -> None:
    """Make glibc keep the memory of freed arrays for the next ones, which is twice as fast as mapping it anew.

    It does so for arrays smaller than any that was freed before (mallopt(3), M_MMAP_THRESHOLD).
    """
    np.empty(_FREED, dtype=np.uint8)


def chunks(data: Data, start: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    """Return byte ranges that end after a line feed or a carriage return."""
    chunk_start = start
    while chunk_start < stop:
        chunk_stop = min(chunk_start + size, stop)
        if chunk_stop < stop:
            cut = data.rfind(b"\r", chunk_start, chunk_stop) + 1
            cut = data.rfind(b"\n", cut or chunk_start, chunk_stop) + 1 or cut
            chunk_stop = cut or data.find(b"\n", chunk_stop, stop) + 1 or stop
        release_all(data)
        yield chunk_start, chunk_stop
        chunk_start = chunk_stop


class _Reader:
    """A reader of chunks that remembers the shapes of rows and the layers."""

    def __init__(self, lanes: tuple[BulkGrammar, BulkGrammar], most_layers: int, *, keep_redraws: bool) -> None:
        self._shapes, self._ids, self._keep_redraws = Shapes.of(lanes), _Ids(most_layers), keep_redraws

    def leave_shapes(self) -> None:
        """Leave the shapes to the reader of the next log."""
        self._shapes.leave()

    def part(self, data: Data, start: int, stop: int) -> _Part:
        """Return the rows between two offsets, and the ranges that hold no row."""
        chunk = data[start:stop]
        release_range(data, start, stop)
        segments = Segments(chunk)
        kind, number = _kinds(segments, self._shapes)
        texts = np.flatnonzero(kind != MOVES)
        starts = segments.start[texts]
        ends = np.append(starts[1:], len(chunk))[: len(starts)]
        is_row = kind[texts] >= 0
        row_index = np.flatnonzero(is_row)
        codes = self._ids.codes(segments.hexid[texts[row_index]])
        left_out = int(np.count_nonzero(codes < 0))
        if left_out:
            row_index = row_index[codes >= 0]
        rows, order = texts[row_index], codes[codes >= 0]
        is_message = segments.is_message[rows]
        current, total, wait = self._shapes.fields(segments, rows, number[rows])
        hexid = segments.hexid[rows]
        kept_rows = np.arange(len(rows))
        if not self._keep_redraws:
            is_news = _is_news(self._ids.ranks[order], kind[rows], current, total)
            kept_rows = np.flatnonzero(is_news | _next_to_others(is_row)[row_index])
        table = Columns(
            start=starts[row_index[kept_rows]] + start,
            stop=ends[row_index[kept_rows]] + start,
            until=ends[row_index[np.append(kept_rows[1:], len(order))[: len(kept_rows)] - 1]] + start,
            hexid=hexid[kept_rows],
            kind=kind[rows[kept_rows]].astype(np.int8),
            current=current[kept_rows],
            total=total[kept_rows],
            wait=np.minimum(wait[kept_rows], LONGEST_WAIT),
        )
        others = _other_ranges(starts + start, segments.stop[texts] + start, is_row)
        return _Part(
            columns=table,
            ids=self._ids,
            order=order,
            kept_rows=kept_rows,
            others=others,
            messages=int(is_message.sum()),
            left_out=left_out,
        )


def _kinds(segments: Segments, shapes: Shapes) -> tuple[Int64, Int64]:
    """Return the kind of every segment, and the number of its shape."""
    number = np.full(len(segments), -1, dtype=np.int64)
    for lane, rows in segments.lanes():
        number[rows] = shapes.numbers(segments, lane, rows)
    # A segment without a shape has the number -1, which picks the last kind.
    return np.append(shapes.kinds(), OTHER)[number], number


class _Ids:
    """The layers of a log, each with a number; `hexids` has them in the order in which they were met.

    `most`: further layers get no number.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.hexids: Int64 = np.empty(0, dtype=np.int64)
        self._sorted: Int64 = np.empty(0, dtype=np.int64)
        self._number: Int64 = np.empty(0, dtype=np.int64)
        # Ranks by value: the order in which layers are met depends on what other threads read.
        self.ranks: Int64 = np.empty(0, dtype=np.int64)

    def codes(self, hexid: Int64) -> NDArray[np.int32]:
        """Return the number of each layer, -1 for one beyond the limit; new layers get the next ones."""
        index = self._find(hexid)
        is_new = self._sorted[index] != hexid if len(self._sorted) else np.ones(len(hexid), dtype=bool)
        if is_new.any() and len(self.hexids) < self._most:
            new = list(dict.fromkeys(hexid[is_new].tolist()))[: self._most - len(self.hexids)]
            self.hexids = np.append(self.hexids, new)
            self._number = np.argsort(self.hexids, kind="stable")
            self._sorted = self.hexids[self._number]
            self.ranks = np.argsort(self._number)
            index = self._find(hexid)
        if not len(hexid):
            return np.empty(0, dtype=np.int32)
        return np.where(self._sorted[index] == hexid, self._number[index], -1).astype(np.int32)

    def _find(self, hexid: Int64) -> Int64:
        return np.minimum(np.searchsorted(self._sorted, hexid), max(len(self._sorted) - 1, 0))


def _is_news(layer: Int64, kind: Int64, current: Int64, total: Int64) -> NDArray[np.bool_]:
    """Return which rows say more than that a layer's figure advances or stands still.

    The ends of every run of such rows, of every long standstill in it, and the row after that, are news too.
    """
    order = grouped(layer)
    layer, current, total = layer[order], current[order], total[order]
    is_part = (kind[order] == EventKind.PUSHING) & (current >= 0) & ((total < 0) | (current < total))
    advances = np.zeros(len(order), dtype=bool)
    advances[1:] = is_part[1:] & is_part[:-1] & (layer[1:] == layer[:-1]) & (total[1:] == total[:-1])
    advances[1:] &= current[1:] >= current[:-1]
    dull = np.zeros(len(order), dtype=bool)
    dull[2:-1] = advances[1:-2] & advances[2:-1] & advances[3:]
    starts = np.flatnonzero(~advances[1:] | (current[1:] > current[:-1])) + 1
    starts = np.concatenate([[0], starts, [len(order)]])
    is_standing = np.diff(starts) >= _STANDING
    is_edge = ~advances
    is_edge[:-1] |= ~advances[1:]
    # A standstill at the end of a run may be longer than it shows there.
    is_standing[np.searchsorted(starts, np.flatnonzero(is_edge), side="right") - 1] = True
    standing = np.flatnonzero(is_standing)
    for edge in (starts[standing], starts[standing + 1] - 1, np.minimum(starts[standing + 1], len(order) - 1)):
        dull[edge] = False
    dull &= np.arange(len(order)) % _KEPT != 0
    is_news = np.empty(len(order), dtype=bool)
    is_news[order] = ~dull
    return is_news


def _next_to_others(is_row: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which texts stand right before or after a text that is no row."""
    next_to_others = np.zeros(len(is_row), dtype=bool)
    next_to_others[1:] |= ~is_row[:-1]
    next_to_others[:-1] |= ~is_row[1:]
    return next_to_others


def _other_ranges(start: Int64, stop: Int64, is_row: NDArray[np.bool_]) -> Int64:
    """Return the byte ranges of texts that are no rows, shape (n, 2); neighbours share a range."""
    is_first = ~is_row & np.insert(is_row[:-1], 0, True)[: len(is_row)]
    is_last = ~is_row & np.append(is_row[1:], True)[: len(is_row)]
    return np.column_stack([start[is_first], stop[is_last]])
