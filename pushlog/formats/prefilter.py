"""Where in a log a push may stand: found by the words that its lines can't be without, before anything is read.

A CI log is nearly all noise. The words come from the grammars; what is far from all of them is never looked at.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.bulk.reader import LARGE
from pushlog.formats.dialects import DIALECTS
from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.grammar import regex
from pushlog.intake.literal_search import LiteralIndex
from pushlog.intake.mapped import release_all, release_range
from pushlog.intake.start_pattern import within
from pushlog.intake.threads import at_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.intake.literal_search import Spans
    from pushlog.intake.log_text import ByteRanges
    from pushlog.intake.mapped import Data
    from pushlog.intake.start_pattern import StartPattern

# What a push has beside its layers. The other lines of the grammar mean nothing far from these.
_KINDS = ("header", "old_header", "digest", "command")
# Shorter logs are read whole.
SHORT = 1 << 16
# The data is looked through in blocks, for one word in each.
BLOCK = 1 << 13
_STRETCH = 1 << 20
# In so many bytes the word that was found last is looked for first.
_ALIKE = 1 << 24
# What is read above the first word and below the block of the last: the command, notes. The error may reach further.
ABOVE, BELOW, ERROR = 1 << 12, 1 << 12, 1 << 15
# What is read below the opening of another client, as far as its lines are looked for.
BEHIND = 1 << 16
# No word is longer than this.
_LONGEST = 64
_COLON = ": "
_LEAST = 5


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a look at some bytes told: the blocks in which a word of docker begins, and for each other client its signs.

    `signs` is None where so many words are that nobody looked for these.
    """

    blocks: list[int]
    signs: Sequence[Spans] | None


def candidate_ranges(data: Data) -> tuple[ByteRanges, ByteRanges] | None:
    """The stretches of whole lines in which a push may stand, in order, and those beside in which its error may.

    None for all of a short log.
    """
    if len(data) <= SHORT:
        return None
    looked = list(_looks(data))
    blocks = [low for look in looked for low in look.blocks]
    spoken = list(_joined((low - ABOVE, low + BLOCK + BELOW) for low in blocks))
    reached = list(_joined((low - ABOVE, low + BLOCK + ERROR) for low in blocks))
    # What stands near docker's words is read anyway.
    signs = (part for low, high in _between(spoken, 0, len(data)) for part in _signs(data, looked, low, high))
    others = [(at - ABOVE, at + BEHIND) for at in within(_openings(), data, signs)]
    read, shown = (tuple(_whole_lines(data, _joined(heapq.merge(spans, others)))) for spans in (spoken, reached))
    return read, tuple(_without(shown, read))


def _looks(data: Data) -> Iterator[_Looked]:
    """The first look at all of the data, stretch by stretch."""

    def look(low: int) -> list[_Looked]:
        known = list(words())
        return [_looked(data, start, known) for start in range(low, min(low + _ALIKE, len(data)), _STRETCH)]

    parts = range(0, len(data), _ALIKE)
    _sieve()  # made once, before two threads ask for it
    for looked in at_once(look, parts) if len(data) >= LARGE else map(look, parts):
        yield from looked


