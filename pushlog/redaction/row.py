"""A row of a text, and the ways to look at it, each kept once it was asked for."""

from __future__ import annotations

from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.redaction.reading import is_literal, plain
from pushlog.redaction.view import whole

if TYPE_CHECKING:
    from pushlog.redaction.view import View

_LONGEST_PREFIX = 200
DIGITS = lazy_pattern(r"\d+")


class Break(Enum):
    """What stands before a row: a line end, an empty line, a carriage return, a move of the cursor."""

    LINE = auto()
    BLANK = auto()
    RETURN = auto()
    MOVE = auto()


@record(frozen=False, slots=False, kw_only=False)
class Row:
    """A row between two places of the source, and how the one before it ended.

    `joint`: the row before, and where this one goes on with it, once that was asked.
    """

    start: int
    stop: int
    text: str
    before: Break
    joint: tuple[Row, int | None] | None = None

    @cached_property
    def shape(self) -> str:
        """How the row begins, digits aside."""
        return DIGITS.sub("0", self.visible[:_LONGEST_PREFIX])

    @cached_property
    def raw(self) -> View:
        """The characters of the row."""
        return whole(self.text, self.start)

    @cached_property
    def literal(self) -> bool:
        """Whether there is but one way to read it."""
        return is_literal(self.text)

    @cached_property
    def view(self) -> View:
        """The characters without escape sequences."""
        return self.raw if self.literal else plain(self.raw)

    @property
    def visible(self) -> str:
        """The same as a text."""
        return self.text if self.literal else self.view.text
