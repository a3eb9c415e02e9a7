"""Pushes that a log only quotes: in a test that compares texts, a difference of two files, the source of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.marks import COMMANDS, HEADERS
from pushlog.formats.quoting.comment import is_example, tells_output
from pushlog.formats.quoting.difference import in_hunk, is_beside_other_sign
from pushlog.formats.quoting.guide import is_of_guide, is_of_library
from pushlog.formats.quoting.here_document import in_here_document
from pushlog.formats.quoting.page import teaches
from pushlog.formats.quoting.page_form import has_form_of_page
from pushlog.formats.quoting.test_data import is_of_test_data
from pushlog.formats.quoting.translation import is_translated
from pushlog.intake.unwrap.quotes import (
    in_source_comment,
    in_source_list,
    in_yaml_list,
    is_dry_run,
    is_marked,
    is_source,
)
from pushlog.intake.unwrap.source_text import in_text_of_source, is_continued, is_source_file, is_value_in_source
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
# The row of a table that holds an output of several lines.
_CELL = lazy_pattern(rb"[^\n]*\|[ \t]*<(?:pre|code)>[^\n]*\|\s*$")


def is_shown(text: LogText) -> bool:
    """Return whether a whole log is a document or a source file: what it has of pushes is quoted."""
    return has_form_of_page(text) or teaches(text) or is_source_file(text)


def is_quoted(text: LogText, push: ParsedPush) -> bool:
    """Return whether the first line of a push is no output of a client, but part of something that quotes one."""
    # A comment above a text of a program can name the command that prints it.
    own_start = min((mark.start for mark in push.marks if mark.kind not in COMMANDS), default=push.start)
    if any(in_text_of_source(text, start) for start in {push.start, own_start}) or is_example(text, push.lines):
        return True
    if is_of_test_data(text, push) or is_translated(text, push):
        return True
    if _is_quoted(text, text.line_of(push.start)) or is_of_guide(text, push) or is_of_library(text, push):
        return True
    # An error above a header may be a word of something else.
    headers = [mark.line for mark in push.marks if mark.kind in HEADERS]
    return (
        push.error is not None and bool(headers) and headers[0] > push.error.lines[0] and _is_quoted(text, headers[0])
    )


def _is_quoted(text: LogText, line: int) -> bool:
    start, data = text.start_of(line), text.beginning(line)
    if data.startswith(_PLAIN):
        return in_here_document(text, line)
    if _TO_DO.match(data) or _CELL.match(data):
        return True
    if _COMPARED.match(data):
        return not (data.lstrip().startswith(b"- ") and in_yaml_list(text, start))
    words = _WORDS.search(data)
    head = data[: words.start()] if words else b""
    if words and is_beside_other_sign(text, line, head):
        return True
    is_text = is_marked(head) or is_source(head) or is_dry_run(head) or tells_output(head)
    is_text = is_text or is_value_in_source(text, line, head) or is_continued(text, line)
    if words and (is_text or any(form(text, start, words.start()) for form in (in_source_list, in_source_comment))):
        return True
    return in_hunk(text, line) or in_here_document(text, line)
