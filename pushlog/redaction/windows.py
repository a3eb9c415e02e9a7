"""The parts of a long text that can hold a secret, so that most of it is never read character by character."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.redaction.encoded import code_places, may_hold_code
from pushlog.redaction.find import goes_over, holds_rows, literals, spans_in, split_words, tells, words
from pushlog.redaction.keys import key_places
from pushlog.redaction.places import begins_or_holds
from pushlog.redaction.prefixes import may_share_prefix
from pushlog.redaction.reading import is_literal, is_plain_or_moved, plain, readings, readings_of_rows
from pushlog.redaction.row import Break
from pushlog.redaction.rows import continuation, cuts_code, may_go_on, split
from pushlog.redaction.view import whole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pushlog.redaction.find import Span
    from pushlog.redaction.row import Row
    from pushlog.redaction.view import Range

# The text is looked through in stretches of about this many characters, that end with a line.
_STRETCH = 1 << 20
_KEY = "PRIVATE KEY"
# A field of a form stands behind an empty line.
_FORM = "form-data"
# A key has about a hundred lines; so many rows can belong together.
_KEY_ROWS = 400
_MOST_ROWS = 300
# So much of a row is looked at to tell whether it goes on.
_LONGEST_ROW = 1 << 12
# Rows around one that can hold a secret.
_AROUND = 3
# The end of a row and the beginning of the next one in which the word that tells of a secret may stand.
_WORD = 40
# A code for a character, or a command that goes on, at the end of a row.
_CODE_SIGNS = frozenset("%&\\`")
_HALF_CODE = lazy_pattern(r"[%&\\][#\w{]{0,8}\s{0,4}$|`\s{0,4}$")
_FEED = lazy_pattern(r"\n")
# A word that goes on in a row does so behind its prefix.
_LOOKED_AT = 300


def secret_spans(text: str) -> Iterator[Span]:
    """Yield the secrets of a text, of any length; where some overlap, in no order."""
    for start, stop in _stretches(text):
        rows = split(text[start:stop], start)
        if rows:
            parts = [rows[first : last + 1] for first, last in _windows(text[start:stop], rows, start)]
            yield from spans_in(text, parts)


def _windows(text: str, rows: Sequence[Row], start: int) -> Iterator[Range]:
    """The first and last of rows that can hold secrets, with the rows that belong to them, in order."""
    last = None
    for first, end in _runs(_candidates(text, rows, start), rows):
        if last and first <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (first, end)
    if last:
        yield last


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


def _candidates(text: str, rows: Sequence[Row], offset: int) -> dict[int, int]:
    """The rows in which a word stands that tells of a secret, however it is written, or a code.

    Each with how many rows above and below it may be parts of the same secret.
    """
    starts = [row.start - offset for row in rows]
    lowered = text.lower()
    # Lower case of a few characters is longer than they are.
    indices = set(_telling(lowered, rows, starts)) if len(lowered) == len(text) else set(range(len(rows)))
    indices |= {bisect_right(starts, place) - 1 for place in code_places(text)}
    candidates = {index: _around(rows[index]) for index in indices}
    candidates |= {bisect_right(starts, place) - 1: _AROUND for place in key_places(text)}
    literal = is_literal(text)
    further = [*([] if literal else _otherwise_read(rows, indices)), *_between(rows)]
    # The same words in few characters: what a row reads otherwise, and what stands across the ends of rows.
    blob = "\n".join(part for _, part in further).lower()
    starts = list(accumulate((len(part) + 1 for _, part in further[:-1]), initial=0))
    if further and len(blob) == starts[-1] + len(further[-1][1]):
        others = {further[index][0] for index in _with_literals(blob, starts)}
    else:
        others = {index for index, _ in further}
    return candidates | {index: max(_AROUND, candidates.get(index, 0), _around(rows[index])) for index in others}


def _telling(text: str, rows: Sequence[Row], starts: Sequence[int]) -> Iterator[int]:
    """The rows of a text in lower case that hold a word which tells of a secret there."""
    for place, word in words().places(text):
        index = bisect_right(starts, place) - 1
        if tells(text, place, word) or not rows[index].literal:
            yield index


def _around(row: Row) -> int:
    """How many rows around a row with a word that tells of a secret may be parts of it: mostly none."""
    if any(_KEY in text or _FORM in text for text in _texts(row)):
        return _KEY_ROWS
    return _AROUND if not row.literal or goes_over(row.text) else 0


def _texts(row: Row) -> Iterator[str]:
    """The ways to read a row, lazily: most rows have one."""
    yield row.text
    if not row.literal:
        yield from (view.text for view in readings(row.raw))


def _with_literals(text: str, starts: Sequence[int]) -> set[int]:
    """The rows of a text in lower case, by where they start, that hold a word which tells of a secret."""
    return {bisect_right(starts, place) - 1 for place, _ in words().places(text)}


def _otherwise_read(rows: Sequence[Row], but: Collection[int]) -> Iterator[tuple[int, str]]:
    """The other readings of rows that have any; a row in which a code shows is not read, but told by its words."""
    together: list[int] = []
    for index, row in enumerate(rows):
        if index in but or row.literal:
            continue
        if is_plain_or_moved(row.text):
            together.append(index)
        else:
            yield from _with_cuts(index, (reading.text for reading in readings(whole(row.text))))
    for text in readings_of_rows("\n".join(rows[index].text for index in together)):
        read = text.split("\n")
        if len(read) != len(together):
            # An escape took the end of a row with it: each row is read by itself.
            for index in together:
                yield from _with_cuts(index, readings_of_rows(rows[index].text))
            continue
        for index, row_text in zip(together, read, strict=True):
            yield index, row_text
            yield from ((index, cut) for cut in _cut_inside(row_text))
        ends = [end.start() for end in _FEED.finditer(text)]
        yield from ((together[bisect_left(ends, place)], literals()[0]) for place in code_places(text))


def _with_cuts(index: int, texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The readings of one row, with what stands across the ends of rows in it, and a word where a code may stand."""
    for text in texts:
        yield index, text
        yield from ((index, cut) for cut in _cut_inside(text))
        if may_hold_code(text):
            yield index, literals()[0]


