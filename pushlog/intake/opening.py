"""How the lines of a push begin, so that they are found in a log without reading all of it."""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.intake.mapped import passed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.intake.mapped import Data

# An opening is found this far around its sign, in bytes: its own expression over a whole log would take ten times as
# long as the signs do.
_BEFORE = 400
_BEHIND = 300
# A log is looked through in stretches of this many bytes, for often its first lines tell enough.
_STRETCH = 1 << 20
# Where it is enough to know about where they stand, one opening is looked for in so many bytes.
_BLOCK = 1 << 13


@dataclass(frozen=True)
class Opening:
    """Text that a push of one client prints at the beginning of a line.

    `pattern`: a regular expression for it; `signs`: short ones, each beginning with plain text, of which every match of
    it has one.
    """

    signs: tuple[bytes, ...]
    pattern: bytes

    @cached_property
    def _compiled(self) -> re.Pattern[bytes]:
        return re.compile(self.pattern)

    def places(self, data: Data, low: int = 0, high: int | None = None) -> Iterator[int]:
        """The offsets at which it stands, in ascending order; those whose sign begins from `low` up to `high`."""
        end = len(data) if high is None else high
        behind = 0
        for sign in heapq.merge(*(re.compile(sign).finditer(data, low, end) for sign in self.signs), key=_start):
            at = sign.start()
            if at < behind:
                continue
            first = max(behind, at - _BEFORE, data.rfind(b"\n", max(0, at - _BEFORE), at) + 1)
            found = self._compiled.search(data, first, min(len(data), at + _BEHIND))
            if found:
                yield found.start()
                behind = max(found.end(), at + 1)


def places(openings: Iterable[Opening], data: Data, start: int = 0, stop: int | None = None) -> Iterator[int]:
    """The offsets at which any of these stands, in ascending order; those from `start` up to `stop`."""
    known, end = tuple(openings), len(data) if stop is None else stop
    for low in range(start, end, _STRETCH):
        high = min(end, low + _STRETCH)
        yield from heapq.merge(*(opening.places(data, low, high) for opening in known))
        passed(data, low, high)


def spans(openings: Iterable[Opening], data: Data, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where openings stand: from the first one in each block to its end. A terminal draws one by the thousand."""
    known = tuple(openings)
    for low in range(start, stop, _BLOCK):
        high = min(stop, low + _BLOCK)
        first = min((at for opening in known for at in islice(opening.places(data, low, high), 1)), default=None)
        if first is not None:
            yield first, high
        passed(data, low, high)


def _start(found: re.Match[bytes]) -> int:
    return found.start()
