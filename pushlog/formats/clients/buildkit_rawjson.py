"""BuildKit's `--progress=rawjson`: each change of a step as JSON, read in the words that its plain progress has for it.

Source: moby/buildkit client/graph.go (SolveStatus), util/progress/progressui/{display,printer}.go.
"""

from __future__ import annotations

import base64
import math
from dataclasses import field, replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import Mark, MarkKind
from pushlog.intake.limits import loads
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.formats.grammar.line_parser import LineParser
    from pushlog.intake.log_text import Piece

Json = dict[str, object]

SIGNS = (rb'\{"(?:vertexes|statuses|logs)":\[\{"',)
PATTERN = rb'\{"(?:vertexes|statuses|logs)":\[\{"(?:digest|id|vertex)":'
_KEYS = {"vertexes", "statuses", "logs", "warnings"}
_CANCELED = "context canceled"
# The times have nanoseconds; a millisecond is as exact as a report is.
STEP = 0.001


@record(frozen=False, kw_only=False)
class Steps:
    """The steps of a log: their numbers, when each began, and the lines that were made of them."""

    numbers: dict[str, int] = field(default_factory=dict)
    starts: dict[str, str] = field(default_factory=dict)
    printed: set[tuple[str, str]] = field(default_factory=set)

    def of(self, digest: object) -> str:
        return f"#{self.numbers.setdefault(str(digest), len(self.numbers) + 1)}"


def marks(piece: Piece, lines: LineParser, steps: Steps) -> Iterator[Mark]:
    """Yield the marks that an object stands for, in the grammar `lines`, with STAMP: its time. None for other JSON."""
    message = _message(piece.text)
    if message is None or not message.keys() <= _KEYS:
        return
    yield Mark(kind=MarkKind.ROW, start=piece.start, stop=piece.stop, line=piece.line)
    # An object tells of several things in order: each has a place of its own inside it.
    for place, (line, stamp) in enumerate(_lines(message, steps), piece.start + 1):
        first, _, rest = line.partition("\n")
        mark = lines.mark(replace(piece, start=place, text=first))
        if mark:
            more = {"TEXT": f"{mark.fields['TEXT']}\n{rest}"} if rest and "TEXT" in mark.fields else {}
            yield replace(mark, fields={**mark.fields, **more, **({"STAMP": stamp} if _moment(stamp) else {})})


def _message(line: str) -> Json | None:
    try:
        value = loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _lines(message: Json, steps: Steps) -> Iterator[tuple[str, str]]:
    """Yield the lines that the plain progress has for an object, each once, and their stamps."""
    vertexes = _objects(message, "vertexes")
    for vertex in vertexes:
        steps.starts[steps.of(vertex.get("digest"))] = _stamp(vertex, "started")
    for status in _objects(message, "statuses"):
        yield from _once(steps, _status(status, steps.of(status.get("vertex"))), status, "timestamp")
    for log in _objects(message, "logs"):
        yield from _log(log, steps)
    for vertex in vertexes:
        yield from _once(steps, _vertex(vertex, steps), vertex, "completed", "started")


def _once(steps: Steps, line: str, timed: Json, *stamps: str) -> Iterator[tuple[str, str]]:
    """Yield a line unless its step or status has printed it since it began: the next build of a log prints the same."""
    key = (line, _stamp(timed, "started"))
    if key not in steps.printed:
        steps.printed.add(key)
        yield line, _stamp(timed, *stamps)


def _objects(message: Json, key: str) -> list[Json]:
    values = message.get(key)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _vertex(vertex: Json, steps: Steps) -> str:
    step, error = steps.of(vertex.get("digest")), vertex.get("error")
    if isinstance(error, str) and error:
        return f"{step} CANCELED" if error.endswith(_CANCELED) else f"{step} ERROR: {error}"
    if "completed" in vertex:
        return f"{step} DONE {_between(_stamp(vertex, 'started'), _stamp(vertex, 'completed')):.1f}s"
    return f"{step} {vertex.get('name')}"


def _status(status: Json, step: str) -> str:
    line = f"{step} {status.get('id')}"
    if status.get("current"):
        line += f" {status['current']}B" + (f" / {status['total']}B" if status.get("total") else "")
    if "completed" in status:
        line += f" {_between(_stamp(status, 'started'), _stamp(status, 'completed')):.1f}s done"
    return line


def _log(log: Json, steps: Steps) -> Iterator[tuple[str, str]]:
    step, stamp = steps.of(log.get("vertex")), _stamp(log, "timestamp")
    try:
        lines = base64.b64decode(str(log.get("data"))).decode("utf-8", "replace")
    except ValueError:
        return
    for row in lines.splitlines():
        yield f"{step} {_between(steps.starts.get(step, ''), stamp):.3f} {row}", stamp


def _stamp(timed: Json, *keys: str) -> str:
    """Return the first of these times that the object has; empty without one."""
    return next((str(timed[key]) for key in keys if timed.get(key)), "")


def _moment(stamp: str) -> float | None:
    """Return a stamp in seconds; None for one that is no time, as Go's zero."""
    moment = seconds(stamp, "iso")
    return moment if moment > 0 else None


def _between(first: str, last: str) -> float:
    """Return the seconds from one stamp to another; 0 where one of them is no time."""
    duration = seconds(last, "iso") - seconds(first, "iso")
    return max(0.0, duration) if math.isfinite(duration) else 0.0
