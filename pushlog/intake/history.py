"""What made the layers of an image, from the files that name it: read, checked, and put into one record.

Understood are `docker history --no-trunc --format json`, the Engine API's history, `docker image inspect`, an image's
config, alone or as `docker buildx imagetools inspect` prints it, and its manifest; several in one file or in several.
Each tells a part: instructions, hashes of the layers before compression (DiffIDs), digests as stored.
"""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake.documents import DocumentError, documents, hashes
from pushlog.intake.manifest import Index, Manifest, manifest_of, platform_of
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

WANTED = "the output of `docker history --no-trunc --format json IMAGE` or `docker image inspect IMAGE`"
# docker/go-units HumanSize: three significant digits in `docker history`, base 1000; `%.3g` writes 999.9 as 1e+03.
_SIZE = lazy_pattern(r"(\d{1,16}(?:\.\d{1,12})?(?:e\+\d\d)?) ?([kMGTPE]?)B?")
_POWERS = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DIGITS = 3
# Instructions that only change the config: moby builder/dockerfile/dispatchers.go, buildkit dockerfile2llb/convert.go.
_NO_LAYER = lazy_pattern(
    r"(?:/bin/sh -c #\(nop\)\s+)?(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL"
    r"|USER|VOLUME)\b"
)


@record
class Step:
    """An instruction. `has_layer`: whether it made a layer; None where its size is 0 and it may have.

    `size`: the least and the most bytes of its layer's files, as the printed figure was rounded; None where not told.
    """

    created_by: str
    has_layer: bool | None
    size: tuple[float, float] | None = None


@record
class History:
    """All that the files tell of an image, the oldest first; what they don't tell is empty."""

    steps: tuple[Step, ...] = ()
    diff_ids: tuple[str, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    platform: str | None = None


@record(frozen=False, kw_only=False)
class _Parts:
    """What was found so far. `rows` are those of `docker history`, the newest first."""

    rows: list[Step] = field(default_factory=list)
    steps: tuple[Step, ...] = ()
    diff_ids: tuple[str, ...] = ()
    manifests: list[Manifest] = field(default_factory=list)
    platform: str | None = None
    indexes: list[str] = field(default_factory=list)


def history(paths: Sequence[str]) -> History | None:
    """What these files tell of one image; None without files. Raises InputError."""
    if not paths:
        return None
    parts = _Parts()
    for path in paths:
        for line, document in documents(path, WANTED):
            try:
                _take(parts, document, f"{path}: line {line}")
            except DocumentError as error:
                raise InputError(f"{path}: line {line}: {error}") from None
    if parts.indexes and not parts.manifests:
        raise InputError(parts.indexes[0])
    return History(
        steps=parts.steps or tuple(reversed(parts.rows)),
        diff_ids=parts.diff_ids,
        manifests=tuple(parts.manifests),
        platform=parts.platform,
    )


def _take(parts: _Parts, document: object, place: str) -> None:
    """Sort a document by what it is."""
    if isinstance(document, list):
        for item in document:
            _take(parts, item, place)
    elif not isinstance(document, dict):
        raise DocumentError(f"not a JSON object; expected {WANTED}")
    elif "RootFS" in document:
        _take_image(parts, _table(document, "RootFS").get("Layers"), document.get("History"), document)
    elif "rootfs" in document:
        _take_image(parts, _table(document, "rootfs").get("diff_ids"), document.get("history"), document)
    elif "CreatedBy" in document:
        parts.rows.append(_row(document))
    elif isinstance(document.get("image"), dict):  # docker buildx imagetools inspect --format '{{json .}}'
        _take_images(parts, _table(document, "image"), place)
    else:
        _take_manifest(parts, document, place)


def _take_manifest(parts: _Parts, document: object, place: str) -> None:
    """A manifest, or an index of several; attestations tell nothing of layers."""
    read = manifest_of(document)
    if read is None:
        raise DocumentError(f"has none of the keys CreatedBy, RootFS, rootfs and layers; expected {WANTED}")
    if isinstance(read, Index):
        parts.indexes.append(f"{place}: {read.advice}")
    elif not read.is_attestation and read not in parts.manifests:
        parts.manifests.append(read)


def _take_images(parts: _Parts, images: dict[str, object], place: str) -> None:
    """An image's config, or those of several platforms by their names."""
    if "rootfs" in images:
        _take(parts, images, place)
        return
    configs = [config for config in images.values() if isinstance(config, dict) and "rootfs" in config]
    if len(configs) != 1:
        raise DocumentError(f"holds images of {len(configs)} platforms; give the one that was pushed")
    _take(parts, configs[0], place)


def _take_image(parts: _Parts, layers: object, steps: object, document: dict[str, object]) -> None:
    """An image as `docker image inspect` prints it, without instructions, or its config, with them."""
    parts.diff_ids = _same(parts.diff_ids, hashes(layers, "RootFS"))
    parts.platform = platform_of(document) or parts.platform
    if isinstance(steps, list) and steps:
        parts.steps = tuple(_step(item) for item in steps)


def _step(item: object) -> Step:
    if not isinstance(item, dict):
        raise DocumentError("key 'history': must be a list of objects")
    return Step(created_by=_text(item, "created_by"), has_layer=not item.get("empty_layer"))


def _row(item: dict[str, object]) -> Step:
    """A row of `docker history`: its size may be printed, and 0 for a layer that holds no files."""
    created_by, size = _text(item, "CreatedBy"), item.get("Size")
    if isinstance(size, bool) or not isinstance(size, int | str):
        raise DocumentError("key 'Size': is missing" if size is None else f"key 'Size': must be a size, not {size!r}")
    extent = _extent(size)
    if extent != (0.0, 0.0):
        return Step(created_by=created_by, has_layer=True, size=extent)
    return Step(created_by=created_by, has_layer=False if _NO_LAYER.match(created_by) else None, size=extent)


def _extent(size: int | str) -> tuple[float, float] | None:
    """Return the least and the most bytes that a printed size stands for; None for one of another form."""
    match = _SIZE.fullmatch(str(size).strip())
    if match is None:
        return None
    number, scale = float(match[1]), 10.0 ** _POWERS[match[2]]
    if isinstance(size, int) or not match[2]:
        return number, number
    half = 0.5 * 10.0 ** (math.floor(math.log10(number)) + 1 - _DIGITS) if number else 0.0
    return (number - half) * scale, (number + half) * scale


def _same(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    if before and before != now:
        raise DocumentError("is of another image than what was read before")
    return now


def _text(item: dict[str, object], key: str) -> str:
    value = item.get(key, "")
    if not isinstance(value, str):
        raise DocumentError(f"key '{key}': must be text, not {value!r}")
    return value


def _table(document: dict[str, object], key: str) -> dict[str, object]:
    value = document[key]
    if not isinstance(value, dict):
        raise DocumentError(f"key '{key}': must be an object, not {value!r}")
    return value
