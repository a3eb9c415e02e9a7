r"""Regular expressions of a user's own rows: the common part of Python's syntax, searched in linear time.

A user's pattern meets lines that strangers wrote, and `re` can take for ever on such a pair. So own patterns run on a
machine that reads every character once: literals, `.`, `[classes]`, `\d \w \s` and their opposites, `\b`, `^`, `$`,
groups, `|`, `?`, `*`, `+` and `{m,n}`. There are no look-arounds, no back references and no flags; case is ignored.
Ours are tested and stay text for `re`, so that most of them need never be compiled.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

LONGEST = 1000
# A counted repeat is written out, so that the machine stays small.
MOST_STEPS = 5000
# Own patterns look no further into an error: a text this long is a page, and its beginning tells what it is.
LOOKED_AT = 20_000

_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_COUNT = re.compile(r"\{(?=[\d,])(\d{0,4})(,?)(\d{0,4})\}")
_ENDS = {"^", "$", "\\b"}
_MATCH = "match"
_SPLIT = "split"


class PatternError(ValueError):
    """The pattern is none, or has what an own pattern can't have."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One character to read (`what` tests it), an end to stand at (`what` is in `_ENDS`), a fork, or the end."""

    what: str
    next: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Linear:
    """An own pattern, ready to search; `text` is what the user wrote."""

    text: str
    steps: tuple[_Step, ...]
    start: int

    def found(self, text: str) -> bool:
        """Whether the pattern is anywhere in the first part of a text, ignoring case."""
        looked_at = text[:LOOKED_AT]
        active: set[int] = set()
        for place in range(len(looked_at) + 1):
            active.add(self.start)
            readers = self._readers(active, looked_at, place)
            if -1 in readers:
                return True
            if place < len(looked_at):
                char = looked_at[place]
                active = {n for i in readers if _reads(self.steps[i].what, char) for n in self.steps[i].next}
        return False

    def _readers(self, active: set[int], text: str, place: int) -> set[int]:
        """The steps that read the next character, past all forks and ends; -1 when the pattern is through."""
        seen, todo, readers = set(active), list(active), set()
        while todo:
            number = todo.pop()
            step = self.steps[number]
            if step.what == _MATCH:
                return {-1}
            if step.what in _ENDS and not _stands(step.what, text, place):
                continue
            if step.what == _SPLIT or step.what in _ENDS:
                todo += [n for n in step.next if n not in seen]
                seen.update(step.next)
            else:
                readers.add(number)
        return readers


def found(pattern: str | Linear, text: str) -> bool:
    """Whether a pattern, ours or a user's own, is anywhere in the text, ignoring case."""
    return pattern.found(text) if isinstance(pattern, Linear) else _compiled(pattern).search(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=10_000)
def _reads(what: str, char: str) -> bool:
    return _compiled(what).fullmatch(char) is not None


def _stands(end: str, text: str, place: int) -> bool:
    if end == "^":
        return place == 0
    if end == "$":
        return place == len(text) or text[place:] == "\n"
    return _compiled(end).match(text, place) is not None


def linear(pattern: str) -> Linear:
    """The pattern, ready to search. Raises PatternError."""
    if len(pattern) > LONGEST:
        raise PatternError(f"is longer than {LONGEST:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what `re` warns of will mean something else some day
            re.compile(pattern)
        return _Writer(pattern).written()
    except (re.error, OverflowError, Warning) as error:
        raise PatternError(f"is no regular expression: {error}") from None
    except RecursionError:
        raise PatternError("has too many groups inside groups") from None


# Writes the steps of a part, given the step that follows it, and returns its first one.
_Part = Callable[[int], int]


class _Writer:
    """Reads a pattern that `re` takes too, from left to right, and writes its steps from right to left."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._steps: list[_Step] = [_Step(_MATCH, ())]

    def written(self) -> Linear:
        start = self._either()(0)
        return Linear(self._text, tuple(self._steps), start)

    def _step(self, what: str, *following: int) -> int:
        if len(self._steps) >= MOST_STEPS:
            raise PatternError("has repeats that are too large")
        self._steps.append(_Step(what, following))
        return len(self._steps) - 1

    def _next(self, *wanted: str) -> str | None:
        """The wanted text that comes next, taken."""
        found = next((text for text in wanted if self._text.startswith(text, self._at)), None)
        self._at += len(found or "")
        return found

    def _either(self) -> _Part:
        branches = [self._sequence()]
        while self._next("|"):
            branches.append(self._sequence())
        return lambda after: self._step(_SPLIT, *(branch(after) for branch in branches))

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            parts.append(self._repeated(self._atom()))

        def write(after: int) -> int:
            for part in reversed(parts):
                after = part(after)
            return after

        return write

    def _atom(self) -> _Part:
        if self._next("("):
            if self._next("?") and not self._next(":"):
                raise PatternError("begins a group with '(?', which own rows can't have, except for '(?:'")
            inner = self._either()
            self._next(")")
            return inner
        what = self._one()
        return lambda after: self._step(what, after)

    def _one(self) -> str:
        """One character, class, escape or end, as `re` would test it."""
        if hit := _CLASS.match(self._text, self._at):
            self._at = hit.end()
            return hit[0]
        escaped = self._next("\\")
        char = self._text[self._at]
        self._at += 1
        if not escaped:
            return char if char in ".^$" else re.escape(char)
        if char.isalnum() and char not in "dDwWsSnrtb":
            raise PatternError(f"has '\\{char}', which own rows can't have")
        return f"\\{char}"

    def _repeated(self, part: _Part) -> _Part:
        low, high = self._bounds()
        lazy = self._next("?")  # how much a repeat takes first makes no difference to whether there is a match
        if (low, high) != (1, 1) and not lazy and self._next("+"):
            raise PatternError("has a possessive repeat, which own rows can't have")
        if (low, high) == (1, 1):
            return part

        def write(after: int) -> int:
            first = after
            if high is None:
                first = self._step(_SPLIT)
                self._steps[first] = _Step(_SPLIT, (part(first), after))
            for _ in range((high or low) - low):
                first = self._step(_SPLIT, part(first), after)
            for _ in range(low):
                first = part(first)
            return first

        return write

    def _bounds(self) -> tuple[int, int | None]:
        if mark := self._next("?", "*", "+"):
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[mark]
        if hit := _COUNT.match(self._text, self._at):
            self._at = hit.end()
            return int(hit[1] or 0), int(hit[3]) if hit[3] else None if hit[2] else int(hit[1])
        return 1, 1
