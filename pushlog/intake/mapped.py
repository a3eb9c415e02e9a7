"""Large files as bytes that the system reads when they are looked at, and that don't have to stay in memory."""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import re

Data = bytes | mmap.mmap

# A smaller file is read at once: while one is mapped, a program that cuts it short ends who reads it (`guard.py`).
LARGE = 64 << 20
# Pages that were read are given back in steps of this many bytes, as a power of two.
_STEP = 24
_LONGEST_LINE = 1 << 16


def contents(file: BinaryIO) -> Data:
    """Return the bytes of an open file. Raises OSError."""
    size = os.fstat(file.fileno()).st_size
    return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size >= LARGE else file.read()


def release_range(data: Data, start: int, stop: int) -> None:
    """The data from `start` to `stop` was read and is not needed again soon: now and then, its memory is given back."""
    first, last = start >> _STEP, min(stop, len(data)) >> _STEP
    if first < last and isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED, first << _STEP, (last - first) << _STEP)


def release_all(data: Data) -> None:
    """Only single places of the data are looked at: the memory that they took so far is given back."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED)


def find(data: Data, words: bytes, start: int, stop: int) -> int:
    """Return where these words are first between two offsets, or -1; what was looked through is given back."""
    if not isinstance(data, mmap.mmap):
        return data.find(words, start, stop)
    for offset in range(start, stop, 1 << _STEP):
        end = min(offset + (1 << _STEP), stop)
        if (place := data.find(words, offset, min(end + len(words) - 1, stop))) >= 0:
            return place
        release_range(data, offset, end)
    return -1


def holds(data: Data, words: bytes, start: int, stop: int) -> bool:
    """Whether these words are between two offsets, without holding all of that in memory."""
    return find(data, words, start, stop) >= 0


def shows(data: Data, pattern: re.Pattern[bytes], start: int, stop: int) -> bool:
    """Whether a pattern for one line matches between two offsets; what was looked through is given back."""
    while start < stop:
        least = min(stop, start + (1 << _STEP))
        end = data.find(b"\n", least, min(stop, least + _LONGEST_LINE)) + 1 or least
        if pattern.search(data, start, end):
            return True
        release_range(data, start, end)
        start = end
    return False