def _cut_inside(text: str) -> Iterator[str]:
    """What stands across the ends of the rows that a row stands for."""
    text = text.replace("\v", "\n")
    if holds_rows(text):
        yield from (cut for _, cut in _between(split(text)))


def _between(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """The end of each row that goes on in the next one, with the beginning of that."""
    for index in range(1, len(rows)):
        before, row = rows[index - 1], rows[index]
        if cuts_code(before):
            yield index, plain(whole(f"{before.text[-_LOOKED_AT:]}{row.text[:_LOOKED_AT]}")).text
        if not may_go_on(before, row) or not _may_cut(before, row):
            continue
        first = continuation(before, row)
        if first is not None:
            word = f"{before.visible[-_WORD:]}{row.visible[first : first + _WORD]}"
            yield from ((index, view.text) for view in readings(whole(word)))


def _may_cut(before: Row, row: Row) -> bool:
    """Whether a word that tells of a secret may stand across the end of a row."""
    upper, lower = before.visible, row.visible
    tail, head = upper[-_WORD:], lower[:_LOOKED_AT]
    if not (before.literal or is_literal(tail)) or (_CODE_SIGNS.intersection(tail) and _HALF_CODE.search(tail)):
        return True
    rests = split_words().rests(tail.lower())
    if not rests:
        return False
    at_start = not may_share_prefix(upper, lower) and not lower[:1].isdigit()
    heads = [head] if row.literal or is_literal(head) else [view.text for view in readings(whole(head))]
    return any(begins_or_holds(text.lower(), rests, at_start=at_start) for text in heads)


def _runs(candidates: Mapping[int, int], rows: Sequence[Row]) -> Iterator[Range]:
    """The first and last row of the rows around candidates that may belong to the same secret; runs may overlap."""
    stop = -1
    for index in sorted(candidates):
        around = candidates[index]
        if index + around <= stop:
            continue
        first, last = index, max(index, stop)
        while first > max(0, index - min(around, _AROUND)) and rows[first].before is not Break.BLANK:
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
