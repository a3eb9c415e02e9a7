"""A text as a reader sees it, and where each of its characters stands in the text that it was taken from."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

# A stretch of the source: start and stop.
Range = tuple[int, int]


@record(kw_only=False)
class View:
    """A text and its origin: character `i` was read from `starts[i]` to `stops[i]` of the source.

    A reader takes several characters of the source as one (`%3D`) or as none (a colour code).
    """

    text: str
    starts: Sequence[int]
    stops: Sequence[int]

    def replaced(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> View:
        """Return the view with each match read as its replacement, and the view itself where nothing matches."""
        parts: list[str] = []
        starts: list[int] = []
        stops: list[int] = []
        offset = 0
        for hit in pattern.finditer(self.text):
            start, stop = hit.span()
            text = replacement(hit)
            parts += [self.text[offset:start], text]
            starts += [*self.starts[offset:start], *[self.starts[start]] * len(text)]
            stops += [*self.stops[offset:start], *[self.stops[stop - 1]] * len(text)]
            offset = stop
        if not offset:
            return self
        parts.append(self.text[offset:])
        return View("".join(parts), [*starts, *self.starts[offset:]], [*stops, *self.stops[offset:]])

    def part(self, start: int, stop: int) -> View:
        """Return the characters between two of them."""
        return View(self.text[start:stop], self.starts[start:stop], self.stops[start:stop])

    def origin(self, start: int, stop: int) -> Range:
        """Return where the characters from `start` to `stop`, at least one, stand in the source."""
        return self.starts[start], self.stops[stop - 1]


def whole(text: str, start: int = 0) -> View:
    """Return the view of a text that stands at `start` of the source."""
    return View(text, range(start, start + len(text)), range(start + 1, start + len(text) + 1))


def joined(views: Sequence[View]) -> View:
    """Return the views as one, in order."""
    if len(views) == 1:
        return views[0]
    return View(
        "".join(view.text for view in views),
        [index for view in views for index in view.starts],
        [index for view in views for index in view.stops],
    )


class Barriers:
    """Stretches of the source that stay, whatever is hidden around them: line ends, prefixes, the frame of JSON."""

    def __init__(self, ranges: Sequence[Range] = ()) -> None:
        self._ranges = sorted(ranges)
        self._starts = [start for start, _ in self._ranges]

    def between(self, start: int, stop: int) -> Iterator[Range]:
        """Yield the barriers that lie between two places."""
        index = max(0, bisect_right(self._starts, start) - 1)
        while index < len(self._ranges) and self._ranges[index][0] < stop:
            if self._ranges[index][1] > start:
                yield self._ranges[index]
            index += 1

    def pieces(self, start: int, stop: int) -> Iterator[Range]:
        """Yield what is left of a stretch beside the barriers in it, in order."""
        for first, last in self.between(start, stop):
            if start < first:
                yield start, first
            start = max(start, last)
        if start < stop:
            yield start, stop
