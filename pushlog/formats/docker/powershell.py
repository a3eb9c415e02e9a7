"""Read the records in which Windows PowerShell 5 wraps what a program writes to standard error.

The first line of the output becomes `docker : TEXT`, broken at the width of the window, then where the command ran, the
command itself and the class of the error. Source: about_Redirection, `$ErrorView = NormalView`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.errors.wrapped import Wrapped
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText, Piece

_FIRST = lazy_pattern(r"docker(?:\.exe)? : (?=\S)")
_PLACE = lazy_pattern(r"At \S.* ?char:\d+$")
_REST = lazy_pattern(r"\+ ")
# A text is broken into so many lines at most, and the rest of a record has a command of several lines at most.
_MOST_LINES = 40
_LONGEST = 1 << 14
_TILDES = lazy_pattern(rb"\r?\n\s*\+ ~+\s*(?:\n|$)")
_LONGEST_MARK = 400


@record
class Record:
    """A record: the piece that begins it, its text put together, and the offset at which the whole record ends."""

    piece: Piece
    wrapped: Wrapped
    stop: int


def read_record(text: LogText, first: Piece) -> Record | None:
    """Return the record that a piece begins; None where it begins none."""
    program = _FIRST.match(first.text)
    if not program:
        return None
    parts = [first.text[program.end() :]]
    rest = islice(text.pieces(first.stop, min(len(text.data), first.stop + _LONGEST)), _MOST_LINES)
    for piece in rest:
        if _PLACE.match(piece.text):
            break
        parts.append(piece.text)
    else:
        return None
    stop = piece.stop
    for piece in rest:
        if not _REST.match(piece.text):
            break
        stop = piece.stop
    return Record(piece=replace(first, stop=stop), wrapped=Wrapped(text=" ".join(parts), head=""), stop=stop)


def is_quoted_by_powershell(text: LogText, piece: Piece) -> bool:
    """Return whether a command is the place that PowerShell shows for an error, in any language: tildes below it."""
    return _TILDES.match(text.data[piece.stop : piece.stop + _LONGEST_MARK]) is not None
