"""Redraws that differ from those around them in figures alone: found in bulk, so that nobody reads them one by one.

A terminal draws the bars of a push some ten times a second, whatever the client. Between two moves of the cursor to
another row stands a frame, or a row of one. Those that differ in nothing but figures, bars and spinners are compared as
bytes; one of each kind is parsed, and the grammars say whether it is nothing but progress.
"""

from __future__ import annotations

from dataclasses import field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import gaps
from pushlog.intake.limits import LONGEST_PIECE
from pushlog.intake.log_text import plain
from pushlog.intake.mapped import release_range
from pushlog.intake.numbered_text import NumberedText
from pushlog.intake.spool import DERIVED, Spool
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pushlog.intake.log_text import Int64, LogText

# Shorter logs are read whole: a push whose rows were drawn for a minute.
LARGE = 1 << 20
# Of a longer log with times, rows that only advance a figure are read now and then, as of one without.
TIMED = 16 << 20
# Redraws are compared within chunks of this many bytes. The first and the last of each kind in a chunk are read.
_CHUNK = 1 << 20
# So are the neighbours of each first and last one, for some clients say in two rows what belongs together,
_BESIDE = 2
# one in so many of the others,
_KEPT = 128
# and where lines are counted as they stand in the log at least one in so many of them, since a push does not go on
# behind hundreds of lines of others (`builder.nearby`).
_LINES = 250
_FEED = ord("\n")
# A kind of redraw that is seen less often in a chunk is no part of a flood.
_FLOOD = 48
# So many bytes at both ends of a chunk tell whether it is compared: the floods of docker have a reader of their own.
_LOOKED_AT = 1 << 14
# and so many redraws in these.
_TRIED = 40
# What takes the cursor back to a row that stands there already, and the moves and line ends right behind it; the same
# for a log in which every carriage return ends a line, which is found in a fraction of the time.
_ON = rb"(?:\x1b\[[0-9;?]*[A-Za-z]|\x1b[78]|[\r\n])*)"
_BACK = lazy_pattern(rb"((?:\x1b\[\d*[AFH]|\x1b8|\r(?!\n))" + _ON)
_BACK_BY_ESCAPE = lazy_pattern(rb"(\x1b(?:\[\d*[AFH]|8)" + _ON)
# What changes from one redraw to the next: figures, bars, and the spinners of Braille (UTF-8 E2 A0 80 to E2 A3 BF).
_CHANGES = b"0123456789.-+=>#\xe2" + bytes(range(0x80, 0xC0)) + b" "


def passed_over(text: LogText, is_progress: Callable[[str], bool], *, is_timed: bool = False) -> Int64 | None:
    """Return the byte ranges of a text, shape (n, 2), in order, of redraws that need not be read; None for a short one.

    `is_progress` says of a line without escapes whether it is drawn again and again; `is_timed`: the log has times.
    """
    if len(text.data) < (TIMED if is_timed else LARGE):
        return None
    return np.array([*_Redraws(text=text, is_progress=is_progress).ranges(0, len(text.data))], dtype=np.int64)


def thinned(text: LogText, passed: Int64) -> NumberedText | None:
    """Return the lines of a text without redraws that need not be read; None where that would not help."""
    if not len(passed) or 2 * int((passed[:, 1] - passed[:, 0]).sum()) < len(text.data):
        return None
    passed = _from_line_starts(text, passed)
    few = replace(_joined(text, gaps(passed[:, 0], passed[:, 1], 0, len(text.data))), cuts=passed)
    return few if text.starts is None else replace(few, starts=few.moved(text.starts))


def without_redraws(text: LogText, is_progress: Callable[[str], bool]) -> LogText:
    """Return the same text, which never reads what is passed over, neither as a part nor as a piece."""
    if len(text.data) < LARGE:
        return text
    redraws = _Redraws(text=text, is_progress=is_progress, lines=_LINES)
    passed = [np.array([*redraws.ranges(*part)], dtype=np.int64).reshape(-1, 2) for part in text.parts]
    if not any(map(len, passed)):
        return text
    parts = zip(text.parts, passed, strict=True)
    read = tuple(span for part, spans in parts for span in gaps(spans[:, 0], spans[:, 1], *part))
    return replace(text, stretches=read, passed_over=np.concatenate(passed))


def _from_line_starts(text: LogText, passed: Int64) -> Int64:
    """Return the ranges from the beginning of a line on, where they hold the end of one: each line keeps one number."""
    starts = [
        low if low == 0 or text.data[low - 1] == _FEED else text.data.find(b"\n", low, high) + 1 or low
        for low, high in passed.tolist()
    ]
    passed = np.column_stack([np.array(starts, dtype=np.int64), passed[:, 1]])
    return passed[passed[:, 0] < passed[:, 1]]


