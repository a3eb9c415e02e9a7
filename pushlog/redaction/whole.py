"""A whole log without secrets: the same lines, the same figures, marks where secrets stood.

A recording stays a recording: its events keep their times, and what somebody typed is left out. In a typescript a mark
is as long as the secret was, for its timing file counts bytes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.model import Redacted
from pushlog.redaction.find import Span, across, likely, mark, plain, spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.knowledge.secrets import Secret
    from pushlog.redaction.pseudonyms import Pseudonyms

# Bytes that are not UTF-8 come through as they are.
_KEPT = "surrogateescape"
# Lines are looked at in stretches of about this many characters; a stretch with a key reaches beyond its end.
_STRETCH = 1 << 22
_KEY_LINES = 400
_KEY = "PRIVATE KEY"
_CAST = re.compile(rb'\s*\{[^\n]*"version"\s*:\s*[23]\b')
_SCRIPT = b"Script started on "


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands between two places of a text from now on; `kind` of the secret that stood there, None for a name."""

    start: int
    stop: int
    text: str
    kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """The log that can be given away, and what was hidden by kind and line of the log."""

    data: bytes
    redacted: tuple[Redacted, ...]


def redact_log_bytes(data: bytes, names: Pseudonyms | None = None) -> Cleaned:
    """The log without secrets; with `names`, hosts and repositories under other names too."""
    if _CAST.match(data[:4096]):
        return _recording(data.decode("utf-8", _KEPT).split("\n"), names)
    text = data.decode("utf-8", _KEPT)
    edits = _edits(text, names)
    if data.startswith(_SCRIPT):
        edits = [_fitted(text, edit) for edit in edits]
    counts = Counter((edit.kind, line) for edit, line in zip(edits, _line_numbers(text, edits), strict=True))
    return Cleaned(data=edited(text, edits).encode("utf-8", _KEPT), redacted=_counted(counts))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after these edits, given in order."""
    parts, offset = [], 0
    for edit in edits:
        parts += [text[offset : edit.start], edit.text]
        offset = edit.stop
    return "".join([*parts, text[offset:]])


def _edits(text: str, names: Pseudonyms | None) -> list[Edit]:
    """Secrets, and names where no secret stands, in order."""
    edits = [Edit(span.start, span.stop, mark(span.kind), span.kind) for span in _secrets(text)]
    if names is None:
        return edits
    offset = 0
    between: list[Edit] = []
    for edit in [*edits, Edit(len(text), len(text), "", None)]:
        between += [Edit(start, stop, name, None) for start, stop, name in names.occurrences(text, offset, edit.start)]
        offset = edit.stop
    return sorted([*edits, *between], key=lambda edit: edit.start)


def _secrets(text: str) -> Iterator[Span]:
    """The secrets of a whole text, in order."""
    for start, stop in _stretches(text):
        part = text[start:stop]
        rows = likely(part)
        lines = part.split("\n")
        looked_at = sorted(_candidates(part, lines, rows))
        over: dict[int, tuple[Span, ...]] = {}
        for first, last in _runs(looked_at, len(lines)):
            over |= {first + place: parts for place, parts in across(lines[first:last], rows).items()}
        offset = start
        numbers = set(looked_at) | set(over)
        for number, line in enumerate(lines):
            if number in numbers:
                line_spans = over.get(number) or spans(line, rows)
                for span in _merged([*line_spans, *(spans(line, rows) if number in over else ())]):
                    yield Span(offset + span.start, offset + span.stop, span.kind)
            offset += len(line) + 1


def _merged(secret_spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(secret_spans, key=lambda span: span.start):
        if joined and span.start <= joined[-1].stop:
            joined[-1] = Span(joined[-1].start, max(span.stop, joined[-1].stop), joined[-1].kind)
        elif span.start < span.stop:
            joined.append(span)
    return joined


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        stop = text.find("\n", start + _STRETCH) + 1 or len(text)
        if _KEY in text[start:stop]:
            for _ in range(_KEY_LINES):
                stop = text.find("\n", stop) + 1 or len(text)
        yield start, stop
        start = stop


def _candidates(part: str, lines: Sequence[str], rows: Sequence[Secret]) -> set[int]:
    """The lines that can hold a secret: a literal of a likely kind is in them, escapes aside, or they have its form."""
    literals = {literal for row in rows for literal in row.near}
    always = [re.compile(row.pattern, re.MULTILINE) for row in rows if not row.near]
    numbers: set[int] = set()
    if any(pattern.search(part) for pattern in always):
        numbers |= {n for n, line in enumerate(lines) if any(pattern.search(line) for pattern in always)}
    if not literals:
        return numbers
    for number, line in enumerate(lines):
        lowered = plain(line).lower()
        if any(literal in lowered for literal in literals):
            numbers.add(number)
    return numbers


def _runs(numbers: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """Stretches of lines around these, each with its neighbours and the lines that a key can have."""
    run: tuple[int, int] | None = None
    for number in numbers:
        first, last = max(0, number - 1), min(count, number + _KEY_LINES)
        if run and first <= run[1]:
            run = (run[0], last)
        else:
            if run:
                yield run
            run = (first, last)
    if run:
        yield run


def _fitted(text: str, edit: Edit) -> Edit:
    size = len(text[edit.start : edit.stop].encode("utf-8", _KEPT))
    return Edit(edit.start, edit.stop, edit.text[:size].ljust(size, "-"), edit.kind)


def _line_numbers(text: str, edits: Sequence[Edit]) -> Iterator[int]:
    line, offset = 1, 0
    for edit in edits:
        line += text.count("\n", offset, edit.start)
        offset = edit.start
        yield line


def _counted(counts: Counter[tuple[str | None, int]]) -> tuple[Redacted, ...]:
    rows = [(kind, line, number) for (kind, line), number in counts.items() if kind is not None]
    return tuple(
        Redacted(kind=kind, line=line, count=number) for kind, line, number in sorted(rows, key=lambda r: r[1])
    )


def _recording(lines: list[str], names: Pseudonyms | None) -> Cleaned:
    """An asciicast: what was drawn is one text, however the events cut it."""
    events = {number: event for number, line in enumerate(lines) if number and (event := _event(line))}
    output = [(number, event) for number, event in events.items() if event[1] == "o"]
    text = "".join(event[2] for _, event in output)
    edits = _edits(text, names)
    counts: Counter[tuple[str | None, int]] = Counter()
    offset = 0
    pending = list(edits)
    for number, event in output:
        stop = offset + len(event[2])
        here = [edit for edit in pending if edit.start < stop]
        if here:
            counts.update((edit.kind, number + 1) for edit in here if edit.start >= offset)
            # The mark goes to the event in which the secret begins; the others lose their part of it.
            inside = [
                Edit(
                    max(e.start, offset) - offset,
                    min(e.stop, stop) - offset,
                    e.text if e.start >= offset else "",
                    e.kind,
                )
                for e in here
            ]
            lines[number] = json.dumps([event[0], "o", edited(event[2], inside)], ensure_ascii=False)
            pending = [edit for edit in pending if edit.stop > stop]
        offset = stop
    for number, event in events.items():
        if event[1] == "i":
            lines[number] = json.dumps([event[0], "i", ""])
    text_lines = {0, *(number for number, event in events.items() if event[1] not in ("o", "i"))}
    for number in text_lines:
        lines[number] = edited(lines[number], _edits(lines[number], names))
    return Cleaned(data="\n".join(lines).encode("utf-8", _KEPT), redacted=_counted(counts))


def _event(line: str) -> tuple[float, str, str] | None:
    try:
        match json.loads(line):
            case [int() | float() as time, str() as kind, str() as data, *_]:
                return time, kind, data
            case _:
                return None
    except (ValueError, RecursionError):
        return None
