"""A whole log without secrets: the same lines, the same figures, marks where secrets stood.

A recording stays a recording: its events keep their times, and what somebody typed is left out. In a typescript a mark
is as long as the secret was, for its timing file counts bytes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Redacted
from pushlog.record_class import record
from pushlog.redaction.find import Span, mark, merged
from pushlog.redaction.frames import cast, records
from pushlog.redaction.windows import secret_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.redaction.frames import Framed
    from pushlog.redaction.pseudonyms import Pseudonyms

# Bytes that are not UTF-8 come through as they are.
_ERRORS = "surrogateescape"
_CAST = lazy_pattern(rb'\s*\{[^\n]*"version"\s*:\s*[23]\b')
_SCRIPT = b"Script started on "
# A secret that is found once is hidden wherever it stands, if it is no word of a language; so many are looked for.
_TELLING = lazy_pattern(r"(?=.{0,200}?[0-9])(?=.{0,200}?[A-Za-z])[^\s\"']{10,}|[^\s\"']{24,}")
_MOST_REPEATED = 200
# What closes an event is shorter, and holds no secret.
_SHORTEST = 5


@record(kw_only=False)
class Edit:
    """The text that stands between two places from now on; `kind` of the secret that stood there, None for a name."""

    start: int
    stop: int
    text: str
    kind: str | None


@record
class Cleaned:
    """The log that can be given away, and what was hidden by kind and line of the log."""

    data: bytes
    redacted: tuple[Redacted, ...]


def redact_log_bytes(data: bytes, names: Pseudonyms | None = None) -> Cleaned:
    """Return the log without secrets; with `names`, hosts and repositories under other names too."""
    text = data.decode("utf-8", _ERRORS)
    edits = _without_overlaps(_in_cast(text) if _CAST.match(data[:4096]) else _marked(_secrets(text)))
    if names is not None:
        edits = [*edits, *_renamed(text, edits, names)]
        edits.sort(key=lambda edit: edit.start)
    if data.startswith(_SCRIPT):
        edits = [_fitted(text, edit) for edit in edits]
    lines = zip(edits, _line_numbers(text, edits), strict=True)
    counts = Counter((edit.kind, line) for edit, line in lines if edit.kind is not None and edit.text)
    return Cleaned(data=edited(text, edits).encode("utf-8", _ERRORS), redacted=_counted(counts))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text after these edits, given in order."""
    parts, offset = [], 0
    for edit in edits:
        parts += [text[offset : edit.start], edit.text]
        offset = edit.stop
    return "".join([*parts, text[offset:]])


def _marked(secret_spans: Iterable[Span]) -> Iterator[Edit]:
    for span in secret_spans:
        yield Edit(span.start, span.stop, mark(span.kind), span.kind)


def _without_overlaps(edits: Iterable[Edit]) -> list[Edit]:
    """The edits in order; where some overlap, all of it as one."""
    ordered: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.start):
        if ordered and edit.start < ordered[-1].stop:
            first = ordered[-1]
            ordered[-1] = Edit(first.start, max(first.stop, edit.stop), first.text or edit.text, first.kind)
        elif edit.start < edit.stop:
            ordered.append(edit)
    return ordered


def _renamed(text: str, edits: Sequence[Edit], names: Pseudonyms) -> Iterator[Edit]:
    """Names under other names, where no secret stands."""
    offset = 0
    for edit in [*edits, Edit(len(text), len(text), "", None)]:
        yield from (Edit(start, stop, name, None) for start, stop, name in names.occurrences(text, offset, edit.start))
        offset = edit.stop


def _secrets(text: str) -> tuple[Span, ...]:
    """The secrets of a whole text, in order: those of its rows, and those of the text inside its JSON."""
    in_rows = list(secret_spans(text))
    in_json = [
        Span(*piece, span.kind)
        for framed in records(text)
        for span in secret_spans(framed.view.text)
        for piece in framed.barriers.pieces(*framed.view.origin(span.start, span.stop))
    ]
    unique = merged([*in_rows, *in_json])
    return merged([*unique, *_repeated(text, unique)])


def _repeated(text: str, secret_spans: Iterable[Span]) -> Iterator[Span]:
    """The same secrets where nothing shows that they are secrets."""
    values = {text[span.start : span.stop]: span.kind for span in secret_spans}
    telling = [(value, kind) for value, kind in values.items() if _TELLING.fullmatch(value)]
    for value, kind in telling[:_MOST_REPEATED]:
        start = text.find(value)
        while start >= 0:
            yield Span(start, start + len(value), kind)
            start = text.find(value, start + len(value))


def _in_cast(text: str) -> Iterator[Edit]:
    """The edits of an asciicast: what was drawn is one text, however the events cut it; what was typed goes."""
    parts = cast(text)
    for framed in parts.output:
        yield from _in_events(framed)
    yield from (Edit(start, stop, "", None) for start, stop in parts.input)
    for start, stop in parts.others:
        if stop - start < _SHORTEST:
            continue
        yield from _marked(
            Span(start + span.start, start + span.stop, span.kind) for span in secret_spans(text[start:stop])
        )


def _in_events(framed: Framed) -> Iterator[Edit]:
    """A mark in the event in which a secret begins; the other events lose their part of it."""
    for span in secret_spans(framed.view.text):
        pieces = framed.barriers.pieces(*framed.view.origin(span.start, span.stop))
        for index, piece in enumerate(pieces):
            yield Edit(*piece, "" if index else mark(span.kind), span.kind)


def _fitted(text: str, edit: Edit) -> Edit:
    size = len(text[edit.start : edit.stop].encode("utf-8", _ERRORS))
    return Edit(edit.start, edit.stop, edit.text[:size].ljust(size, "-"), edit.kind)


def _line_numbers(text: str, edits: Sequence[Edit]) -> Iterator[int]:
    line, offset = 1, 0
    for edit in edits:
        line += text.count("\n", offset, edit.start)
        offset = edit.start
        yield line


def _counted(counts: Counter[tuple[str, int]]) -> tuple[Redacted, ...]:
    rows = sorted(counts.items(), key=lambda row: row[0][1])
    return tuple(Redacted(kind=kind, line=line, count=number) for (kind, line), number in rows)
