"""Regular expressions that can read one text in more ways than any computer can try.

A repeat is dangerous if it can read the same text in two ways and come back to where it was: of a text of n such pieces
there are 2^n readings, and all are tried where what follows does not fit. Such repeats are found in the automaton of a
pattern (Glushkov's: a state for each character class, with the classes that may follow it), by a walk of two readings
side by side. Assertions are passed over and long counts are taken for endless ones, so a text is made from each find
and tried: what is no more than a suspicion is let go.
"""

from __future__ import annotations

import re
import time
import warnings
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cache
from re import _constants as codes  # how Python itself reads patterns
from re import _parser as parser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Characters that stand for all: of Latin-1, and some that logs have besides.
_CHARACTERS = frozenset((*map(chr, range(256)), *"\u2018\u201c\u201d\u2026\u2192✓█"))
_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
}
_SINGLE = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN)
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
# Up to so many copies of what is counted are states of their own.
_COPIES, _CHOICES = 12, 4
_MOST_STATES, _MOST_PAIRS = 400, 20_000
_PIECES = (8, 12, 16, 20)
_TAILS = ("\0", "\n\0", " \0", "!", "]", "x")
# A text of some hundred characters that takes longer is one of those.
_SECONDS = 0.02

Ends = tuple[list[int], list[int], bool]


@dataclass
class _Automaton:
    """States with the characters of each, and how often one follows another: twice is two ways."""

    is_bytes: bool
    states: list[frozenset[str]] = field(default_factory=list)
    follows: Counter[tuple[int, int]] = field(default_factory=Counter)

    def state(self, characters: frozenset[str]) -> Ends:
        self.states.append(characters)
        here = [len(self.states) - 1]
        return here, here, False

    def link(self, before: Iterable[int], behind: Sequence[int]) -> None:
        self.follows.update((one, other) for one in before for other in behind)

    def joined(self, parts: Iterable[Any], flags: int, read: Any = None) -> Ends:
        """What begins and ends a sequence of parts, and whether it may be empty."""
        first: list[int] = []
        last: list[int] = []
        empty = True
        for part in parts:
            begins, ends, is_empty = (read or self.item)(part, flags)
            self.link(last, begins)
            first = first + begins if empty else first
            last = last + ends if is_empty else ends
            empty = empty and is_empty
        return first, last, empty

    def item(self, item: tuple[Any, Any], flags: int) -> Ends:
        kind, value = item
        if kind in _SINGLE:
            return self.state(_characters(item, flags, is_bytes=self.is_bytes))
        if kind is codes.BRANCH:
            ways = [self.joined(branch, flags) for branch in value[1]]
            return [x for way in ways for x in way[0]], [x for way in ways for x in way[1]], any(w[2] for w in ways)
        if kind is codes.SUBPATTERN:
            return self.joined(value[3], (flags | value[1]) & ~value[2])
        if kind in _REPEATS:
            least, most, inside = value
            return self.repeat(least, most, inside, flags)
        if kind in (codes.ATOMIC_GROUP, codes.POSSESSIVE_REPEAT):
            # What is never read in a second way is one state.
            inside = value if kind is codes.ATOMIC_GROUP else value[2]
            characters = frozenset[str]().union(*_all_characters(inside, flags, is_bytes=self.is_bytes))
            may_be_empty = inside.getwidth()[0] == 0 or (kind is codes.POSSESSIVE_REPEAT and value[0] == 0)
            return (*self.state(characters)[:2], may_be_empty) if characters else ([], [], True)
        return [], [], True

    def repeat(self, least: int, most: int, inside: Any, flags: int) -> Ends:
        if most <= _CHOICES or least == most <= _COPIES:
            optional = [number >= least for number in range(most)]
            return self.joined(optional, flags, lambda may, flags: self._copy(inside, flags, may_be_empty=may))
        parts = [False] * (min(least, 2) - 1)
        first, last, empty = self.joined(parts, flags, lambda _, flags: self.joined(inside, flags))
        begins, ends, is_empty = self.joined(inside, flags)
        self.link(ends, begins)
        self.link(last, begins)
        is_empty = is_empty or least == 0
        return first + begins if empty else first, last + ends if is_empty else ends, empty and is_empty

    def _copy(self, inside: Any, flags: int, *, may_be_empty: bool) -> Ends:
        first, last, empty = self.joined(inside, flags)
        return first, last, empty or may_be_empty


@cache
def _of_category(category: Any, *, is_ascii: bool) -> frozenset[str]:
    pattern = re.compile(_CATEGORIES[category], re.ASCII if is_ascii else 0)
    return frozenset(filter(pattern.match, _CHARACTERS))


def _characters(item: tuple[Any, Any], flags: int, *, is_bytes: bool) -> frozenset[str]:
    """The characters that one element of a pattern takes."""
    kind, value = item
    if kind is codes.IN:
        parts = [_characters(part, flags, is_bytes=is_bytes) for part in value if part[0] is not codes.NEGATE]
        found = frozenset[str]().union(*parts)
        return _CHARACTERS - found if value[0][0] is codes.NEGATE else found
    if kind is codes.CATEGORY:
        return _of_category(value, is_ascii=is_bytes or bool(flags & re.ASCII))
    if kind is codes.ANY:
        return _CHARACTERS if flags & re.DOTALL else _CHARACTERS - {"\n"}
    if kind is codes.RANGE:
        return frozenset(x for x in _CHARACTERS if value[0] <= ord(x) <= value[1])
    one = {chr(value)}
    if flags & re.IGNORECASE:
        one |= {chr(value).lower(), chr(value).upper()}
    return _CHARACTERS - one if kind is codes.NOT_LITERAL else frozenset(one)


