"""What a collector put around each line of a server's log: a prefix of syslog, journald or Kubernetes, a JSON record.

Unlike the prefixes of a CI job, which are recognised by the lines of a push, these are recognised by lines that some
format of log reads once they are taken off. What stands around most of them is taken off all.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from pushlog.intake.limits import loads
from pushlog.intake.unwrap.line_prefix import compiled
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.knowledge.decorations import Decoration, decorations
from pushlog.knowledge.exports import exports
from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

# A container's JSON record in a line of syslog, say; or the other way round.
_DEEPEST = 2
# logrus' own fields are no prefix: what stands in them belongs to the line.
_NO_PREFIX = ("logfmt",)
_MICROSECONDS, _MILLISECONDS = 1e14, 1e11


@record(kw_only=False)
class Record:
    """A JSON record around a line: the key of its text."""

    key: str


Wrapping = Decoration | Record


@record(kw_only=False)
class Unwrapped:
    """A line as its program wrote it; `at`: when, by the collector, in seconds since 1970; `clock`: its form."""

    text: str
    at: float | None = None
    clock: str | None = None


@record(kw_only=False)
class Collector:
    """What stands around the lines of a log, from the outside in; nothing where they stand bare."""

    wrappings: tuple[Wrapping, ...] = ()

    def unwrapped(self, line: str, zone: dt.tzinfo | None = None) -> Unwrapped:
        """Return a line without what stands around it; one without it, as it is."""
        unwrapped = Unwrapped(line)
        for wrapping in self.wrappings:
            inner = _taken_off(unwrapped.text, wrapping, zone)
            if inner is None:
                return unwrapped
            unwrapped = inner if inner.at is not None else Unwrapped(inner.text, unwrapped.at, unwrapped.clock)
        return unwrapped


def collector_of(lines: Iterable[str], is_read: Callable[[str], bool]) -> Collector:
    """Return what stands around these lines; `is_read`: whether some format reads a line."""
    votes: Counter[tuple[Wrapping, ...]] = Counter()
    for line in lines:
        wrappings = _wrappings(line, is_read, votes)
        if wrappings is not None:
            votes[wrappings] += 1
    return Collector(votes.most_common(1)[0][0]) if votes else Collector()


def _wrappings(
    line: str, is_read: Callable[[str], bool], votes: Counter[tuple[Wrapping, ...]]
) -> tuple[Wrapping, ...] | None:
    for wrappings in votes:
        if is_read(Collector(wrappings).unwrapped(line).text):
            return wrappings
    return _search(line, is_read, _DEEPEST)


def _search(line: str, is_read: Callable[[str], bool], depth: int) -> tuple[Wrapping, ...] | None:
    if is_read(line):
        return ()
    if not depth:
        return None
    wrappings: tuple[Wrapping, ...] = (*_keys(line), *_forms())
    for wrapping in wrappings:
        inner = _taken_off(line, wrapping, None)
        if inner is not None and inner.text != line:
            inside = _search(inner.text, is_read, depth - 1)
            if inside is not None:
                return (wrapping, *inside)
    return None


@cache
def _forms() -> tuple[Decoration, ...]:
    return tuple(form for form in decorations().forms if form.system not in _NO_PREFIX and not form.escaped)


def _keys(line: str) -> tuple[Record, ...]:
    record = _record(line)
    if record is None:
        return ()
    texts = exports().text_keys
    return tuple(Record(key) for key, value in record.items() if key.lower() in texts and isinstance(value, str))


def _record(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        value = loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _taken_off(line: str, wrapping: Wrapping, zone: dt.tzinfo | None) -> Unwrapped | None:
    if isinstance(wrapping, Record):
        record = _record(line)
        text = record.get(wrapping.key) if record else None
        if record is None or not isinstance(text, str):
            return None
        return Unwrapped(text.rstrip("\r\n"), *_time_of(record, zone))
    data = line.encode("utf-8", "surrogateescape")
    match = compiled(wrapping.pattern).match(data)
    if match is None or not match.end():
        return None
    text = data[match.end() :].decode("utf-8", "surrogateescape")
    if wrapping.clock is None:
        return Unwrapped(text)
    at = seconds(match["stamp"].decode("ascii", "replace"), wrapping.clock, zone)
    return Unwrapped(text, None if math.isnan(at) else at, wrapping.clock)


def _time_of(record: dict[str, object], zone: dt.tzinfo | None) -> tuple[float | None, str | None]:
    """Return the time of a JSON record: RFC 3339, or a number since 1970 whose size tells its unit."""
    lower = {key.lower(): value for key, value in record.items()}
    value = next((lower[key] for key in exports().time_keys if key in lower), None)
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        number = float(text)
    except ValueError:
        at = seconds(text, "iso", zone)
        return (None, None) if math.isnan(at) else (at, "iso")
    if math.isnan(number) or math.isinf(number):
        return None, None
    unit = 1e6 if number > _MICROSECONDS else 1e3 if number > _MILLISECONDS else 1.0
    return number / unit, "epoch"
