"""A log as numbered lines and as the pieces that a terminal would have drawn one after another."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from pushlog.intake.limits import LONGEST_PIECE
from pushlog.intake.mapped import Data, release_all, release_range
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Int64 = NDArray[np.int64]
ByteRanges = tuple[tuple[int, int], ...]

# Line feeds are counted for blocks of this many bytes, and looked up inside one when a line of it is asked for.
_BLOCK = 1 << 15
_BLOCKS_HELD = 64
# After a look into so many blocks memory is given back: one look can bring 2 MiB of a mapped file into it.
_RELEASE_EVERY = 8
_LINES_AT_ONCE = 1 << 20
# Most lines end within so many bytes.
_NEAR_END = 1 << 10
# Rows that were read are given back in steps of so many bytes.
_RELEASED = 1 << 24
# So many characters of a line are shown at most; for them so many bytes are looked at.
_SHOWN = 2000
LOOKED_AT = 4 * _SHOWN

# Escapes without a place of their own: colours, erasing, titles, links. Sources: ECMA-48, xterm control sequences.
_ESCAPE = lazy_pattern(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
)
# What ends a piece: the line, a carriage return, or a move of the cursor to another row or to its column.
_MOVES = lazy_pattern(rb"(?:\x1b\[[0-9;?]*[ABCDEFGHJdf])+")
_ROW = lazy_pattern(rb"[^\r\n]+")
BLANK = b" \t\r\n\v\f\0"
BLANKS = BLANK.decode()


@record(kw_only=False)
class Piece:
    """A stretch of text between two breaks: where it begins and ends in the data, its line, and what it reads."""

    start: int
    stop: int
    line: int
    text: str


@record(slots=False, kw_only=False)
class LogText:
    """The data of a log and where its physical lines begin.

    `starts`: the offset at which each physical line begins, where these are not the lines of the data: in a recording
    every event is a line of the file. `stretches`: where something of a push may stand, in order; None for anywhere.
    `beside`: what lies so near to these that an error below a push may reach there. `passed_over`: byte ranges, shape
    (n, 2), in order, of redraws that are never read as pieces: what they say, others say too.
    """

    data: Data
    starts: Int64 | None = None
    stretches: ByteRanges | None = None
    beside: ByteRanges = ()
    passed_over: Int64 | None = None

    @property
    def parts(self) -> ByteRanges:
        """The stretches to read."""
        return ((0, len(self.data)),) if self.stretches is None else self.stretches

    @cached_property
    def _feeds(self) -> Int64:
        """The number of line feeds before each block, and in all."""
        counts = [0]
        for start in range(0, len(self.data), _BLOCK):
            part = np.frombuffer(self.data[start : start + _BLOCK], dtype=np.uint8)
            counts.append(int(np.count_nonzero(part == ord("\n"))))
            release_range(self.data, start, start + _BLOCK)
        return np.cumsum(counts).astype(np.int64)

    @cached_property
    def _feeds_before(self) -> list[int]:
        """The same as a list, which is searched for one number in a fifth of the time."""
        return cast("list[int]", self._feeds.tolist())

    @cached_property
    def _block_ends(self) -> dict[int, Int64]:
        return {}

    def _ends(self, block: int) -> Int64:
        """The offsets of the line feeds in a block. Those of a few are kept, for lines are asked for in order."""
        ends = self._block_ends.get(block)
        if ends is None:
            if len(self._block_ends) >= _BLOCKS_HELD:
                self._block_ends.clear()
            if len(self._block_ends) % _RELEASE_EVERY == 0:
                release_all(self.data)
            start = block * _BLOCK
            part = np.frombuffer(self.data[start : start + _BLOCK], dtype=np.uint8)
            ends = self._block_ends[block] = (part == ord("\n")).nonzero()[0] + start
        return ends

    @cached_property
    def lines(self) -> int:
        """How many physical lines there are; the last needs no line feed."""
        if self.starts is not None:
            return len(self.starts)
        return int(self._feeds[-1]) + (len(self.data) > 0 and self.data[-1:] != b"\n")

    def line_of(self, offset: int) -> int:
        """The physical line, from 1, that holds the byte at `offset`."""
        if self.starts is not None:
            return max(1, int(np.searchsorted(self.starts, offset, side="right")))
        block = min(offset, max(len(self.data) - 1, 0)) // _BLOCK
        before = int(self._feeds[block]) + int(self._ends(block).searchsorted(offset))
        return max(1, min(before + 1, self.lines))

    def lines_of(self, offsets: Int64) -> Int64:
        """The same for many offsets, in ascending order."""
        if self.starts is not None:
            return np.maximum(1, np.searchsorted(self.starts, offsets, side="right").astype(np.int64))
        blocks = offsets // _BLOCK
        lines: Int64 = self._feeds[blocks] + 1
        cuts = np.append(np.flatnonzero(np.diff(blocks, prepend=-1)), len(offsets))
        for first, last in pairwise(cuts.tolist()):
            block = int(blocks[first])
            if self._feeds[block] < self._feeds[block + 1]:
                lines[first:last] += np.searchsorted(self._ends(block), offsets[first:last])
        return lines

    def start_of(self, line: int) -> int:
        """The offset at which a physical line begins."""
        if line > self.lines:
            return len(self.data)
        if self.starts is not None:
            return int(self.starts[line - 1])
        return self._end_of(line - 1) + 1 if line > 1 else 0

    def _end_of(self, number: int) -> int:
        """The offset of a line feed, counted from 1."""
        feeds = self._feeds_before
        block = bisect_left(feeds, number) - 1
        return int(self._ends(block)[number - feeds[block] - 1])

    def stop_of(self, line: int) -> int:
        """The offset at which a physical line ends, before its line feed."""
        return self.bounds(line)[1]

    def bounds(self, line: int) -> tuple[int, int]:
        """The offsets at which a physical line begins and ends, before its line feed."""
        start = self.start_of(line)
        if self.starts is None and line > 0:
            # Most lines end near their beginning: one look there is quicker than counting line feeds once more.
            stop = self.data.find(b"\n", start, start + _NEAR_END)
            if stop >= 0:
                return start, stop
        stop = self.start_of(line + 1)
        return start, stop - 1 if stop > start and self.data[stop - 1] == ord("\n") else stop

    def whole(self, line: int) -> bytes:
        """All bytes of a physical line."""
        return self.data[slice(*self.bounds(line))]

    def beginning(self, line: int, most: int = _SHOWN, *, skip: int = 0) -> bytes:
        """The bytes that a physical line begins with, at most so many, behind those that are skipped."""
        start, stop = self.bounds(line)
        return self.data[start + skip : min(stop, start + skip + most)]

    def near_line_starts(self, start: int, stop: int, reach: int) -> list[tuple[int, int]]:
        """The ranges between two offsets outside which nothing stands within `reach` bytes of where its line begins.

        A line is one of the data here; many redraws of a terminal are one. `reach`: at most the size of a block.
        """
        has_feed = np.diff(self._feeds) > 0
        near = np.ones(len(has_feed), dtype=np.bool_)
        near[1:] = has_feed[1:] | has_feed[:-1]
        edges = np.flatnonzero(np.diff(np.concatenate(([False], near, [False])))) * _BLOCK
        # What begins in a range may end behind it.
        ranges = ((max(start, low), min(stop, high + reach)) for low, high in edges.reshape(-1, 2).tolist())
        return [(low, high) for low, high in ranges if low < high]

    def near(self, line: int, number: int) -> Sequence[int]:
        """The lines around a physical line, so many above and below."""
        return range(max(1, line - number), min(self.lines, line + number) + 1)

    def above(self, line: int, number: int) -> Sequence[int]:
        """So many lines above a physical line, the nearest first."""
        return range(line - 1, max(0, line - 1 - number), -1)

    def below(self, line: int, number: int) -> Sequence[int]:
        """So many lines below a physical line, the nearest first."""
        return range(line + 1, min(self.lines, line + number) + 1)

    def shown_of(self, line: int) -> tuple[int, int]:
        """The offsets between which a physical line is looked at for what is shown of it: all of it, or its end."""
        start, stop = self.bounds(line)
        return max(start, stop - LOOKED_AT), stop

    def shown(self, line: int) -> str:
        """What a person reads on that line, or the beginning of it: the last piece drawn there."""
        return next(iter(self.last_rows(line, 1)), "")

    def last_rows(self, line: int, most: int) -> list[str]:
        """Return what was drawn last on that line, so many rows, the last one last."""
        start, stop = self.shown_of(line)
        part = self.data[start:stop]
        if b"\r" not in part and b"\x1b" not in part:
            return [plain(part)[:_SHOWN]]
        return [piece.text[:_SHOWN] for piece in self.pieces(start, stop)][-most:]

    def pieces(self, start: int, stop: int) -> Iterator[Piece]:
        """The pieces that are not blank between two offsets, escapes removed."""
        line, counted_to = self.line_of(start), start
        for begin, end in self.spans(start, stop):
            text = plain(self.data[begin : min(end, begin + LONGEST_PIECE)])
            if text:
                # Counting on is quicker than looking a line up.
                if self.starts is not None:
                    line = self.line_of(begin)
                else:
                    line += self.data[counted_to:begin].count(b"\n")
                counted_to = begin
                yield Piece(begin, end, line, text)

    def spans(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Where the pieces between two offsets begin and end, blank ones too."""
        return (
            self._spans(start, stop) if self.passed_over is None else self._spans_beside(self.passed_over, start, stop)
        )

    def _spans_beside(self, passed_over: Int64, start: int, stop: int) -> Iterator[tuple[int, int]]:
        first = int(np.searchsorted(passed_over[:, 1], start, side="right"))
        for low, high in passed_over[first:]:
            if low >= stop:
                break
            yield from self._spans(start, int(low))
            start = int(high)
        yield from self._spans(start, stop)

    def _spans(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        is_drawn = self.data.find(b"\x1b", start, stop) >= 0
        if not is_drawn and stop - start <= _RELEASED:
            yield from map(re.Match.span, _ROW.finditer(self.data, start, stop))
            return
        released = start
        for row in _ROW.finditer(self.data, start, stop):
            begin, end = row.span()
            if begin - released > _RELEASED:
                release_range(self.data, released, begin)
                released = begin
            # Only where the cursor moves does more than the end of a line end a piece.
            if is_drawn and self.data.find(b"\x1b", begin, end) >= 0:
                for move in _MOVES.finditer(self.data, begin, end):
                    if move.start() > begin:
                        yield begin, move.start()
                    begin = move.end()
            if begin < end:
                yield begin, end

    def piece(self, start: int, stop: int) -> Piece | None:
        """The piece that begins and ends there; None for a blank one."""
        text = plain(self.data[start : min(stop, start + LONGEST_PIECE)])
        return Piece(start, stop, self.line_of(start), text) if text else None


def plain(part: bytes) -> str:
    """Bytes as text without escapes and without white space around it."""
    if part.isascii() and b"\x1b" not in part:
        return part.strip(BLANK).decode("ascii")
    if b"\x1b" in part:
        part = _ESCAPE.sub(b"", part)
    return part.decode("utf-8", "replace").strip(BLANKS)


def lines_between(data: Data, start: int, stop: int) -> Iterator[bytes]:
    """Yield the lines between two offsets without their line feeds; of a mapped file they are not kept in memory."""
    for block in blocks_between(data, start, stop):
        yield from block.removesuffix(b"\n").split(b"\n")


def blocks_between(data: Data, start: int, stop: int) -> Iterator[bytes]:
    """Yield the lines between two offsets, many at a time; of a mapped file they are not kept in memory."""
    while start < stop:
        end = stop if stop - start <= _LINES_AT_ONCE else data.rfind(b"\n", start, start + _LINES_AT_ONCE) + 1
        end = end or data.find(b"\n", start + _LINES_AT_ONCE, stop) + 1 or stop
        yield data[start:end]
        release_range(data, start, end)
        start = end
