"""A comparison on the terminal: what changed, the failures first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit.words import counted, number
from pushlog.report.visible import visible
from pushlog.units import instruction, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.compare import Change, Comparison, Figures
    from pushlog.audit.layer_changes import LayerChange

WIDTH = 60


def render(comparison: Comparison) -> str:
    """Return the lines for a terminal."""
    text = "".join(f"{visible(line).replace(chr(10), ' ')}\n" for line in _lines(comparison))
    return f"{text.rstrip()}\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"old  {comparison.old_name}: {_side(comparison.old)}"
    yield f"new  {comparison.new_name}: {_side(comparison.new)}"
    yield ""
    yield from _failures(comparison)
    notable = [change for change in comparison.repositories if _worth(change) or len(comparison.repositories) == 1]
    for change in notable:
        yield f"{change.registry}/{change.repository}"
        yield from (f"  {line}" for line in _change(change))
        yield ""
    unchanged = len(comparison.repositories) - len(notable)
    if unchanged:
        yield f"Nothing of note in {counted(unchanged, 'repository' if not notable else 'other repository')}."
    if comparison.only_old:
        yield f"Only in the old: {_some(comparison.only_old)}"
    if comparison.only_new:
        yield f"Only in the new: {_some(comparison.only_new)}"


def _side(figures: Figures) -> str:
    if figures.pushes == 1:
        ended = "succeeded" if figures.succeeded else f"did not succeed ({next(iter(figures.failures))})"
        return f"the push {ended}"
    return f"{number(figures.succeeded)} of {counted(figures.pushes, 'push')} succeeded"


def _failures(comparison: Comparison) -> Iterator[str]:
    for title, failures in (("new failures", comparison.new_failures), ("gone failures", comparison.gone_failures)):
        if failures:
            yield f"{title}: {', '.join(failures)}"
    if comparison.new_failures or comparison.gone_failures:
        yield ""


def _worth(change: Change) -> bool:
    return bool(change.reuse.again or change.grown or change.slower or change.new_failures or change.gone_failures)


def _change(change: Change) -> Iterator[str]:
    layers = change.reuse
    yield f"layers    {number(layers.reused)} reused, {number(layers.again)} uploaded again, {number(layers.new)} new"
    if layers.again_bytes:
        yield f"again     {size(layers.again_bytes)} already uploaded by the old push"
    if change.old.bytes is not None and change.new.bytes is not None:
        grown = ", grown" if change.grown else ""
        yield f"size      {size(change.old.bytes)} then, {size(change.new.bytes)} now{grown}"
    yield f"time      {_took(change.old)} then, {_took(change.new)} now{', slower' if change.slower else ''}"
    if change.old.retry_seconds or change.new.retry_seconds:
        yield f"retries   {seconds(change.old.retry_seconds)} waited then, {seconds(change.new.retry_seconds)} now"
    if change.new_failures:
        yield f"new       {', '.join(change.new_failures)}"
    if change.gone_failures:
        yield f"gone      {', '.join(change.gone_failures)}"
    yield from (_layer(layer) for layer in change.layers)


def _took(figures: Figures) -> str:
    if figures.seconds is not None:
        return seconds(figures.seconds)
    return f"at least {seconds(figures.at_least)}" if figures.at_least else "unknown"


def _layer(layer: LayerChange) -> str:
    name = layer.new if layer.new == layer.old else f"{layer.new} (was {layer.old}, same {layer.matched})"
    parts = []
    if layer.grown:
        parts.append(f"grown from {size(layer.old_bytes)} to {size(layer.new_bytes)}")
    if layer.slower:
        parts.append(f"slower, {seconds(layer.old_seconds or 0)} then, {seconds(layer.new_seconds or 0)} now")
    instruction_text = f"  {instruction(layer.created_by, WIDTH)}" if layer.created_by else ""
    return f"layer     {name}: {'; '.join(parts)}{instruction_text}"


def _some(names: tuple[str, ...]) -> str:
    first_names = ", ".join(names[:5])
    return f"{first_names} and {number(len(names) - 5)} more" if len(names) > 5 else first_names