def _without(spans: Iterable[tuple[int, int]], others: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is left of spans without others, each of which lies within one of them."""
    begins = [low for low, _ in others]
    for start, stop in spans:
        own = others[bisect_left(begins, start) : bisect_left(begins, stop)]
        yield from _between(own, start, stop)


def _looked(data: Data, start: int, known: list[re.Pattern[bytes]]) -> _Looked:
    """The first look at the bytes from `start` on; `known`: docker's words, which are put in the order of their use."""
    stop = min(len(data), start + _STRETCH)
    spans = np.array([[start, stop]])
    signs: Sequence[Spans] | None = None
    # Where the first block has a word most have one, and each tells so at once.
    if not _speaks(data, start, known):
        spans, *signs = _sieve().spans(data, start, stop + _LONGEST)
    found = [low for low in _blocks(spans.tolist(), start, stop) if _speaks(data, low, known)]
    release_range(data, start, stop)
    return _Looked(found, signs)


def _signs(data: Data, looked: list[_Looked], low: int, high: int) -> Iterator[Sequence[Spans]]:
    """Where pushes of other clients may begin, between two offsets."""
    for start in range(low // _STRETCH * _STRETCH, high, _STRETCH):
        first, stop = max(low, start), min(high, start + _STRETCH)
        signs = looked[start // _STRETCH].signs
        if signs is None:
            signs = _sieve().spans(data, first, stop)[1:]
        clipped = [spans.clip(first, stop) for spans in signs]
        yield [spans[spans[:, 0] < spans[:, 1]] for spans in clipped]


def _between(spans: Iterable[tuple[int, int]], above: int, end: int) -> Iterator[tuple[int, int]]:
    """What lies from `above` to `end` before, between and behind spans."""
    for low, high in spans:
        if low > above:
            yield above, low
        above = high
    if above < end:
        yield above, end


def _openings() -> tuple[StartPattern, ...]:
    return tuple(dialect.OPENING for dialect in DIALECTS)


def _speaks(data: Data, low: int, known: list[re.Pattern[bytes]]) -> bool:
    """Whether one of these words begins in the block; the one that does is looked for first from then on."""
    for number, word in enumerate(known):
        if word.search(data, low, low + BLOCK + _LONGEST):
            known.insert(0, known.pop(number))
            return True
    return False


def _blocks(spans: Iterable[tuple[int, int]], start: int, stop: int) -> Iterator[int]:
    """The blocks from `start` up to `stop` in which, or just below which, one of these spans lies, in order."""
    following = start
    for low, high in spans:
        following = max(following, start + (low - start - _LONGEST) // BLOCK * BLOCK)
        yield from range(following, min(high, stop), BLOCK)
        following = max(following, start + -(-(high - start) // BLOCK) * BLOCK)


@cache
def _sieve() -> LiteralIndex:
    """Docker's words, and the signs of other clients."""
    return LiteralIndex((word.pattern for word in words()), *(opening.signs for opening in _openings()))


@cache
def words() -> tuple[re.Pattern[bytes], ...]:
    """The words of docker's lines, those that begin alike as one expression: each is found by its beginning."""
    states = {rule.alias for rule in docker_lines.grammar().rules if rule.alias and rule.origin.name == "state"}
    lines = regex.anchors(docker_lines.grammar(), "start", kinds={*states, *_KINDS})
    message = regex.beginning(docker_lines.grammar("engine.lark"), "start", kinds=docker_lines.ENGINE_FLOOD)
    return tuple(re.compile(text.encode()) for text in (*_alike(lines), re.escape(message)))


def _alike(anchors: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Anchors grouped by how they begin; what stands before a colon is left out where enough stands behind it."""
    groups: dict[str, set[str]] = {}
    for word, rest in anchors:
        behind = word[word.find(_COLON) :] if _COLON in word else ""
        kept = behind if len(behind) > _LEAST else word
        begins = _COLON if kept.startswith(_COLON) else kept[:_LEAST]
        groups.setdefault(begins, set()).add(re.escape(kept.removeprefix(begins)) + rest)
    for begins, rests in groups.items():
        yield re.escape(begins) + f"(?:{'|'.join(sorted(rests))})"


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in order, those that meet as one."""
    last: tuple[int, int] | None = None
    for span in spans:
        if last and span[0] <= last[1]:
            last = (last[0], max(last[1], span[1]))
            continue
        if last:
            yield last
        last = span
    if last:
        yield last


def _whole_lines(data: Data, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans from the beginning of a line to the end of one; no byte is looked at twice, however long lines are."""
    lines: list[tuple[int, int]] = []
    end = 0
    for low, high in spans:
        start = data.rfind(b"\n", end, low) + 1 if low > end else 0
        if high > end:
            end = data.find(b"\n", high) + 1 or len(data) if high < len(data) else len(data)
        lines.append((start or lines[-1][1] if lines else start, end))
        release_all(data)
    return _joined(lines)
