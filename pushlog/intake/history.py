"""What made the layers of an image, from the files that name it: read, checked, and put into one record.

Understood are `docker history --no-trunc --format json`, the Engine API's history, `docker image inspect`, an image's
config and its manifest; several in one file or in several. Each tells a part: instructions, hashes of the layers
before compression (DiffIDs), digests as stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake.documents import DocumentError, documents, hashes
from pushlog.intake.manifest import layers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

WANTED = "the output of `docker history --no-trunc --format json IMAGE` or `docker image inspect IMAGE`"
_ZERO = re.compile(r"0+(?:\.0+)? ?B?")
# Instructions that only change the config: moby builder/dockerfile/dispatchers.go, buildkit dockerfile2llb/convert.go.
_NO_LAYER = re.compile(
    r"(?:/bin/sh -c #\(nop\)\s+)?(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL"
    r"|USER|VOLUME)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An instruction. `has_layer`: whether it made a layer; None where its size is 0 and it may have."""

    created_by: str
    has_layer: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that the files tell of an image, the oldest first; what they don't tell is empty."""

    steps: tuple[Step, ...] = ()
    diff_ids: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()


@dataclass(slots=True)
class _Parts:
    """What was found so far. `rows` are those of `docker history`, the newest first."""

    rows: list[Step] = field(default_factory=list)
    steps: tuple[Step, ...] = ()
    diff_ids: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()


def history(paths: Sequence[str]) -> History | None:
    """What these files tell of one image; None without files. Raises InputError."""
    if not paths:
        return None
    parts = _Parts()
    for path in paths:
        for line, document in documents(path, WANTED):
            try:
                _take(parts, document)
            except DocumentError as error:
                raise InputError(f"{path}: line {line}: {error}") from None
    return History(steps=parts.steps or tuple(reversed(parts.rows)), diff_ids=parts.diff_ids, digests=parts.digests)


def _take(parts: _Parts, document: object) -> None:
    """Sort a document by what it is."""
    if isinstance(document, list):
        for item in document:
            _take(parts, item)
    elif not isinstance(document, dict):
        raise DocumentError(f"is no JSON object; expected {WANTED}")
    elif "RootFS" in document:
        _take_image(parts, _table(document, "RootFS").get("Layers"), document.get("History"))
    elif "rootfs" in document:
        _take_image(parts, _table(document, "rootfs").get("diff_ids"), document.get("history"))
    elif "CreatedBy" in document:
        parts.rows.append(_row(document))
    elif manifest := layers_of(document):
        parts.digests = _same(parts.digests, manifest.digests)
    else:
        raise DocumentError(f"has none of the keys CreatedBy, RootFS, rootfs and layers; expected {WANTED}")


def _take_image(parts: _Parts, layers: object, steps: object) -> None:
    """An image as `docker image inspect` prints it, without instructions, or its config, with them."""
    parts.diff_ids = _same(parts.diff_ids, hashes(layers, "RootFS"))
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
    if not _ZERO.fullmatch(str(size)):
        return Step(created_by=created_by, has_layer=True)
    return Step(created_by=created_by, has_layer=False if _NO_LAYER.match(created_by) else None)


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
