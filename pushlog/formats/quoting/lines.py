"""Lines as these modules look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText

# What is quoted stands in lines that a person can read.
_LONGEST = 2000


def beginning(text: LogText, line: int) -> bytes:
    """Return the beginning of a line, all of it but for the longest."""
    start = text.start_of(line)
    return text.data[start : min(text.stop_of(line), start + _LONGEST)]
