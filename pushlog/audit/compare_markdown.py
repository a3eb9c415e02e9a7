"""A comparison as Markdown, for merge requests and job summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit import compare_view as view
from pushlog.audit.words import number
from pushlog.report.markdown_page import code, inline, paragraph, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.compare import Comparison

SHOWN = 20


def render(comparison: Comparison) -> str:
    """Return the page."""
    return "\n\n".join(part for part in _parts(comparison) if part) + "\n"


def _parts(comparison: Comparison) -> Iterator[str]:
    yield f"# {inline(view.headline(comparison))}"
    sides = (("Old", comparison.old_name, comparison.old), ("New", comparison.new_name, comparison.new))
    yield table(("", "", ""), [[word, code(name), inline(view.side(figures))] for word, name, figures in sides])
    for title, failures in (("New failures", comparison.new_failures), ("Gone failures", comparison.gone_failures)):
        if failures:
            rows = [[code(failure)] for failure in failures[:SHOWN]]
            more = f"\n\nAnd {number(len(failures) - SHOWN)} more." if len(failures) > SHOWN else ""
            yield f"## {title}\n\n{table(('Failure',), rows)}{more}"
    shown = view.notable(comparison)
    for change in shown[:SHOWN]:
        yield f"## {code(f'{change.registry}/{change.repository}')}"
        yield table(
            ("", "Old", "New", ""),
            [[inline(f.term), inline(f.old), inline(f.new), inline(f.note)] for f in view.facts(change)],
        )
        layers = view.layer_rows(change)
        if layers:
            yield table(
                ("Layer", "Was", "Size", "Time", "Instruction"),
                [[code(r.layer), inline(r.was), inline(r.size), inline(r.time), code(r.instruction)] for r in layers],
            )
    if len(shown) > SHOWN:
        yield paragraph(f"And {number(len(shown) - SHOWN)} more repositories.")
    yield paragraph(view.unremarkable(comparison))
    for word, names in (("old", comparison.only_old), ("new", comparison.only_new)):
        if names:
            yield paragraph(f"Only in the {word}: {view.some(names)}")
