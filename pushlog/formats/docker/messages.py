"""The messages of the Engine API in a line of text: one, several, in an array, or as a library printed them."""

from __future__ import annotations

import ast
import json
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.events import UNKNOWN, EventRow
from pushlog.formats.figures import LARGEST
from pushlog.formats.marks import Mark, MarkKind
from pushlog.intake.limits import loads
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pushlog.intake.log_text import Piece

Message = dict[str, object]

# moby pkg/jsonmessage: all keys of a message. A JSON line with another key is another program's.
KEYS = frozenset(
    ("status", "id", "progressDetail", "progress", "stream", "aux", "error", "errorDetail", "from", "time", "timeNano")
)
# One of these tells something of a push.
TELLING_KEYS = ("status", "errorDetail", "aux")
_START = lazy_pattern(r"\{ ?[\"'](?:status|id|progressDetail|progress|stream|aux|error|errorDetail|time)[\"'] ?: ?")
_DECODER = json.JSONDecoder()
# A Python dict that is longer is no message.
_LONGEST_DICT = 20_000
# A line is given up after so many beginnings without an end, for the rest of it is looked through for each.
_MOST_TORN = 8
_BRACES = lazy_pattern(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[{}]")


def messages(line: str) -> Iterator[tuple[int, int, Message]]:
    """Return the Engine's messages in a line, each with the places where it starts and stops."""
    if line.startswith("{"):
        try:
            whole = loads(line)
        except ValueError:
            whole = None
        if isinstance(whole, dict):
            if _is_message(whole):
                yield 0, len(line), whole
            return
    place = torn = 0
    while torn < _MOST_TORN and (match := _START.search(line, place)):
        message, place = _decoded(line, match.start())
        torn += place == match.start() + 1
        if message is not None and _is_message(message):
            yield match.start(), place, message


def message_events(
    piece: Piece, message: Message, parse_line: Callable[[Piece], Iterator[EventRow | Mark]]
) -> Iterator[EventRow | Mark]:
    """Return what a message tells of a push: its status is parsed as a line, its figures are exact."""
    status, layer, aux = message.get("status"), message.get("id"), message.get("aux")
    place = {"start": piece.start, "stop": piece.stop, "line": piece.line}
    if text := _error_of(message):
        yield Mark(kind=MarkKind.ERROR, fields={"TEXT": text}, **place)
    elif isinstance(aux, dict):
        yield Mark(kind=MarkKind.AUX, fields={k.upper(): v for k, v in aux.items() if isinstance(v, str)}, **place)
    elif isinstance(status, str):
        words = f"{layer}: {status}" if isinstance(layer, str) else status
        detail = message.get("progressDetail")
        for event in parse_line(replace(piece, text=words.strip())):
            yield _with_figures(event, detail) if isinstance(event, EventRow) and isinstance(detail, dict) else event


def _is_message(message: Message) -> bool:
    """Return whether the daemon writes objects with these keys; an error stands in `errorDetail` since 0.8."""
    if not KEYS.issuperset(message) or not any(key in message for key in TELLING_KEYS):
        return False
    return "error" not in message or isinstance(message.get("errorDetail"), dict)


def _error_of(message: Message) -> str | None:
    detail = message.get("errorDetail")
    text = detail.get("message") if isinstance(detail, dict) else None
    return text if isinstance(text, str) and text else None


def _with_figures(event: EventRow, detail: Message) -> EventRow:
    """Return the row with the figures of a message; a total alone means zero, which the daemon leaves out."""
    current, total = (_bytes(detail.get(key)) for key in ("current", "total"))
    if current == UNKNOWN and total != UNKNOWN:
        current = 0
    return replace(event, current=current, total=total)


def _bytes(figure: object) -> int:
    return min(figure, LARGEST) if isinstance(figure, int) and figure >= 0 else UNKNOWN


def _decoded(line: str, start: int) -> tuple[Message | None, int]:
    """Return the object that starts at a place, and the place behind it; None for one that can't be read."""
    try:
        value, stop = _DECODER.raw_decode(line, start)
    except (ValueError, RecursionError):
        return _python_dict(line, start)
    return (value if isinstance(value, dict) else None), stop


def _python_dict(line: str, start: int) -> tuple[Message | None, int]:
    """Return the dict that Python printed at a place, and the place behind it."""
    depth = 0
    for token in _BRACES.finditer(line, start, start + _LONGEST_DICT):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return _literal(line[start : token.end()]), token.end()
    return None, start + 1


def _literal(text: str) -> Message | None:
    try:
        with warnings.catch_warnings():
            # Python warns of unknown escapes and of figures that run into words, on standard error.
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text)
    # A set can't hold dicts, a key can't be a list: TypeError.
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None
