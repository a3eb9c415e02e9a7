"""The sizes of blobs as the registry stores them, from an image's manifest: they are what crosses the network.

A manifest lists blobs by digest, as containerd's store prints them. The graphdriver store prints DiffIDs: they pair
with the manifest's layers one by one where the image's config names them too, else only by their order, which a push
prints from the top of the image to its base. There the sizes must be ones that compression can lead to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.model import Basis, Store
from pushlog.timeline.blob import shortened
from pushlog.timeline.naming import printed, same_platform
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.history import History
    from pushlog.intake.manifest import Manifest
    from pushlog.model import Diagnosis, Layer

# The digest of a blob and its bytes as stored, where told.
Blob = tuple[str, int | None]
# RFC 1951 stores what does not shrink in blocks of 64 kB with five bytes each; no block shrinks to less than 1/1032.
# Zstandard shrinks more: a block of 128 kB of one byte takes four.
_GROWS, _SHRINKS = 1.001, 1 / 32768
_HEADERS = 4096


def with_sizes(
    push: Diagnosis, section: ParsedPush, manifests: Sequence[Manifest], history: History | None
) -> tuple[Diagnosis, tuple[str, ...]]:
    """The push with `Layer.bytes_stored` filled where that is known, and a note where no manifest fits."""
    by_id, why = _stored(push, section, manifests, history) if manifests and push.layers else ({}, None)
    plain = _plain(manifests)
    sizes = {layer: size for layer, (_, size) in by_id.items() if size is not None}
    layers = tuple(_sized(layer, sizes, plain) for layer in push.layers)
    first, last = push.lines
    notes = (f"--manifest sizes no layer of the push in lines {first}-{last}: {why}",) if why else ()
    return replace(push, layers=layers), notes


def blobs_of(
    push: Diagnosis, section: ParsedPush, manifests: Sequence[Manifest], history: History | None
) -> Mapping[str, Blob]:
    """Return digest and size of the blob of each layer, by its id, as far as a manifest tells."""
    return _stored(push, section, manifests, history)[0] if manifests and push.layers else {}


def _sized(layer: Layer, by_id: Mapping[str, int], plain: frozenset[str]) -> Layer:
    stored = by_id.get(layer.id, layer.bytes_total if layer.basis is Basis.COMPRESSED else None)
    basis = Basis.UNCOMPRESSED if layer.id in plain else layer.basis
    is_same = stored == layer.bytes_stored and basis is layer.basis
    return layer if is_same else replace(layer, bytes_stored=stored, basis=basis)


def _plain(manifests: Sequence[Manifest]) -> frozenset[str]:
    """The layers that are stored, and so sent, without compression: images from `docker load`, for one."""
    return frozenset(
        layer
        for manifest in manifests
        for layer, plain in zip(map(shortened, manifest.digests), manifest.plain, strict=False)
        if plain
    )


def _stored(
    push: Diagnosis, section: ParsedPush, manifests: Sequence[Manifest], history: History | None
) -> tuple[Mapping[str, Blob], str | None]:
    """Blobs by the layer's id, or why there are none."""
    ids = {layer.id for layer in push.layers}
    blobs = _blobs(manifests)
    if ids & blobs.keys():
        return blobs, None
    images = [manifest for manifest in manifests if not manifest.is_attestation]
    if push.store is Store.CONTAINERD:
        return {}, f"{_counted(images, len(ids))}, and none of its digests is a layer of this push; {_ANOTHER}"
    diff_ids = tuple(map(shortened, history.diff_ids)) if history else ()
    if ids & set(diff_ids):
        return _in_order(push, diff_ids, _of_platform(images, history), len(diff_ids))
    if push.store is not Store.GRAPHDRIVER or section.last(MarkKind.HEADER, MarkKind.OLD_HEADER) is None:
        return {}, "the log does not show all layers in order; give the image's config with --history too"
    order = tuple(printed(section))
    return _in_order(push, order[::-1], _of_platform(images, history), len(order))


_ANOTHER = "it is of another image"


def _of_platform(images: Sequence[Manifest], history: History | None) -> Sequence[Manifest]:
    if not history or not history.platform:
        return images
    return [image for image in images if same_platform(image.platform, history.platform)] or images


def _in_order(
    push: Diagnosis, order: Sequence[str], images: Sequence[Manifest], layers: int
) -> tuple[Mapping[str, Blob], str | None]:
    """The blobs of the one image that has as many layers as the push, of sizes that these can have been sent in."""
    counting = [image for image in images if len(image.digests) == len(order)]
    if not counting:
        return {}, f"{_counted(images, layers)}; {_ANOTHER}"
    by_id = {layer.id: layer for layer in push.layers}
    fitting = [image for image in counting if _possible(order, image, by_id)]
    if not fitting:
        return {}, f"{_counted(counting, layers)}, but their sizes do not fit; {_ANOTHER}"
    if len({image.sizes for image in fitting}) > 1:
        platforms = ", ".join(image.platform or "?" for image in fitting)
        return {}, f"the images of several platforms fit ({platforms}); give the manifest of the one that was pushed"
    return dict(zip(order, zip(fitting[0].digests, fitting[0].sizes, strict=True), strict=True)), None


def _counted(images: Sequence[Manifest], layers: int) -> str:
    counts = sorted({len(image.digests) for image in images})
    listed = " or ".join(count(number, "layer") for number in counts)
    return f"it lists {listed}, the push {layers}"


def _blobs(manifests: Sequence[Manifest]) -> dict[str, Blob]:
    """Digest and bytes of every blob that the manifests list; the store prints those of attestations, too."""
    pairs = [
        pair
        for manifest in manifests
        for pair in (*zip(manifest.digests, manifest.sizes, strict=True), *filter(None, [manifest.config]))
    ]
    return {shortened(digest): (digest, size) for digest, size in pairs}


def _possible(order: Sequence[str], image: Manifest, by_id: Mapping[str, Layer]) -> bool:
    """Whether each layer that was read to its end can have been compressed to its size in the manifest."""
    return all(
        _compresses(by_id[layer].bytes_done or 0, size)
        for layer, size in zip(order, image.sizes, strict=True)
        if layer in by_id and by_id[layer].state.done and by_id[layer].bytes_done and size is not None
    )


def _compresses(read: int, stored: int) -> bool:
    return read * _SHRINKS <= stored <= read * _GROWS + _HEADERS
