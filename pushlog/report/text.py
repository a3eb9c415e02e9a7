"""The terminal report: the verdict first, how far the push got, its layers, and why, with the lines that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log


NARROWEST = 40


def render(logs: Sequence[Log], *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """Return the report for all logs, no line wider than `width` (40 at least); the same logs give the same text."""
    from pushlog.report import text_page, text_push

    page = text_page.Page(width=max(width, NARROWEST), ascii_only=ascii_only)
    return text_page.render_lines(text_push.report(page, logs), color=color)
