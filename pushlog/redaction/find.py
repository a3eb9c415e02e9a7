"""Where secrets stand in a text, and the text without them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.knowledge.secrets import secrets
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.redaction.encoded import codes, may_hold_code
from pushlog.redaction.frames import records
from pushlog.redaction.keys import KIND as KEY_LINES
from pushlog.redaction.keys import key_lines
from pushlog.redaction.places import Split, Words
from pushlog.redaction.prefixes import prefix
from pushlog.redaction.reading import is_literal, readings
from pushlog.redaction.rows import chains, may_be_own, sheet, split
from pushlog.redaction.view import whole

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.knowledge.secrets import Secret
    from pushlog.redaction.row import Row
    from pushlog.redaction.rows import Sheet
    from pushlog.redaction.view import Range, View

    Kinds = tuple[Secret, ...]
    # Where codes begin and end in a text, and what they stand for.
    Codes = Sequence[tuple[int, int, str]]

# What stands for a secret: one word without quotes, spaces, brackets or colons, so that an address stays an address.
MARK = "REDACTED"
# A code inside a code inside a code is not looked into.
_DEEPEST = 3
# How far in front of a word may stand what makes it tell of a secret: a user's name and a password.
_BESIDE = 600
# Rows that show a secret together with those below or above them: see the kinds with `lines` in secrets.toml.
_GOES_OVER = lazy_pattern(
    r"(?im)<<|--password-stdin|--with-token|[>|][+-]?\d?\s{0,4}$|\b(?:name|key|variable|value|default)[\"']?\s{0,4}[:=]"
    r"|(?:^|\s)(?:machine|login|password)\s{1,4}\S{1,200}\s{0,4}$|form-data"
)
_ROW_INSIDE = lazy_pattern(r"[\r\n](?!\s{0,20}(?:[\"'\\}\])]|$))")
# So many decoded texts are remembered: the same code is met alone, with its neighbours and in each reading.
_REMEMBERED = 64


@record(kw_only=False)
class Span:
    """A secret: where it begins and ends in a text, and its kind."""

    start: int
    stop: int
    kind: str


def spans(text: str, kinds: Sequence[Secret] | None = None) -> tuple[Span, ...]:
    """Return the secrets of these kinds, or of all, in order; one that goes over several rows has a span in each."""
    return merged(spans_in(text, [split(text)], kinds))


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


def spans_in(
    text: str, windows: Sequence[Sequence[Row]], kinds: Sequence[Secret] | None = None, depth: int = _DEEPEST
) -> Iterator[Span]:
    """Yield the secrets of these kinds, or of all, in some rows of a text; each window is read by itself.

    `depth`: how often a code may stand inside another.
    """
    views = [[view for row in rows for view in _read(row.raw)] for rows in windows]
    chained = [[(chain, view) for chain in chains(rows) for view in _read(chain.view)] for rows in windows]
    texts = [view.text for alone, over in zip(views, chained, strict=True) for view in (*alone, *(v for _, v in over))]
    near = iter(_near(secrets() if kinds is None else kinds, texts))
    hidden = iter(_telling_codes(texts) if depth else [()] * len(texts))
    for rows, alone, over in zip(windows, views, chained, strict=True):
        in_rows = [(view, next(near), next(hidden)) for view in alone]
        over_rows = [(*pair, next(near), next(hidden)) for pair in over]
        yield from _spans(text, rows, in_rows, over_rows, depth)


def _read(view: View) -> Iterator[View]:
    """Each way to read a text; where it stands for several rows, those that go on in each other, without prefixes."""
    for reading in readings(view):
        yield reading
        if holds_rows(reading.text):
            rows = split(reading.text)
            yield from (chain.view.over(reading) for chain in chains(rows))
            if any(prefix(rows, index) for index in range(len(rows))):
                yield sheet(rows, prefixes=False).view.over(reading)
            yield from (framed.view.over(reading) for framed in records(reading.text))


def _spans(
    text: str,
    rows: Sequence[Row],
    in_rows: Sequence[tuple[View, Kinds, Codes]],
    over_rows: Sequence[tuple[Sheet, View, Kinds, Codes]],
    depth: int,
) -> Iterator[Span]:
    """The secrets of one window, whose readings come with the kinds that are near in each, and with its codes."""
    alone = [hit for view, kinds, shown in in_rows for hit in (*_hits(view, kinds), *_code_hits(view, shown, depth))]
    yield from alone
    complete = {(span.start, span.stop) for span in alone}
    for chain, view, kinds, shown in over_rows:
        for hit in _hits(view, kinds):
            yield from _over_rows(text, chain, hit, complete)
        # What decodes as one is one, whatever its rows look like.
        for hit in _code_hits(view, shown, depth):
            yield from (Span(*piece, hit.kind) for piece in chain.barriers.pieces(hit.start, hit.stop))
    yield from (Span(start, stop, KEY_LINES) for start, stop in key_lines(rows))
    if len(rows) > 1:
        all_kinds = (*(kinds for _, kinds, _ in in_rows), *(kinds for _, _, kinds, _ in over_rows))
        lines = {kind.id: kind for kinds in all_kinds for kind in kinds if kind.lines}
        if lines:
            yield from _over_lines(rows, tuple(lines.values()))


def _near(kinds: Sequence[Secret], texts: Sequence[str]) -> list[Kinds]:
    """Of each text, in order, the kinds of which a word stands in it."""
    lowered = [text.lower() for text in texts]
    if kinds is not secrets():
        return [tuple(kind for kind in kinds if kind.is_near(text)) for text in lowered]
    blob = "\n".join(lowered)
    starts = list(accumulate((len(text) + 1 for text in lowered[:-1]), initial=0))
    present: list[set[str]] = [set() for _ in texts]
    for place, word in words().places(blob):
        index = bisect_right(starts, place) - 1
        if place + len(word) <= starts[index] + len(lowered[index]):
            present[index].add(word)
    return [_kinds_near(frozenset(near)) for near in present]


def _telling_codes(texts: Sequence[str]) -> list[Codes]:
    """Of each text, in order, the codes for texts that may hold a secret: a word of one, or a code again."""
    all_codes = [[*codes(text)] for text in texts]
    near = iter(_near(secrets(), [text for of_one in all_codes for *_, text in of_one]))
    return [
        [code for code in of_one if next(near) or not is_literal(code[2]) or may_hold_code(code[2])]
        for of_one in all_codes
    ]


@lru_cache(maxsize=1 << 12)
def _kinds_near(present: frozenset[str]) -> Kinds:
    """The kinds that may stand in a text in which these words do, in their order."""
    return tuple(kind for kind in secrets() if not kind.near or not present.isdisjoint(kind.near))


def _over_rows(text: str, chain: Sheet, hit: Span, complete: set[Range]) -> Iterator[Span]:
    """A secret in rows that go on in each other. `complete`: the spans that a row shows by itself."""
    pieces = list(chain.barriers.pieces(hit.start, hit.stop))
    # A secret that ends with its row need not go on in the next one.
    ends = not chain.checked and len(pieces) > 1 and pieces[0] in complete
    if not (ends and may_be_own(text[pieces[1][0] : pieces[1][0] + 80])):
        yield from (Span(*piece, hit.kind) for piece in pieces)


def holds_rows(text: str) -> bool:
    """Whether a text that was decoded holds rows of its own; the line end of a record alone is none."""
    return ("\n" in text or "\r" in text) and _ROW_INSIDE.search(text) is not None


def goes_over(rows: str) -> bool:
    """Whether rows may show a secret only together with those below or above them."""
    return _GOES_OVER.search(rows) is not None


def _over_lines(rows: Sequence[Row], kinds: Sequence[Secret]) -> Iterator[Span]:
    """The secrets that are shown by several lines together."""
    for page in (sheet(rows, prefixes=False), sheet(rows, prefixes=True)):
        for view in readings(page.view):
            lowered = view.text.lower()
            for hit in _hits(view, [kind for kind in kinds if kind.may_stand_in(lowered)]):
                yield from (Span(*piece, hit.kind) for piece in page.barriers.pieces(hit.start, hit.stop))


def _hits(view: View, kinds: Sequence[Secret]) -> Iterator[Span]:
    """The secrets that a text shows in one reading, in the order of the kinds."""
    for start, stop, kind in _matches(view.text, kinds):
        yield Span(*view.origin(start, stop), kind)


def _code_hits(view: View, shown: Codes, depth: int) -> Iterator[Span]:
    """Those of some codes that stand for texts with secrets."""
    for start, stop, text in shown:
        if inner := _first_kind(text, depth - 1):
            yield Span(*view.origin(start, stop), inner)


def _matches(text: str, kinds: Sequence[Secret]) -> Iterator[tuple[int, int, str]]:
    lowered = text.lower() if any(kind.gate for kind in kinds) else ""
    for kind in kinds:
        if not kind.fits_gate(lowered):
            continue
        for hit in kind.compiled.finditer(text):
            group = next((n for n in range(1, kind.compiled.groups + 1) if hit.start(n) >= 0), 0)
            if hit.start(group) < hit.end(group):
                yield *hit.span(group), kind.kind


@lru_cache(maxsize=_REMEMBERED)
def _first_kind(text: str, depth: int) -> str | None:
    """The kind of the first secret in a text that was decoded."""
    for view in _read(whole(text)):
        for kinds in _near(secrets(), [view.text]):
            for *_, kind in _matches(view.text, kinds):
                return kind
    inside = next(spans_in(text, [split(text)], depth=depth), None)
    return inside.kind if inside else None


@cache
def literals() -> tuple[str, ...]:
    """Return the words, in lower case, of which one stands near each secret."""
    return tuple({literal: None for row in secrets() for literal in row.near})


def tells(text: str, place: int, word: str) -> bool:
    """Whether a word tells of a secret where it stands in a text in lower case, which has but one reading."""
    patterns = _beside().get(word)
    return patterns is None or any(
        pattern.search(text, max(0, place - _BESIDE), place + len(word)) for pattern in patterns
    )


@cache
def _beside() -> dict[str, tuple[re.Pattern[str], ...]]:
    """The words that tell of a secret only where something else stands beside them, and what that is."""
    kinds: dict[str, list[str | None]] = {}
    for row in secrets():
        for word in row.near:
            kinds.setdefault(word, []).append(row.beside)
    return {
        word: tuple(kept_pattern(pattern) for pattern in patterns if pattern is not None)
        for word, patterns in kinds.items()
        if None not in patterns
    }


@cache
def words() -> Words:
    """Return the same words, to be looked for together."""
    return Words(literals())


@cache
def split_words() -> Split:
    """Return the same words, to be looked for across the ends of rows."""
    return Split(literals())


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
    return hide(text, spans(text)) if text else ""
