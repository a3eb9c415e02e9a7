"""Dotted paths into a JSON value: `data.result[].values[]`, `_source.message`, `[1]`."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.mapped import Data

# A key, a place in a list, or None for every place.
Step = str | int | None
Path = tuple[Step, ...]

_STEP = lazy_pattern(r"\[(\d*)\]|([^.\[\]]+)\.?|\.")
# No store keeps its lines deeper in a document.
_DEEPEST = 32
TOKEN = lazy_pattern(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]', re.DOTALL)


@cache
def parse_path(text: str) -> Path:
    """Return the steps of a dotted path."""
    steps: list[Step] = []
    for match in _STEP.finditer(text):
        index, key = match.groups()
        if key is not None:
            steps.append(key)
        elif index is not None:
            steps.append(int(index) if index else None)
    return tuple(steps)


def path_text(path: Path) -> str:
    """Return a path as a dotted text."""
    return "".join("[]" if step is None else f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[
        1 if path and isinstance(path[0], str) else 0 :
    ]


def value_at(value: object, path: Sequence[Step]) -> object:
    """Return the value that a path leads to, None for nothing; strings of a list, or pieces of one, are joined."""
    for position, step in enumerate(path):
        if isinstance(step, str) and isinstance(value, dict) and step in value:
            value = value[step]
            continue
        if step is None:
            return _joined(value, path[position + 1 :])
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return None
            value = value[step]
        else:
            return _dotted(value, path[position:]) if isinstance(value, dict) else None
    return value


def _joined(value: object, rest: Sequence[Step]) -> object:
    if not isinstance(value, list):
        return None
    parts = [part for item in value if isinstance(part := value_at(item, rest), str)]
    return ("" if rest else "\n").join(parts) if parts else None


def _dotted(value: dict[str, object], path: Sequence[Step]) -> object:
    """Return a value whose key has dots itself, such as `log.offset`."""
    for length in range(len(path), 1, -1):
        steps = path[:length]
        key = ".".join(str(step) for step in steps)
        if all(isinstance(step, str) for step in steps) and key in value:
            return value_at(value[key], path[length:])
    return None


def _key(token: bytes) -> str:
    """Return a key as `JsonCursor` reads it."""
    text = token.decode("ascii", "surrogateescape")
    if "\\" not in text:
        return text[1:-1]
    try:
        return str(json.loads(text))
    except ValueError:
        return text[1:-1]


def paths_at(data: Data, offsets: Sequence[int], limit: int) -> Iterator[tuple[int, Path]]:
    """Yield the ascending offsets that lie in a string value, each with the path to that string.

    `limit`: so many bytes of the data are looked through at most.
    """
    place = Place()
    waiting = iter(offsets)
    offset = next(waiting, None)
    for token in TOKEN.finditer(data, 0, min(limit, len(data))):
        while offset is not None and offset < token.start():
            offset = next(waiting, None)
        if offset is None:
            return
        is_value = place.read(token[0])
        while offset is not None and offset < token.end():
            if is_value and len(place.steps) <= _DEEPEST:
                yield offset, tuple(place.steps)
            offset = next(waiting, None)


class Place:
    """A place in a document that is read token by token."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._is_key = False

    def read(self, token: bytes) -> bool:
        """Go on behind a token; return whether it is a string that is a value."""
        mark = token[:1]
        if mark == b'"':
            if self._is_key:
                self.steps[-1] = _key(token)
            return not self._is_key
        if mark == b"," and self.steps:
            step = self.steps[-1]
            self._is_key = not isinstance(step, int)
            self.steps[-1] = step + 1 if isinstance(step, int) else step
            return False
        self._is_key = mark == b"{"
        if mark in b"{[":
            self.steps.append("" if mark == b"{" else 0)
        elif mark in b"}]" and self.steps:
            self.steps.pop()
        return False
