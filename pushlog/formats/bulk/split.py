"""The texts between line ends and carriage returns in a chunk of data, and which of them may be rows of a push."""

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
# What stands after the layer's digits in a message of the Engine.
_AFTER_ID = b'"}'
_ESCAPE = 0x1B
_DIGITS = np.uint8(10)
_WORD = 8


class Segments:
    """The segments of a chunk that are not empty: where they start and stop; `hexid`: the layer, where there is one."""

    def __init__(self, chunk: bytes) -> None:
        view = np.frombuffer(chunk, dtype=np.uint8)
        breaks = np.flatnonzero(view <= ord("\r"))
        # Hardly any other byte is as low: one look at all of them instead of two.
        breaks = breaks[(view[breaks] == ord("\n")) | (view[breaks] == ord("\r"))]
        start = np.concatenate([[0], breaks + 1])
        stop = np.concatenate([breaks, [len(view)]])
        filled = np.flatnonzero(stop > start)
        self.start: Int64 = start[filled]
        self.stop: Int64 = stop[filled]
        self.padded: Uint8 = np.empty(len(view) + LONGEST + 8, dtype=np.uint8)
        self.padded[: len(view)] = view
        self.padded[len(view) :] = 0
        self.is_message: NDArray[np.bool_] = self.padded[self.start] == ord("{")
        self.hexid: Int64 = np.empty(len(filled), dtype=np.int64)
        self._chunk = chunk

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def _shaped(self) -> Uint8:
        """Return the data with the same byte for all digits."""
        shaped = self.padded - np.uint8(ord("0"))
        shaped *= shaped >= _DIGITS
        return shaped

    def words(self, base: Int64, count: int) -> Uint64:
        """Return `count` words of eight bytes from each offset on, shape (offsets, words); all digits are alike.

        Each row is copied as one piece: word by word takes ten times as long.
        """
        size = count * _WORD
        pieces = np.ndarray((len(self._shaped) - size + 1,), dtype=f"V{size}", buffer=self._shaped, strides=(1,))
        return pieces[base].view("<u8").reshape(-1, count)

    def lanes(self) -> list[tuple[int, Int64]]:
        """Return the segments that may be rows of each lane."""
        first, size = self.padded[self.start], self.stop - self.start
        short = size <= LONGEST
        line = np.flatnonzero((self.padded[self.start + ID] == ord(":")) & (size >= ID + 8) & short)
        # A shape leaves the layer's digits out, and what follows them: that must be there, whatever was met before.
        is_closed = (self.padded[self.stop - 2] == _AFTER_ID[0]) & (self.padded[self.stop - 1] == _AFTER_ID[1])
        message = np.flatnonzero((first == ord("{")) & (size > 2 * ID) & short & is_closed)
        return [
            (LINE, self._with_layer_ids(line, self.start[line])),
            (MESSAGE, self._with_layer_ids(message, self.stop[message] - ID - len(_AFTER_ID))),
            (CURSOR, np.flatnonzero((first == _ESCAPE) & short)),
        ]

    def _with_layer_ids(self, rows: Int64, offset: Int64) -> Int64:
        """Return the rows that have the twelve digits of a layer at these offsets; sets their `hexid`."""
        (high, low), good = zip(*(_hexadecimal(self.eight(start)) for start in (offset, offset + 4)), strict=True)
        is_id = good[0] & good[1]
        self.hexid[rows] = ((_number(high) >> np.uint64(16)) << np.uint64(32)) | _number(low)
        return rows if is_id.all() else rows[is_id]

    def core(self, lane: int, rows: Int64) -> tuple[Int64, Int64]:
        """Return where the part of rows without the layer's id starts, and how long it is."""
        start, size = self.start[rows], self.stop[rows] - self.start[rows]
        if lane == LINE:
            return start + ID, size - ID
        return start, size - (ID + len(_AFTER_ID) if lane == MESSAGE else 0)

    def texts(self, rows: Int64) -> Iterator[bytes]:
        """Return the segments themselves."""
        for start, stop in zip(self.start[rows].tolist(), self.stop[rows].tolist(), strict=True):
            yield self._chunk[start:stop]

    def eight(self, offset: Int64) -> Uint64:
        """Return the eight bytes from each offset on, the first one in the lowest byte."""
        words: Uint64 = np.ndarray((len(self.padded) - 7,), dtype="<u8", buffer=self.padded, strides=(1,))
        return words[offset]


def _repeated(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101010101010101)


def _nibbles(word: Uint64) -> Uint64:
    """Return the values of eight hexadecimal digits, one in each byte; letters have bit 6, which adds 9."""
    return (word & _repeated(0x0F)) + ((word >> np.uint64(6)) & _repeated(1)) * np.uint64(9)


def _hexadecimal(word: Uint64) -> tuple[Uint64, NDArray[np.bool_]]:
    """Return the values of digits, and whether they are a layer's: encoded again they must be the same."""
    value = _nibbles(word)
    letter = ((value + _repeated(0x76)) >> np.uint64(7)) & _repeated(1)
    again = value + _repeated(ord("0")) + letter * np.uint64(ord("a") - ord("0") - 10)
    return value, (again == word) & ((value & _repeated(0xF0)) == 0)


def _number(nibbles: Uint64) -> Uint64:
    """Return eight digits, the first one in the lowest byte, as a number of 32 bits."""
    pairs = ((nibbles << np.uint64(4)) | (nibbles >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    fours = ((pairs << np.uint64(8)) | (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return ((fours << np.uint64(16)) | (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
