"""How the lines of a push begin, so that they are found in a log without reading all of it."""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import repeat
from typing import TYPE_CHECKING

from pushlog.intake.literal_search import LiteralIndex, starts
from pushlog.intake.mapped import release_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.intake.literal_search import Spans
    from pushlog.intake.mapped import Data

# An opening is found this far around its sign, in bytes: its own expression over a whole log would take ten times as
# long as the signs do.
_BEFORE = 400
_BEHIND = 300
# A log is looked through in stretches of this many bytes, for often its first lines tell enough.
_STRETCH = 1 << 20


@dataclass(frozen=True)
class StartPattern:
    """Text that a push of one client prints at the beginning of a line.

    `pattern`: a regular expression for it; `signs`: short ones, each beginning with plain text, of which every match of
    it has one.
    """

    signs: tuple[bytes, ...]
    pattern: bytes

    @cached_property
    def _compiled(self) -> re.Pattern[bytes]:
        return re.compile(self.pattern)

    @cached_property
    def _signs(self) -> list[re.Pattern[bytes]]:
        return [re.compile(sign) for sign in self.signs]

    def places(self, data: Data, spans: Spans, behind: int = 0) -> Iterator[tuple[int, int]]:
        """The offsets at which it stands, in ascending order; those whose sign begins in these parts of `data`.

        With each the offset up to which it has been looked for; what lies before `behind` has been.
        """
        for at in heapq.merge(*(starts(sign, data, spans) for sign in self._signs)):
            if at < behind:
                continue
            first = max(behind, at - _BEFORE, data.rfind(b"\n", max(0, at - _BEFORE), at) + 1)
            # Not beyond the sign's own line: what begins further down has a sign of its own.
            last = data.find(b"\n", at, at + _BEHIND) + 1 or min(len(data), at + _BEHIND)
            found = self._compiled.search(data, first, last)
            if found:
                behind = max(found.end(), at + 1)
                yield found.start(), behind


def places(openings: Iterable[StartPattern], data: Data, start: int = 0, stop: int | None = None) -> Iterator[int]:
    """The offsets at which any of these stands, in ascending order; those from `start` up to `stop`."""
    known = tuple(openings)
    yield from within(known, data, sifted(known, data, start, stop))


def spoken(groups: Sequence[Sequence[StartPattern]], data: Data) -> list[bool]:
    """For each group of openings whether one of it is anywhere in the data."""
    known = tuple(opening for group in groups for opening in group)
    found: set[StartPattern] = set()
    for stretch in sifted(known, data):
        for opening, spans in zip(known, stretch, strict=True):
            if opening not in found and next(within([opening], data, [[spans]]), None) is not None:
                found.add(opening)
    return [not found.isdisjoint(group) for group in groups]


def within(openings: Sequence[StartPattern], data: Data, stretches: Iterable[Sequence[Spans]]) -> Iterator[int]:
    """The offsets at which any of these stands, in ascending order.

    `stretches`: for one part of the data after another, and for each opening, where its signs begin.
    """
    # A line can go on in the next stretch: what was found in it must not be found again, nor hide what follows.
    behind = [0] * len(openings)
    for stretch in stretches:
        each = [
            zip(openings[n].places(data, spans, behind[n]), repeat(n), strict=False)
            for n, spans in enumerate(stretch)
            if len(spans)
        ]
        for (at, looked), n in heapq.merge(*each):
            behind[n] = looked
            yield at


def sifted(
    openings: tuple[StartPattern, ...], data: Data, start: int = 0, stop: int | None = None
) -> Iterator[Sequence[Spans]]:
    """For one stretch of the data after another: for each opening the parts in which its signs begin."""
    end = len(data) if stop is None else stop
    for low in range(start, end, _STRETCH):
        high = min(end, low + _STRETCH)
        yield _sieve(openings).spans(data, low, high)
        release_range(data, low, high)


@cache
def _sieve(openings: tuple[StartPattern, ...]) -> LiteralIndex:
    return LiteralIndex(*(opening.signs for opening in openings))
