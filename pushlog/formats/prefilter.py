"""Candidate byte ranges of a log: found by the words that every line of a push has, before anything is parsed.

A CI log is nearly all noise. The words come from the grammars; bytes far from all of them are never parsed.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pushlog.cache.patterns import kept_pattern
from pushlog.formats.bulk.reader import LARGE
from pushlog.formats.dialects import start_patterns
from pushlog.formats.docker import candidate_lines
from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.grammar import regex
from pushlog.formats.grammar.load import derived
from pushlog.formats.marks import MarkKind
from pushlog.intake.literal_search import LiteralIndex
from pushlog.intake.mapped import release_all, release_range
from pushlog.intake.start_pattern import spread
from pushlog.intake.threads import at_once
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.intake.literal_search import Spans
    from pushlog.intake.log_text import ByteRanges
    from pushlog.intake.mapped import Data

# The lines of a push that are not about a layer. Other lines of the grammar mean nothing far from these.
_KINDS = (MarkKind.HEADER, MarkKind.OLD_HEADER, MarkKind.DIGEST, MarkKind.COMMAND)
# Shorter logs are parsed whole.
SHORT = 1 << 16
# The data is searched in blocks; one word in a block is enough.
BLOCK = 1 << 13
_STRETCH = 1 << 20
# Within so many bytes the word that matched last is tried first.
_ALIKE = 1 << 24
# Bytes parsed above the first word and below the block of the last: the command, notes. The error may reach further.
ABOVE, BELOW, ERROR = 1 << 12, 1 << 12, 1 << 15
# Bytes parsed below the first line of another client.
BEHIND = 1 << 16
# Of their lines that are nearer than this to one that was found, not each is looked for: a terminal draws thousands.
_APART = 1 << 12
# The length of the longest word.
_LONGEST = 64
_COLON = ": "
_LEAST = 5


@record(kw_only=False)
class _FirstLook:
    """The first search of some bytes: the blocks in which a word of docker begins, and the literals of other clients.

    `literals` is None where docker's words were so dense that the others were not searched for.
    """

    blocks: list[int]
    literals: Sequence[Spans] | None


def candidate_ranges(data: Data) -> tuple[ByteRanges, ByteRanges] | None:
    """Return the ranges of whole lines that can hold a push, in order, and the ranges beside them for its error.

    None for a short log, which is parsed whole. Where nothing tells of a push, the range is the log's end: there stands
    what stopped a job.
    """
    if len(data) <= SHORT:
        return None
    looks = list(_first_looks(data))
    blocks = [start for look in looks for start in look.blocks]
    push_ranges = list(_merged((start - ABOVE, start + BLOCK + BELOW) for start in blocks))
    error_ranges = list(_merged((start - ABOVE, start + BLOCK + ERROR) for start in blocks))
    # Bytes near docker's words are parsed anyway.
    literals = (
        part
        for start, stop in _between(push_ranges, 0, len(data))
        for part in _client_literals(data, looks, start, stop)
    )
    others = [(offset - ABOVE, offset + BEHIND + _APART) for offset in spread(start_patterns(), data, literals, _APART)]
    ranges, reach = (
        tuple(_whole_lines(data, _merged(heapq.merge(spans, others)))) for spans in (push_ranges, error_ranges)
    )
    return ranges or tuple(_whole_lines(data, [(len(data) - SHORT, len(data))])), tuple(_subtract(reach, ranges))


def _first_looks(data: Data) -> Iterator[_FirstLook]:
    """Search all of the data for the first time, stretch by stretch."""

    def search(part: int) -> list[_FirstLook]:
        docker_words = list(words())
        return [_look_at(data, start, docker_words) for start in range(part, min(part + _ALIKE, len(data)), _STRETCH)]

    parts = range(0, len(data), _ALIKE)
    _literal_index()  # built once, before two threads ask for it
    for looks in at_once(search, parts) if len(data) >= LARGE else map(search, parts):
        yield from looks


def _subtract(spans: Iterable[tuple[int, int]], others: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Return the parts of the spans outside the others; each of the others lies within a span."""
    other_starts = [start for start, _ in others]
    for start, stop in spans:
        inside = others[bisect_left(other_starts, start) : bisect_left(other_starts, stop)]
        yield from _between(inside, start, stop)


