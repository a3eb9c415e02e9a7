"""A comparison on the terminal: what changed, the failures first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit import compare_view as view
from pushlog.audit.words import number
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.compare import Comparison

SHOWN = 20


def render(comparison: Comparison) -> str:
    """Return the lines for a terminal."""
    text = "".join(f"{visible(line).replace(chr(10), ' ')}\n" for line in _lines(comparison))
    return f"{text.rstrip()}\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield view.headline(comparison)
    yield ""
    yield f"old  {comparison.old_name}: {view.side(comparison.old)}"
    yield f"new  {comparison.new_name}: {view.side(comparison.new)}"
    yield ""
    yield from _failures("new failures", comparison.new_failures)
    yield from _failures("gone failures", comparison.gone_failures)
    shown = view.notable(comparison)
    for change in shown[:SHOWN]:
        yield f"{change.registry}/{change.repository}"
        for fact in view.facts(change):
            yield f"  {fact.term:<13} {_text(fact)}"
        for layer in view.layer_rows(change):
            was = f" (was {layer.was})" if layer.was else ""
            grown = f"grown {layer.size}" if layer.size else ""
            slower = f"slower {layer.time}" if layer.time else ""
            changes = "; ".join(part for part in (grown, slower) if part)
            yield f"  layer         {layer.layer}{was}: {changes}  {layer.instruction}".rstrip()
        yield ""
    if len(shown) > SHOWN:
        yield f"and {number(len(shown) - SHOWN)} more repositories, with -f json"
    if text := view.unremarkable(comparison):
        yield text
    if comparison.only_old:
        yield f"Only in the old: {view.some(comparison.only_old)}"
    if comparison.only_new:
        yield f"Only in the new: {view.some(comparison.only_new)}"


def _text(fact: view.Fact) -> str:
    if not fact.old and not fact.new:
        return fact.note
    return f"{fact.old} then, {fact.new} now{f', {fact.note}' if fact.note else ''}"


def _failures(title: str, failures: tuple[str, ...]) -> Iterator[str]:
    """Yield the failures, a line each, below their title."""
    if not failures:
        return
    yield title
    yield from (f"  {failure}" for failure in failures[:SHOWN])
    if len(failures) > SHOWN:
        yield f"  and {number(len(failures) - SHOWN)} more"
    yield ""
