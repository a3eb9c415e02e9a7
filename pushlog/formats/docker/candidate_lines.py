"""Which pieces of a log docker's grammar may take: nearly all lines around a push are noise, and are refused here."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.formats.bulk.reader import CHUNK, chunks
from pushlog.formats.docker.inline import HINTS, inline_pieces
from pushlog.formats.docker.messages import messages
from pushlog.formats.grammar import regex
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.intake.limits import LONGEST_PIECE
from pushlog.intake.literal_search import LiteralIndex
from pushlog.intake.log_text import BLANKS, LogText, Piece, plain
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark import Lark

LINES = LineParser("docker.lark", ("start", "quiet", "overdrawn"), is_filtered=True)
# Kinds whose lines can begin with anything, so that looking for one takes long, each with words that it always has.
_ANYWHERE = {
    "command": ("docker ", "docker.exe "),
    "digest": (": digest: ", "Digest: "),
    "pull": (": Pulling from ",),
    "upload_failed": ("Upload failed, ",),
    "daemon_note": (" push after error", "Upload failed: "),
}
_WORDS_ANYWHERE = tuple((kind, word) for kind, words in _ANYWHERE.items() for word in words)
# The shortest line: `^C`.
_SHORTEST = 2
# Each message of the Engine that tells something has one of these keys.
KEYS = ('status"', "status'", "errorDetail", 'aux"')
# What a range is searched for: the words above, the hints, and the keys of messages.
_WORDS = (*(word for _, word in _WORDS_ANYWHERE), *HINTS, *KEYS)
# A command is not filtered by a pattern of its own: to compile it takes longer than to parse the few lines with both.
_COMMAND, _PUSH = "command", " push"
CARET_C = "^C"


def grammar() -> Lark:
    """Return the compiled grammar of docker's lines."""
    return LINES.grammar


@cache
def lines_pattern(kinds: tuple[str, ...] = ()) -> re.Pattern[str]:
    """Return the pattern of lines of these kinds; without kinds, of all that begin with words of their own.

    It keeps the noise around a push away from Lark.
    """
    all_kinds = {rule.alias for rule in grammar().rules if rule.alias}
    text = regex.pattern(grammar(), "start", fields=(), kinds=set(kinds) or all_kinds - {*_ANYWHERE})
    return kept_pattern(text, re.ASCII)


def candidate_pieces(text: LogText, start: int, stop: int) -> Iterator[Piece]:
    """Return the pieces between two offsets that the grammar may take; lines of noise are not counted."""
    # A key may have escapes in it, which are not shown.
    is_drawn = text.data.find(b"\x1b", start, stop) >= 0
    # Words that are nowhere in this range need not be looked for in each of its lines.
    present = {_WORDS[number] for number in _index().groups(text.data, start, stop)}
    words = _Words(
        kinds=tuple([(kind, word) for kind, word in _WORDS_ANYWHERE if word in present]),
        hints=tuple([hint for hint in HINTS if hint in present]),
        keys=tuple([key for key in KEYS if is_drawn or key in present]),
    )
    is_plain = text.passed_over is None and not is_drawn
    for first, last in _telling_spans(text, start, stop, words) if is_plain else text.spans(start, stop):
        yield from _pieces_of(text, first, last, words)


@cache
def _index() -> LiteralIndex:
    return LiteralIndex.of_words(map(str.encode, _WORDS))


@record
class _Words:
    """What stands in a range of a text: kinds with a word of each, hints, and keys of messages."""

    kinds: tuple[tuple[str, str], ...]
    hints: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def encoded(self) -> set[bytes]:
        """Return every word for which a line must be looked at closely."""
        return {word.encode() for word in (CARET_C, *(word for _, word in self.kinds), *self.hints, *self.keys)}


def _telling_spans(text: LogText, start: int, stop: int, words: _Words) -> Iterator[tuple[int, int]]:
    """Return those of the spans between two offsets that `_pieces_of` may take; no cursor moves between them.

    Noise passes here by the million: its lines are cut, stripped and refused in loops that are not Python's.
    """
    fullmatch, encoded = lines_pattern().fullmatch, words.encoded
    for begin, end in chunks(text.data, start, stop, CHUNK):
        if end - begin > 2 * CHUNK:  # a line without an end
            yield from text.spans(begin, end)
            continue
        block = text.data[begin:end].replace(b"\r", b"\n")
        lines = [line.strip(BLANKS) for line in block.decode("utf-8", "replace").split("\n")]
        telling = {number for number, line in enumerate(lines) if line and fullmatch(line)}
        begins = list(accumulate([len(line) + 1 for line in block.split(b"\n")], initial=0))
        for word in encoded:
            place = block.find(word)
            while place >= 0:
                number = bisect_right(begins, place) - 1
                telling.add(number)
                place = block.find(word, begins[number + 1])
        if end - begin > LONGEST_PIECE:  # of a longer line only the beginning is read
            telling |= {number for number, line in enumerate(lines) if len(line) > LONGEST_PIECE}
        yield from ((begin + begins[number], begin + begins[number + 1] - 1) for number in sorted(telling))


def _pieces_of(text: LogText, first: int, last: int, words: _Words) -> Iterator[Piece]:
    """Return the pieces of the line between two offsets."""
    line = plain(text.data[first : min(last, first + LONGEST_PIECE)])
    if len(line) < _SHORTEST:
        return
    if lines_pattern().fullmatch(line) or CARET_C in line or (words.kinds and may_begin_otherwise(line, words.kinds)):
        yield Piece(first, last, text.line_of(first), line)
        return
    if words.keys and "{" in line and any(key in line for key in words.keys):
        yield Piece(first, last, text.line_of(first), line)
    if any(hint in line for hint in words.hints) and (
        # The words in a message of the Engine are read with it.
        "{" not in line or next(messages(line), None) is None
    ):
        yield from inline_pieces(grammar(), text, first, last)


def may_begin_otherwise(line: str, words: tuple[tuple[str, str], ...] = _WORDS_ANYWHERE) -> bool:
    """Return whether a line may be of a kind that can begin with anything. `words`: those to look for."""
    # A plain loop: noise passes here by the million, and `any` with a generator takes three times as long.
    kinds: tuple[str, ...] = ()
    for kind, word in words:
        if word not in line:
            continue
        if kind != _COMMAND:
            kinds += (kind,)
        elif _PUSH in line and not any(hint in line for hint in HINTS):
            return True
    return bool(kinds and lines_pattern(tuple(dict.fromkeys(kinds))).fullmatch(line))
