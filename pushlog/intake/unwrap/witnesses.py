"""Lines that only a push prints, and the bytes before their words: they tell the prefix of the lines around them.

Reading every line of a push would take as long as parsing it: looked at are the first lines of a log's push sections,
those behind every header, digest lines and commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.intake.mapped import find
from pushlog.intake.start_pattern import places
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.mapped import Data
    from pushlog.intake.start_pattern import StartPattern

_HEADER = b"The push refers to "
_DIGEST = lazy_pattern(rb"\w[\w.-]{0,127}: digest: sha256:[0-9a-f]{64} size: \d+")
_DIGEST_WORDS = b": digest: sha256:"
_ROW = lazy_pattern(rb"[0-9a-f]{12}: ")
_COMMANDS = (b"docker push ", b"docker image push ")
# Headers and commands have one word in common, so that a long log without them is searched once.
_PUSH = b" push "
_SPARSE = 20_000
# What a shell or a CI writes before a command that it runs; the rest of the line is the prefix.
_PROMPT = lazy_pattern(
    rb"(?:(?:[$#%>+]|\+\+|(?:##\[group\])?Run|Running command|(?:##)?\[command\]\S*/) *)?(?:sudo +)?\Z"
)
_REDRAW = lazy_pattern(rb"\x1b\[\d*(?:[AB]|\Z)")
# How many witnesses are asked for: of the first lines, behind each header, and of headers, digest lines and commands.
_FIRST, _BEHIND, _MOST = 60, 12, 1000
# After so many only headers, digest lines and commands are, and after so many nothing is.
_MANY, _ALL = 600, 6000
_REACH = 1 << 15
_LONGEST = 600
# Longer lines hold no text of a program.
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True, order=True)
class Witness:
    """A line of a push: the offset at which it begins, the bytes before its words, and what these words are.

    `is_row`: it is about a layer, or the digest line; `is_command`: it runs a push.
    """

    start: int
    prefix: bytes
    is_row: bool = False
    is_command: bool = False


def anchors_of(text: LogText, openings: Sequence[StartPattern]) -> list[int]:
    """The offsets of the first openings of a log."""
    return list(islice((offset for part in text.parts for offset in places(openings, text.data, *part)), _FIRST))


def lines_at(data: Data, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where the lines of ascending offsets begin and end, once each, but for those that are too long."""
    stop = 0
    for offset in offsets:
        if offset < stop:
            continue
        start = data.rfind(b"\n", max(0, offset - _LONGEST_LINE), offset) + 1
        # On a terminal all of a push can be one line.
        farthest = min(len(data), start + _LONGEST_LINE + 1)
        stop = data.find(b"\n", offset, farthest)
        stop = farthest if stop < 0 else stop
        if stop - start <= _LONGEST_LINE:
            yield start, stop


def witnesses(text: LogText, openings: Sequence[StartPattern], anchors: Sequence[int]) -> list[Witness]:
    """The witnesses of a log, in order.

    `openings`: text that pushes print at the beginning of a line; `anchors`: the offsets of the first of these.
    """
    by_start: dict[int, Witness] = {}
    for part in text.parts:
        if len(by_start) > _ALL:
            break
        for witness in _of_part(text, part, openings, anchors, is_early=len(by_start) <= _MANY):
            by_start.setdefault(witness.start, witness)
    return sorted(by_start.values())


