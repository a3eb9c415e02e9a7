"""The field names of dataclasses, looked up once for each class: outputs and redaction visit every record."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_NAMES: dict[type, tuple[str, ...]] = {}


def names(kind: type) -> tuple[str, ...]:
    """Return the field names of a dataclass, in order; none for another class."""
    if kind not in _NAMES:
        is_record = is_dataclass(kind)
        _NAMES[kind] = tuple(f.name for f in fields(cast("type[DataclassInstance]", kind))) if is_record else ()
    return _NAMES[kind]
