"""Which parts of a log can be passed over at once: those in which none of some expressions begins.

A pass for each of two dozen expressions takes several times as long as grep does. But nearly all begin with plain text,
and wherever seven bytes stand, four of them in a row begin at an offset that four divides: one look at every fourth
byte tells where any may begin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pushlog.cache.patterns import kept_pattern
from pushlog.intake.mapped import find, release_range
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pushlog.intake.mapped import Data

# Shape (n, 2): where each begins, and where the next byte after it is; in order.
Spans = NDArray[np.int64]

# Bytes looked at as one number, and the shortest text that surely holds such a piece.
_PIECE = 4
ENOUGH = 2 * _PIECE - 1
_NOWHERE: Spans = np.empty((0, 2), dtype=np.int64)
_WORD, _TEXT = np.dtype("<u4"), np.dtype("<u8")
_BEFORE = np.arange(_PIECE)[:, np.newaxis]
_BITS_BEFORE, _BITS_BEHIND = (8 * _BEFORE).astype(np.uint64), (8 * (_PIECE - _BEFORE)).astype(np.uint64)
_WHOLE = np.uint64((1 << 8 * ENOUGH) - 1)
# No match of an expression is longer.
_LONGEST = 400
# So many bytes are looked at together.
_AT_ONCE = 1 << 20
# Places that are nearer to each other than this make one span: starting a search costs as much as searching so far.
_NEAR = 1 << 10
# For up to so many places, the calls of an array's functions take longer than a loop does.
_FEW = 1 << 8
# Knuth's multiplicative hash: 2^32 divided by the golden ratio, of which the upper half is kept (TAOCP, volume 3, 6.4).
_GOLDEN, _UPPER_HALF = np.uint32(2654435761), np.uint32(16)
# The same for numbers of 64 bits: 2^64 divided by that ratio.
_LONG_GOLDEN, _UPPER_BITS = np.uint64(0x9E3779B97F4A7C15), np.uint64(48)
_PLAIN = lazy_pattern(rb"\\(\W)|([^\\\[\](){}.*+?|^$])", re.DOTALL)
# Several indexes ask for the same short log one after the other, and for what is made of it: each is looked at once.
_SHORT, _KEPT = 1 << 18, 4
_HEAD = lazy_pattern(rb"(?:(?:\\\W|[^\\\[\](){}.*+?|^$])(?![*+?{])){1,%d}" % ENOUGH, re.DOTALL)
_TOKEN = lazy_pattern(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


# Texts as numbers, their last byte in front, and where each begins; some may be none that was asked for.
_Likely = tuple[NDArray[np.uint64], NDArray[np.int64]]


class _Tables:
    """Of each hash of a piece, and of a text as far as it is looked at, whether one of some texts has it."""

    def __init__(self) -> None:
        self._pieces = np.zeros(1 << 16, dtype=np.bool_)
        self._wholes = np.zeros(1 << 16, dtype=np.bool_)

    def add(self, texts: Iterable[bytes], numbers: NDArray[np.uint64]) -> None:
        """Take texts in, which are also given as numbers."""
        pieces = b"".join(text[offset : offset + _PIECE] for text in texts for offset in range(_PIECE))
        self._pieces[_hashed(np.frombuffer(pieces, dtype=_WORD))] = True
        self._wholes[_hashed_whole(numbers)] = True

    def likely(self, data: Data, start: int, stop: int) -> _Likely:
        """Return what begins from `start` up to `stop`, and hardly anything else."""
        first, end = start // _PIECE * _PIECE, min(len(data), stop + ENOUGH)
        count = -(-(end - first) // _PIECE) + 2
        if first + count * _PIECE <= len(data):
            numbers = np.frombuffer(data, dtype=_WORD, count=count, offset=first)
        else:
            numbers = np.frombuffer(data[first:end].ljust(count * _PIECE, b"\0"), dtype=_WORD)
        likely = self._pieces.take(_hashed(numbers), mode="clip").nonzero()[0]
        likely = likely[likely < len(numbers) - 1]
        here = numbers[likely].astype(_TEXT) | numbers[likely + 1].astype(_TEXT) << np.uint64(8 * _PIECE)
        above = np.where(likely > 0, numbers[likely - 1], 0).astype(_TEXT)
        # A text may begin up to three bytes before the piece that was looked at: a row for each.
        candidates = (here << _BITS_BEFORE | above >> _BITS_BEHIND) & _WHOLE
        # Nearly all are none: a second table says so sooner than a search among the texts.
        before, places = self._wholes.take(_hashed_whole(candidates), mode="clip").nonzero()
        return candidates[before, places], first + likely[places] * _PIECE - before


class _Together:
    """The texts of all indexes, and what was found in the logs that were looked at last."""

    def __init__(self) -> None:
        self._tables = _Tables()
        self._kept: tuple[tuple[Data, _Likely], ...] = ()

    def add(self, texts: Iterable[bytes], numbers: NDArray[np.uint64]) -> None:
        """Take the texts of an index in, which are also given as numbers."""
        self._tables.add(texts, numbers)
        self._kept = ()

    def likely(self, data: Data) -> _Likely:
        """Return what begins in a short log."""
        for log, likely in self._kept:
            if log is data:
                return likely
        likely = self._tables.likely(data, 0, len(data))
        self._kept = ((data, likely), *self._kept[: _KEPT - 1])
        return likely


_TOGETHER = _Together()


class LiteralIndex:
    """Groups of byte expressions, none of which takes flags or looks behind: all are looked for in one pass."""

    def __init__(self, *groups: Iterable[bytes]) -> None:
        self._others: list[list[re.Pattern[bytes]]] = []
        # Those that are plain words.
        self._words: dict[re.Pattern[bytes], bytes] = {}
        group_texts: list[set[bytes]] = []
        for group in groups:
            texts_of = {expression: beginnings(expression) for expression in group}
            short = [expression for expression, texts in texts_of.items() if min(map(len, texts)) < ENOUGH]
            self._others.append([kept_pattern(expression) for expression in short])
            self._words |= {kept_pattern(text): word for text in short if (word := _word(text))}
            group_texts.append(
                {text[:ENOUGH] for expression, texts in texts_of.items() if expression not in short for text in texts}
            )
        all_texts = sorted(set().union(*group_texts), key=lambda text: text[::-1])
        # As numbers they are in ascending order: their last byte counts most.
        self._texts = np.frombuffer(b"".join(text + b"\0" for text in all_texts), dtype=_TEXT)
        self._tables = _Tables()
        for tables in (self._tables, _TOGETHER):
            tables.add(all_texts, self._texts)
        self._has_others = np.array([bool(others) for others in self._others], dtype=np.bool_)
        self._of_group = np.array([[text in group for text in all_texts] for group in group_texts], dtype=np.bool_)

    @classmethod
    def of_words(cls, words: Iterable[bytes]) -> LiteralIndex:
        """Return an index of plain words, a group each, in their order."""
        return cls(*((re.escape(word),) for word in words))

    def spans(self, data: Data, start: int, stop: int) -> list[Spans]:
        """For each group the parts of `data`, in order, in which all its matches begin in that range do so."""
        if start >= stop:
            return [_NOWHERE] * len(self._others)
        offsets, texts = self._offsets(data, start, stop)
        spans = [_NOWHERE] * len(self._others)
        for number in (self._begun(texts) | self._has_others).nonzero()[0].tolist():
            begins = offsets[self._of_group[number][texts]]
            if others := [other for other in self._others[number] if self._begins(other, data, start, stop)]:
                further = [offset for other in others for offset in starts(other, data, np.array([[start, stop]]))]
                begins = np.concatenate([begins, np.array(further, dtype=np.int64)])
            begins.sort()
            spans[number] = _joined(begins)
        return spans

    def groups(self, data: Data, start: int, stop: int) -> list[int]:
        """The numbers of the groups of which something may begin in that range of `data`, in order."""
        is_there = np.zeros(self._of_group.shape[1], dtype=np.bool_)
        for block in range(start, stop, _AT_ONCE):
            is_there[self._offsets(data, block, min(stop, block + _AT_ONCE))[1]] = True
            release_range(data, block, min(stop, block + _AT_ONCE))
        begun = self._begun(is_there)
        for number in (self._has_others & ~begun).nonzero()[0].tolist():
            begun[number] = any(self._begins(other, data, start, stop) for other in self._others[number])
        numbers: list[int] = begun.nonzero()[0].tolist()
        return numbers

    def _begins(self, expression: re.Pattern[bytes], data: Data, start: int, stop: int) -> bool:
        """Whether a match begins between two offsets."""
        word = self._words.get(expression)
        if word is not None:
            return find(data, word, start, min(len(data), stop + len(word) - 1)) >= 0
        match = expression.search(data, start, min(len(data), stop + _LONGEST))
        return match is not None and match.start() < stop

    def _begun(self, texts: NDArray[np.int64] | NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether one of some texts is of each group."""
        begun: NDArray[np.bool_] = np.logical_or.reduce(self._of_group[:, texts], axis=1)
        return begun

    def _offsets(self, data: Data, start: int, stop: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The offsets at which texts stand to their last byte, and which of the texts."""
        if not len(self._texts):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        is_short = len(data) <= _SHORT
        candidates, offsets = _TOGETHER.likely(data) if is_short else self._tables.likely(data, start, stop)
        texts = np.minimum(self._texts.searchsorted(candidates), len(self._texts) - 1)
        is_text = (self._texts[texts] == candidates) & (offsets >= start) & (offsets < stop)
        return offsets[is_text], texts[is_text]


def _joined(offsets: NDArray[np.int64]) -> Spans:
    """Offsets in ascending order as spans, near ones together."""
    if len(offsets) <= _FEW:
        spans: list[list[int]] = []
        for offset in offsets.tolist():
            if spans and offset - spans[-1][1] < _NEAR:
                spans[-1][1] = offset + 1
            else:
                spans.append([offset, offset + 1])
        return np.array(spans, dtype=np.int64).reshape(-1, 2)
    is_apart = np.diff(offsets) > _NEAR
    first, last = offsets[np.insert(is_apart, 0, True)], offsets[np.append(is_apart, True)] + 1
    return np.column_stack([first, last])


def starts(expression: re.Pattern[bytes], data: Data, spans: Spans, floor: Callable[[], int] = int) -> Iterator[int]:
    """Where matches begin in these parts of `data`, wherever they end; none begins within another.

    `floor`: asked for the offset below which none is wanted any more.
    """
    end = 0
    for start, stop in spans.tolist():
        last = min(len(data), stop + _LONGEST)
        match = expression.search(data, max(start, end, floor()), last)
        while match and match.start() < stop:
            end = max(match.end(), match.start() + 1)
            yield match.start()
            match = expression.search(data, max(end, floor()), last)


def _hashed(numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (numbers * _GOLDEN) >> _UPPER_HALF


def _hashed_whole(numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
    return ((numbers * _LONG_GOLDEN) >> _UPPER_BITS).astype(np.int64)


def beginnings(expression: bytes) -> set[bytes]:
    """The plain texts, no longer than is enough, with which matches of an expression begin: each match with one."""
    if word := _word(expression):  # most are words, or begin with one
        return {word}
    done: set[bytes] = set()
    todo = [(b"", rest) for rest in _alternatives(expression)[0]]
    while todo:
        text, rest = todo.pop()
        longer = list(_continued(text, rest)) if len(text) < ENOUGH else []
        todo += longer
        if not longer:
            done.add(text)
    return done


def _word(expression: bytes) -> bytes | None:
    """The plain text that is all of a short expression, or with which it begins if that is enough; else None."""
    head = None if b"|" in expression else _HEAD.match(expression)
    text = _PLAIN.sub(_character, head[0]) if head else b""
    return text if head and (len(text) == ENOUGH or head.end() == len(expression)) else None


def _character(plain: re.Match[bytes]) -> bytes:
    """The character that a part of an expression stands for."""
    return plain[1] or plain[2]


def _continued(text: bytes, rest: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Longer texts that it can go on as, with the expressions that follow; nothing if the next part is not plain."""
    plain = _PLAIN.match(rest)
    if plain:
        within, after = [plain[0]], rest[plain.end() :]
    elif rest.startswith(b"(?:"):
        within, after = _alternatives(rest[3:])
    else:
        return
    if after.startswith((b"*", b"{")) or (not plain and after.startswith(b"+")):
        return
    if after.startswith(b"?"):
        yield text, after[1:]
    after = b"[]" if after.startswith(b"+") else after.removeprefix(b"?")
    for part in within:
        yield (text + _character(plain), after) if plain else (text, part + after)


def _alternatives(expression: bytes) -> tuple[list[bytes], bytes]:
    """The alternatives up to the end or to a parenthesis that closes, and the text behind that."""
    alternatives, depth, start = [], 0, 0
    for token in _TOKEN.finditer(expression):
        depth += {b"(": 1, b")": -1}.get(token[0], 0)
        if depth < 0 or (depth == 0 and token[0] == b"|"):
            alternatives.append(expression[start : token.start()])
            start = token.end()
        if depth < 0:
            return alternatives, expression[start:]
    return [*alternatives, expression[start:]], b""
