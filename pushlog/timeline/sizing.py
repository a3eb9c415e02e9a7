"""The sizes of blobs as the registry stores them, from an image's manifest: they are what crosses the network.

A manifest lists blobs by digest, as containerd's store prints them. The graphdriver store prints DiffIDs: they pair
with the manifest's layers one by one where the image's config names them too, else only by their order, which a push
prints from the top of the image to its base.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.model import Basis, Store
from pushlog.timeline.naming import SHORT, printed
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.history import History
    from pushlog.intake.manifest import Manifest
    from pushlog.model import Diagnosis


def with_sizes(
    push: Diagnosis, section: ParsedPush, manifest: Manifest | None, history: History | None
) -> tuple[Diagnosis, tuple[str, ...]]:
    """The push with `Layer.bytes_stored` filled where that is known, and a note where the manifest does not fit."""
    by_id, why = _sizes(push, section, manifest, history) if manifest and push.layers else ({}, None)
    layers = tuple(
        replace(layer, bytes_stored=by_id.get(layer.id, layer.bytes_total if layer.basis is Basis.COMPRESSED else None))
        for layer in push.layers
    )
    first, last = push.lines
    notes = (f"--manifest sizes no layer of the push in lines {first}-{last}: {why}",) if why else ()
    return replace(push, layers=layers), notes


def _sizes(
    push: Diagnosis, section: ParsedPush, manifest: Manifest, history: History | None
) -> tuple[Mapping[str, int], str | None]:
    """Bytes by the layer's id, or why there are none."""
    ids = {layer.id for layer in push.layers}
    if ids & set(_short(manifest.digests)):
        return _paired(_short(manifest.digests), manifest), None
    if push.store is Store.CONTAINERD:
        return {}, "it is of another image, for none of its digests is a layer of this push"
    diff_ids = _short(history.diff_ids) if history else ()
    if ids & set(diff_ids) and len(diff_ids) == len(manifest.digests):
        return _paired(diff_ids, manifest), None
    if push.store is not Store.GRAPHDRIVER or section.last(MarkKind.HEADER, MarkKind.OLD_HEADER) is None:
        return {}, "the log does not show all layers in order; give the image's config with --history too"
    order = tuple(printed(section))
    if len(order) != len(manifest.digests):
        return {}, f"it lists {count(len(manifest.digests), 'layer')}, the push {len(order)}; it is of another image"
    return _paired(order[::-1], manifest), None


def _short(digests: Sequence[str]) -> tuple[str, ...]:
    return tuple(digest.partition(":")[2][:SHORT] for digest in digests)


def _paired(ids: Sequence[str], manifest: Manifest) -> dict[str, int]:
    return {layer: size for layer, size in zip(ids, manifest.sizes, strict=True) if size is not None}
