"""Rows that repeat by the million, classified by their shapes.

A shape is a row with every digit written as `0`. A long push has millions of rows and a few hundred shapes, so the
pattern derived from the grammar looks at one row of each shape, and where it finds a field there, the field stands in
all rows of that shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pushlog.formats.bulk.split import LONGEST
from pushlog.formats.events import UNKNOWN
from pushlog.formats.figures import LARGEST, Figure, Run, figure
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from pushlog.formats.bulk.split import Segments
    from pushlog.intake.log_text import Int64

Uint64 = NDArray[np.uint64]

FIELDS = ("CURRENT", "TOTAL", "WAIT")
MOVES, OTHER = -2, -1  # a row that only moves the cursor; a row that is in neither grammar
_CONTROL = lazy_pattern(rb"(?:\x1b\[[0-9;?]*[A-Za-z])+ *")
# A push has fewer shapes than this; rows of further shapes are parsed one by one.
_MOST = 1 << 13
# No more shapes are left to another log, so that little memory is held.
_FEW = 256
_ODD = np.arange(1, LONGEST, 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xC2B2AE3D27D4EB4F)
# Fifteen digits and a point fill two words of eight bytes.
_RUNS = 2
_HALF = np.uint64(32)
_BYTES = np.array([(1 << 8 * n) - 1 for n in range(8)] + [2**64 - 1], dtype=np.uint64)


@record
class BulkGrammar:
    """A grammar's derived pattern, for a whole row; `kinds` pairs the groups of its kinds with codes."""

    pattern: re.Pattern[bytes]
    kinds: dict[str, int]

    def shape(self, row: bytes) -> Shape:
        """Return the shape of a row: its kind and where its fields stand."""
        match = self.pattern.fullmatch(row)
        if match is None:
            return Shape(OTHER)
        fields = tuple(figure(row, *match.span(field)) for field in FIELDS)
        if any(field is None for field in fields):
            return Shape(OTHER)
        kind = next(code for name, code in self.kinds.items() if match.start(name) >= 0)
        return Shape(kind, tuple(field for field in fields if field is not None))


@record(kw_only=False)
class Shape:
    """The meaning of a shape: the code of its kind, and where its fields stand, counted from its start."""

    kind: int
    fields: tuple[Figure, ...] = (Figure(),) * len(FIELDS)


def moves(row: bytes) -> Shape:
    """Return the shape of a row that may only move the cursor."""
    return Shape(MOVES if _CONTROL.fullmatch(row) else OTHER)


class _Group:
    """The shapes of one length in words of eight bytes: their hashes in order, and their words."""

    def __init__(self, words: int) -> None:
        self.hashes: Uint64 = np.empty(0, dtype=np.uint64)
        self.size: Int64 = np.empty(0, dtype=np.int64)
        self.number: Int64 = np.empty(0, dtype=np.int64)
        self.words: Uint64 = np.empty((0, words), dtype=np.uint64)

    def add(self, hashes: Uint64, size: Int64, number: Int64, words: Uint64) -> None:
        """Add shapes that are new."""
        order = np.argsort(np.concatenate([self.hashes, hashes]), kind="stable")
        self.hashes = np.concatenate([self.hashes, hashes])[order]
        self.size = np.concatenate([self.size, size])[order]
        self.number = np.concatenate([self.number, number])[order]
        self.words = np.concatenate([self.words, words])[order]

    def find(self, hashes: Uint64) -> tuple[Int64, NDArray[np.bool_]]:
        """Return the place of each hash, and whether it is here at all."""
        if not len(self.hashes):
            return np.zeros(len(hashes), dtype=np.int64), np.zeros(len(hashes), dtype=bool)
        index = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return index, self.hashes[index] == hashes


