"""The messages of the Engine API in a line of text: one, several, in an array, or as a library printed them."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING

from pushlog.intake.limits import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

Message = dict[str, object]

# moby pkg/jsonmessage: all keys of a message. A JSON line with another key is another program's.
KEYS = frozenset(
    ("status", "id", "progressDetail", "progress", "stream", "aux", "error", "errorDetail", "from", "time", "timeNano")
)
# One of these tells something of a push.
TELLING_KEYS = ("status", "error", "errorDetail", "aux")
_START = re.compile(r"\{ ?[\"'](?:status|id|progressDetail|progress|stream|aux|error|errorDetail|time)[\"'] ?: ?")
_DECODER = json.JSONDecoder()
# A Python dict that is longer than any message of the Engine.
_LONGEST_DICT = 20_000


def messages(line: str) -> Iterator[tuple[int, Message]]:
    """Return the Engine's messages in a line, each with the place of its brace."""
    if line.startswith("{"):
        try:
            whole = loads(line)
        except ValueError:
            whole = None
        if isinstance(whole, dict):
            if is_message(whole):
                yield 0, whole
            return
    place = 0
    while match := _START.search(line, place):
        message, place = _decoded(line, match.start())
        if message is not None and is_message(message):
            yield match.start(), message


def is_message(message: Message) -> bool:
    """Return whether the daemon writes objects with these keys; an error stands in `errorDetail` since 0.8."""
    if not KEYS.issuperset(message) or not any(key in message for key in TELLING_KEYS):
        return False
    return "error" not in message or isinstance(message.get("errorDetail"), dict)


def _decoded(line: str, start: int) -> tuple[Message | None, int]:
    """Return the object that starts at a place, and the place behind it; None for one that can't be read."""
    try:
        found, stop = _DECODER.raw_decode(line, start)
    except (ValueError, RecursionError):
        return _python_dict(line, start)
    return (found if isinstance(found, dict) else None), stop


def _python_dict(line: str, start: int) -> tuple[Message | None, int]:
    """Return the dict that Python printed at a place, and the place behind it."""
    depth, quote, place = 0, "", start
    while place < min(len(line), start + _LONGEST_DICT):
        char = line[place]
        if quote:
            if char == "\\":
                place += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return _literal(line[start : place + 1]), place + 1
        place += 1
    return None, start + 1


def _literal(text: str) -> Message | None:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None
