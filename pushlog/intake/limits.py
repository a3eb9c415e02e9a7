"""How much of a log is read: a log is untrusted, and none may use up the memory, the disk or the day of its reader.

Over a limit the result keeps what was read, says so in a note, and the exit status is 4.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import field
from typing import TYPE_CHECKING

from pushlog.intake.mapped import release_range
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pushlog.intake.mapped import Data


@record
class Limits:
    """What is read of one log, beside `LONGEST_PIECE`, the length up to which a line is.

    `log_bytes`: of its data. `pushes`: in a log. `layers`: of a push, far above the 127 that Docker
    allows in an image. `findings`: of a push. `seconds`: of processor time for a log; after half of them no further
    push is looked at, so that what was found can be judged and told; after all of them the log is given up.
    """

    log_bytes: int = 1 << 30
    pushes: int = 1_000
    layers: int = 10_000
    findings: int = 1_000
    seconds: float | None = None


@record
class ArchiveLimits:
    """What one input may ask for, in bytes, counted while reading; hitting one is always said.

    `log_bytes`: one log, unpacked. `archive_bytes`: all that is unpacked from one input. `nested_bytes`: a zip inside
    an archive, which must be held to be read. `members`: entries of an archive, nested ones included. `ratio` holds
    only above `ratio_from`: a terminal's capture of 10.6 MB was seen to shrink 293 times, a bomb 1,029 times and more.
    `cut_logs`: of a longer log the beginning is read; else nothing of it.
    """

    log_bytes: int = 1 << 30
    archive_bytes: int = 4 << 30
    nested_bytes: int = 256 << 20
    members: int = 10_000
    ratio: int = 200
    ratio_from: int = 256_000_000
    cut_logs: bool = False


LIMITS = Limits()
# Layers of all pushes of a log together; a thousand pushes of the largest images that Docker allows have 127,000.
MOST_LAYERS = 200_000
# What stands between two breaks is read up to here: a longer one is no line of a push, but may be an attack.
LONGEST_PIECE = 64 << 10
# The Engine's messages have three brackets inside each other, records of CI systems some more.
JSON_DEPTH = 100
_BRACKETS = lazy_pattern(r'[\[{]|[\]}]|"(?:[^"\\]|\\.)*"?', re.DOTALL)
_HALVES = lazy_pattern(r"\\u[dD][89a-fA-F]")


@record(kw_only=False)
class Deadline:
    """When the time for a log is over."""

    seconds: float | None
    began: float = field(default_factory=time.thread_time)

    @property
    def over(self) -> bool:
        """Whether it is over by now."""
        return self.seconds is not None and time.thread_time() - self.began > self.seconds / 2

    @property
    def note(self) -> str:
        """What is said of a log that was stopped."""
        return f"stopped after half of {self.seconds:g} s: what follows was not analyzed"


def loads(text: str | bytes) -> object:
    """A JSON value; ValueError for what is none or has more than 100 brackets inside each other."""
    json_text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if _deeper(json_text, JSON_DEPTH):
        raise ValueError("too many brackets inside brackets")
    value: object = json.loads(json_text)
    # Half of a pair, escaped, would be a character that no output can be written with.
    return (
        json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        if _HALVES.search(json_text)
        else value
    )


def _deeper(text: str, limit: int) -> bool:
    """Whether more than `limit` brackets are open at once, those in strings aside."""
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for token in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > limit:
            return True
    return False


def long_lines(data: Data, limit: int = LONGEST_PIECE, line_of: Callable[[int], int] | None = None) -> tuple[str, ...]:
    """A note if something between two line ends or carriage returns is longer than the limit: where, how much more.

    `line_of`: the line of an offset, where lines are not those of the data.
    """
    pieces = list(_long(data, limit))
    if not pieces:
        return ()
    line = line_of(pieces[0][0]) if line_of else data[: pieces[0][0]].count(b"\n") + 1
    rest = f", and {count(len(pieces) - 1, 'line')} below" if len(pieces) > 1 else ""
    more = sum(stop - start - limit for start, stop in pieces)
    return (f"line {line} cut at {limit >> 10} KiB{rest}: {count(more, 'byte')} were not read",)


def _long(data: Data, limit: int) -> Iterator[tuple[int, int]]:
    """Where the pieces that are longer begin and end. From others on, only the last break in reach counts."""
    start = 0
    while start + limit < len(data):
        reach = start + limit + 1
        stop = data.rfind(b"\r", start, reach)
        stop = max(stop, data.rfind(b"\n", max(start, stop), reach))
        if stop < 0:
            stop = _break(data, reach, limit)
            yield start, stop
        release_range(data, start, stop)
        start = stop + 1


def _break(data: Data, offset: int, step: int) -> int:
    """The first line end or carriage return from an offset on, else the end; no byte is looked at more than twice."""
    for start in range(offset, len(data), step):
        stop = data.find(b"\r", start, start + step)
        line = data.find(b"\n", start, start + step if stop < 0 else stop)
        if max(line, stop) >= 0:
            return stop if line < 0 else line
    return len(data)
