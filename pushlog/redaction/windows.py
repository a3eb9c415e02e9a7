"""The parts of a long text that can hold a secret, so that most of it is never read character by character."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from pushlog.redaction.encoded import code_places, may_hold_code
from pushlog.redaction.find import literals
from pushlog.redaction.keys import RUN
from pushlog.redaction.reading import is_literal, readings
from pushlog.redaction.rows import NARROWEST, Break, continuation, split
from pushlog.redaction.view import whole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pushlog.redaction.rows import Row
    from pushlog.redaction.view import Range

# The text is looked through in stretches of about this many characters, that end with a line.
_STRETCH = 1 << 20
_KEY = "PRIVATE KEY"
# A key has about a hundred lines; so many rows can belong together.
_KEY_ROWS = 400
_MOST_ROWS = 300
# So much of a row is looked at to tell whether it goes on.
_LONGEST_ROW = 1 << 12
# Rows around one that can hold a secret.
_AROUND = 3
# The end of a row and the beginning of the next one in which the word that tells of a secret may stand.
_WORD = 40


def windows(text: str) -> Iterator[Range]:
    """Yield the stretches of a text that can hold secrets, with the rows that belong to them, in order."""
    for start, stop in _stretches(text):
        rows = split(text[start:stop], start)
        if not rows:
            continue
        last = None
        for first, end in _runs(sorted(_candidates(text[start:stop], rows, start)), rows):
            if last and first <= last[1]:
                last = (last[0], max(last[1], end))
                continue
            if last:
                yield rows[last[0]].start, rows[last[1]].stop
            last = (first, end)
        if last:
            yield rows[last[0]].start, rows[last[1]].stop


def _stretches(text: str) -> Iterator[Range]:
    start = 0
    while start < len(text):
        stop = _behind_line(text, start + _STRETCH)
        if _KEY in text[start:stop]:
            for _ in range(_KEY_ROWS):
                stop = _behind_line(text, stop)
        for _ in range(_MOST_ROWS):
            end = _behind_line(text, stop)
            if end == stop or not _goes_on(text, stop, end):
                break
            stop = end
        yield start, stop
        start = stop


def _goes_on(text: str, middle: int, stop: int) -> bool:
    """Whether the row that ends at a place goes on in the one behind it."""
    least = max(0, middle - _LONGEST_ROW)
    above = max(text.rfind(sign, least, middle - 1) for sign in ("\n", "\r")) + 1
    rows = split(text[max(above, least) : min(stop, middle + _LONGEST_ROW)])
    return len(rows) == 2 and continuation(*rows) is not None


def _behind_line(text: str, offset: int) -> int:
    """The end of the line, or of what a carriage return or a move ends, so that no stretch has no end."""
    if offset >= len(text):
        return len(text)
    ends = [text.find(sign, offset, offset + _STRETCH) for sign in ("\n", "\r")]
    return min((end + 1 for end in ends if end >= 0), default=min(offset + _STRETCH, len(text)))


def _candidates(text: str, rows: Sequence[Row], offset: int) -> set[int]:
    """The rows in which a word stands that tells of a secret, however it is written, or a code."""
    starts = [row.start - offset for row in rows]
    lowered = text.lower()
    # Lower case of a few characters is longer than they are.
    indices = _with_literals(lowered, starts) if len(lowered) == len(text) else set(range(len(rows)))
    places = chain(code_places(text), (hit.start() for hit in RUN.finditer(text)))
    indices |= {bisect_right(starts, place) - 1 for place in places}
    further = [*_otherwise_read(rows, indices), *_between(rows)]
    # The same words in few characters: what a row reads otherwise, and what stands across the ends of rows.
    blob = "\n".join(part for _, part in further).lower()
    starts = list(accumulate((len(part) + 1 for _, part in further[:-1]), initial=0))
    if further and len(blob) == starts[-1] + len(further[-1][1]):
        return indices | {further[index][0] for index in _with_literals(blob, starts)}
    return indices | {index for index, _ in further}


def _with_literals(text: str, starts: Sequence[int]) -> set[int]:
    """The rows of a text in lower case, by where they start, that hold a word which tells of a secret."""
    indices: set[int] = set()
    for literal in literals():
        place = text.find(literal)
        while place >= 0:
            index = bisect_right(starts, place) - 1
            indices.add(index)
            behind = starts[index + 1] if index + 1 < len(starts) else len(text)
            place = text.find(literal, max(place + 1, behind - len(literal)))
    return indices


def _otherwise_read(rows: Sequence[Row], but: Collection[int]) -> Iterator[tuple[int, str]]:
    """The other readings of rows that have any; a row in which a code shows is not read, but told by its words."""
    for index, row in enumerate(rows):
        if index not in but and not is_literal(row.text):
            for view in readings(row.raw):
                yield index, view.text
                if may_hold_code(view.text):
                    yield index, literals()[0]


def _between(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """The end of each row that goes on in the next one, with the beginning of that."""
    for index in range(1, len(rows)):
        before, row = rows[index - 1], rows[index]
        short = len(before.text) < NARROWEST and "\\" not in before.text and " P " not in before.text[:80]
        if short or row.before is Break.BLANK:
            continue
        first = continuation(before, row)
        if first is not None:
            word = f"{before.view.text[-_WORD:]}{row.view.text[first : first + _WORD]}"
            yield from ((index, view.text) for view in readings(whole(word)))


def _runs(candidates: Sequence[int], rows: Sequence[Row]) -> Iterator[Range]:
    """The first and last row of the rows around candidates that may belong to the same secret; runs may overlap."""
    stop = -1
    for index in candidates:
        around = _KEY_ROWS if _KEY in rows[index].text else _AROUND
        if index + around <= stop:
            continue
        first, last = index, max(index, stop)
        while first > max(0, index - _AROUND, stop + 1) and rows[first].before is not Break.BLANK:
            first -= 1
        while last < min(len(rows) - 1, index + around) and (
            around == _KEY_ROWS or rows[last + 1].before is not Break.BLANK
        ):
            last += 1
        least, most = max(0, first - _MOST_ROWS, stop + 1), min(len(rows) - 1, last + _MOST_ROWS)
        while first > least and continuation(rows[first - 1], rows[first]) is not None:
            first -= 1
        while last < most and continuation(rows[last], rows[last + 1]) is not None:
            last += 1
        stop = last
        yield first, last
