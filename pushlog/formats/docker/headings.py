"""Tell the headings that people put between a command and its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.errors.bystanders import is_title
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.errors.detect import PAGE, PAGE_END
from pushlog.formats.quoting.document import documents
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.intake.log_text import Piece

# What people put between a command and its output.
_HEADING = lazy_pattern(r"(?:</?\w[^<>\n]{0,80}>){1,4}(?:\w{1,20}</summary>)?|`{3,}\w*|~{3,}")


def without_headings(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Return pieces without the headings among them; inside a page of HTML a line of tags is a line of the page."""
    in_page = False
    for piece in pieces:
        in_page = in_page or PAGE.search(piece.text) is not None
        if in_page or not is_heading(piece.text):
            yield piece
        in_page = in_page and not PAGE_END.search(piece.text)


def is_heading(line: str) -> bool:
    """Return whether a line is nothing but a mark or a title between a command and its output."""
    is_apart = is_title(line) or (_HEADING.fullmatch(line) is not None and not starts_error(line))
    return is_apart and not documents(line)
