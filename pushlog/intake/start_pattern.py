"""How the lines of a push begin, so that they are found in a log without reading all of it."""

from __future__ import annotations

import heapq
from functools import cache, cached_property
from itertools import repeat
from typing import TYPE_CHECKING, TypeVar

from pushlog.cache.patterns import kept_pattern
from pushlog.intake.literal_search import ENOUGH, LiteralIndex, beginnings, starts
from pushlog.intake.mapped import release_range
from pushlog.record_class import record

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pushlog.intake.literal_search import Spans
    from pushlog.intake.mapped import Data

# An offset, a place, or either with the number of its opening.
_Sorted = TypeVar("_Sorted", int, tuple[int, int], tuple[tuple[int, int], int])

# An opening is found this far around its sign, in bytes: its own expression over a whole log would take ten times as
# long as the signs do.
_BEFORE = 400
_BEHIND = 300
# A log is looked through in stretches of this many bytes, for often its first lines tell enough; a long log's first
# stretches are shorter.
_STRETCH, _FIRST_STRETCH = 1 << 20, 1 << 16


@record(slots=False, kw_only=False)
class StartPattern:
    """Text that a push of one client prints at the beginning of a line.

    `pattern`: a regular expression for it; `signs`: short ones, each beginning with plain text, of which every match of
    it has one.
    """

    signs: tuple[bytes, ...]
    pattern: bytes

    # Each is made once, and is a key of what was made of it.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @cached_property
    def _compiled(self) -> re.Pattern[bytes]:
        return kept_pattern(self.pattern)

    @property
    def is_quick(self) -> bool:
        """Whether all signs are found in the one pass in which those of other patterns are."""
        return all(len(text) >= ENOUGH for sign in self.signs for text in beginnings(sign))

    @cached_property
    def _signs(self) -> list[re.Pattern[bytes]]:
        return [kept_pattern(sign) for sign in self.signs]

    def places(self, data: Data, spans: Spans, searched_to: int = 0) -> Iterator[tuple[int, int]]:
        """The offsets at which it stands, in ascending order; those whose sign begins in these parts of `data`.

        With each the offset up to which it has been looked for; what lies before `searched_to` has been.
        """
        for offset in self.hits(data, spans, int):
            if offset < searched_to:
                continue
            place = self.place(data, offset, searched_to)
            if place is not None:
                searched_to = place[1]
                yield place

    def hits(self, data: Data, spans: Spans, floor: Callable[[], int]) -> Iterator[int]:
        """The offsets of its signs, in ascending order; `floor`: asked for the offset below which none is wanted."""
        return _merged([starts(sign, data, spans, floor) for sign in self._signs])

    def place(self, data: Data, offset: int, searched_to: int) -> tuple[int, int] | None:
        """Where it stands around one of its signs, and the offset up to which it has been looked for; None if not."""
        first = max(searched_to, offset - _BEFORE, data.rfind(b"\n", max(0, offset - _BEFORE), offset) + 1)
        # Not beyond the sign's own line: what begins further down has a sign of its own.
        last = data.find(b"\n", offset, offset + _BEHIND) + 1 or min(len(data), offset + _BEHIND)
        match = self._compiled.search(data, first, last)
        return (match.start(), max(match.end(), offset + 1)) if match else None


def places(
    openings: Iterable[StartPattern], data: Data, start: int = 0, stop: int | None = None, *, apart: int = 0
) -> Iterator[int]:
    """The offsets at which any of these stands, in ascending order; those from `start` up to `stop`.

    `apart`: of those so near to one before, of whichever opening, most are left out.
    """
    patterns = tuple(openings)
    offsets = sifted(patterns, data, start, stop)
    yield from within(patterns, data, offsets) if not apart else spread(patterns, data, offsets, apart)


def spoken(groups: Sequence[Sequence[StartPattern]], data: Data) -> list[bool]:
    """For each group of openings whether one of it is anywhere in the data."""
    patterns = tuple(opening for group in groups for opening in group)
    present: set[StartPattern] = set()
    for stretch in sifted(patterns, data):
        for opening, spans in zip(patterns, stretch, strict=True):
            if len(spans) and opening not in present and next(within([opening], data, [[spans]]), None) is not None:
                present.add(opening)
    return [not present.isdisjoint(group) for group in groups]


def within(openings: Sequence[StartPattern], data: Data, stretches: Iterable[Sequence[Spans]]) -> Iterator[int]:
    """The offsets at which any of these stands, in ascending order.

    `stretches`: for one part of the data after another, and for each opening, where its signs begin.
    """
    # A line can go on in the next stretch: what was found in it must not be found again, nor hide what follows.
    searched_to = [0] * len(openings)
    for stretch in stretches:
        each = [
            zip(openings[n].places(data, spans, searched_to[n]), repeat(n), strict=False)
            for n, spans in enumerate(stretch)
            if len(spans)
        ]
        for (offset, searched), n in _merged(each):
            searched_to[n] = searched
            yield offset


def spread(
    openings: Sequence[StartPattern], data: Data, stretches: Iterable[Sequence[Spans]], apart: int
) -> Iterator[int]:
    """The same, but for those that are nearer than `apart` to one before, of whichever opening.

    Where one stands at every line, as on a terminal, nothing is searched between. They come in the order of their
    signs.
    """
    searched_to = [0] * len(openings)
    wanted_from = 0

    def floor() -> int:
        return wanted_from

    for stretch in stretches:
        each = [
            zip(openings[n].hits(data, spans, floor), repeat(n), strict=False)
            for n, spans in enumerate(stretch)
            if len(spans)
        ]
        for offset, n in _merged(each):
            if offset < max(searched_to[n], wanted_from):
                continue
            place = openings[n].place(data, offset, searched_to[n])
            if place is not None:
                searched_to[n], wanted_from = place[1], place[0] + apart
                yield place[0]


def _merged(each: Sequence[Iterator[_Sorted]]) -> Iterator[_Sorted]:
    """Merge what is in ascending order each; most logs have one kind of opening, of which nothing is compared."""
    return each[0] if len(each) == 1 else heapq.merge(*each)


def sifted(
    openings: tuple[StartPattern, ...], data: Data, start: int = 0, stop: int | None = None
) -> Iterator[Sequence[Spans]]:
    """For one stretch of the data after another: for each opening the parts in which its signs begin."""
    end = len(data) if stop is None else stop
    size = _STRETCH if end - start <= _STRETCH else min(_STRETCH, _FIRST_STRETCH)
    block = start
    while block < end:
        block_end = min(end, block + size)
        yield _sieve(openings).spans(data, block, block_end)
        release_range(data, block, block_end)
        block, size = block_end, min(_STRETCH, 2 * size)


@cache
def _sieve(openings: tuple[StartPattern, ...]) -> LiteralIndex:
    return LiteralIndex(*(opening.signs for opening in openings))
