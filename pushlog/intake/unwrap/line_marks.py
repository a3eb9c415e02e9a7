"""Marks that a person or an editor put on every line of a text: those of a quotation or of code, numbers, cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

# A mail or an issue quotes what another one quoted; deeper ones are none of people.
_DEEPEST = 3
# So many lines are counted, more where no sign stands behind the number.
_LEAST, _BARE = 2, 3
# Longer texts are no pasted ones.
_LONGEST = 1 << 20
_QUOTED = lazy_pattern(rb">(?: |(?=\r?\Z)|(?=>))")
# As `cat -n`, `nl`, editors and pages show them.
_NUMBERED = lazy_pattern(
    rb"[ \t]{0,8}(\d{1,6})(?:[ \t]{0,2}(?:\||:|\xe2\x94\x82)(?: |(?=\r?\Z))|\t| {1,4}(?=\S)|[ \t]*(?=\r?\Z))"
)

_FIRSTS = (b">", b"`", b"|")
# Each line is set as code, or is the only cell of a row; the rule below the head of a table says nothing.
_PAIR = lazy_pattern(rb"[ \t]*(?:`(?P<code>[^`]+)`|\|(?:[ \t]*:?-{3,}:?[ \t]*| ?(?P<cell>[^|]*?)[ \t]*)\|)[ \t\r]*")


def without_line_marks(text: bytes) -> bytes:
    """Return the text without the marks that all of its lines have; lines keep their numbers."""
    first = text[:_LONGEST].lstrip()[:1]
    if len(text) > _LONGEST or not (first in _FIRSTS or first.isdigit()):
        return text
    if first in (b"`", b"|"):
        return _without_pairs(text)
    if first != b">":
        return _without_numbers(text)
    for _ in range(_DEEPEST):
        text = _without_quotation(text)
    return text


def _without_pairs(text: bytes) -> bytes:
    """Return the text without marks at both ends of each line."""
    lines = text.split(b"\n")
    pairs = [_PAIR.fullmatch(line) if line.strip() else None for line in lines]
    if sum(pair is not None for pair in pairs) < _LEAST or any(
        pair is None and line.strip() for pair, line in zip(pairs, lines, strict=True)
    ):
        return text
    return b"\n".join((pair["code"] or pair["cell"] or b"") if pair else b"" for pair in pairs)


def _without_quotation(text: bytes) -> bytes:
    lines = text.split(b"\n")
    marks = _marks(lines, _QUOTED)
    return text if marks is None else _behind(lines, marks)


def _without_numbers(text: bytes) -> bytes:
    """Return the text without numbers that go up by one from line to line."""
    lines = text.split(b"\n")
    marks = _marks(lines, _NUMBERED)
    if marks is None:
        return text
    numbered = [(row, int(mark[1])) for row, mark in enumerate(marks) if mark]
    is_bare = any(mark and mark[0].endswith(b" ") and mark[0].strip().isdigit() for mark in marks)
    if len(numbered) < (_BARE if is_bare else _LEAST) or len({number - row for row, number in numbered}) != 1:
        return text
    return _behind(lines, marks)


def _marks(lines: Sequence[bytes], pattern: re.Pattern[bytes]) -> list[re.Match[bytes] | None] | None:
    """Return the mark of each line, None for a blank one; None where a line has none: mostly that is the first."""
    marks: list[re.Match[bytes] | None] = []
    for line in lines:
        mark = pattern.match(line)
        if mark is None and line.strip():
            return None
        marks.append(mark)
    return marks


def _behind(lines: Sequence[bytes], marks: Sequence[re.Match[bytes] | None]) -> bytes:
    return b"\n".join(line[mark.end() :] if mark else line for line, mark in zip(lines, marks, strict=True))