class Shapes:
    """The shapes met so far, each with a number; a row has the number -1 when its shape does not classify it."""

    def __init__(self, lanes: Sequence[BulkGrammar]) -> None:
        self.lanes = tuple(lanes)
        self.met: list[Shape] = []
        self._kinds: Int64 = np.empty(0, dtype=np.int64)
        self._plans = tuple(_Plan() for _ in FIELDS)
        self._meanings = (*(lane.shape for lane in lanes), moves)
        self._groups: dict[tuple[int, int], _Group] = {}

    @classmethod
    def of(cls, lanes: Sequence[BulkGrammar]) -> Shapes:
        """Return the shapes that an earlier log left, none if there are none: most logs have the same few.

        Who takes them has them alone, whatever other threads read.
        """
        try:
            shapes = _left.pop()
        except IndexError:
            return cls(lanes)
        return shapes if shapes.lanes == tuple(lanes) else cls(lanes)

    def leave(self) -> None:
        """Leave the shapes to another log, if they are few."""
        if len(self.met) <= _FEW:
            _left.append(self)

    def kinds(self) -> Int64:
        """Return the code of the kind of each shape."""
        new = self.met[len(self._kinds) :]
        if new:
            self._kinds = np.append(self._kinds, [shape.kind for shape in new])
            for field, plan in enumerate(self._plans):
                plan.add([shape.fields[field] for shape in new])
        return self._kinds

    def fields(self, segments: Segments, rows: Int64, numbers: Int64) -> Iterator[Int64]:
        """Return the fields of rows as columns, in the order of FIELDS; `numbers` are the numbers of their shapes."""
        for plan in self._plans:
            yield _column(segments, segments.start[rows], numbers, plan)

    def numbers(self, segments: Segments, lane: int, rows: Int64) -> Int64:
        """Return the number of the shape of each of these segments, all of one lane."""
        base, size = segments.core(lane, rows)
        length = (size + 7) >> 3
        numbers = np.full(len(rows), -1, dtype=np.int64)
        for words in np.flatnonzero(np.bincount(length)).tolist():
            alike = np.flatnonzero(length == words)
            numbers[alike] = self._numbers(segments, lane, rows[alike], base[alike], size[alike])
        return numbers

    def _numbers(self, segments: Segments, lane: int, rows: Int64, base: Int64, size: Int64) -> Int64:
        words, hashes = _words(segments, base, size)
        count = words.shape[1]
        group = self._groups.setdefault((lane, count), _Group(count))
        index, is_known = group.find(hashes)
        if not is_known.all():
            new = np.flatnonzero(~is_known)
            _, firsts = np.unique(hashes[new], return_index=True)
            new = new[firsts[: max(_MOST - len(self.met), 0)]]
            numbers = np.arange(len(self.met), len(self.met) + len(new))
            self.met += [self._meanings[lane](row) for row in segments.texts(rows[new])]
            group.add(hashes[new], size[new], numbers, words[new])
            index, is_known = group.find(hashes)
        if not len(group.hashes):
            return np.full(len(rows), -1, dtype=np.int64)
        # Two shapes can have one hash: rows are compared with the words of their shape.
        same = is_known & (size == group.size[index])
        differs = words != group.words.take(index, axis=0)
        if differs.any():
            same &= ~differs.any(axis=1)
        return np.where(same, group.number[index], -1)


def _words(segments: Segments, base: Int64, size: Int64) -> tuple[Uint64, Uint64]:
    """Return the rows as words of eight bytes, shape (rows, words), zero after a row's end; and a hash of each row."""
    count = int(size.max() + 7) >> 3
    words = segments.words(base, count)
    words[:, -1] &= _BYTES[size - 8 * (count - 1)]
    hashes = words @ _ODD[:count] + size.astype(np.uint64) * _MIX
    hashes ^= hashes >> _HALF
    return words, hashes


_left: list[Shapes] = []


class _Plan:
    """How to read one field in each shape: the runs of its digits, shape (runs, shapes), and their scale."""

    def __init__(self) -> None:
        self.at: Int64 = np.empty((_RUNS, 0), dtype=np.int64)
        self.before: Uint64 = np.empty((_RUNS, 0), dtype=np.uint64)
        self.behind: Uint64 = np.empty((_RUNS, 0), dtype=np.uint64)
        self.power: NDArray[np.float64] = np.empty((_RUNS, 0))
        self.scale: NDArray[np.float64] = np.empty(0)

    def add(self, figures: Sequence[Figure]) -> None:
        """Add the field of further shapes."""
        none = (Run(0, 0, 0, 0),)
        runs = [(figure.runs + none * _RUNS)[:_RUNS] for figure in figures]
        for name in ("at", "before", "behind", "power"):
            column = getattr(self, name)
            new = np.array([[getattr(run, name) for run in pair] for pair in runs], dtype=column.dtype).T
            setattr(self, name, np.concatenate([column, new], axis=1))
        self.scale = np.append(self.scale, [figure.scale for figure in figures])


def _column(segments: Segments, start: Int64, numbers: Int64, plan: _Plan) -> Int64:
    """Return one field of all rows, read eight bytes at a time."""
    rows = np.flatnonzero(plan.behind[0][numbers])
    column = np.full(len(numbers), UNKNOWN, dtype=np.int64)
    start, numbers = start[rows], numbers[rows]
    value = np.zeros(len(numbers))
    for run in range(_RUNS):
        behind = plan.behind[run][numbers]
        if run and not behind.any():
            break
        word = segments.eight(start + plan.at[run][numbers])
        # The digits before the point move next to those behind it.
        digits = ((word & plan.before[run][numbers]) << np.uint64(8)) | (word & behind)
        value += _decimal(digits) * 10.0 ** plan.power[run][numbers] if run else _decimal(digits)
    column[rows] = np.rint(np.minimum(value * plan.scale[numbers], float(LARGEST))).astype(np.int64)
    return column


def _decimal(digits: Uint64) -> Uint64:
    """Return the numbers of eight decimal digits, one in each byte, the first one in the lowest."""
    pairs = (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(100) + (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return (fours * np.uint64(10_000) + (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
