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


def render(told: Comparison) -> str:
    """Lines for a person."""
    text = "".join(f"{visible(line).replace(chr(10), ' ')}\n" for line in _lines(told))
    return f"{text.rstrip()}\n"


def _lines(told: Comparison) -> Iterator[str]:
    yield f"old  {told.old_name}: {_side(told.old)}"
    yield f"new  {told.new_name}: {_side(told.new)}"
    yield ""
    yield from _failures(told)
    shown = [change for change in told.repositories if _worth(change) or len(told.repositories) == 1]
    for change in shown:
        yield f"{change.registry}/{change.repository}"
        yield from (f"  {line}" for line in _change(change))
        yield ""
    same = len(told.repositories) - len(shown)
    if same:
        yield f"Nothing of note in {counted(same, 'repository' if not shown else 'other repository')}."
    if told.only_old:
        yield f"Only in the old: {_some(told.only_old)}"
    if told.only_new:
        yield f"Only in the new: {_some(told.only_new)}"


def _side(figures: Figures) -> str:
    if figures.pushes == 1:
        ended = "succeeded" if figures.succeeded else f"did not succeed ({next(iter(figures.failures))})"
        return f"the push {ended}"
    return f"{number(figures.succeeded)} of {counted(figures.pushes, 'push')} succeeded"


def _failures(told: Comparison) -> Iterator[str]:
    for title, found in (("new failures", told.new_failures), ("gone failures", told.gone_failures)):
        if found:
            yield f"{title}: {', '.join(found)}"
    if told.new_failures or told.gone_failures:
        yield ""


def _worth(change: Change) -> bool:
    return bool(change.reuse.again or change.grown or change.slower or change.new_failures or change.gone_failures)


def _change(change: Change) -> Iterator[str]:
    layers = change.reuse
    yield f"layers    {number(layers.reused)} reused, {number(layers.again)} uploaded again, {number(layers.new)} new"
    if layers.again_bytes:
        yield f"again     {size(layers.again_bytes)} that the old side had brought there"
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
    made = f"  {instruction(layer.created_by, WIDTH)}" if layer.created_by else ""
    return f"layer     {name}: {'; '.join(parts)}{made}"


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {number(len(names) - 5)} more" if len(names) > 5 else shown
