"""A text as a reader sees it, and where each of its characters stands in the text that it was taken from."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

# A stretch of the source: start and stop.
Range = tuple[int, int]
# Where each character of a text begins and ends.
Places = tuple["Sequence[int]", "Sequence[int]"]


class View:
    """A text and its origin: character `i` was read from `starts[i]` to `stops[i]` of the source.

    A reader takes several characters of the source as one (`%3D`) or as none (a colour code). Where characters stand is
    found out when it is asked for, which it is of few texts: `origin` tells it.
    """

    __slots__ = ("_found", "_origin", "text")

    def __init__(self, text: str, origin: Callable[[], Places]) -> None:
        self.text = text
        self._origin = origin
        self._found: Places | None = None

    @property
    def _places(self) -> Places:
        if self._found is None:
            self._found = self._origin()
        return self._found

    @property
    def starts(self) -> Sequence[int]:
        """Where each character begins in the source."""
        return self._places[0]

    @property
    def stops(self) -> Sequence[int]:
        """Where each character ends in the source."""
        return self._places[1]

    def replaced(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> View:
        """Return the view with each match read as its replacement, and the view itself where nothing matches."""
        text, number = pattern.subn(replacement, self.text)
        return View(text, lambda: self._places_with(pattern, replacement)) if number else self

    def _places_with(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> Places:
        old_starts, old_stops = self._places
        starts: list[int] = []
        stops: list[int] = []
        offset = 0
        for hit in pattern.finditer(self.text):
            start, stop = hit.span()
            size = len(replacement(hit))
            starts += [*old_starts[offset:start], *[old_starts[start]] * size]
            stops += [*old_stops[offset:start], *[old_stops[stop - 1]] * size]
            offset = stop
        return [*starts, *old_starts[offset:]], [*stops, *old_stops[offset:]]

    def over(self, source: View) -> View:
        """Return the view of a text that was read from another view, with the places of that one's source."""
        return View(
            self.text,
            lambda: (
                [source.starts[place] for place in self.starts],
                [source.stops[place - 1] for place in self.stops],
            ),
        )

    def part(self, start: int, stop: int) -> View:
        """Return the characters between two of them."""
        return View(self.text[start:stop], lambda: (self.starts[start:stop], self.stops[start:stop]))

    def origin(self, start: int, stop: int) -> Range:
        """Return where the characters from `start` to `stop`, at least one, stand in the source."""
        return self.starts[start], self.stops[stop - 1]


def whole(text: str, start: int = 0) -> View:
    """Return the view of a text that stands at `start` of the source."""
    return View(text, lambda: (range(start, start + len(text)), range(start + 1, start + len(text) + 1)))


def inserted(character: str, place: int) -> View:
    """Return a character that a reader sees in place of one of the source."""
    return View(character, lambda: ([place], [place + 1]))


def joined(views: Sequence[View]) -> View:
    """Return the views as one, in order."""
    if len(views) == 1:
        return views[0]
    return View(
        "".join(view.text for view in views),
        lambda: (
            [index for view in views for index in view.starts],
            [index for view in views for index in view.stops],
        ),
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
