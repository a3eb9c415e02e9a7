"""An image's manifest from a file: digests and sizes of its layers as the registry stores them.

Understood are the manifest itself and what `docker manifest inspect`, with and without `--verbose`, prints of an image
of one platform.
"""

from __future__ import annotations

from dataclasses import dataclass

from pushlog.faults import InputError
from pushlog.intake.documents import DocumentError, documents, hashes, listed

WANTED = "the output of `docker manifest inspect IMAGE`"
# A layer of 10 PB: figures are not believed beyond it (`formats/figures.py`).
_MOST_BYTES = 10**16
# docker manifest inspect --verbose.
_INNER = ("SchemaV2Manifest", "OCIManifest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The layers of an image, the oldest first: their digests and, where told, their sizes in bytes as stored."""

    digests: tuple[str, ...]
    sizes: tuple[int | None, ...]


def manifest(path: str) -> Manifest:
    """The manifest in a file. Raises InputError."""
    for line, document in documents(path, WANTED):
        try:
            layers = layers_of(document)
        except DocumentError as error:
            raise InputError(f"{path}: line {line}: {error}") from None
        if layers is not None:
            return layers
    raise InputError(f"{path}: has no list of layers; expected {WANTED}")


def layers_of(document: object) -> Manifest | None:
    """The layers that a JSON value lists, None for one that is no manifest. Raises DocumentError."""
    if not isinstance(document, dict):
        return None
    if "manifests" in document:
        raise DocumentError("is a list of manifests; give the manifest of one platform")
    if "layers" in document:
        layers = listed(document, "layers")
        digests = hashes([_get(layer, "digest", "", layer) for layer in layers], "layers")
        return Manifest(digests=digests, sizes=tuple(_size(_get(layer, "size", None, None)) for layer in layers))
    return next((layers_of(document[key]) for key in _INNER if document.get(key)), None)


def _get(layer: object, key: str, missing: object, otherwise: object) -> object:
    """Return a value of a layer's descriptor; some tools list digests alone."""
    return layer.get(key, missing) if isinstance(layer, dict) else otherwise


def _size(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_BYTES):
        return value
    raise DocumentError(f"key 'size': must be a number of bytes, at most {_MOST_BYTES:,}")