def _of_part(
    text: LogText,
    part: tuple[int, int],
    openings: Sequence[StartPattern],
    anchors: Sequence[int],
    *,
    is_early: bool,
) -> Iterator[Witness]:
    """The witnesses between two offsets.

    `anchors`: where the first openings of the log stand; `is_early`: few witnesses so far: more are asked for.
    """
    data = text.data
    yield from _at_openings(data, _first_openings(data, part, openings, anchors, _FIRST if is_early else 1))
    # What stands farther behind the beginning of a line is no witness, such as the redraws of a terminal.
    spans = text.near_line_starts(*part, _LONGEST)
    offsets = _push_words(data, spans)
    for number, offset in enumerate(offsets[_HEADER]):
        start = _line_start(data, offset)
        if start < 0:
            continue
        if is_early and number < _MANY // _BEHIND:
            below = (start, min(part[1], start + _REACH))
            yield from _at_openings(data, _first_openings(data, below, openings, anchors, _BEHIND))
        elif data[start : start + 1] != b"{":
            yield Witness(start, data[start:offset])
    for offset in _finds(data, _DIGEST_WORDS, spans):
        yield from _at(data, offset, _DIGEST, is_row=True)
    for words in _COMMANDS:
        for offset in offsets[words]:
            start = _line_start(data, offset)
            if start >= 0:
                prompt = _PROMPT.search(data, start, offset)
                yield Witness(start, data[start : prompt.start() if prompt else offset], is_command=True)


def _first_openings(
    data: Data, part: tuple[int, int], openings: Sequence[StartPattern], anchors: Sequence[int], number: int
) -> Iterable[int]:
    """The offsets of the first openings between two offsets, which are searched for where the anchors end above."""
    anchors_here = [offset for offset in anchors if part[0] <= offset < part[1]]
    # Most logs have so few that all are anchors.
    has_all = len(anchors) < _FIRST or anchors[-1] >= part[1]
    return islice(anchors_here if has_all or len(anchors_here) >= number else places(openings, data, *part), number)


def _at_openings(data: Data, offsets: Iterable[int]) -> Iterator[Witness]:
    for offset in offsets:
        first = _line_start(data, offset)
        prefix = data[first:offset]
        if first >= 0 and not _REDRAW.search(prefix) and not prefix.endswith(b"\r"):
            yield Witness(first, prefix, is_row=_ROW.match(data, offset) is not None)


def _at(data: Data, offset: int, words: re.Pattern[bytes], *, is_row: bool) -> Iterator[Witness]:
    first = _line_start(data, offset)
    match = words.search(data, first, min(len(data), offset + _LONGEST)) if first >= 0 else None
    # In a message of the Engine the digest line is a status: no prefix stands there.
    if (
        match
        and data[first : first + 1] != b"{"
        and not _REDRAW.search(data, first, match.start())
        and b"\r" not in data[first : match.start()]
    ):
        yield Witness(first, data[first : match.start()], is_row=is_row)


def _push_words(data: Data, spans: Sequence[tuple[int, int]]) -> dict[bytes, list[int]]:
    """Return where the header's words and each command stand in some ranges, `_MOST` of each at most."""
    offsets: dict[bytes, list[int]] = {words: [] for words in (_HEADER, *_COMMANDS)}
    tries = 0
    for number, (start, stop) in enumerate(spans):
        searched_to = start
        while tries < _SPARSE and (offset := find(data, _PUSH, searched_to, stop)) >= 0:
            for words, word_offsets in offsets.items():
                first = offset - words.find(_PUSH)
                if (
                    len(word_offsets) < _MOST
                    and first >= start
                    and data[first : min(stop, first + len(words))] == words
                ):
                    word_offsets.append(first)
            searched_to = offset + 1
            tries += 1
        if tries == _SPARSE:
            for words, word_offsets in offsets.items():
                rest = [(max(start, searched_to - words.find(_PUSH)), stop), *spans[number + 1 :]]
                word_offsets.extend(islice(_finds(data, words, rest), _MOST - len(word_offsets)))
            break
    return offsets


def _finds(data: Data, words: bytes, spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield where words stand in some ranges, `_MOST` times at most."""
    number = 0
    for start, stop in spans:
        searched_to = start
        while number < _MOST and (offset := find(data, words, searched_to, stop)) >= 0:
            yield offset
            searched_to = offset + len(words)
            number += 1


def _line_start(data: Data, offset: int) -> int:
    """Where the line of an offset begins; -1 if that is farther above than any prefix reaches."""
    above = max(0, offset - _LONGEST)
    start = data.rfind(b"\n", above, offset) + 1
    return start if start or not above else -1
