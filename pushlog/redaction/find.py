"""Where secrets stand in a text, and the text without them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pushlog.knowledge.secrets import secrets
from pushlog.record_class import record
from pushlog.redaction.encoded import codes
from pushlog.redaction.keys import KIND as KEY_LINES
from pushlog.redaction.keys import key_lines
from pushlog.redaction.reading import readings
from pushlog.redaction.rows import chains, may_be_own, sheet, split
from pushlog.redaction.view import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.knowledge.secrets import Secret
    from pushlog.redaction.rows import Row, Sheet
    from pushlog.redaction.view import Range, View

# What stands for a secret: one word without quotes, spaces, brackets or colons, so that an address stays an address.
MARK = "REDACTED"
# A code inside a code inside a code is not looked into.
_DEEPEST = 2


@record(kw_only=False)
class Span:
    """A secret: where it begins and ends in a text, and its kind."""

    start: int
    stop: int
    kind: str


def spans(text: str, kinds: Sequence[Secret] | None = None) -> tuple[Span, ...]:
    """Return the secrets of these kinds, or of all, in order; one that goes over several rows has a span in each."""
    return merged(_spans(text, secrets() if kinds is None else kinds))


def merged(secret_spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans in order; where some overlap, all of it as one, of the kind of the first."""
    ordered: list[Span] = []
    # Where two begin at the same place, the kind that comes first in the file names both.
    for span in sorted(secret_spans, key=lambda span: span.start):
        if ordered and span.start < ordered[-1].stop:
            ordered[-1] = replace(ordered[-1], stop=max(span.stop, ordered[-1].stop))
        else:
            ordered.append(span)
    return tuple(ordered)


def _spans(text: str, kinds: Sequence[Secret]) -> Iterator[Span]:
    rows = split(text)
    in_rows = [view for row in rows for view in readings(row.raw)]
    over_rows = [(chain, view) for chain in chains(rows) for view in readings(chain.view)]
    kinds = _near(kinds, (view.text for view in (*in_rows, *(view for _, view in over_rows))))
    alone = [hit for view in in_rows for hit in _hits(view, kinds)]
    yield from alone
    complete = {(span.start, span.stop) for span in alone}
    for chain, view in over_rows:
        for hit in _hits(view, kinds):
            yield from _over_rows(text, chain, hit, complete)
    yield from (Span(start, stop, KEY_LINES) for start, stop in key_lines(rows))
    if len(rows) > 1 and (lines := [kind for kind in kinds if kind.lines]):
        yield from _over_lines(rows, lines)


def _near(kinds: Sequence[Secret], texts: Iterable[str]) -> list[Secret]:
    """The kinds of which a word stands in some of the texts."""
    blob = "\n".join(texts).lower()
    words = {literal for literal in literals() if literal in blob}
    return [kind for kind in kinds if not kind.near or not words.isdisjoint(kind.near)]


def _over_rows(text: str, chain: Sheet, hit: Span, complete: set[Range]) -> Iterator[Span]:
    """A secret in rows that go on in each other. `complete`: the spans that a row shows by itself."""
    pieces = list(chain.barriers.pieces(hit.start, hit.stop))
    # A secret that ends with its row need not go on in the next one.
    ends = not chain.checked and len(pieces) > 1 and pieces[0] in complete
    if not (ends and may_be_own(text[pieces[1][0] : pieces[1][0] + 80])):
        yield from (Span(*piece, hit.kind) for piece in pieces)


def _over_lines(rows: Sequence[Row], kinds: Sequence[Secret]) -> Iterator[Span]:
    """The secrets that are shown by several lines together."""
    for page in (sheet(rows, prefixes=False), sheet(rows, prefixes=True)):
        for view in readings(page.view):
            for hit in _hits(view, kinds):
                yield from (Span(*piece, hit.kind) for piece in page.barriers.pieces(hit.start, hit.stop))


def _hits(view: View, kinds: Sequence[Secret]) -> Iterator[Span]:
    """The secrets that a text shows in one reading, in the order of the kinds."""
    for start, stop, kind in _matches(view.text, kinds):
        yield Span(*view.origin(start, stop), kind)
    for start, stop, text in codes(view.text):
        if inner := _first_kind(text, _DEEPEST):
            yield Span(*view.origin(start, stop), inner)


def _matches(text: str, kinds: Sequence[Secret]) -> Iterator[tuple[int, int, str]]:
    lowered = text.lower()
    for kind in kinds:
        if not kind.may_stand_in(lowered):
            continue
        for hit in kind.compiled.finditer(text):
            group = next((n for n in range(1, kind.compiled.groups + 1) if hit.start(n) >= 0), 0)
            if hit.start(group) < hit.end(group):
                yield *hit.span(group), kind.kind


def _first_kind(text: str, depth: int) -> str | None:
    """The kind of the first secret in a text that was decoded."""
    for view in readings(whole(text)):
        for *_, kind in _matches(view.text, secrets()):
            return kind
    if depth:
        inner = (_first_kind(decoded, depth - 1) for _, _, decoded in codes(text))
        return next((kind for kind in inner if kind), None)
    return None


@cache
def literals() -> tuple[str, ...]:
    """Return the words, in lower case, of which one stands near each secret."""
    return tuple({literal: None for row in secrets() for literal in row.near})


def mark(kind: str) -> str:
    """Return what stands where a secret of this kind stood."""
    return f"{MARK}-{kind}"


def hide(text: str, secret_spans: Iterable[Span]) -> str:
    """Return the text with these spans, given in order, marked."""
    parts, offset = [], 0
    for span in secret_spans:
        parts += [text[offset : span.start], mark(span.kind)]
        offset = span.stop
    return "".join([*parts, text[offset:]])


def redact_text(text: str) -> str:
    """Return a text by itself, such as the name of a file, with its secrets marked."""
    return hide(text, spans(text))
