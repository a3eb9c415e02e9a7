"""The dialect of a client: which text it prints, and its pushes in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pushlog.formats.grammar.line_parser import LineParser
    from pushlog.formats.marks import MarkKind
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.knowledge.base import Knowledge


class Dialect(Protocol):
    """A module of `formats/clients/`, listed in `formats/dialects.py`.

    `LINES`: its grammar; `OPENING`: text that only a push of it prints at the beginning of a line; `INSIDE`: text that
    only a push of it prints, farther inside a line; `WHERE`: these and other text that stands in or beside its pushes.
    `REDRAWN`: the marks of rows that a terminal draws again and again, of which the first and the last count.
    """

    @property
    def __name__(self) -> str:
        """The module's name."""

    @property
    def LINES(self) -> LineParser:  # noqa: N802 - a constant of a module
        """The grammar of its lines."""

    @property
    def OPENING(self) -> StartPattern:  # noqa: N802 - a constant of a module
        """Text that a push prints at the beginning of a line."""

    @property
    def INSIDE(self) -> StartPattern | None:  # noqa: N802 - a constant of a module
        """Text that a push prints inside a line, None where it has none that tells."""

    @property
    def WHERE(self) -> tuple[StartPattern, ...]:  # noqa: N802 - a constant of a module
        """The opening, and what else can stand in a push."""

    @property
    def REDRAWN(self) -> frozenset[MarkKind]:  # noqa: N802 - a constant of a module
        """The marks of rows that are drawn again and again."""

    def pushes(self, text: LogText, knowledge: Knowledge, /) -> tuple[ParsedPush, ...]:
        """Return the pushes of the client in a log, in order."""
