"""The sentences and tables of a comparison, the same on the terminal, in Markdown and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit.words import counted, number
from pushlog.record_class import record
from pushlog.units import blob, instruction, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.compare import Change, Comparison, Figures
    from pushlog.audit.layer_changes import LayerChange

_WIDTH = 60
_NAMED = 5


@record
class Fact:
    """One figure on both sides; `note`: what is to be seen in it. An empty `old` and `new`: the note says all."""

    term: str
    old: str
    new: str
    note: str = ""


@record
class LayerRow:
    """One layer that grew or got slower."""

    layer: str
    was: str
    size: str
    time: str
    instruction: str


def headline(comparison: Comparison) -> str:
    """Return the one sentence that matters most."""
    if comparison.different:
        return comparison.different
    if comparison.new_failures:
        more = len(comparison.new_failures) - 1
        rest = f" and {counted(more, 'other new failure')}" if more else ""
        return f"New: {comparison.new_failures[0]}{rest}"
    slower = sum(change.slower for change in comparison.repositories)
    grown = sum(change.grown for change in comparison.repositories)
    parts = [f"{counted(n, 'repository')} {word}" for n, word in ((slower, "slower"), (grown, "grown")) if n]
    if parts:
        return f"No new failure; {', '.join(parts)}"
    if comparison.gone_failures:
        return f"No new failure; gone: {comparison.gone_failures[0]}"
    return "Nothing of note changed"


def side(figures: Figures) -> str:
    """Return how the pushes of a side ended."""
    if figures.pushes == 1:
        ended = "succeeded" if figures.succeeded else f"did not succeed ({next(iter(figures.failures))})"
        return f"the push {ended}"
    return f"{number(figures.succeeded)} of {counted(figures.pushes, 'push')} succeeded"


def notable(comparison: Comparison) -> list[Change]:
    """Return the repositories of which something is to be said, the worst first; the only one always."""
    if comparison.different:
        return []
    return [one for one in comparison.repositories if _worth(one) or len(comparison.repositories) == 1]


def unremarkable(comparison: Comparison) -> str:
    """Return what is said of the repositories that are not named."""
    shown = notable(comparison)
    left = 0 if comparison.different else len(comparison.repositories) - len(shown)
    return f"Nothing of note in {counted(left, 'other repository' if shown else 'repository')}." if left else ""


def _worth(change: Change) -> bool:
    return bool(change.reuse.again or change.grown or change.slower or change.new_failures or change.gone_failures)


def _counted(kinds: tuple[str, ...], figures: Figures) -> str:
    """Return kinds of failure with their pushes, where there is more than one: `timeout (12), eof`."""
    return ", ".join(f"{k} ({number(n)})" if (n := figures.failures[k]) > 1 else k for k in kinds)


def facts(change: Change) -> Iterator[Fact]:
    """Yield the figures of one repository that are known on both sides."""
    if change.new_failures:
        yield Fact(term="new failures", old="", new="", note=_counted(change.new_failures, change.new))
    if change.gone_failures:
        yield Fact(term="gone failures", old="", new="", note=_counted(change.gone_failures, change.old))
    layers = change.reuse
    yield Fact(
        term="layers",
        old="",
        new="",
        note=f"{number(layers.reused)} reused, {number(layers.again)} uploaded again, {number(layers.new)} new",
    )
    if layers.again_bytes:
        yield Fact(term="again", old="", new="", note=f"{size(layers.again_bytes)} already uploaded by the old push")
    if change.old.bytes is not None and change.new.bytes is not None:
        grown = "grown" if change.grown else ""
        yield Fact(term="size", old=size(change.old.bytes), new=size(change.new.bytes), note=grown)
    old, new = _took(change.old), _took(change.new)
    if old or new:
        yield Fact(term="time", old=old or "?", new=new or "?", note="slower" if change.slower else "")
    if change.old.retry_seconds or change.new.retry_seconds:
        yield Fact(term="waited", old=seconds(change.old.retry_seconds), new=seconds(change.new.retry_seconds))


def layer_rows(change: Change) -> list[LayerRow]:
    """Return the layers that grew or got slower, those that cost the most time first."""
    ordered = sorted(change.layers, key=lambda layer: (-_slower_by(layer), -_grown_by(layer), layer.new))
    return [_layer_row(layer) for layer in ordered]


def _layer_row(layer: LayerChange) -> LayerRow:
    return LayerRow(
        layer=blob(layer.new),
        was="" if layer.new == layer.old else f"{blob(layer.old)}, same {layer.matched}",
        size=f"{size(layer.old_bytes)} → {size(layer.new_bytes)}" if layer.grown else "",
        time=f"{seconds(layer.old_seconds or 0)} → {seconds(layer.new_seconds or 0)}" if layer.slower else "",
        instruction=instruction(layer.created_by, _WIDTH) if layer.created_by else "",
    )


def _slower_by(layer: LayerChange) -> float:
    return (layer.new_seconds or 0) - (layer.old_seconds or 0) if layer.slower else 0.0


def _grown_by(layer: LayerChange) -> int:
    return (layer.new_bytes or 0) - (layer.old_bytes or 0) if layer.grown else 0


def _took(figures: Figures) -> str:
    if figures.seconds is not None:
        return seconds(figures.seconds)
    return f"at least {seconds(figures.at_least)}" if figures.at_least else ""


def some(names: tuple[str, ...]) -> str:
    """Return the first names, and how many more there are."""
    first_names = ", ".join(names[:_NAMED])
    return f"{first_names} and {number(len(names) - _NAMED)} more" if len(names) > _NAMED else first_names
