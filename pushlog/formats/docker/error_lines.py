"""The error of a push, with the lines of the log on which it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.intake.log_text import Piece


@record
class ErrorLines:
    """The error as printed, escapes removed, its offsets and the physical lines it stands on."""

    text: str
    start: int
    stop: int
    lines: tuple[int, int]

    def covers(self, piece: Piece) -> bool:
        """Return whether the piece is part of the error."""
        return self.start <= piece.start < self.stop
