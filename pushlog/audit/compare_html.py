"""A comparison as one page without script that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit import compare_view as view
from pushlog.report.html import environment

if TYPE_CHECKING:
    from pushlog.audit.compare import Comparison

SHOWN = 200


def render(comparison: Comparison) -> str:
    """Return the page."""
    template = environment().get_template("compare.html.jinja")
    return template.render(comparison=comparison, view=view, shown=view.notable(comparison)[:SHOWN])