def _all_characters(parts: Iterable[tuple[Any, Any]], flags: int, *, is_bytes: bool) -> Iterator[frozenset[str]]:
    for kind, value in parts:
        if kind in _SINGLE:
            yield _characters((kind, value), flags, is_bytes=is_bytes)
            continue
        inside = {
            codes.BRANCH: lambda value: value[1],
            codes.SUBPATTERN: lambda value: [value[3]],
            codes.ATOMIC_GROUP: lambda value: [value],
            codes.MAX_REPEAT: lambda value: [value[2]],
            codes.MIN_REPEAT: lambda value: [value[2]],
            codes.POSSESSIVE_REPEAT: lambda value: [value[2]],
        }.get(kind, lambda _: [])
        for part in inside(value):
            yield from _all_characters(part, flags, is_bytes=is_bytes)


def _is_nested(parts: Iterable[tuple[Any, Any]], *, inside: bool = False) -> bool:
    """Whether a repeat holds another one or a choice: no other pattern can be read in so many ways."""
    for kind, value in parts:
        if kind in _REPEATS:
            if inside or _is_nested(value[2], inside=value[1] > 1):
                return True
        elif kind is codes.BRANCH:
            if inside or any(_is_nested(branch) for branch in value[1]):
                return True
        elif kind is codes.SUBPATTERN and _is_nested(value[3], inside=inside):
            return True
    return False


def suspicions(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str]]:
    """Yield what leads to a repeat that can be read in two ways, and the text that it can so read."""
    source, is_bytes = pattern.pattern, isinstance(pattern.pattern, bytes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parser.parse(source.decode("latin-1") if is_bytes else source, pattern.flags & ~re.UNICODE)
    if not _is_nested(tree):
        return
    machine = _Automaton(is_bytes)
    begins, _, _ = machine.joined(tree, pattern.flags)
    behind: list[list[int]] = [[] for _ in machine.states]
    for one, other in machine.follows:
        behind[one].append(other)
    ways = {one: _any_of(machine.states[one]) for one in begins if machine.states[one]}
    queue = deque(ways)
    while queue:
        one = queue.popleft()
        for other in behind[one]:
            if other not in ways and machine.states[other]:
                ways[other] = ways[one] + _any_of(machine.states[other])
                queue.append(other)
    for group in _loops(behind):
        for state in sorted(group & ways.keys())[:_MOST_STATES]:
            if (text := _read_twice(machine, behind, group, state)) is not None:
                yield ways[state], text
                break


def _any_of(characters: frozenset[str]) -> str:
    return next((one for one in "a0 <-/" if one in characters), min(characters))


def _loops(behind: Sequence[Sequence[int]]) -> Iterator[set[int]]:
    """Yield the sets of states that can be reached from each other."""
    before: list[list[int]] = [[] for _ in behind]
    for one, others in enumerate(behind):
        for other in others:
            before[other].append(one)
    left = set(range(len(behind)))
    while left:
        start = left.pop()
        group = _reached(behind, start) & _reached(before, start) & (left | {start})
        left -= group
        if len(group) > 1 or start in behind[start]:
            yield group


def _reached(behind: Sequence[Sequence[int]], start: int) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        new = set(behind[waiting.pop()]) - found
        found |= new
        waiting += new
    return found


def _read_twice(machine: _Automaton, behind: Sequence[Sequence[int]], group: set[int], state: int) -> str | None:
    """Return a text that leads from a state back to it in two ways."""
    start = (state, state, False)
    seen: dict[tuple[int, int, bool], tuple[tuple[int, int, bool], str] | None] = {start: None}
    queue = deque([start])
    while queue and len(seen) < _MOST_PAIRS:
        here = queue.popleft()
        one, other, differs = here
        for a in group.intersection(behind[one]):
            for b in group.intersection(behind[other]):
                common = machine.states[a] & machine.states[b]
                if not common:
                    continue
                place = (a, b, differs or a != b or (one == other and machine.follows[one, a] > 1))
                if place == (state, state, True):
                    return "".join(reversed([_any_of(common), *_way(seen, here)]))
                if place not in seen:
                    seen[place] = (here, _any_of(common))
                    queue.append(place)
    return None


def _way(seen: dict[Any, Any], place: Any) -> Iterator[str]:
    while (step := seen[place]) is not None:
        place, character = step
        yield character


def takes_forever(pattern: re.Pattern[Any], beginning: str, piece: str) -> bool:
    """Whether a text made of such pieces, with an end that does not fit, takes twice as long for each of them."""
    for tail in _TAILS:
        for match in (pattern.match, pattern.fullmatch):
            for number in _PIECES:
                text = beginning + piece * number + tail
                began = time.process_time()
                match(text.encode("latin-1") if isinstance(pattern.pattern, bytes) else text)
                if time.process_time() - began > _SECONDS * len(text) / 100:
                    return True
    return False
