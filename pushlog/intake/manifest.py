"""Manifests of images from a file: digests and sizes of their layers as the registry stores them.

Understood are a manifest itself, as `docker manifest inspect` and `docker buildx imagetools inspect --raw` print it,
what `docker manifest inspect --verbose` prints of one image or of all that an index lists, and `skopeo inspect`. An
index alone lists no layers. The attestations beside an image are manifests, too; they are kept apart.
"""

from __future__ import annotations

from dataclasses import replace

from pushlog.faults import InputError
from pushlog.intake.documents import DocumentError, documents, hashes, listed
from pushlog.record_class import record

WANTED = "the output of `docker manifest inspect IMAGE`"
# A layer of 10 PB: figures are not believed beyond it (`formats/figures.py`).
_MOST_BYTES = 10**16
# docker manifest inspect --verbose: docker/cli cli/manifest/types/types.go ImageManifest.
_INNER = ("SchemaV2Manifest", "OCIManifest")
# moby/buildkit docs/attestations/attestation-storage.md: the platform and the annotation of an attestation's manifest.
_NO_PLATFORM = "unknown/unknown"
_REFERENCE_TYPE, _ATTESTATION = "vnd.docker.reference.type", "attestation-manifest"
_STATEMENT = "application/vnd.in-toto+json"
# A layer as a plain tar; those of gzip and zstd end otherwise: opencontainers/image-spec layer.md, docker's schema 2.
_PLAIN = (".tar",)
# Platforms that a message names.
_FEW = 4


@record
class Manifest:
    """The layers of an image, the oldest first: their digests and, where told, their sizes in bytes as stored.

    `plain`: whether a layer is stored as a tar without compression. `platform`: as in `linux/arm64/v8`, None where not
    told. `config`: digest and size of the image's config. `is_attestation`: the layers are statements about an image.
    """

    digests: tuple[str, ...]
    sizes: tuple[int | None, ...]
    plain: tuple[bool, ...] = ()
    platform: str | None = None
    config: tuple[str, int | None] | None = None
    is_attestation: bool = False


@record
class Index:
    """A list of manifests without their layers: platform and digest of each image."""

    images: tuple[tuple[str, str], ...]

    @property
    def advice(self) -> str:
        """What the file is, and which command prints what is missing."""
        names = [f"{platform} is {digest}" for platform, digest in self.images]
        images = f" ({', '.join(names[:_FEW])}{' …' if len(names) > _FEW else ''})" if names else ""
        more = "`docker manifest inspect -v IMAGE` prints those, too"
        return f"is an index{images}: it lists images, not their layers; {more}"


def manifests(path: str) -> tuple[Manifest, ...]:
    """Return the manifests in a file, those of attestations among them; at least one of an image. Raises InputError."""
    read: list[Manifest] = []
    indexes: list[tuple[int, Index]] = []
    for line, document in documents(path, WANTED):
        try:
            for item in document if isinstance(document, list) else [document]:
                inside = manifest_of(item)
                if isinstance(inside, Index):
                    indexes.append((line, inside))
                elif inside is not None and inside not in read:
                    read.append(inside)
        except DocumentError as error:
            raise InputError(f"{path}: line {line}: {error}") from None
    if any(not manifest.is_attestation for manifest in read):
        return tuple(read)
    if read:
        raise InputError(f"{path}: holds only attestations, no image; expected {WANTED}")
    for line, index in indexes:
        raise InputError(f"{path}: line {line}: {index.advice}")
    raise InputError(f"{path}: has no list of layers; expected {WANTED}")


def manifest_of(document: object) -> Manifest | Index | None:
    """Return the layers or the images that a JSON value lists, None for one that is no manifest.

    Raises DocumentError.
    """
    if not isinstance(document, dict):
        return None
    if "manifests" in document:
        return _index(listed(document, "manifests"))
    if "layers" in document:
        return _manifest(document, listed(document, "layers"))
    if "LayersData" in document:  # skopeo inspect
        layers = [_lower(layer) for layer in listed(document, "LayersData")]
        return replace(_manifest({}, layers), platform=platform_of(document))
    inner = next((manifest_of(document[key]) for key in _INNER if document.get(key)), None)
    if isinstance(inner, Manifest):
        descriptor = document.get("Descriptor")
        platform = platform_of(descriptor.get("platform")) if isinstance(descriptor, dict) else None
        return replace(
            inner,
            platform=None if platform == _NO_PLATFORM else platform,
            is_attestation=inner.is_attestation or _is_attestation(descriptor),
        )
    return inner


def platform_of(table: object) -> str | None:
    """Return the platform that keys of an object name, in the spelling of an image's config or of Docker's."""
    if not isinstance(table, dict):
        return None
    parts = [next((table[key] for key in (word, word.lower()) if table.get(key)), None) for word in _PLATFORM]
    named = [part for part in parts if isinstance(part, str)]
    return "/".join(named) if isinstance(parts[0], str) and isinstance(parts[1], str) else None


_PLATFORM = ("Os", "Architecture", "Variant")


def _index(entries: list[object]) -> Index:
    images = [
        (platform, hashes([entry.get("digest")], "manifests")[0])
        for entry in entries
        if isinstance(entry, dict) and not _is_attestation(entry)
        if (platform := platform_of(entry.get("platform"))) is not None
    ]
    return Index(images=tuple(images))


def _is_attestation(descriptor: object) -> bool:
    """Whether an entry of an index stands for an attestation."""
    if not isinstance(descriptor, dict):
        return False
    annotations = descriptor.get("annotations")
    kind = annotations.get(_REFERENCE_TYPE) if isinstance(annotations, dict) else None
    return kind == _ATTESTATION or platform_of(descriptor.get("platform")) == _NO_PLATFORM


def _manifest(document: dict[str, object], layers: list[object]) -> Manifest:
    kinds = [str(_get(layer, "mediaType", "", "")) for layer in layers]
    config = document.get("config")
    digest = config.get("digest") if isinstance(config, dict) else None
    return Manifest(
        digests=hashes([_get(layer, "digest", "", layer) for layer in layers], "layers"),
        sizes=tuple(_size(_get(layer, "size", None, None)) for layer in layers),
        plain=tuple(kind.endswith(_PLAIN) for kind in kinds),
        config=(digest, _size(_get(config, "size", None, None))) if isinstance(digest, str) else None,
        is_attestation=bool(kinds) and all(kind == _STATEMENT for kind in kinds),
    )


def _lower(layer: object) -> object:
    """Return a row of `skopeo inspect` as a descriptor."""
    if not isinstance(layer, dict):
        return layer
    return {"digest": layer.get("Digest", ""), "size": layer.get("Size"), "mediaType": layer.get("MIMEType", "")}


def _get(layer: object, key: str, missing: object, otherwise: object) -> object:
    """Return a value of a layer's descriptor; some tools list digests alone."""
    return layer.get(key, missing) if isinstance(layer, dict) else otherwise


def _size(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_BYTES):
        return value
    raise DocumentError(f"key 'size': must be a number of bytes, at most {_MOST_BYTES:,}")
