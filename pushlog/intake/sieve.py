"""Which parts of a log can be passed over at once: those in which none of some expressions begins.

A pass for each of two dozen expressions takes several times as long as grep does. But nearly all begin with plain text,
and wherever seven bytes stand, four of them in a row begin at an offset that four divides: one look at every fourth
byte tells where any may begin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.intake.mapped import Data

Spans = list[tuple[int, int]]

# Bytes looked at as one number, and the shortest text that surely holds such a piece.
_PIECE = 4
_ENOUGH = 2 * _PIECE - 1
# No match of an expression is longer.
_LONGEST = 400
# Places that are nearer to each other than this make one span: starting a search costs as much as searching so far.
_NEAR = 1 << 10
# Knuth's multiplicative hash: 2^32 divided by the golden ratio, of which the upper half is kept (TAOCP, volume 3, 6.4).
_GOLDEN, _KEPT = np.uint32(2654435761), np.uint32(16)
_PLAIN = re.compile(rb"\\(\W)|([^\\\[\](){}.*+?|^$])", re.DOTALL)
_TOKEN = re.compile(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


class Sieve:
    """Byte expressions, none of which takes flags or looks behind."""

    def __init__(self, expressions: Iterable[bytes]) -> None:
        self._pieces = np.zeros(1 << 16, dtype=np.bool_)
        self._others: list[re.Pattern[bytes]] = []
        known: set[bytes] = set()
        for expression in expressions:
            texts = beginnings(expression)
            if min(map(len, texts)) < _ENOUGH:
                self._others.append(re.compile(expression))
            else:
                known.update(text[:_ENOUGH] for text in texts)
        pieces = b"".join(text[at : at + _PIECE] for text in known for at in range(_PIECE))
        self._pieces[_hashed(np.frombuffer(pieces, dtype=np.uint32))] = True
        self._texts = np.frombuffer(b"".join(text + b"\0" for text in known), dtype=np.uint64)

    def spans(self, data: Data, low: int, high: int) -> Spans:
        """The parts of `data`, in order, in which all matches begin that do so from `low` up to `high`."""
        places = self._places(data, low, high) if low < high else np.empty(0)
        if not len(places):
            return []
        apart = np.flatnonzero(np.diff(places) > _NEAR)
        first, last = places[np.append(0, apart + 1)], places[np.append(apart, len(places) - 1)] + 1
        return list(zip(first.tolist(), last.tolist(), strict=True))

    def _places(self, data: Data, low: int, high: int) -> np.ndarray:
        """Where an expression may begin, in ascending order."""
        first, stop = low // _PIECE, min(len(data), high + _ENOUGH) // _PIECE
        numbers = np.frombuffer(data, dtype=np.uint32, count=max(0, stop - first), offset=first * _PIECE)
        held = first + np.flatnonzero(self._pieces.take(_hashed(numbers), mode="clip"))
        begun = [self._told(data, held * _PIECE - before, low, high) for before in range(_PIECE)]
        others = [at for other in self._others for at in starts(other, data, [(low, high)])]
        return np.unique(np.concatenate([*begun, np.array(others, dtype=np.int64)]))

    def _told(self, data: Data, places: np.ndarray, low: int, high: int) -> np.ndarray:
        """Those of the places, from `low` up to `high`, at which one of the texts stands to its last byte."""
        places = places[(places >= low) & (places < min(high, len(data) - _ENOUGH + 1))]
        texts = np.zeros((len(places), _ENOUGH + 1), dtype=np.uint8)
        texts[:, :_ENOUGH] = np.frombuffer(data, dtype=np.uint8)[places[:, np.newaxis] + np.arange(_ENOUGH)]
        return places[np.isin(texts.view(np.uint64).ravel(), self._texts)]


def starts(expression: re.Pattern[bytes], data: Data, spans: Spans) -> Iterator[int]:
    """Where matches begin in these parts of `data`, wherever they end; none begins within another."""
    end = 0
    for low, high in spans:
        for found in expression.finditer(data, max(low, end), min(len(data), high + _LONGEST)):
            if found.start() >= high:
                break
            end = found.end()
            yield found.start()


def _hashed(numbers: np.ndarray) -> np.ndarray:
    return (numbers * _GOLDEN) >> _KEPT


def beginnings(expression: bytes) -> set[bytes]:
    """The plain texts, no longer than is enough, with which matches of an expression begin: each match with one."""
    done: set[bytes] = set()
    todo = [(b"", rest) for rest in _alternatives(expression)[0]]
    while todo:
        text, rest = todo.pop()
        found = list(_continued(text, rest)) if len(text) < _ENOUGH else []
        todo += found
        if not found:
            done.add(text)
    return done


def _continued(text: bytes, rest: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Longer texts that it can go on as, with the expressions that follow; nothing if what follows is not plain."""
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
    for one in within:
        yield (text + (plain[1] or plain[2]), after) if plain else (text, one + after)


def _alternatives(expression: bytes) -> tuple[list[bytes], bytes]:
    """The alternatives up to the end or to a parenthesis that closes, and what stands behind that."""
    found, depth, begun = [], 0, 0
    for token in _TOKEN.finditer(expression):
        depth += {b"(": 1, b")": -1}.get(token[0], 0)
        if depth < 0 or (depth == 0 and token[0] == b"|"):
            found.append(expression[begun : token.start()])
            begun = token.end()
        if depth < 0:
            return found, expression[begun:]
    return [*found, expression[begun:]], b""
