r"""Lines that stand joined in one: their ends are written as `\n` outside of any quotes, or as `<br>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.unwrap.code_lines import is_statement
from pushlog.intake.unwrap.enclosing_marks import is_page, without_entities
from pushlog.intake.unwrap.exports.expansion import expanded
from pushlog.intake.unwrap.exports.literals import is_in_literal
from pushlog.intake.unwrap.quotes import is_source
from pushlog.intake.unwrap.witnesses import lines_at
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.exports.assembly import Export

# A path of Windows is none, and a page breaks the cells of a table.
_LETTERS, _BREAK = lazy_pattern(rb"(?<!:)(?:\\r)?\\n(?!\w{1,40}\\)"), lazy_pattern(rb"<br ?/?>")
_CELL = b"|"
_QUOTES = (b'"', b"'", b"`")
_TAG = lazy_pattern(rb"</?[a-z]\w{0,15}(?: [^<>\n]{0,200})?>")
# One can be there by chance.
_LEAST = 2
_LONGEST = 1 << 20


def unwrap_joined_lines(text: LogText, anchors: Sequence[int]) -> Export | None:
    """Return a log with joined lines apart; None for a log in which no push stands in such.

    `anchors`: ascending offsets at which lines of pushes begin, some of them.
    """
    if len(text.data) > _LONGEST:
        return None
    lines: dict[int, bytes] = {}
    for start, stop in lines_at(text.data, anchors):
        line = text.data[start:stop]
        inside = [anchor - start for anchor in anchors if start <= anchor < stop]
        apart = _lines_apart(line, inside[0])
        if apart is not None:
            lines[start] = apart
    if not lines or is_page(text.data[:]):
        return None
    return expanded(text, lambda start, _: lines.get(start))


def _lines_apart(line: bytes, first: int) -> bytes | None:
    """Return the lines that stand joined in one, None for any other. `first`: where words of a push begin in it."""
    if _BREAK.search(line) and not line.lstrip().startswith(_CELL):
        rows = [without_entities(_TAG.sub(b"", row)) for row in _BREAK.split(line)]
        return b"\n".join(row for row in rows if row.strip())
    is_joined = len(_LETTERS.findall(line)) >= _LEAST
    if (
        not is_joined
        or line[:first].endswith(_QUOTES)
        or is_in_literal(line, first)
        or is_source(line[:first])
        or is_statement(line)
    ):
        return None
    # The words of a program stand before the first line.
    end = _LETTERS.search(line)
    head = line[:first] if end is not None and first <= end.start() else b""
    rows = _LETTERS.split(line[len(head) :])
    return b"\n".join([head.rstrip(), *rows] if head.strip() else rows)
