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

# Far above what any log holds, far below what a report could not draw: seconds, and whole numbers.
LONGEST = 1e9
MOST = 2**63
LISTS = "a list"
OBJECTS = "an object"
SCALARS = {str: "a text", bool: "true or false", int: "a whole number from 0", float: "a number from 0"}


class _MisfitError(Exception):
    """A value that is not what its field holds."""


def logs(text: str, name: str) -> tuple[Log, ...]:
    """Return the logs of a document that `-f json` wrote; `name` is the file's, for messages. Raises InputError."""
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
    given = _object(document, "$")
    if given.get("schema") != SCHEMA:
        raise _wrong(f'"{SCHEMA}"', given.get("schema"), "$.schema")
    items = _list(given.get("logs"), "$.logs")
    return tuple(_record(Log, item, f"$.logs[{at}]") for at, item in enumerate(items))


def _wrong(wanted: str, found: object, path: str) -> _MisfitError:
    if isinstance(found, dict | list):
        shown = OBJECTS if isinstance(found, dict) else LISTS
    else:
        shown = json.dumps(found)
        shown = shown if len(shown) <= 60 else f"{shown[:60]}…"
    return _MisfitError(f"{path}: {wanted} was expected, not {shown}")


def _object(found: object, path: str) -> dict[str, object]:
    if not isinstance(found, dict):
        raise _wrong(OBJECTS, found, path)
    return found


def _list(found: object, path: str) -> list[object]:
    if not isinstance(found, list):
        raise _wrong(LISTS, found, path)
    return found


@cache
def _fields(kind: object) -> tuple[tuple[str, object, bool], ...]:
    """The name of each field, what it holds and whether it must be there."""
    assert isinstance(kind, type)
    assert is_dataclass(kind)
    hints = get_type_hints(kind, localns={"Mapping": Mapping})
    return tuple((f.name, hints[f.name], f.default is MISSING and f.default_factory is MISSING) for f in fields(kind))


def _record(kind: Callable[..., Record], found: object, path: str) -> Record:
    given = _object(found, path)
    values: dict[str, object] = {}
    for name, hint, required in _fields(kind):
        if name in given:
            values[name] = _value(hint, given[name], f"{path}.{name}")
        elif required:
            raise _MisfitError(f"{path}.{name}: is missing")
    try:
        return kind(**values)
    except ValueError as error:
        raise _MisfitError(f"{path}: {error}") from None


def _value(kind: object, found: object, path: str) -> object:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        return None if found is None else _value(inner[0], found, path)
    if origin is tuple:
        return _tuple(inner, found, path)
    if origin is Mapping:
        return {key: _value(inner[1], item, f"{path}.{key}") for key, item in _object(found, path).items()}
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind, found, path)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _member(kind, found, path)
    return found if kind is object else _scalar(kind, found, path)


def _tuple(inner: tuple[object, ...], found: object, path: str) -> tuple[object, ...]:
    items = _list(found, path)
    kinds = [inner[0]] * len(items) if inner[-1] is Ellipsis else inner
    if len(items) != len(kinds):
        raise _MisfitError(f"{path}: {len(kinds)} values were expected, not {len(items)}")
    return tuple(_value(kind, item, f"{path}[{at}]") for at, (kind, item) in enumerate(zip(kinds, items, strict=True)))


def _member(kind: type[StrEnum], found: object, path: str) -> StrEnum:
    for member in kind:
        if member.value == found:
            return member
    raise _wrong(f"one of {', '.join(kind)}", found, path)


def _scalar(kind: object, found: object, path: str) -> object:
    # A whole number is a number too, and true is neither; it stays as it is, so that it is written the same again.
    fits = (
        (kind is str and isinstance(found, str))
        or (kind is bool and isinstance(found, bool))
        or (kind is int and isinstance(found, int) and not isinstance(found, bool) and 0 <= found < MOST)
        or (kind is float and isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= LONGEST)
    )
    if not fits:
        raise _wrong(next(word for known, word in SCALARS.items() if known is kind), found, path)
    return found
