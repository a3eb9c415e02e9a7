"""The fields of dataclasses, looked up once for each class: outputs and redaction visit every record."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import DataclassInstance

_NAMES: dict[type, tuple[str, ...]] = {}
_GETTERS: dict[type, Callable[[object], tuple[object, ...]]] = {}


def names(kind: type) -> tuple[str, ...]:
    """Return the field names of a dataclass, in order; none for another class."""
    if kind not in _NAMES:
        is_record = is_dataclass(kind)
        _NAMES[kind] = tuple(f.name for f in fields(cast("type[DataclassInstance]", kind))) if is_record else ()
    return _NAMES[kind]


def values(value: object) -> tuple[object, ...]:
    """Return what the fields of a dataclass hold, in order; nothing for another value."""
    kind = type(value)
    if kind not in _GETTERS:
        _GETTERS[kind] = _getter(names(kind))
    return _GETTERS[kind](value)


def _getter(fields: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    if len(fields) > 1:  # one look for all of them
        return attrgetter(*fields)
    return lambda value: tuple(getattr(value, name) for name in fields)
