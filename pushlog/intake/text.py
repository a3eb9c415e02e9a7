"""A log as numbered lines and as the pieces that a terminal would have drawn one after another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pushlog.intake.limits import LONGEST_PIECE

if TYPE_CHECKING:
    from collections.abc import Iterator

Int64 = NDArray[np.int64]

# What ends a piece: the line, a carriage return, or a move of the cursor to another row or to its column.
BREAK = rb"(?:\r|\n|\x1b\[[0-9;?]*[ABCDEFGHJdf])"
# Escapes without a place of their own: colours, erasing, titles, links. Sources: ECMA-48, xterm control sequences.
_ESCAPE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
)
_BREAK = re.compile(BREAK)
_BLANK = b" \t\r\n\v\f\0"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text between two breaks: where it begins and ends in the data, its line, and what it reads."""

    start: int
    stop: int
    line: int
    text: str


@dataclass(frozen=True)
class Text:
    """The data of a log and where its physical lines begin.

    `starts`: the offset at which each physical line begins, where these are not the lines of the data: in a recording
    every event is a line of the file.
    """

    data: bytes
    starts: Int64 | None = None

    @cached_property
    def _starts(self) -> Int64:
        if self.starts is not None:
            return self.starts
        ends = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == ord("\n")).astype(np.int64)
        begins = np.concatenate([np.zeros(1, dtype=np.int64), ends + 1])
        return begins[:-1] if begins[-1] == len(self.data) else begins

    @property
    def lines(self) -> int:
        """How many physical lines there are; the last needs no line feed."""
        return len(self._starts)

    def line_of(self, offset: int) -> int:
        """The physical line, from 1, that holds the byte at `offset`."""
        return max(1, int(np.searchsorted(self._starts, offset, side="right")))

    def lines_of(self, offsets: Int64) -> Int64:
        """The same for many offsets."""
        return np.maximum(1, np.searchsorted(self._starts, offsets, side="right").astype(np.int64))

    def start_of(self, line: int) -> int:
        """The offset at which a physical line begins."""
        return int(self._starts[line - 1]) if line <= self.lines else len(self.data)

    def stop_of(self, line: int) -> int:
        """The offset at which a physical line ends, before its line feed."""
        stop = int(self._starts[line]) if line < self.lines else len(self.data)
        return stop - 1 if stop > self.start_of(line) and self.data[stop - 1] == ord("\n") else stop

    def shown(self, line: int, limit: int = 2000) -> str:
        """What a person reads on that line, at most `limit` characters: the last piece drawn there."""
        start, stop = self.start_of(line), self.stop_of(line)
        texts = [p.text for p in self.pieces(max(start, stop - 4 * limit), stop)]
        return texts[-1][:limit] if texts else ""

    def pieces(self, start: int, stop: int) -> Iterator[Piece]:
        """The pieces that are not blank between two offsets, escapes removed."""
        at = start
        while at < stop:
            found = _BREAK.search(self.data, at, stop)
            end = found.start() if found else stop
            part = self.data[at : min(end, at + LONGEST_PIECE)]
            if part.strip(_BLANK):
                text = plain(part)
                if text:
                    yield Piece(at, end, self.line_of(at), text)
            at = found.end() if found else stop


def plain(part: bytes) -> str:
    """Bytes as text without escapes and without white space around it."""
    if b"\x1b" in part:
        part = _ESCAPE.sub(b"", part)
    return part.decode("utf-8", "replace").strip(" \t\r\n\v\f\0")
