"""Where words and runs of characters stand in a text: found in one pass over all of it, however many words there are.

A search for each of some hundred words takes a hundred times as long. Here four letters in a row are a number, and a
table of the numbers with which words begin tells of each place whether a word may begin there.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

# Letters that are looked at as one number; a word of three is looked for by the lower bytes of it.
_FOUR, _THREE = 4, 3
_WORD = np.dtype("<u4")
# So many places are looked at together: what is held of them fits beside the tables.
_AT_ONCE = 1 << 16
# Knuth's multiplicative hash: 2^32 divided by the golden ratio, of which the upper half is kept (TAOCP, volume 3, 6.4).
_GOLDEN, _UPPER_HALF = np.uint32(2654435761), np.uint32(16)
_LOW_THREE = np.uint32(0xFFFFFF)


class Words:
    """Words in lower case that are looked for together."""

    def __init__(self, words: Iterable[str]) -> None:
        self._short: list[str] = []
        self._beginnings: dict[str, tuple[str, ...]] = {}
        for word in words:
            if len(word) < _THREE:
                self._short.append(word)
            else:
                beginning = word[:_FOUR]
                self._beginnings[beginning] = (*self._beginnings.get(beginning, ()), word)
        self._threes = frozenset(beginning for beginning in self._beginnings if len(beginning) == _THREE)

    @cached_property
    def _tables(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Of each hash whether a word of at least four letters, and one of three, begins with letters of that hash."""
        fours, threes = np.zeros(1 << 16, dtype=np.bool_), np.zeros(1 << 16, dtype=np.bool_)
        for beginning in self._beginnings:
            number = np.frombuffer(beginning.encode("ascii").ljust(_FOUR, b"\0"), dtype=_WORD)
            (threes if beginning in self._threes else fours)[_hashed(number)] = True
        return fours, threes

    def places(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield where words begin in a text in lower case, and which; in no order."""
        for word in self._short:
            place = text.find(word)
            while place >= 0:
                yield place, word
                place = text.find(word, place + 1)
        fours, threes = self._tables
        letters = as_bytes(text) + bytes(_FOUR)
        # Four letters from each place on, without a copy of them all.
        fours_from = np.ndarray((len(text),), dtype=_WORD, buffer=letters, strides=(1,))
        for first in range(0, len(text), _AT_ONCE):
            numbers = fours_from[first : first + _AT_ONCE].copy()
            may_begin = fours.take(_hashed(numbers)) | threes.take(_hashed(numbers & _LOW_THREE))
            for place in (may_begin.nonzero()[0] + first).tolist():
                beginning = text[place : place + _FOUR]
                for word in self._beginnings.get(beginning, ()):
                    if text.startswith(word, place):
                        yield place, word
                if beginning[:_THREE] in self._threes:
                    yield place, beginning[:_THREE]


class Letters:
    """A set of characters of ASCII, of which runs are looked for."""

    def __init__(self, letters: str) -> None:
        self._is_in = np.zeros(256, dtype=np.bool_)
        self._is_in[list(letters.encode("ascii"))] = True

    def runs(self, data: bytes, least: int) -> Iterator[tuple[int, int]]:
        """Yield where runs of at least so many of these characters, as long as they go on, begin and end."""
        inside = self._is_in.take(np.frombuffer(data, dtype=np.uint8))
        outside = np.zeros(1, dtype=np.bool_)
        inside = np.concatenate((outside, inside, outside))
        edges = np.flatnonzero(inside[1:] != inside[:-1])
        starts, stops = edges[::2], edges[1::2]
        is_long = stops - starts >= least
        yield from zip(starts[is_long].tolist(), stops[is_long].tolist(), strict=True)


def as_bytes(text: str) -> bytes:
    """Return a byte for each character, a question mark for one beyond ASCII."""
    return text.encode("ascii", "replace")


def _hashed(numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (numbers * _GOLDEN) >> _UPPER_HALF


class Split:
    """Words that the end of a row may have cut: whether the beginning of one ends a row, and the rest follows."""

    def __init__(self, words: Iterable[str]) -> None:
        self._rests: dict[str, tuple[str, ...]] = {}
        for word in words:
            for cut in range(1, len(word)):
                self._rests[word[:cut]] = (*self._rests.get(word[:cut], ()), word[cut:])
        # Few beginnings of two letters and more end like a row: it is these that are asked for.
        self._lengths: dict[str, set[int]] = {}
        for beginning in self._rests:
            if len(beginning) > 1:
                self._lengths.setdefault(beginning[-2:], set()).add(len(beginning))

    def rests(self, upper: str) -> tuple[str, ...]:
        """Return what may follow a text in lower case that ends with the beginning of a word, so that it is one."""
        rests = self._rests.get(upper[-1:], ())
        for length in self._lengths.get(upper[-2:], ()):
            rests += self._rests.get(upper[-length:], ())
        return rests


def begins_or_holds(text: str, words: tuple[str, ...], *, at_start: bool) -> bool:
    """Whether one of some words stands in a text. `at_start`: at its first character, else anywhere."""
    return text.startswith(words) if at_start else any(word in text for word in words)
