"""The error right below the first lines of a copy by containers/image, as builders of before 2020 print it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.docker.error_lines import join_error_lines
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.marks import MarkKind
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.marks import Mark
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

# An error stands within so many bytes.
_NEAR = 4096
# Up to 2018 the bar of a blob stood in a line of its own.
_BAR = lazy_pattern(r" *[\d.]+ [KMGT]?i?B / [\d.]+ [KMGT]?i?B \[[^\]\n]*\]")


def bare_error(text: LogText, last: Mark, knowledge: Knowledge) -> ErrorLines | None:
    """Return the error below the last line of a push; None where its last line is not one of the first of a copy."""
    if last.kind not in {MarkKind.BEGIN, MarkKind.COPYING}:
        return None
    pieces = list(islice(text.pieces(last.stop, min(len(text.data), last.stop + _NEAR)), 2))
    line = last.line + 1 + bool(pieces and _BAR.match(pieces[0].text))
    below = next((piece for piece in pieces if piece.line == line), None)
    if below is None or not starts_error(below.text, knowledge):
        return None
    return join_error_lines(text, below, ())