def _joined(text: LogText, kept: Sequence[tuple[int, int]]) -> NumberedText:
    """Return these ranges of a text as one, with the physical line of each of its lines."""
    spool, numbers = Spool(DERIVED), [np.ones(1, dtype=np.int64)]
    line, stop, is_begun = 1, 0, False
    for start, end in kept:
        line += text.data[stop:start].count(b"\n")
        part = text.data[start:end]
        if not is_begun:
            numbers[-1] = np.append(numbers[-1][:-1], line)
        feeds = part.count(b"\n")
        numbers.append(np.arange(line + 1, line + feeds + 1))
        spool.write(part)
        release_range(text.data, stop, end)
        line, stop, is_begun = line + feeds, end, part[-1] != _FEED
    data = spool.finish()
    rows = np.concatenate(numbers)
    return NumberedText(data, numbers=rows if is_begun else rows[:-1], total=text.lines)


@record
class _Redraws:
    """The redraws of a text. `lines`: one redraw in so many lines is read, if it is not 0.

    `known`: which kinds are progress, as far as one of them was parsed.
    """

    text: LogText
    is_progress: Callable[[str], bool]
    lines: int = 0
    known: dict[tuple[bytes, bytes], bool] = field(default_factory=dict)

    def ranges(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the byte ranges between two offsets that are passed over, in order."""
        while start < stop:
            end = min(start + _CHUNK, stop)
            following = end
            if self._has_progress(start, end) or self._has_progress(max(start, end - _LOOKED_AT), end):
                data = self.text.data[start:end]
                pieces = _pattern(data).split(data)
                if len(pieces) > 2 * _FLOOD:
                    yield from self._of_chunk(data, start, pieces)
                # The last redraw may go on in the next chunk.
                last = end - len(pieces[-1]) - len(pieces[-2]) if len(pieces) > 1 else start
                following = last if start < last and end < stop else end
            release_range(self.text.data, start, following)
            start = following

    def _has_progress(self, start: int, stop: int) -> bool:
        """Whether a redraw in the first bytes of a range is progress: so little is looked at of docker's own floods."""
        pieces = _BACK.split(self.text.data[start : min(stop, start + _LOOKED_AT)], _TRIED)
        ends = list(accumulate(map(len, pieces), initial=start))
        kinds = {text.translate(None, _CHANGES): place for place, text in reversed([*enumerate(pieces)][2:-1:2])}
        return any(
            self._is_progress((b"", kind), ends[place], ends[place + 1]) for kind, place in reversed(kinds.items())
        )

    def _of_chunk(self, data: bytes, start: int, pieces: Sequence[bytes]) -> Iterator[tuple[int, int]]:
        """Yield the ranges in a chunk that begins at an offset; `pieces`: the moves in it and the texts around them."""
        moves, texts = pieces[1:-2:2], pieces[2:-1:2]
        ends = np.cumsum(np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces)))
        # Rows that are drawn one by one may differ in figures alone, but not in their place.
        kinds = list(zip(moves, [text.translate(None, _CHANGES) for text in texts], strict=True))
        numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
        number = np.fromiter(map(numbers.__getitem__, kinds), dtype=np.int64, count=len(kinds))
        is_flood = np.bincount(number, minlength=len(numbers)) >= _FLOOD
        first = np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1))
        for kind, at in numbers.items():
            if is_flood[at]:
                low = int(ends[1 + 2 * first[at]])
                is_flood[at] = self._is_progress(kind, start + low, start + low + len(texts[first[at]]))
        is_read = ~is_flood[number]
        if self.lines:
            feeds = [move.count(b"\n") + text.count(b"\n") for move, text in zip(moves, texts, strict=True)]
            is_mark = np.diff(np.cumsum(feeds) // self.lines, prepend=-1) != 0
            is_mark[1:] |= is_mark[:-1]
            passed = _passed(number, is_read) & ~is_mark
        else:
            passed = _passed(number, is_read)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], passed, [False]]).astype(np.int8)))
        bounds = [_line_start(data, offset) for offset in ends[2 * edges].tolist()]
        for low, high in zip(bounds[::2], bounds[1::2], strict=True):
            yield start + low, start + high

    def _is_progress(self, kind: tuple[bytes, bytes], low: int, high: int) -> bool:
        """Whether all lines of a redraw are progress."""
        answer = self.known.get(kind)
        if answer is None:
            # Their numbers are not needed, for which the lines of the whole log would be counted.
            spans = ((begin, min(end, begin + LONGEST_PIECE)) for begin, end in self.text.spans(low, high))
            lines = [line for begin, end in spans if (line := plain(self.text.data[begin:end]))]
            answer = bool(lines) and all(map(self.is_progress, lines))
            self.known[kind] = answer
        return answer


def _pattern(data: bytes) -> re.Pattern[bytes]:
    """Return the pattern of the moves in some data."""
    return _BACK_BY_ESCAPE if data.count(b"\r") == data.count(b"\r\n") else _BACK


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
