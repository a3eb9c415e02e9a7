"""The lines of a log around those that a result shows: a secret can begin above a line or go on below it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pushlog.intake.log_text import LOOKED_AT
from pushlog.intake.mapped import holds
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.redaction.find import goes_over
from pushlog.redaction.reading import plain
from pushlog.redaction.rows import goes_on
from pushlog.redaction.view import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.redaction.find import Span

_KEY_LINES = lazy_pattern(r"PRIVATE KEY|[A-Za-z0-9+/]{60}")
# How far around a shown line the lines are read as one text: the longest keys have about a hundred lines.
_AROUND = 120
# A command and its input stand on lines next to each other.
_NEAR = 2


@record(kw_only=False)
class Part:
    """Rows of the log, each with the number of its line."""

    numbers: Sequence[int]
    lines: tuple[str, ...]

    def at(self, span: Span) -> tuple[str, int]:
        """Return what stands in a span of the rows, joined, and the number of its line: a row may hold a line break."""
        starts = list(accumulate((len(row) + 1 for row in self.lines[:-1]), initial=0))
        row = bisect_right(starts, span.start) - 1
        return "\n".join(self.lines)[span.start : span.stop], self.numbers[row]


def around(numbers: Sequence[int], text: LogText) -> Iterator[Part]:
    """The lines that may be parts of the same secrets as shown lines: many beside a key, else those next to them."""
    last_rows = {number: tuple(text.last_rows(number, 2)) for number in numbers}
    # A terminal may break a line at its edge and move the cursor, where others begin a line.
    for number, rows in last_rows.items():
        if len(rows) > 1 and _belongs_together(rows):
            yield Part((number,) * 2, rows)

    def shown(number: int) -> str:
        """What a person reads on a line: its last row."""
        return next(reversed(last_rows[number]), "") if number in last_rows else text.shown(number)

    for far in _stretches(numbers, _AROUND, text.lines):
        near = numbers[bisect_left(numbers, far.start) : bisect_left(numbers, far.stop)]
        if _has_key(text, far):
            yield Part(far, tuple(map(shown, far)))
            continue
        for lines in _stretches(near, _NEAR, text.lines):
            part = _whole_part(lines, text.lines, shown)
            if _belongs_together(part.lines):
                yield part


def _whole_part(lines: range, most: int, shown: Callable[[int], str]) -> Part:
    """These lines, of those from 1 to `most`, and the ones that go on from above and below."""
    rows = deque(map(shown, lines))
    first, last = lines.start, lines.stop - 1
    while first > 1 and lines.start - first < _AROUND and goes_on(above := shown(first - 1), rows[0]):
        rows.appendleft(above)
        first -= 1
    while last < most and last - lines.stop < _AROUND and goes_on(rows[-1], below := shown(last + 1)):
        rows.append(below)
        last += 1
    return Part(range(first, first + len(rows)), tuple(rows))


def _belongs_together(lines: Sequence[str]) -> bool:
    """Whether a secret can go over the end of one of these lines: hardly ever, and then each is looked at by itself."""
    if any(goes_on(upper, lower) for upper, lower in pairwise(lines)):
        return True
    rows = plain(whole("\n".join(lines))).text
    return _KEY_LINES.search(rows) is not None or goes_over(rows)


def _has_key(text: LogText, lines: range) -> bool:
    """Whether a key may be in what is shown of these lines. A push that was drawn over and over is one long line."""
    start, stop = text.start_of(lines.start), text.stop_of(lines.stop - 1)
    shown = [(start, stop)] if stop - start < LOOKED_AT * len(lines) else map(text.shown_of, lines)
    return any(holds(text.data, b"PRIVATE KEY", *part) for part in shown)


def _stretches(numbers: Sequence[int], around: int, most: int) -> Iterator[range]:
    """Lines with so many neighbours, of those from 1 to `most`."""
    for first, last in _runs(numbers, around):
        yield range(max(1, first), min(most, last) + 1)


def _runs(lines: Sequence[int], around: int) -> Iterator[tuple[int, int]]:
    """Stretches of lines with their neighbours, those that touch as one."""
    run: tuple[int, int] | None = None
    for line in lines:
        if run and line - around <= run[1] + 1:
            run = (run[0], line + around)
        else:
            if run:
                yield run
            run = (line - around, line + around)
    if run:
        yield run
