"""A layer's size against a limit, in the bytes that the limit counts or with the words that it can't be done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.model import Basis
from pushlog.units import size

if TYPE_CHECKING:
    from pushlog.diagnosis.case import Case
    from pushlog.knowledge.base import Knowledge
    from pushlog.knowledge.registries import Limit
    from pushlog.model import Layer

COUNTED = {
    Basis.COMPRESSED: "as stored and sent",
    Basis.UNCOMPRESSED: "before compression",
    Basis.UNKNOWN: "compressed or not: the log does not say",
}
# What gzip can add to bytes that do not compress is far below a hundredth.
_GZIP = 1.01


def limit(knowledge: Knowledge, kind: str, name: str) -> Limit | None:
    """A documented limit of a kind of registry; what was not verified does not count."""
    return next((row for row in knowledge.limits(kind) if row.id == name and row.verified), None)


def sized(case: Case, ids: tuple[str, ...]) -> tuple[Layer, ...]:
    """Those of these layers whose size is known; one that a manifest tells is what is sent, and takes its place."""
    candidates = [layer for layer in case.push.layers if layer.id in ids]
    sizes = [
        replace(layer, bytes_total=layer.bytes_stored, basis=Basis.COMPRESSED) if layer.bytes_stored else layer
        for layer in candidates
    ]
    return tuple(layer for layer in sizes if layer.bytes_total)


def fits(layer: Layer, most: int) -> bool:
    """Whether a layer is sure to be below a limit on compressed bytes."""
    return layer.bytes_total is not None and layer.bytes_total * _GZIP < most


def against(layer: Layer, documented: Limit | None) -> str:
    """What the log tells of a layer's size, and what follows from it for a limit on compressed bytes."""
    shown = f"Layer {layer.id} has {size(layer.bytes_total)} {COUNTED[layer.basis]}"
    if documented is None or layer.bytes_total is None:
        lower = layer.basis is Basis.UNCOMPRESSED
        return (
            f"{shown}; the limit counts compressed bytes, so the log can't tell by how much." if lower else f"{shown}."
        )
    if fits(layer, documented.value):
        return f"{shown}, below the documented limit ({documented.words}): another limit must be at work."
    if layer.basis is Basis.COMPRESSED:
        return f"{shown}; the documented limit is {documented.words}."
    return (
        f"{shown}; the documented limit, {documented.words}, counts compressed bytes, so the log can't tell whether "
        "this layer is above it."
    )
