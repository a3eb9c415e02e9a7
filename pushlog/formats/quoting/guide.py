"""Guides, which show what their reader will see or may meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.docker.sentences import is_of_case
from pushlog.formats.quoting.document import documents, is_documented
from pushlog.formats.quoting.lines import beginning
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

_EXPECTED = lazy_pattern(rb"if you (?:got|get|see|saw|receive) [^.\n]{0,80}:[ \t]*\r?\n")
_EXPECTED_ABOVE = 4
# A text that is handed to a function behind other things; programs print errors of theirs like a call too.
_ARGUMENT = lazy_pattern(
    rb"(?<!\w)(?:\w+\.)*(?!\w*(?:Error|Exception|Failure|Failed|Fault|Exit)\()"
    rb"\w+\((?:[\w.&]{1,40}, ){0,3}[bfru]{0,2}[\"'`]\Z"
)
# A text so short is looked through as a whole: whether it is one that helps with problems.
_SHORT_TEXT = 1 << 14
# So many letters of an error tell where it begins; so near below it a document says what to do.
_WORD, _CURED = 12, 6
_LONGEST = 2000


def is_of_guide(text: LogText, push: ParsedPush) -> bool:
    """Return whether a push is nothing but an error that its reader may meet, or one of a list of problems."""
    if push.error is None or not push.error.text or len(push.events) or push.lines != push.error.lines:
        return False
    line = push.error.lines[0]
    head = beginning(text, line).partition(push.error.text[:_WORD].encode("utf-8", "replace"))[0]
    if is_of_case(text, line) or _ARGUMENT.search(head):
        return True
    below = (text.shown(number).strip() for number in range(line + 1, min(text.lines, line + _CURED) + 1))
    if not _is_named(push) and any(map(documents, below)):
        return True
    lines = [piece.text for piece in text.pieces(0, len(text.data))] if len(text.data) <= _SHORT_TEXT else []
    return is_documented(text.shown(line), lines, is_named=True)


def is_expected(text: LogText, line: int) -> bool:
    """Return whether a sentence just above the last line of a push says that this is how it reads if it went well."""
    start = text.start_of(max(1, line - _EXPECTED_ABOVE))
    return _EXPECTED.search(text.data[start : min(text.start_of(line), start + _LONGEST)]) is not None


def _is_named(push: ParsedPush) -> bool:
    return any(mark.fields.keys() & {"REFERENCE", "NAME"} for mark in push.marks)
