"""The rows of a text, and which of them go on with the row before.

A row ends at a line end, at a carriage return and where the cursor moves to another place. A terminal, a CI system or a
runtime cuts a long line into several rows, and may put a prefix before each.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.redaction.prefixes import prefix, shared_prefix
from pushlog.redaction.reading import plain
from pushlog.redaction.row import Break, Row
from pushlog.redaction.view import Barriers, View, inserted, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOVE = r"(?:\x1b\[|\x9b)[0-9;?]{0,40}[ABDEFGHdf]"
_MOVES = lazy_pattern(_MOVE)
# Erasing alone ends no row. Each way to begin is a character of its own, so that the search looks for those alone.
_STEP = r"\r|\n|\x1b\[[0-9;?]{0,40}[ABDEFGHJKdf]|\x9b[0-9;?]{0,40}[ABDEFGHJKdf]"
_BREAK = lazy_pattern(rf"(?:{_STEP})(?:{_STEP})*")
# No terminal is narrower than this; these are the widths that most terminals and CI systems have.
NARROWEST = 40
_USUAL_WIDTHS = frozenset({80, 100, 120, 132, 160, 200, 240})
_MOST_ROWS = 300
# A longer row is read in parts, each with the end of the one before.
_LONGEST_ROW, _SHARED = 1 << 16, 1 << 14
# A row that begins a text of its own: a layer's row, a digest line, a stamp, a prompt, a step of BuildKit, an address.
_OWN_ROW = lazy_pattern(
    r"\s\s|[0-9a-f]{12}: |\S{1,128}: digest: sha256:|sha256:[0-9a-f]{64}|The push refers|\d{4}-\d\d-\d\d"
    r"|[\[{]|<(?!<)|[$+#>*|] |#\d+ |-{3,}|=>|https?://|::"
)
# A row that may begin a text of its own: a sentence, an assignment, a key with its value, a path.
_PERHAPS_OWN = lazy_pattern(
    r"[A-Z]?[a-z]{1,14}(?:[\s:,.;!]|$)|[A-Za-z_][\w.-]*=[^=\s]|[\w./-]+: |\.{0,2}/[\w.-]+/|[A-Z]{1,14}[!:]? [A-Za-z]"
)
_STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) "
# A code for the terminal, or one that is written out, that goes on behind the end of a row.
_CUT_CODE = lazy_pattern(
    r"(?:\x1b(?:\[[0-?]*|\][^\x07\x1b]{0,400}\x1b?|\(?)|(?:\^\[?|\\(?:0(?:3?3?)|x?1?b?|e|u[01b]{0,4}))(?:\[[\d;?]*)?)$"
)
_LONGEST_CODE = 420
# Kubernetes marks a record that goes on, GitLab one that goes on with the record before.
_CRI = lazy_pattern(rf"{_STAMP}(?:stdout|stderr) ([FP])(?::\S+)? ")
_GITLAB = lazy_pattern(rf"{_STAMP}[0-9a-f]{{2}}[OE]([+ ])")
_LONG = 16
_LONG_END = lazy_pattern(r"\S{16}$")
_LONG_BEGINNING = lazy_pattern(r"\S{16}")
_MARK_AT = 80


@record(kw_only=False)
class Sheet:
    """Rows read as one text, and what stands between them. `checked`: a terminal of that width broke them."""

    view: View
    barriers: Barriers
    checked: bool


def split(text: str, offset: int = 0) -> list[Row]:
    """Return the rows of a text that stands at `offset` of the source; empty ones are left out."""
    rows: list[Row] = []
    before, start = Break.BLANK, 0
    if "\r" not in text and "\x1b" not in text and "\x9b" not in text:
        for line in text.split("\n"):
            if line:
                rows += _rows(text, start, start + len(line), before, offset)
            before = Break.LINE if line else Break.BLANK
            start += len(line) + 1
        return rows
    for hit in _BREAK.finditer(text):
        kind = _kind(hit[0])
        if kind is not None:
            rows += _rows(text, start, hit.start(), before, offset)
            before, start = kind, hit.end()
    rows += _rows(text, start, len(text), before, offset)
    # Codes alone between two ends are no row.
    return [row for row in rows if row.literal or row.visible]


def _rows(text: str, start: int, stop: int, before: Break, offset: int) -> Iterator[Row]:
    while start < stop:
        end = stop if stop - start <= _LONGEST_ROW else start + _LONGEST_ROW
        yield Row(offset + start, offset + end, text[start:end], before)
        before, start = Break.BLANK, end if end == stop else end - _SHARED


def _kind(text: str) -> Break | None:
    if "\n" in text:
        return Break.BLANK if text.count("\n") > 1 else Break.LINE
    if _MOVES.search(text):
        return Break.MOVE
    return Break.RETURN if "\r" in text else None


def chains(rows: Sequence[Row]) -> Iterator[Sheet]:
    """Yield the rows that belong together as one text, where there are several."""
    parts = [rows[0].view] if rows else []
    chain = list(rows[:1])
    for before, row in pairwise(rows):
        first = continuation(before, row) if len(chain) < _MOST_ROWS else None
        if first is None:
            yield from _sheets(parts, chain)
            yield from _sheet_of_raws(chain)
            parts, chain = [row.view], [row]
            continue
        if _continued(before):
            parts[-1] = parts[-1].part(0, len(parts[-1].text.rstrip()) - 1)
            parts.append(inserted(" ", before.stop))
        parts.append(row.view.part(first, len(row.visible)))
        chain.append(row)
    yield from _sheets(parts, chain)
    yield from _sheet_of_raws(chain)


def cuts_code(row: Row) -> bool:
    """Whether the end of a row cuts a code for the terminal."""
    return not row.literal and _CUT_CODE.search(row.text, max(0, len(row.text) - _LONGEST_CODE)) is not None


def _sheet_of_raws(rows: Sequence[Row]) -> Iterator[Sheet]:
    """Rows as one text, characters as they are, where the end of a row cut a code for the terminal."""
    if len(rows) < 2 or not any(map(cuts_code, rows[:-1])):
        return
    raws = [row.raw for row in rows]
    gaps = [(before.stop, row.start) for before, row in pairwise(rows)]
    yield Sheet(plain(joined(raws)), Barriers(gaps), True)


def _sheets(parts: Sequence[View], rows: Sequence[Row]) -> Iterator[Sheet]:
    """Rows as one text; where a space at the end of a row may have been lost, with spaces too."""
    if len(rows) < 2:
        return
    yield _sheet(parts, rows)
    marked = any(_marked(row.visible, after.visible) is not None for row, after in pairwise(rows))
    if marked or any(len(row.visible) + 1 in _USUAL_WIDTHS for row in rows[:-1]):
        spaced = [view for part in parts for view in (part, inserted(" ", part.stops[-1])) if part.text]
        yield _sheet(spaced[:-1], rows)


def sheet(rows: Sequence[Row], *, prefixes: bool) -> Sheet:
    """Return the rows, at least two, as lines of one text, with or without the prefixes that they share."""
    parts: list[View] = []
    for index, row in enumerate(rows):
        first = 0 if prefixes else prefix(rows, index)
        if index:
            stop = rows[index - 1].stop
            parts.append(inserted("\n", stop))
        parts.append(row.view.part(first, len(row.visible)))
    return _sheet(parts, rows)


def _sheet(parts: Sequence[View], rows: Sequence[Row]) -> Sheet:
    bodies = [part for part in parts if part.text and part.text not in ("\n", " ")]
    gaps = [(before.stops[-1], body.starts[0]) for before, body in pairwise(bodies)]
    if any(_marked(row.visible, after.visible) is not None for row, after in pairwise(rows)):
        return Sheet(joined(parts), Barriers(gaps), True)
    widths = [len(row.visible) - shared_prefix(after, row) for row, after in pairwise(rows)]
    checked = widths[0] in _USUAL_WIDTHS or (len(widths) > 1 and len(set(widths)) == 1) if widths else False
    return Sheet(joined(parts), Barriers(gaps), checked)


def continuation(before: Row, row: Row) -> int | None:
    """Return where a row goes on with the row before, behind its prefix; None where it is a text of its own."""
    # It is asked again for each window that a row is in.
    if row.joint is None or row.joint[0] is not before:
        row.joint = (before, _continuation(before, row))
    return row.joint[1]


def _continuation(before: Row, row: Row) -> int | None:
    if row.before is Break.BLANK:
        return None
    upper, lower = before.visible, row.visible
    marked = _marked(upper, lower)
    if marked is not None:
        return marked
    if _ends(before, row):
        return None
    first = shared_prefix(before, row)
    if _continued(before):
        return first + len(lower[first:]) - len(lower[first:].lstrip())
    broken = len(upper) >= NARROWEST and (len(lower) <= len(upper) + 2 or _runs_on(upper, lower[first:]))
    if row.before is not Break.MOVE and not broken:
        return None
    return None if _OWN_ROW.match(lower, first) or not lower[first:].strip() else first


def _ends(before: Row, row: Row) -> bool:
    """Whether a row is too short, or the one behind it too long, for a line that was broken: a quick look."""
    if row.before is Break.MOVE or _continued(before):
        return False
    upper, lower = before.visible, row.visible
    return len(upper) < NARROWEST or (len(lower) > len(upper) + 2 and _LONG_END.search(upper[-_LONG:]) is None)


def _marked(upper: str, lower: str) -> int | None:
    """Where the lower row goes on with the upper one, if whoever cut the line says that it does."""
    if (mark := _GITLAB.match(lower)) and mark[1] == "+":
        return mark.end()
    if (mark := _CRI.match(upper)) and mark[1] == "P" and (mark := _CRI.match(lower)):
        return mark.end()
    return None


def _runs_on(upper: str, lower: str) -> bool:
    """Whether a long word may stand across the end of a row: some programs join a few of the rows that were broken."""
    return _LONG_END.search(upper) is not None and _LONG_BEGINNING.match(lower) is not None


def goes_on(upper: str, lower: str) -> bool:
    """Whether a line goes on in the next one."""
    if len(upper) < NARROWEST and "\\" not in upper:
        return False
    # An object is whole on its line: what an engine or a store prints, thousands of them.
    if upper.startswith("{") and upper.endswith("}") and lower.startswith('{"'):
        return False
    return continuation(Row(0, len(upper), upper, Break.LINE), Row(0, len(lower), lower, Break.LINE)) is not None


def _continued(row: Row) -> bool:
    """Whether the row is a command of a shell that goes on: it ends with a backslash behind a space."""
    return row.visible.rstrip().endswith((" \\", " `"))


def may_be_own(text: str) -> bool:
    """Whether a row that could go on with the one before could as well be a text of its own."""
    return _PERHAPS_OWN.match(text) is not None


def may_go_on(before: Row, row: Row) -> bool:
    """Whether a row may go on with the one before, by how long they are: a quick look at how they are written."""
    if row.before is Break.BLANK:
        return False
    upper, lower = before.visible, row.visible
    if len(upper) < NARROWEST:
        return "\\" in upper or " P " in upper[:_MARK_AT]
    if row.before is Break.MOVE or len(lower) <= len(upper) + 2:
        return True
    if upper[-1:] in "\\` \t" or _LONG_END.search(upper[-_LONG:]):
        return True
    return _marked(upper, lower) is not None
