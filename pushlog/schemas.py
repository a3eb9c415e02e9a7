"""The JSON Schemas of all documents by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from importlib.resources import files
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

from pushlog.manual.file_pages import DIALECT, file_schema

_SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def schema(name: str) -> str:
    """Return the schema of `result`, `audit`, `rules` or `config`, as JSON text."""
    if name == "result":
        return files("pushlog.report").joinpath("pushlog-1.schema.json").read_text(encoding="utf-8")
    if name == "audit":
        from pushlog.audit.schema import VERSION
        from pushlog.audit.summary import Summary

        return _text("What pushlog audit writes to audit.json", _document(Summary, VERSION))
    if name == "rules":
        from pushlog.knowledge.file_forms import RULES_FILE

        return file_schema("A file for pushlog --rules", RULES_FILE)
    from pushlog.settings import CONFIG_FILE

    return file_schema("pushlog.toml, or [tool.pushlog] of pyproject.toml", CONFIG_FILE)


def _text(title: str, body: dict[str, object]) -> str:
    return json.dumps({"$schema": DIALECT, "title": title, **body}, indent=2, ensure_ascii=False) + "\n"


def _document(record: type, name: str) -> dict[str, object]:
    """Return the schema of a record that is a whole document, with the name of its form."""
    body = _record(record)
    properties = body["properties"]
    assert isinstance(properties, dict)
    return {**body, "properties": {"schema": {"const": name}, **properties}}


def _record(record: type) -> dict[str, object]:
    hints = get_type_hints(record, localns={"Mapping": Mapping})
    assert is_dataclass(record)
    needed = [f.name for f in fields(record) if f.default is MISSING and f.default_factory is MISSING]
    return {
        "type": "object",
        "properties": {f.name: _value(hints[f.name]) for f in fields(record)},
        **({"required": needed} if needed else {}),
    }


def _value(kind: object) -> dict[str, object]:
    """Return the schema of a value by the annotation of its field."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        return {"anyOf": [_value(item) for item in inner]}
    if origin in (tuple, list):
        return {"type": "array", **({"items": _value(inner[0])} if len(set(inner) - {Ellipsis}) == 1 else {})}
    if origin in (Mapping, dict):
        return {"type": "object", "additionalProperties": _value(inner[1])}
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [member.value for member in kind]}
    return {"type": _SCALARS[kind]} if isinstance(kind, type) and kind in _SCALARS else {}
