"""Find docker's lines inside a physical line: behind a program's words, in quotes, or many joined in one line."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.formats.errors.told import is_told
from pushlog.formats.errors.wrapped import LABEL, error_in
from pushlog.formats.grammar import regex
from pushlog.intake.log_text import Piece
from pushlog.knowledge.base import shipped
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark import Lark

    from pushlog.intake.log_text import LogText

# One of these stands in every such line.
HINTS = (
    "The push refers to ",
    ": digest: ",
    ": Preparing",
    ": Waiting",
    ": Pushed",
    ": Pushing",
    ": Layer already",
    ": Mounted from",
    ": Retrying in",
    ": Skipped foreign",
    ": Image ",
    "Digest: sha256:",
    "Using default tag",
    " already pushed, skipping",
    " for rev [",
)
# Lines longer than this are data.
_LONGEST = 1 << 16
_HEADER = b"The push refers to "
# The lines of docker that are neither a header nor a row nor a digest line: of the first protocol, and an implied tag.
_REMARKS = ("default_tag", "v1_exists", "v1_tag")
# A pull prints these too.
_OF_A_PULL = (b"Digest: ", b"Using default tag: ")
# What can follow the lines of docker in one line: marks, tags, line breaks that were written as letters.
_NO_WORDS = lazy_pattern(r"(?:\\[nrt]|</?\w[^<>\n]{0,200}>|\{/?\w[^{}\n]{0,80}\}|\[/?\w+\]|[^\w])*+")
# Ansible prints what a command wrote twice: as a string and as a list of lines.
_LINES_AGAIN = lazy_pattern(rb'"std(?:out|err)_lines": ?\[(?:"(?:[^"\\]|\\.)*"(?:, ?)?)*\]')
_BREAK = r"\n"
_IMAGE = lazy_pattern(r".*\bImage ", re.DOTALL)


@cache
def _pattern(grammar: Lark) -> re.Pattern[bytes]:
    """Return the pattern of headers, rows and digest lines, wherever in a line they begin."""
    states = {rule.alias for rule in grammar.rules if rule.alias and rule.origin.name in ("state", "layer")}
    row = regex.pattern(grammar, "layer", fields=(), kinds=states)
    header = regex.pattern(grammar, "header", fields=(), kinds=("header", "old_header"))
    digest = regex.pattern(grammar, "digest", fields=(), kinds=("digest",))
    remark = regex.pattern(grammar, "remark", fields=(), kinds=_REMARKS)
    text = "|".join(re.sub(r"\(\?P<\w+>\)", "", part) for part in (header, row, digest, remark))
    # A name ends before a tag, a quote or a line break that is written as letters.
    text = text.replace(r"(?:\S+)", r"(?:[\w./:@-]+)")
    # A hidden tag is a run of stars: it begins with the first of them, or each would be tried.
    return kept_pattern(rb"(?:(?<![\w:/@.\\-])|(?<=\\n)|(?<=\\r))(?!(?<=\*)\*)(?:" + text.encode() + rb")(?!\w)")


def inline_pieces(grammar: Lark, text: LogText, start: int, stop: int) -> Iterator[Piece]:
    """Return the lines of docker that stand inside the physical line between two offsets, as pieces of it."""
    data = _LINES_AGAIN.sub(lambda match: b" " * len(match[0]), text.data[start : min(stop, start + _LONGEST)])
    matches = list(_pattern(grammar).finditer(data))
    if not _is_output(data, matches):
        return
    line = text.line_of(start)
    for match in matches:
        yield Piece(start + match.start(), start + match.end(), line, match[0].decode("utf-8", "replace"))


def _is_output(data: bytes, matches: list[re.Match[bytes]]) -> bool:
    """Return whether these are lines that docker printed, not words of a sentence that quotes them.

    Several lines in one are, one of them of a push; of a single one nothing but marks and labels may stand around it,
    or an error behind it. A person may tell that nothing but the header came.
    """
    if len(matches) != 1:
        return any(not match[0].startswith(_OF_A_PULL) for match in matches)
    head = data[: matches[0].start()].decode("utf-8", "replace")
    rest = data[matches[0].end() :].decode("utf-8", "replace")
    is_header = matches[0][0].startswith(_HEADER)
    if not _NO_WORDS.fullmatch(rest):
        is_told_of = is_header and rest[:1] in "`\"'" and is_told(head)
        return is_told_of or ((is_header or head.endswith(_BREAK)) and error_in(rest, shipped()) is not None)
    return is_header or any(form.fullmatch(head) is not None for form in (LABEL, _NO_WORDS, _IMAGE))
