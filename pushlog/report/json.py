"""The JSON output, `pushlog/1`: the records of `model/records.py` as they are, in one document for all inputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from functools import cache
from typing import TYPE_CHECKING

from pushlog.fields import names
from pushlog.report.visible import SYMBOLS

if TYPE_CHECKING:
    from pushlog.model import Log

SCHEMA = "pushlog/1"
# The same document for a reader, and nothing in it for a terminal: JSON itself escapes the first 32 controls alone.
ESCAPED = {code: f"\\u{code:04x}" for code in SYMBOLS if code > 0x1F}
# The document, its logs, a log, its pushes, a push and its lists have a line for each thing in them: each layer is one,
# each finding is one. The encoder's own indentation takes four times as long.
_SPREAD = 6


def plain(value: object) -> object:
    """The record as dicts, lists, strings and numbers; lone surrogates can't appear: text is decoded before."""
    if is_dataclass(value):
        return {name: plain(item) for name, item in _record(value).items()}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def render(logs: Iterable[Log]) -> str:
    """One JSON document for all logs, in the order given; the same input gives the same text."""
    return harmless(_spread({"schema": SCHEMA, "logs": list(logs)}, _SPREAD)) + "\n"


def harmless(text: str) -> str:
    """JSON with everything escaped that would act on a terminal."""
    # `translate` takes thirty times as long as a search that finds nothing.
    if text.isascii() and "\x7f" not in text:
        return text
    return _acting().sub(lambda sign: ESCAPED[ord(sign[0])], text)


@cache
def _acting() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(map(chr, ESCAPED)))}]")


def _spread(value: object, levels: int, margin: str = "\n") -> str:
    """A value as JSON, with a line for each item of its outer levels."""
    if is_dataclass(value):
        value = _record(value)
    if not levels or not value or not isinstance(value, Mapping | tuple | list):
        return _encode(value)
    within = margin + " "
    if isinstance(value, Mapping):
        items = [f"{_encode(key)}: {_spread(item, levels - 1, within)}" for key, item in value.items()]
        return f"{{{within}{f',{within}'.join(items)}{margin}}}"
    return f"[{within}{f',{within}'.join(_spread(item, levels - 1, within) for item in value)}{margin}]"


def _record(value: object) -> dict[str, object]:
    """A record as a dict of its fields; a mapping that is no dict as one. The encoder asks for what it doesn't know."""
    if isinstance(value, Mapping):
        return dict(value)
    fields = names(type(value))
    if not fields:
        raise TypeError(f"not a record: {value!r}")
    return {name: getattr(value, name) for name in fields}


_encode = json.JSONEncoder(ensure_ascii=False, default=_record).encode
