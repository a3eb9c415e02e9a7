"""Some of the lines of a log, with the numbers that they have in it: those of a lane, or those that say something."""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.log_text import LogText
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import Int64, Piece


@record(slots=False, kw_only=False)
class NumberedText(LogText):
    """Some of the lines of a log. `numbers`: the physical line of each, ascending; `total`: lines of the log.

    Offsets are those in `data`, lines are physical; a line of the log that is not here is empty. Where the text has
    `starts`, they tell the lines. `cuts`: the byte ranges of the log, shape (n, 2), that were taken out of it.
    """

    numbers: Int64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    total: int = 0
    cuts: Int64 = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))

    @cached_property
    def rows(self) -> LogText:
        """The same lines as a log of their own, counted from 1."""
        return LogText(self.data, stretches=self.stretches, beside=self.beside)

    def moved(self, offsets: Int64) -> Int64:
        """Where offsets of the log are here; those that were taken out are where that happened."""
        # An empty cut before all offsets, so that each has one before it.
        starts = np.concatenate([[-1], self.cuts[:, 0]])
        sizes = np.concatenate([[0], self.cuts[:, 1] - self.cuts[:, 0]])
        cut = np.searchsorted(starts, offsets, side="right") - 1
        moved: Int64 = offsets - (np.cumsum(sizes) - sizes)[cut] - np.minimum(offsets - starts[cut], sizes[cut])
        return moved

    @property
    def lines(self) -> int:
        """How many physical lines the log has."""
        return self.total if self.starts is None else len(self.starts)

    def line_of(self, offset: int) -> int:
        """The physical line, from 1, that holds the byte at `offset`."""
        if self.starts is not None:
            return super().line_of(offset)
        return int(self.numbers[self.rows.line_of(offset) - 1]) if len(self.numbers) else 1

    def lines_of(self, offsets: Int64) -> Int64:
        """The same for many offsets, in ascending order."""
        if self.starts is not None:
            return super().lines_of(offsets)
        lines: Int64 = self.numbers[self.rows.lines_of(offsets) - 1]
        return lines

    def start_of(self, line: int) -> int:
        """The offset at which a physical line begins, or the next one that is here."""
        if self.starts is not None:
            return super().start_of(line)
        row = int(np.searchsorted(self.numbers, line))
        return self.rows.start_of(row + 1) if row < len(self.numbers) else len(self.data)

    def near(self, line: int, number: int) -> Sequence[int]:
        """The lines that are here around one of them, so many above and below."""
        if self.starts is not None:
            return super().near(line, number)
        row = int(np.searchsorted(self.numbers, line))
        lines: list[int] = self.numbers[max(0, row - number) : row + number + 1].tolist()
        return lines

    def pieces(self, start: int, stop: int) -> Iterator[Piece]:
        """The pieces that are not blank between two offsets, escapes removed."""
        if self.starts is not None:
            yield from super().pieces(start, stop)
            return
        for piece in self.rows.pieces(start, stop):
            yield replace(piece, line=int(self.numbers[piece.line - 1]))
