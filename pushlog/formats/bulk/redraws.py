"""Redraws that differ from those around them in figures alone: found in bulk, so that nobody reads them one by one.

A terminal draws the bars of a push some ten times a second, whatever the client. Between two moves of the cursor to
another row stands a frame, or a row of one. Those that differ in nothing but figures, bars and spinners are compared as
bytes; one of each kind is parsed, and the grammars say whether it is nothing but progress.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import gaps
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from pushlog.intake.log_text import Int64, LogText

# Shorter logs are read whole: a push whose rows were drawn for a minute.
LARGE = 1 << 20
# Redraws are compared within chunks of this many bytes. The first and the last of each kind in a chunk are read.
_CHUNK = 1 << 20
# So are one in so many of the others,
_KEPT = 32
# at least one in so many lines, since a push does not go on behind hundreds of lines of others (`builder.nearby`),
_LINES = 250
# and the neighbours of each first and last one: some clients say in two rows what belongs together.
_BESIDE = 2
# A kind of redraw that is seen less often in a chunk is no part of a flood.
_FLOOD = 48
# So many bytes at both ends of a chunk tell whether it is compared: the floods of docker have a reader of their own.
_LOOKED_AT = 1 << 14
# What takes the cursor back to a row that stands there already, and the moves and line ends right behind it.
_BACK = lazy_pattern(rb"(?:\x1b\[\d*[AFH]|\x1b8|\r(?!\n))(?:\x1b\[[0-9;?]*[A-Za-z]|\x1b[78]|[\r\n])*")
# What changes from one redraw to the next: figures, bars, and the spinners of Braille (UTF-8 E2 A0 80 to E2 A3 BF).
_CHANGES = b"0123456789.-=>#\xe2" + bytes(range(0x80, 0xC0)) + b" "


def without_redraws(text: LogText, is_progress: Callable[[str], bool]) -> LogText:
    """Return the text with the redraws that are passed over; `is_progress` says so of a line without escapes.

    It never reads what is passed over, neither as a part nor as a piece.
    """
    if len(text.data) < LARGE:
        return text
    redraws = _Redraws(text=text, is_progress=is_progress, known={})
    passed = [np.array([*redraws.ranges(*part)], dtype=np.int64).reshape(-1, 2) for part in text.parts]
    if not any(map(len, passed)):
        return text
    parts = zip(text.parts, passed, strict=True)
    read = tuple(span for part, spans in parts for span in gaps(spans[:, 0], spans[:, 1], *part))
    return replace(text, stretches=read, passed_over=np.concatenate(passed))


@record
class _Redraws:
    """The redraws of a text; `known`: which kinds are progress, as far as one of them was parsed."""

    text: LogText
    is_progress: Callable[[str], bool]
    known: dict[tuple[bytes, bytes], bool]

    def ranges(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the byte ranges between two offsets that are passed over, in order."""
        while start < stop:
            end = min(start + _CHUNK, stop)
            data = self.text.data[start:end]
            moves: list[re.Match[bytes]] = []
            if self._has_progress(data, start, 0) or self._has_progress(data, start, max(0, len(data) - _LOOKED_AT)):
                moves = list(_BACK.finditer(data))
            if len(moves) >= _FLOOD:
                yield from self._of_chunk(data, start, moves)
            # The last redraw may go on in the next chunk.
            start = end if end == stop or not moves else start + moves[-1].start()
            if start < end and moves[-1].start() == 0:
                start = end

    def _has_progress(self, data: bytes, start: int, first: int) -> bool:
        """Whether a redraw in some bytes of a chunk is progress: so little is looked at of docker's own floods."""
        moves = list(_BACK.finditer(data, first, first + _LOOKED_AT))
        for move, following in pairwise(moves):
            low, high = move.end(), following.start()
            if self._is_progress((b"", data[low:high].translate(None, _CHANGES)), start + low, start + high):
                return True
        return False

    def _of_chunk(self, data: bytes, start: int, moves: list[re.Match[bytes]]) -> Iterator[tuple[int, int]]:
        bounds = [_line_start(data, match.start()) for match in moves]
        texts = [(match.end(), stop) for match, stop in zip(moves, bounds[1:], strict=False)]
        numbers: dict[tuple[bytes, bytes], int] = {}
        where: list[int] = []
        number = np.empty(len(texts), dtype=np.int64)
        for index, (match, (low, high)) in enumerate(zip(moves, texts, strict=False)):
            # Rows that are drawn one by one may differ in figures alone, but not in their place.
            kind = (match[0], data[low:high].translate(None, _CHANGES))
            number[index] = at = numbers.setdefault(kind, len(numbers))
            if at == len(where):
                where.append(index)
        is_flood = np.bincount(number, minlength=len(numbers)) >= _FLOOD
        for kind, at in numbers.items():
            if is_flood[at]:
                low, high = texts[where[at]]
                is_flood[at] = self._is_progress(kind, start + low, start + high)
        lines = np.cumsum([data.count(b"\n", low, high) for low, high in pairwise(bounds)]) // _LINES
        is_mark = np.diff(lines, prepend=-1) != 0
        is_mark[1:] |= is_mark[:-1]
        passed = np.concatenate([[False], _passed(number, ~is_flood[number]) & ~is_mark, [False]])
        edges = np.flatnonzero(np.diff(passed.astype(np.int8)))
        for low, high in edges.reshape(-1, 2):
            yield start + bounds[low], start + bounds[high]

    def _is_progress(self, kind: tuple[bytes, bytes], low: int, high: int) -> bool:
        """Whether all lines of a redraw are progress."""
        answer = self.known.get(kind)
        if answer is None:
            lines = [piece.text for piece in self.text.pieces(low, high)]
            answer = bool(lines) and all(map(self.is_progress, lines))
            self.known[kind] = answer
        return answer


def _line_start(data: bytes, offset: int) -> int:
    """Return where the line begins, if nothing but escapes stands before the offset; else the offset."""
    start = data.rfind(b"\n", 0, offset) + 1
    return start if start == offset or (data[start] == 0x1B and b"m" not in data[start:offset]) else offset


def _passed(number: Int64, is_edge: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which redraws of a chunk are passed over, by the number of the kind of each.

    `is_edge`: those that are read with their neighbours; the first and the last of each kind are, too.
    """
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=-1))
    sizes = np.diff(np.append(starts, len(order)))
    turn = np.empty(len(order), dtype=np.int64)
    turn[order] = np.arange(len(order)) - np.repeat(starts, sizes)
    is_edge[order[starts]] = True
    is_edge[order[starts + sizes - 1]] = True
    near = is_edge.copy()
    for distance in range(1, _BESIDE + 1):
        near[distance:] |= is_edge[:-distance]
        near[:-distance] |= is_edge[distance:]
    near |= turn % _KEPT == 0
    return ~near
