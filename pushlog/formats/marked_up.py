"""The line of a client that a person quotes inside a line of their own, between the marks of Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.errors.told import is_told
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# Lines that are longer are pages or data; and so many spans of code of one are looked at.
_LONGEST = 8000
_MOST = 8
_SIGN = "`"
_MARKS = frozenset("*_~>-+\"'\u201c")
# A step of a pipeline stands before errors alone, so that its other lines need no closer look.
_STEP, _ERROR = "[", "rror"
# Marks that stand before a whole line: of a quote, a list, an emphasis, code. Behind it the same may stand again.
_OPENING = lazy_pattern(
    r"(?:(?:>\s*)+(?:[-*+]\s+|\d{1,2}[.)]\s+)?|(?:[-*+]\s+|\d{1,2}[.)]\s+)?(?=[*_~`\"'\u201c]))"
    r"(?:[*_~]{1,3}|[\"'\u201c])*+(?=[\w\"\[`])"
    # An item of a list that is an error.
    r"|[-*+]\s+(?=(?:[Ee]rror|ERROR)(?: response from daemon)?: |FATA\[\d)"
    # The step of a pipeline.
    r"|\[[\w.-]{1,60}\] +(?=\w)"
)
_CLOSING = lazy_pattern(r"(?:[*_~`\s]|(?<=[\w.:)\]}\"])[\"'\u201d])+$")
# What a person writes before the code: the title of an entry, or how it came to be.
_TITLE = lazy_pattern(
    r"\W*(?!.*\b(?:if|when|whenever|should|would|might|may|could|e\.g|example|instead of|expected|fix(?:es|ed)?)\b)"
    r"(?:[\w'-]+ ){0,7}[\w'-]+(?: is| was)?\W{0,3}:\W{0,3}",
    re.IGNORECASE,
)
_INTRODUCED = lazy_pattern(
    r"(?:.{0,300}[.!?] )?(?!.*\b(?:example|e\.g\.|such as|instead of|expected)\b)[^.!?\n]{0,200}"
    r"\b(?:errors?|fails?|failed|failing|failure|gets?|got|see|saw|message|results?|output|returns?|returned)\b"
    r"[^.!?\n]{0,80}:\W{0,3}",
    re.IGNORECASE,
)
# A sentence of what may happen, to anybody.
_CONDITION = lazy_pattern(r"\b(?:if|when(?:ever)?|in case)\s(?!(?:I|we|i|you ran)\b|[a-z]+ing\b)[^,]*$", re.IGNORECASE)
_WORD = lazy_pattern(r"\w")
_SIGNS = lazy_pattern(r"`+")


def may_quote(line: str) -> bool:
    """Return whether a line has a sign of a quote: a quick look before `quoted_lines` is asked."""
    return _SIGN in line or line[:1] in _MARKS or (line[:1] == _STEP and _ERROR in line)


def quoted_lines(line: str) -> Iterator[str]:
    """Return what a line may quote: the whole of it without marks, or the code behind words that introduce it."""
    if len(line) > _LONGEST:
        return
    opening = _OPENING.match(line)
    begin = opening.end() if opening else 0
    if opening and line[begin : begin + 1] != _SIGN:
        yield _CLOSING.sub("", line[begin:])
    start = line.find(_SIGN, begin)
    for _ in range(_MOST):
        if start < 0:
            return
        signs = _SIGNS.match(line, start)
        first = signs.end() if signs else start + 1
        stop = _end_of_code(line, first)
        head, code, rest = line[:start], line[first:stop].strip(), line[stop:]
        # What stands behind code explains it, unless a person tells how it came to be.
        is_alone = not _WORD.search(rest) and (start <= begin or _TITLE.fullmatch(head))
        is_introduced = is_told(head) or (not _WORD.search(rest) and _INTRODUCED.fullmatch(head) is not None)
        if code and (is_alone or (is_introduced and not _CONDITION.search(head))):
            yield code
        start = line.find(_SIGN, stop + len(rest) - len(rest.lstrip(_SIGN)))


def _end_of_code(line: str, start: int) -> int:
    """Return where code ends: at the next sign that opens none inside it, or with the line."""
    stop = line.find(_SIGN, start)
    while stop >= 0 and line[stop - 1 : stop] in {" ", "("} and _WORD.match(line, stop + 1):
        inner = line.find(_SIGN, stop + 1)
        if inner < 0:
            return stop
        stop = line.find(_SIGN, inner + 1)
    return stop if stop >= 0 else len(line)
