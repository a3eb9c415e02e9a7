"""Where secrets stand in a text, and the text without them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.knowledge.secrets import secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pushlog.knowledge.secrets import Secret

# What stands for a secret: one word without quotes, spaces, brackets or colons, so that an address stays an address.
MARK = "REDACTED"
# A terminal breaks a long line at its width, and no terminal is narrower than this.
_NARROWEST = 40
# Lines that begin a text of their own: a layer's row, a digest line, a stamp.
_OWN_LINE = re.compile(r"\s|[0-9a-f]{12}: |\S{1,128}: digest: sha256:|sha256:|The push refers|\d{4}-\d\d-\d\d|[{\[<$+]")
# What a text can be read without: `%3D`, encoded twice `%253D`; `\u003d`, `\n` and `\"`, escaped as often as
# JSON stands inside JSON; what colours a terminal.
_ESCAPE = re.compile(
    r"%(?:25){0,4}([0-9A-Fa-f]{2})|\\{1,8}(?:u([0-9A-Fa-f]{4})|([nrt\"'/]))|\x1b\[[0-9;?]{0,40}[A-Za-z]"
)
_KEY_BEGINS = re.compile(r"-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS = "-----END"
# The largest keys in use have about a hundred lines; one that is cut off must not hide the log.
_KEY_LINES = 400


@dataclass(frozen=True, slots=True)
class Span:
    """A secret: where it begins and ends in a text, and its kind."""

    start: int
    stop: int
    kind: str


def likely(blob: str) -> tuple[Secret, ...]:
    """The kinds that can stand in a text at all: a look at its literals spares nearly every pattern."""
    lowered = f"{blob}\n{plain(blob)}".lower()
    near = {literal for literal in _literals() if literal in lowered}
    return tuple(row for row in secrets() if not row.near or not near.isdisjoint(row.near))


@cache
def _literals() -> tuple[str, ...]:
    return tuple({literal: None for row in secrets() for literal in row.near})


def spans(text: str, rows: Sequence[Secret]) -> tuple[Span, ...]:
    """The secrets of these kinds in a text, in order; where some overlap, all of it as one."""
    spans_found = _spans(text, rows)
    if _ESCAPE.search(text):
        plain_text, places = _plain(text)
        spans_found += [Span(places[span.start], places[span.stop], span.kind) for span in _spans(plain_text, rows)]
    joined: list[Span] = []
    # Where two begin at the same place, the row that comes first names the kind.
    for span in sorted(spans_found, key=lambda span: span.start):
        if joined and span.start < joined[-1].stop:
            joined[-1] = replace(joined[-1], stop=max(span.stop, joined[-1].stop))
        else:
            joined.append(span)
    return tuple(joined)


def _spans(text: str, rows: Sequence[Secret]) -> list[Span]:
    """The same in a text as it stands, in the order of the rows."""
    spans_found: list[Span] = []
    lowered = text.lower()
    for row in rows:
        if row.near and not any(literal in lowered for literal in row.near):
            continue
        for hit in row.compiled.finditer(text):
            group = next((n for n in range(1, row.compiled.groups + 1) if hit.start(n) >= 0), 0)
            spans_found.append(Span(hit.start(group), hit.end(group), row.kind))
    return spans_found


def plain(text: str) -> str:
    """The text without percent-encoding, escapes of JSON and colours; the text itself where it has none."""
    return _plain(text)[0] if _ESCAPE.search(text) else text


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without percent-encoding and escapes of JSON, and where each of its characters, and its end, stood."""
    parts: list[str] = []
    places: list[int] = []
    offset = 0
    for hit in _ESCAPE.finditer(text):
        parts += [text[offset : hit.start()], _character(hit)]
        places += [*range(offset, hit.start()), hit.start()]
        offset = hit.end()
    return "".join([*parts, text[offset:]]), [*places, *range(offset, len(text) + 1)]


def _character(hit: re.Match[str]) -> str:
    if hit[3]:
        return {"n": "\n", "r": "\r", "t": "\t"}.get(hit[3], hit[3])
    code = hit[1] or hit[2]
    return chr(int(code, 16)) if code else ""


def mark(kind: str) -> str:
    """What stands where a secret of this kind stood."""
    return f"{MARK}-{kind}"


def hide(text: str, secret_spans: Iterable[Span]) -> str:
    """The text with these spans, given in order, marked."""
    parts, offset = [], 0
    for span in secret_spans:
        parts += [text[offset : span.start], mark(span.kind)]
        offset = span.stop
    return "".join([*parts, text[offset:]])


def redact_text(text: str) -> str:
    """A text by itself, such as the name of a file, with its secrets marked."""
    return hide(text, spans(text, likely(text)))


def across(lines: Sequence[str], rows: Sequence[Secret]) -> Mapping[int, tuple[Span, ...]]:
    """The secrets that go over the end of a line, by the line's place: keys of many lines and what a terminal broke."""
    by_line: dict[int, tuple[Span, ...]] = {}
    inside = 0
    for place, line in enumerate(lines):
        begins = _KEY_BEGINS.search(line)
        if begins and _KEY_ENDS not in line[begins.end() :]:
            inside = _KEY_LINES
            by_line[place] = (Span(begins.start(), len(line), "private-key"),)
        elif inside:
            inside = 0 if _KEY_ENDS in line else inside - 1
            by_line[place] = (Span(0, len(line), "private-key"),) if line else ()
    for place, (line, below) in enumerate(pairwise(lines)):
        if place in by_line or len(line) < _NARROWEST or len(below) > len(line) or _OWN_LINE.match(below) or not below:
            continue
        for span in spans(line + below, rows):
            if span.start < len(line) < span.stop:
                by_line[place] = (*by_line.get(place, ()), Span(span.start, len(line), span.kind))
                by_line[place + 1] = (Span(0, span.stop - len(line), span.kind),)
    return by_line
