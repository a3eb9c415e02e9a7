"""Logs whose text stands inside JSON: the events of a recording, the records of a runtime or of a CI system."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.redaction.view import Barriers, View, inserted, joined, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.redaction.view import Range

# An event of an asciicast, cut or whole: time, kind and data. What was typed is data of kind `i`.
_EVENT = lazy_pattern(r'[ \t]*\[\s*-?\d[\d.eE+-]*\s*,\s*"([A-Za-z])"\s*,\s*"((?:[^"\\\n]|\\.)*)(\\?)("[^\n]*)?')
# The keys under which logs of JSON objects hold the output: Docker's json-file, CircleCI, journald, CloudWatch, Cloud
# Logging, the Engine API.
_TEXT = lazy_pattern(
    r'"(?:log|message|MESSAGE|msg|line|text|textPayload|output|stream|status|error|data|body)"\s{0,8}:\s{0,8}'
    r'"(?!std(?:out|err)")((?:[^"\\\n]|\\.)*)'
)
_ESCAPE = lazy_pattern(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
# The text of so many characters is read as one; a piece that ends with a line ends it.
_LONGEST = 1 << 20


@record(kw_only=False)
class Framed:
    """A text that stands in pieces inside JSON, and the frame between them."""

    view: View
    barriers: Barriers


@record(kw_only=False)
class Cast:
    """The lines of an asciicast: what was drawn, where input stands, and the lines that are no such events."""

    output: tuple[Framed, ...]
    input: tuple[Range, ...]
    others: tuple[Range, ...]


def cast(text: str) -> Cast:
    """Return the parts of an asciicast, v2 or v3, whose first line is its header."""
    output: list[Range] = []
    typed: list[Range] = []
    others: list[Range] = []
    start = 0
    while start < len(text):
        stop = text.find("\n", start) + 1 or len(text)
        event = _EVENT.match(text, start, stop)
        if event is None or event[1] not in "oi" or not start:
            others.append((start, stop))
        elif event[1] == "o":
            output.append(event.span(2))
            others.append((event.end(2), stop))
        else:
            typed.append(event.span(2))
            others.append((event.end(2), stop))
        start = stop
    return Cast(tuple(_framed(text, output)), tuple(typed), tuple(others))


def records(text: str) -> Iterator[Framed]:
    """Yield the text inside a log of JSON objects; nothing for another log."""
    ranges = [hit.span(1) for hit in _TEXT.finditer(text)]
    # Where no piece ends a line, each is a line.
    lines = not any(text[start:stop].endswith("\\n") for start, stop in ranges)
    yield from _framed(text, ranges, lines=lines)


def _framed(text: str, ranges: Sequence[Range], *, lines: bool = False) -> Iterator[Framed]:
    group: list[Range] = []
    size = 0
    for start, stop in ranges:
        group.append((start, stop))
        size += stop - start
        if size >= _LONGEST and (lines or text[start:stop].endswith("\\n")):
            yield _one(text, group, lines=lines)
            group, size = [], 0
    if group:
        yield _one(text, group, lines=lines)


def _one(text: str, ranges: Sequence[Range], *, lines: bool) -> Framed:
    parts: list[View] = []
    for start, stop in ranges:
        parts.append(whole(text[start:stop], start).replaced(_ESCAPE, _character))
        if lines:
            parts.append(inserted("\n", stop))
    gaps = [(before[1], row[0]) for before, row in pairwise(ranges)]
    return Framed(joined(parts), Barriers(gaps))


def _character(hit: re.Match[str]) -> str:
    return chr(int(hit[1], 16)) if hit[1] else _SHORT.get(hit[2], hit[2])
