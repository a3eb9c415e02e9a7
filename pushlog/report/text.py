"""The terminal report: the verdict, the error, what to do and how far the push got; all else on request."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log


NARROWEST = 40


class Detail(Enum):
    """How much of it: the verdict alone (`-q`), the answer, or everything that is known (`-v`)."""

    VERDICT = "verdict"
    ANSWER = "answer"
    EVERYTHING = "everything"


def render(
    logs: Sequence[Log],
    *,
    width: int = 80,
    color: bool = False,
    ascii_only: bool = False,
    detail: Detail = Detail.ANSWER,
) -> str:
    """Return the report for all logs, no line wider than `width` (40 at least); the same logs give the same text.

    Wider are commands and places in the log, `push-log.txt:59`, where they would break: one clicks or pastes them.
    """
    from pushlog.report import text_page, text_push

    page = text_page.Page(width=max(width, NARROWEST), ascii_only=ascii_only)
    return text_page.render_lines(text_push.report(page, logs, detail), color=color)
