"""The program that drove the client of a push, by the lines that it printed around it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.intake.literal_search import LiteralIndex
from pushlog.knowledge.decorations import decorations
from pushlog.knowledge.wrappers import Wrapper, wrappers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.log import UnwrappedLog

# A wrapper announces a push, and reports its end, within so many bytes.
_ABOVE = 1 << 12
_BELOW = 1 << 12
# A prefix that all lines share, which may be the name of such a program (intake/unwrap/unknown_prefix.py).
_INFERRED = "prefix"
# So much of a line is looked at.
_LONGEST = 2000
# Of a long push its first and its last lines are looked at.
_INSIDE = 1 << 14


def wrappers_near(text: LogText, pushes: Sequence[tuple[int, int]]) -> list[Wrapper]:
    """Return the programs of which a word may stand near pushes: one look for all words, and most logs have hardly any.

    `pushes`: the offsets of each.
    """
    spans: list[tuple[int, int]] = []
    for start, stop in pushes:
        for begin, end in _parts(start, stop, max(0, start - _ABOVE), min(len(text.data), stop + _BELOW)):
            if spans and spans[-1][0] <= begin <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], end))
            else:
                spans.append((begin, end))
    numbers = {number for begin, end in spans for number in _words().groups(text.data, begin, end)}
    return [wrappers()[number] for number in sorted(numbers)]


@cache
def _words() -> LiteralIndex:
    return LiteralIndex(*(tuple(map(re.escape, wrapper.has)) for wrapper in wrappers()))


def wrapper_of(
    text: LogText,
    start: int,
    stop: int,
    *,
    first: int = 0,
    last: int | None = None,
    among: Sequence[Wrapper] | None = None,
) -> Wrapper | None:
    """Return the program that drove the client of a push which stands between two offsets; None where none shows.

    `first` and `last`: the offsets between which its lines may stand. `among`: the programs that it may be; None for
    all. The line nearest to the push decides.
    """
    lines = [
        (distance, rank, wrapper)
        for rank, wrapper in enumerate(wrappers() if among is None else among)
        if (distance := _distance(text, wrapper, start, stop, first=first, last=last)) is not None
    ]
    return min(lines, key=lambda item: item[:2])[2] if lines else None


def with_wrapper_in_prefix(push: ParsedPush, log: UnwrappedLog) -> ParsedPush:
    """Return a push with the program that drove its client, where only what was taken off its lines tells it."""
    if push.wrapper is None and log.decoration and (program := _by_own_prefix(log, push)):
        return replace(push, wrapper=program)
    if push.wrapper or log.decoration != _INFERRED:
        return push
    start, stop = log.original.start_of(push.lines[0]), log.original.bounds(push.lines[1])[1]
    wrapper = wrapper_of(log.original, start, stop, first=start, last=stop)
    return replace(push, wrapper=wrapper.id) if wrapper else push


def _by_own_prefix(log: UnwrappedLog, push: ParsedPush) -> str | None:
    """Return the program whose own prefix stands before the first line of a push."""
    forms = [form for form in decorations().forms if form.wrapper and form.system in (log.decoration or "")]
    line = log.original.shown(push.lines[0]) if forms else ""
    return next((form.wrapper for form in forms if kept_pattern(form.pattern).search(line)), None)


def _distance(text: LogText, wrapper: Wrapper, start: int, stop: int, *, first: int, last: int | None) -> int | None:
    """Return how many bytes the nearest line of the program is away from the push; 0 inside it."""
    distances = [
        max(0, start - offset, offset - stop)
        for begin, end in _parts(start, stop, max(first, start - _ABOVE), min(last or len(text.data), stop + _BELOW))
        for offset in _lines(text, wrapper, begin, end, push=start)
    ]
    return min(distances, default=None)


def _parts(start: int, stop: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    if stop - start <= 2 * _INSIDE:
        yield first, last
    else:
        yield first, start + _INSIDE
        yield stop - _INSIDE, last


def _lines(text: LogText, wrapper: Wrapper, start: int, stop: int, *, push: int) -> Iterator[int]:
    """Return where lines of the program begin between two offsets; `push`: where the push does."""
    for literal in wrapper.has:
        offset = text.data.find(literal, start, stop)
        while offset >= 0:
            begin = max(text.data.rfind(b"\n", max(0, offset - _LONGEST), offset) + 1, offset - _LONGEST, 0)
            end = text.data.find(b"\n", offset, offset + _LONGEST)
            end = end if end >= 0 else min(len(text.data), offset + _LONGEST)
            if any(wrapper.prints(piece.text, is_below=begin > push) for piece in text.pieces(begin, end)):
                yield max(begin, start)
                break
            offset = text.data.find(literal, end, stop)
