"""Screens that people put below each other with words between them: each is of a push of its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.errors.bystanders import is_command
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import EventKind, is_any
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.formats.docker.bind_error import PushRange

# A push names its layers so before it sends any.
_FIRST = (EventKind.PREPARING, EventKind.WAITING)
_WORD = lazy_pattern(r"(?<![\w/.:@-])[^\W\d_]{2,}(?![\w/:@=-])")
_FEWEST_WORDS = 4
# So many screens of a log are told apart, and so many lines between two of them are read.
_MOST, _LINES = 20, 60


def pastes(candidate: PushRange) -> Iterator[PushRange]:
    """Return the parts of a range that are screens of their own: an error ends one, and a person speaks below it."""
    begin, first = candidate.start, 0
    for row in _restarts(candidate):
        yield _part(candidate, first, row, begin, int(candidate.events.start[row]))
        begin, first = int(candidate.events.start[row]), row
    yield candidate if not first else _part(candidate, first, len(candidate.events), begin, candidate.stop)


def _restarts(candidate: PushRange) -> list[int]:
    """Return the rows at which another push begins."""
    events = candidate.events
    apart = np.flatnonzero((np.diff(events.line) > 2) & is_any(events.kind[1:], _FIRST))[:_MOST] + 1
    return [row for row in apart.tolist() if _is_between_pushes(candidate, row)]


def _is_between_pushes(candidate: PushRange, row: int) -> bool:
    """Return whether an error stands right below the rows above one, and then the sentence of a person."""
    above, below = int(candidate.events.stop[row - 1]), int(candidate.events.start[row])
    if any(above <= mark.start < below for mark in candidate.marks):
        return False
    error, *rest = [piece.text for piece in islice(candidate.leftover(above, below), _LINES)] or [""]
    if not starts_error(error, candidate.knowledge):
        return False
    sentences = (line for line in rest if len(_WORD.findall(line)) >= _FEWEST_WORDS)
    return any(not is_command(line) and not starts_error(line, candidate.knowledge) for line in sentences)


def _part(candidate: PushRange, first: int, last: int, start: int, stop: int) -> PushRange:
    marks = tuple(mark for mark in candidate.marks if start <= mark.start < stop)
    return replace(candidate, events=candidate.events.part(first, last), marks=marks, start=start, stop=stop)
