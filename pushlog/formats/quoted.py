"""Pushes that a log only quotes: in a test that compares texts, a difference of two files, the source of a program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.docker.other_things import documents, is_documented
from pushlog.formats.docker.sentences import is_of_case
from pushlog.formats.marks import HEADERS
from pushlog.formats.quoted_in_source import in_text_of_source
from pushlog.intake.unwrap.quotes import in_source_list, in_yaml_list, is_marked, is_source
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

# The words of a header, a row and a digest line.
_OUTPUT = rb"The push refers to |(?<![0-9a-f])[0-9a-f]{12}: |\w[\w.-]*: digest: sha256:"
_WORDS = lazy_pattern(_OUTPUT)
# Most pushes begin so.
_PLAIN = b"The push refers to "
# What may stand before them on a line of a difference: pytest's E, the marks of diff, line numbers and a bar.
_COMPARED = lazy_pattern(rb"E {3,}|[ \t]*(?:\d+ +)*\d* *(?:\xe2\x94\x82 ?)?[-+][ \t]*[\"'`]?(?=" + _OUTPUT + rb")")
_TO_DO = lazy_pattern(rb"[^\n]{0,200}?(?<!\S)[-*] \[[ xX]\] ")
# The part of a file that a difference shows.
_HUNK = lazy_pattern(rb"[ \t]*@@ (?:-\d|@@)")
_IN_HUNK = lazy_pattern(rb"[ \t]*[-+ \\]")
_SIGN = lazy_pattern(rb"(?<=\s)[-+] ?\Z")
# How a here-document begins, in one of so many lines above; GitLab prints only the first line of a command with one.
_HERE = lazy_pattern(rb"(?<!<)<<[-~]?[ \t]*[\"']?(\w+)[\"']?(?![^\n]*# collapsed )")
_HERE_ABOVE, _HERE_SIGN = 3, b"<<"
_LONGEST_HERE = 1 << 16
_BESIDE = 4
_AROUND = 20
_EXPECTED = lazy_pattern(rb"if you (?:got|get|see|saw|receive) [^.\n]{0,80}:[ \t]*\r?\n")
_EXPECTED_ABOVE = 4
_EXAMPLE = lazy_pattern(rb"\s*(?P<mark>#|//|\*)\s*[\"'`]?\{\"")
_ABOVE = 60
_LONGEST = 2000
# A comment of a script that says what the command above it prints.
_COMMENT = lazy_pattern(rb"[ \t]*(?:#|//|--) ?(?:\w+ )?(?:[Oo]utput|[Pp]rints|[Rr]eturns|[Rr]esult|=>|->):? \Z")
# A text that is handed to a function behind other things; programs print errors of theirs like a call too.
_ARGUMENT = lazy_pattern(
    rb"(?<!\w)(?:\w+\.)*(?!\w*(?:Error|Exception|Failure|Failed|Fault|Exit)\()"
    rb"\w+\((?:[\w.&]{1,40}, ){0,3}[bfru]{0,2}[\"'`]\Z"
)
# A text so short is looked through as a whole: whether it is one that helps with problems.
_SHORT_TEXT = 1 << 14
# So many letters of an error tell where it begins; so near below it a document says what to do.
_WORD, _CURED = 12, 6


def is_quoted(text: LogText, push: ParsedPush) -> bool:
    """Return whether the first line of a push is no output of a client, but part of something that quotes one."""
    if in_text_of_source(text, push.start) or _is_example(text, push.lines):
        return True
    if _is_quoted(text, text.line_of(push.start)) or (push.error is None and _is_expected(text, push.lines[1])):
        return True
    if _is_of_guide(text, push):
        return True
    # An error above a header may be a word of something else.
    headers = [mark.line for mark in push.marks if mark.kind in HEADERS]
    return (
        push.error is not None and bool(headers) and headers[0] > push.error.lines[0] and _is_quoted(text, headers[0])
    )


def _is_of_guide(text: LogText, push: ParsedPush) -> bool:
    """Return whether a push is nothing but an error that its reader may meet, or one of a list of problems."""
    if push.error is None or not push.error.text or len(push.events) or push.lines != push.error.lines:
        return False
    line = push.error.lines[0]
    start, word = text.start_of(line), push.error.text[:_WORD].encode("utf-8", "replace")
    head = text.data[start : min(text.stop_of(line), start + _LONGEST)].partition(word)[0]
    if is_of_case(text, line) or _ARGUMENT.search(head):
        return True
    below = (text.shown(number).strip() for number in range(line + 1, min(text.lines, line + _CURED) + 1))
    if not _is_named(push) and any(map(documents, below)):
        return True
    lines = [piece.text for piece in text.pieces(0, len(text.data))] if len(text.data) <= _SHORT_TEXT else []
    return is_documented(text.shown(line), lines, is_named=True)


def _is_example(text: LogText, lines: tuple[int, int]) -> bool:
    """Return whether messages of the Engine stand in a comment that other lines go around."""
    start = text.start_of(lines[0])
    comment = _EXAMPLE.match(text.data[start : min(text.stop_of(lines[0]), start + _LONGEST)])
    if comment is None:
        return False
    shown = (text.shown(line).strip() for line in range(max(1, lines[0] - _AROUND), lines[1] + _AROUND + 1))
    return any(line and not line.startswith(comment["mark"].decode()) for line in shown)


def _is_named(push: ParsedPush) -> bool:
    return any(mark.fields.keys() & {"REFERENCE", "NAME"} for mark in push.marks)


def _is_expected(text: LogText, line: int) -> bool:
    """Return whether a sentence just above the last line of a push says that this is how it reads if it went well."""
    start = text.start_of(max(1, line - _EXPECTED_ABOVE))
    return _EXPECTED.search(text.data[start : min(text.start_of(line), start + _LONGEST)]) is not None


def _is_quoted(text: LogText, line: int) -> bool:
    start = text.start_of(line)
    data = text.data[start : min(text.stop_of(line), start + _LONGEST)]
    if data.startswith(_PLAIN):
        return _in_here_document(text, line)
    if _TO_DO.match(data):
        return True
    if _COMPARED.match(data):
        return not (data.lstrip().startswith(b"- ") and in_yaml_list(text, start))
    words = _WORDS.search(data)
    head = data[: words.start()] if words else b""
    if words and _is_beside_other_sign(text, line, head):
        return True
    is_text = is_marked(head) or is_source(head) or _COMMENT.match(head) is not None
    if words and (is_text or in_source_list(text, start, words.start())):
        return True
    return (_IN_HUNK.match(data) is not None and _in_hunk(text, line)) or _in_here_document(text, line)


def _in_here_document(text: LogText, line: int) -> bool:
    """Return whether a line is one of the first in a here-document, which ends further down."""
    for above in range(line - 1, max(0, line - 1 - _HERE_ABOVE), -1):
        start = text.start_of(above)
        data = text.data[start : min(text.stop_of(above), start + _LONGEST)]
        opener = _HERE.search(data) if _HERE_SIGN in data else None
        if opener:
            end = re.compile(rb"^[ \t]*" + opener[1] + rb"[ \t]*\r?$", re.MULTILINE)
            begin = text.start_of(above + 1)
            ends = (match.start() for match in end.finditer(text.data, begin, begin + _LONGEST_HERE))
            return next(ends, 0) > text.start_of(line)
    return False


def _is_beside_other_sign(text: LogText, line: int, head: bytes) -> bool:
    """Return whether a plus or minus stands before words of a line, and the other sign in its place on one nearby."""
    sign = _SIGN.search(head)
    if sign is None:
        return False
    other = head[: sign.start()] + (b"+" if sign[0].startswith(b"-") else b"-")
    starts = (text.start_of(near) for near in range(max(1, line - _BESIDE), min(text.lines, line + _BESIDE) + 1))
    return any(text.data[start : start + len(other)] == other for start in starts)


def _in_hunk(text: LogText, line: int) -> bool:
    """Return whether a line is one of a difference, below the line that says of which part."""
    for above in range(line - 1, max(0, line - _ABOVE), -1):
        start = text.start_of(above)
        data = text.data[start : min(text.stop_of(above), start + _LONGEST)]
        if _HUNK.match(data):
            return True
        if data.strip() and not _IN_HUNK.match(data):
            return False
    return False