def _look_at(data: Data, start: int, docker_words: list[re.Pattern[bytes]]) -> _FirstLook:
    """Search the bytes from `start` on; reorders `docker_words` by their use."""
    stop = min(len(data), start + _STRETCH)
    spans = np.array([[start, stop]])
    literals: Sequence[Spans] | None = None
    # If the first block has a word, most blocks have one, and searching each of them ends at once.
    if not _has_word(data, start, docker_words):
        spans, *literals = _literal_index().spans(data, start, stop + _LONGEST)
    blocks = [block for block in _blocks(spans.tolist(), start, stop) if _has_word(data, block, docker_words)]
    release_range(data, start, stop)
    return _FirstLook(blocks, literals)


def _client_literals(data: Data, looks: list[_FirstLook], start: int, stop: int) -> Iterator[Sequence[Spans]]:
    """Return where literals of other clients stand between two offsets, stretch by stretch."""
    for stretch in range(start // _STRETCH * _STRETCH, stop, _STRETCH):
        first, last = max(start, stretch), min(stop, stretch + _STRETCH)
        literals = looks[stretch // _STRETCH].literals
        if literals is None:
            literals = _literal_index().spans(data, first, last)[1:]
        # Nearly all are empty.
        yield [_clipped(spans, first, last) if len(spans) else spans for spans in literals]


def _clipped(spans: Spans, first: int, last: int) -> Spans:
    """Return the parts of the spans between two offsets."""
    clipped: Spans = spans.clip(first, last)
    return clipped[clipped[:, 0] < clipped[:, 1]]


def _between(spans: Iterable[tuple[int, int]], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Return the ranges from `start` to `stop` before, between and after the spans."""
    for span_start, span_stop in spans:
        if span_start > start:
            yield start, span_start
        start = span_stop
    if start < stop:
        yield start, stop


def _has_word(data: Data, block: int, docker_words: list[re.Pattern[bytes]]) -> bool:
    """Return whether a word begins in the block; a word that does moves to the front of the list."""
    for number, word in enumerate(docker_words):
        if word.search(data, block, block + BLOCK + _LONGEST):
            docker_words.insert(0, docker_words.pop(number))
            return True
    return False


def _blocks(spans: Iterable[tuple[int, int]], start: int, stop: int) -> Iterator[int]:
    """Return the blocks from `start` up to `stop` that hold a span or stand just above one, in order."""
    block = start
    for span_start, span_stop in spans:
        block = max(block, start + (span_start - start - _LONGEST) // BLOCK * BLOCK)
        yield from range(block, min(span_stop, stop), BLOCK)
        block = max(block, start + -(-(span_stop - start) // BLOCK) * BLOCK)


@cache
def _literal_index() -> LiteralIndex:
    """Return the index of docker's words and of the literals of other clients."""
    return LiteralIndex((word.pattern for word in words()), *(opening.signs for opening in start_patterns()))


@cache
def words() -> tuple[re.Pattern[bytes], ...]:
    """Return the words of docker's lines; words with the same beginning share one expression, which starts with it."""
    states = {rule.alias for rule in candidate_lines.grammar().rules if rule.alias and rule.origin.name == "state"}
    lines = regex.anchors(candidate_lines.grammar(), "start", kinds={*states, *_KINDS})
    message = derived(regex.beginning, "engine.lark", "start", kinds=docker_lines.ENGINE_FLOOD)
    return tuple(kept_pattern(text.encode()) for text in (*_grouped_by_beginning(lines), re.escape(message)))


def _grouped_by_beginning(anchors: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Group anchors by their beginnings; the text before a colon is dropped where enough follows the colon."""
    groups: dict[str, set[str]] = {}
    for word, rest in anchors:
        after_colon = word[word.find(_COLON) :] if _COLON in word else ""
        anchor = after_colon if len(after_colon) > _LEAST else word
        beginning = _COLON if anchor.startswith(_COLON) else anchor[:_LEAST]
        groups.setdefault(beginning, set()).add(re.escape(anchor.removeprefix(beginning)) + rest)
    for beginning, rests in groups.items():
        yield re.escape(beginning) + f"(?:{'|'.join(sorted(rests))})"


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Merge spans that touch or overlap; they come in order."""
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
    """Widen spans to whole lines; no byte is searched twice, however long the lines are."""
    lines: list[tuple[int, int]] = []
    end = 0
    for span_start, span_stop in spans:
        start = data.rfind(b"\n", end, span_start) + 1 if span_start > end else 0
        if span_stop > end:
            end = data.find(b"\n", span_stop) + 1 or len(data) if span_stop < len(data) else len(data)
        lines.append((start or lines[-1][1] if lines else start, end))
        release_all(data)
    return _merged(lines)
