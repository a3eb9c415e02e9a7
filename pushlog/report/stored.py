"""Stored results read back: a `pushlog/1` document becomes the records that it was written from.

The records say what each field holds; what does not fit is refused with the file and the path to the field. Fields
that a later version added are passed over, and those with a default may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from pushlog.faults import InputError
from pushlog.model import Log
from pushlog.report.json import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

Record = TypeVar("Record")

# Far above all numbers of any log, and still drawn by every report; the schema has the same bounds.
LARGEST_FLOAT = 1e15
LARGEST_INT = 2**63 - 1
# Bytes of a stored result, and objects inside objects where any value may stand.
LARGEST = 100 << 20
DEEPEST = 20
LISTS = "a list"
OBJECTS = "an object"
SCALARS = {str: "a text", bool: "true or false", int: "a whole number from 0", float: "a number from 0"}


class _MisfitError(Exception):
    """A value that is not what its field holds."""


def logs(text: str, name: str) -> tuple[Log, ...]:
    """Return the logs of a document that `-f json` wrote; `name` is the file's, for messages. Raises InputError."""
    if len(text) > LARGEST:
        raise InputError(f"{name}: not a stored result: larger than {LARGEST >> 20} MiB")
    try:
        return _logs(json.loads(text, parse_constant=_refused))
    except _MisfitError as misfit:
        raise InputError(f"{name}: not a stored result: {misfit}") from None
    except RecursionError:
        raise InputError(f"{name}: not a stored result: nested too deep") from None
    except ValueError as error:
        raise InputError(f"{name}: not JSON: {error}") from None


def _refused(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _logs(document: object) -> tuple[Log, ...]:
    fields = _object(document, "$")
    if fields.get("schema") != SCHEMA:
        raise _wrong(f'"{SCHEMA}"', fields.get("schema"), "$.schema")
    items = _list(fields.get("logs"), "$.logs")
    return tuple(_record(Log, item, f"$.logs[{index}]") for index, item in enumerate(items))


def _wrong(expected: str, value: object, path: str) -> _MisfitError:
    if isinstance(value, dict | list):
        actual = OBJECTS if isinstance(value, dict) else LISTS
    elif isinstance(value, str):
        # Of a text that is not what it should be nobody knows whether it is a secret.
        actual = "a text"
    else:
        actual = json.dumps(value)
        actual = actual if len(actual) <= 60 else f"{actual[:60]}…"
    return _MisfitError(f"{path}: {expected} was expected, not {actual}")


def _object(value: object, path: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _wrong(OBJECTS, value, path)
    return value


def _list(value: object, path: str) -> list[object]:
    if not isinstance(value, list):
        raise _wrong(LISTS, value, path)
    return value


@cache
def _fields(kind: object) -> tuple[tuple[str, object, bool], ...]:
    """The name of each field, what it holds and whether it must be there."""
    assert isinstance(kind, type)
    assert is_dataclass(kind)
    hints = get_type_hints(kind, localns={"Mapping": Mapping})
    return tuple((f.name, hints[f.name], f.default is MISSING and f.default_factory is MISSING) for f in fields(kind))


def _record(kind: Callable[..., Record], document: object, path: str) -> Record:
    members = _object(document, path)
    values: dict[str, object] = {}
    for name, hint, required in _fields(kind):
        if name in members:
            values[name] = _value(hint, members[name], f"{path}.{name}")
        elif required:
            raise _MisfitError(f"{path}.{name}: is missing")
    try:
        return kind(**values)
    except ValueError as error:
        raise _MisfitError(f"{path}: {error}") from None


def _value(kind: object, value: object, path: str) -> object:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        return None if value is None else _value(inner[0], value, path)
    if origin is tuple:
        return _tuple(inner, value, path)
    if origin is Mapping:
        return {key: _value(inner[1], item, f"{path}.{key}") for key, item in _object(value, path).items()}
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind, value, path)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _member(kind, value, path)
    return _any(value, path) if kind is object else _scalar(kind, value, path)


def _tuple(inner: tuple[object, ...], value: object, path: str) -> tuple[object, ...]:
    items = _list(value, path)
    kinds = [inner[0]] * len(items) if inner[-1] is Ellipsis else inner
    if len(items) != len(kinds):
        raise _MisfitError(f"{path}: {len(kinds)} values were expected, not {len(items)}")
    return tuple(
        _value(kind, item, f"{path}[{index}]") for index, (kind, item) in enumerate(zip(kinds, items, strict=True))
    )


def _member(kind: type[StrEnum], value: object, path: str) -> StrEnum:
    for member in kind:
        if member.value == value:
            return member
    raise _wrong(f"one of {', '.join(kind)}", value, path)


def _any(value: object, path: str, depth: int = 0) -> object:
    """Return a value of any kind whose numbers are within the bounds. Raises _MisfitError."""
    if depth > DEEPEST:
        raise _MisfitError(f"{path}: too many values inside each other")
    if isinstance(value, dict):
        for key, item in value.items():
            _any(item, f"{path}.{key}", depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _any(item, f"{path}[{index}]", depth + 1)
    elif isinstance(value, int | float) and not -LARGEST_INT <= value <= LARGEST_INT:
        raise _MisfitError(f"{path}: a number up to {LARGEST_INT} was expected")
    return value


def _scalar(kind: object, value: object, path: str) -> object:
    # A whole number is a number too, and true is neither; it stays as it is, so that it is written the same again.
    fits = (
        (kind is str and isinstance(value, str))
        or (kind is bool and isinstance(value, bool))
        or (kind is int and isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INT)
        or (
            kind is float
            and isinstance(value, int | float)
            and not isinstance(value, bool)
            and 0 <= value <= LARGEST_FLOAT
        )
    )
    if not fits:
        raise _wrong(next(word for scalar, word in SCALARS.items() if scalar is kind), value, path)
    return value
