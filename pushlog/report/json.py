"""The JSON output, `pushlog/1`: the records of `model.py` as they are, in one document for all inputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from pushlog.report.visible import SYMBOLS

if TYPE_CHECKING:
    from pushlog.model import Log

SCHEMA = "pushlog/1"
# The same document for a reader, and nothing in it for a terminal: JSON itself escapes the first 32 controls alone.
ESCAPED = {code: f"\\u{code:04x}" for code in SYMBOLS if code > 0x1F}


def plain(value: object) -> object:
    """The record as dicts, lists, strings and numbers; lone surrogates can't appear: text is decoded before."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def render(logs: Iterable[Log]) -> str:
    """One JSON document for all logs, in the order given; the same input gives the same text."""
    document = {"schema": SCHEMA, "logs": [plain(log) for log in logs]}
    return json.dumps(document, ensure_ascii=False, indent=1).translate(ESCAPED) + "\n"
