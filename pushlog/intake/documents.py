"""JSON documents that describe an image: read one after another from a file, checked, and refused with their place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from pushlog.faults import InputError
from pushlog.intake.read import read
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 16 << 20
_DIGEST = lazy_pattern(r"[a-z0-9]+:[0-9a-f]{32,}")


class DocumentError(ValueError):
    """A document is not what it should be."""


def documents(path: str, wanted: str) -> Iterator[tuple[int, object]]:
    """The JSON values of a file, one after another, each with its line; `wanted` says what was expected of it.

    Raises InputError.
    """
    source = read(path)
    if source.size > LARGEST:
        raise InputError(f"{path}: is larger than 16 MiB; expected {wanted}")
    text = source.data[:].decode("utf-8", "replace")
    decoder, offset = json.JSONDecoder(parse_constant=_refuse), 0
    line, counted = 1, 0
    if not text.strip():
        raise InputError(f"{path}: is empty; expected {wanted}")
    while offset < len(text):
        if text[offset].isspace():
            offset += 1
            continue
        line, counted = line + text.count("\n", counted, offset), offset
        try:
            document, offset = decoder.raw_decode(text, offset)
        except json.JSONDecodeError as error:
            what = "is a table" if text.startswith("IMAGE ") else f"not valid JSON: {error.msg}"
            raise InputError(f"{path}: line {error.lineno}, column {error.colno}: {what}; expected {wanted}") from None
        except RecursionError:
            raise InputError(f"{path}: line {line}: has too many brackets inside brackets") from None
        except ValueError as error:  # a number of thousands of digits, or none at all
            raise InputError(f"{path}: line {line}: {' '.join(str(error).split(';')[0].split())}") from None
        yield line, document


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def hashes(values: object, key: str) -> tuple[str, ...]:
    """A list of digests. Raises DocumentError."""
    if not isinstance(values, list):
        raise DocumentError(f"key '{key}': has no list of layers")
    wrong = next((value for value in values if not isinstance(value, str) or not _DIGEST.fullmatch(value)), None)
    if wrong is not None:
        raise DocumentError(f"key '{key}': {wrong!r} is no digest such as sha256:2c26...")
    return tuple(values)


def listed(document: dict[str, object], key: str) -> list[object]:
    """The list under a key. Raises DocumentError."""
    value = document[key]
    if not isinstance(value, list):
        raise DocumentError(f"key '{key}': must be a list, not {value!r}")
    return value
