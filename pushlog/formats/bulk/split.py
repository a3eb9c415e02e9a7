"""What stands between line ends and carriage returns in a chunk of data, and which of it may be a row of a push."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.formats.events import Uint8
    from pushlog.intake.log_text import Int64

Uint64 = NDArray[np.uint64]

ID = 12
# A longer row is not one that repeats.
LONGEST = 400
LINE, MESSAGE, CURSOR = 0, 1, 2
# What follows the layer's digits in a message of the Engine: `"}`.
_AFTER_ID = 2
_ESCAPE = 0x1B
_DIGITS = np.uint8(10)
_WORD = 8


class Segments:
    """The segments of a chunk that are not empty: where they begin and end; `rows` are those that a lane may read."""

    def __init__(self, chunk: bytes) -> None:
        view = np.frombuffer(chunk, dtype=np.uint8)
        breaks = np.flatnonzero((view == ord("\n")) | (view == ord("\r")))
        start = np.concatenate([[0], breaks + 1])
        stop = np.concatenate([breaks, [len(view)]])
        some = np.flatnonzero(stop > start)
        self.start: Int64 = start[some]
        self.stop: Int64 = stop[some]
        self.padded: Uint8 = np.zeros(len(view) + LONGEST + 8, dtype=np.uint8)
        self.padded[: len(view)] = view
        self.is_message: NDArray[np.bool_] = self.padded[self.start] == ord("{")
        self.hexid: Int64 = np.empty(len(some), dtype=np.int64)
        self._chunk = chunk

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def _shaped(self) -> Uint8:
        """The data with one byte for all digits, and another for each other byte."""
        shaped = self.padded - np.uint8(ord("0"))
        shaped *= shaped >= _DIGITS
        return shaped

    def words(self, base: Int64, count: int) -> Uint64:
        """So many words of eight bytes from each offset on, shape (offsets, words); digits are all the same there.

        Copied as one piece: word by word it takes ten times as long.
        """
        size = count * _WORD
        pieces = np.ndarray((len(self._shaped) - size + 1,), dtype=f"V{size}", buffer=self._shaped, strides=(1,))
        return pieces[base].view("<u8").reshape(-1, count)

    def lanes(self) -> list[tuple[int, Int64]]:
        """The segments that may be rows of each lane."""
        first, size = self.padded[self.start], self.stop - self.start
        short = size <= LONGEST
        line = np.flatnonzero((self.padded[self.start + ID] == ord(":")) & (size >= ID + 8) & short)
        message = np.flatnonzero((first == ord("{")) & (size > 2 * ID) & short)
        return [
            (LINE, self._named(line, self.start[line])),
            (MESSAGE, self._named(message, self.stop[message] - ID - _AFTER_ID)),
            (CURSOR, np.flatnonzero((first == _ESCAPE) & short)),
        ]

    def _named(self, rows: Int64, at: Int64) -> Int64:
        """Those of the rows that have the twelve digits of a layer at these offsets; `hexid` tells them as a number."""
        (high, low), good = zip(*(_hexadecimal(self.eight(start)) for start in (at, at + 4)), strict=True)
        is_id = good[0] & good[1]
        self.hexid[rows] = ((_number(high) >> np.uint64(16)) << np.uint64(32)) | _number(low)
        return rows if is_id.all() else rows[is_id]

    def core(self, lane: int, rows: Int64) -> tuple[Int64, Int64]:
        """Where the part of rows begins that is alike for all layers, and how long it is."""
        start, size = self.start[rows], self.stop[rows] - self.start[rows]
        if lane == LINE:
            return start + ID, size - ID
        return start, size - (ID + _AFTER_ID if lane == MESSAGE else 0)

    def texts(self, rows: Int64) -> Iterator[bytes]:
        """The segments themselves."""
        for start, stop in zip(self.start[rows].tolist(), self.stop[rows].tolist(), strict=True):
            yield self._chunk[start:stop]

    def eight(self, at: Int64) -> Uint64:
        """The eight bytes from each offset on, the first one in the lowest byte."""
        every: Uint64 = np.ndarray((len(self.padded) - 7,), dtype="<u8", buffer=self.padded, strides=(1,))
        return every[at]


def _every(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101010101010101)


def _nibbles(word: Uint64) -> Uint64:
    """What eight hexadecimal digits stand for, one in each byte; letters have bit 6, and 9 more than their low half."""
    return (word & _every(0x0F)) + ((word >> np.uint64(6)) & _every(1)) * np.uint64(9)


def _hexadecimal(word: Uint64) -> tuple[Uint64, NDArray[np.bool_]]:
    """What these digits stand for, and whether they are those of layers: written again they are the same."""
    value = _nibbles(word)
    letter = ((value + _every(0x76)) >> np.uint64(7)) & _every(1)
    again = value + _every(ord("0")) + letter * np.uint64(ord("a") - ord("0") - 10)
    return value, (again == word) & ((value & _every(0xF0)) == 0)


def _number(nibbles: Uint64) -> Uint64:
    """Eight digits, the first one in the lowest byte, as a number of 32 bits."""
    pairs = ((nibbles << np.uint64(4)) | (nibbles >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    fours = ((pairs << np.uint64(8)) | (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return ((fours << np.uint64(16)) | (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
