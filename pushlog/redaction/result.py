"""A result without secrets: every text that an output can show, hidden in one place, at the end of the analysis."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from enum import Enum
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, TypeVar, cast

from pushlog.fields import names
from pushlog.intake.log_text import LOOKED_AT
from pushlog.intake.mapped import holds
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Evidence, Failure, Interval, Log, Missed, Redacted
from pushlog.record_class import record
from pushlog.redaction.clean import remember, unknown
from pushlog.redaction.find import goes_over, hide, mark, merged
from pushlog.redaction.keys import MOST_SILENT
from pushlog.redaction.reading import plain
from pushlog.redaction.rows import goes_on
from pushlog.redaction.view import whole
from pushlog.redaction.windows import secret_spans
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.redaction.find import Span

_KEY_LINES = lazy_pattern(r"PRIVATE KEY|[A-Za-z0-9+/]{60}")
Record = TypeVar("Record")

UNREDACTED = "secrets were not redacted, as --no-redact asked for"
# A shorter one is hidden where its form shows it, but not wherever the same letters stand.
_TELLING = 6
# How far around a shown line the lines are read as one text: the longest keys have about a hundred lines.
_AROUND = 120
# A command and its input stand on lines next to each other.
_NEAR = 2
_LONGEST_WORD = 16
# Between texts that don't go on in each other; below the label of a key several rows are read as parts of it.
_APART = "\n\n"
_APART_FROM_KEY = f"{_APART}{f'.{_APART}' * MOST_SILENT}"
_KINDS_SAID = 6
# What holds no text; of figures and intervals a result has the most.
_SILENT = frozenset({int, float, bool, type(None), Interval})
# Who sees a line sees its secrets: a kind, the secret, and the line, None where no line is known.
_Seen = dict[tuple[str, str, int | None], None]


def redact_result(log: Log, text: LogText | None = None) -> Log:
    """Return the same result with every secret hidden, what was hidden counted, and a note that says so.

    `text`: the log itself, which tells of keys and broken tokens that begin above a shown line; without it, as for a
    stored result, only what a text shows by itself is found.
    """
    texts = _texts(log)
    shown = {line for _, line in texts if line is not None}
    parts = [] if text is None else list(_around(sorted(shown), text))
    by_text, beyond = _secrets_of(list(dict.fromkeys(text for text, _ in texts)), parts, shown)
    secrets: _Seen = dict.fromkeys(beyond)
    for shown_text, line in texts:
        for span in by_text.get(shown_text, ()):
            secrets[span.kind, shown_text[span.start : span.stop], line] = None
    if not secrets:
        return log
    telling = {value: kind for kind, value, _ in secrets if _tells(value)}
    clean = cast("Log", _Redactor(by_text, telling).without(log))
    if clean is log:
        return log
    counts = _counted(secrets)
    notes = (*clean.source.notes, _note(counts))
    return replace(clean, source=replace(clean.source, redacted=(*log.source.redacted, *counts), notes=notes))


def redact_record(record: Record) -> Record:
    """Return any record with the secrets in its texts hidden."""
    by_text, _ = _secrets_of(list(dict.fromkeys(text for text, _ in _texts(record))), [], ())
    return cast("Record", _Redactor(by_text, {}).without(record))


def without_redaction(log: Log) -> Log:
    """The result as it is, with the word that nothing was hidden."""
    if UNREDACTED in log.source.notes:
        return log
    return replace(log, source=replace(log.source, notes=(*log.source.notes, UNREDACTED)))


def _texts(value: object) -> list[tuple[str, int | None]]:
    """Every text of a record, with the line of the log that it is, where it is one."""
    texts: list[tuple[str, int | None]] = []
    _gather(value, texts)
    return texts


def _gather(value: object, texts: list[tuple[str, int | None]]) -> None:
    if isinstance(value, str):
        if value and not isinstance(value, Enum):
            texts.append((value, None))
    elif isinstance(value, Evidence) and value.file is not None:
        texts += [(value.text, None), (value.file, None)]
    elif isinstance(value, Evidence | Missed):
        texts.append((value.text, value.line))
    elif isinstance(value, Failure):
        # In pieces for their lines, and whole for what goes over several of them.
        texts += [(part, value.line + place) for place, part in enumerate(value.text.split("\n"))]
        texts.append((value.text, value.line))
    else:
        for part in _parts(value):
            if type(part) not in _SILENT:
                _gather(part, texts)


def _parts(value: object) -> Iterable[object]:
    """What a record or a collection is made of."""
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, tuple | list):
        return value
    return (getattr(value, name) for name in names(type(value)))


def _secrets_of(
    texts: Sequence[str], parts: Sequence[_Part], shown: Collection[int]
) -> tuple[dict[str, list[Span]], list[tuple[str, str, int | None]]]:
    """The secrets of each text that has any, and those on shown lines of parts of the log."""
    rows = ["\n".join(part.lines) for part in parts]
    texts = unknown(texts)
    pieces = [f"{piece}{_APART_FROM_KEY if 'KEY' in piece else _APART}" for piece in (*texts, *rows)]
    starts = list(accumulate(map(len, pieces[:-1]), initial=0))
    blob = "".join(pieces)
    by_text: dict[str, list[Span]] = {}
    on_lines: list[tuple[str, str, int | None]] = []
    for span in merged(secret_spans(blob)):
        index = bisect_right(starts, span.start) - 1
        here = replace(span, start=span.start - starts[index], stop=span.stop - starts[index])
        if index < len(texts):
            by_text.setdefault(texts[index], []).append(here)
            continue
        value, line = parts[index - len(texts)].at(here)
        if line in shown and len(value) >= _TELLING:
            on_lines.append((span.kind, value, line))
    remember(text for text in texts if text not in by_text)
    return by_text, on_lines


class _Redactor:
    """The secrets of each text of a result, and their values, for texts that were made of a line of the log."""

    def __init__(self, by_text: Mapping[str, Sequence[Span]], values: Mapping[str, str]) -> None:
        self._by_text = by_text
        # The longest first: a token that was cut off elsewhere is a part of it.
        self._values = sorted(values.items(), key=lambda item: -len(item[0]))

    def without(self, value: object) -> object:
        """Return the same record without secrets, and the record itself where it has none."""
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self._text(value)
        if is_dataclass(value) and not isinstance(value, type):
            now = {name: self.without(getattr(value, name)) for name in names(type(value))}
            changed = {name: item for name, item in now.items() if item is not getattr(value, name)}
            return replace(value, **changed) if changed else value
        if isinstance(value, Mapping):
            pairs = [(key, item, self.without(key), self.without(item)) for key, item in value.items()]
            same = all(key is new_key and item is new_item for key, item, new_key, new_item in pairs)
            return value if same else {new_key: new_item for _, _, new_key, new_item in pairs}
        if isinstance(value, tuple | list):
            items = [self.without(item) for item in value]
            same = all(new is old for new, old in zip(items, value, strict=True))
            return value if same else type(value)(items)
        return value

    def _text(self, text: str) -> str:
        text = hide(text, self._by_text.get(text, ())) if text in self._by_text else text
        for secret, kind in self._values:
            if secret in text:
                text = text.replace(secret, mark(kind))
        return text


def _tells(value: str) -> bool:
    """Whether a secret is hidden wherever it stands: not one that is short, nor a word of a language."""
    is_word = value.isalpha() and (value.islower() or value.istitle()) and len(value) < _LONGEST_WORD
    return len(value) >= _TELLING and not is_word


@record(kw_only=False)
class _Part:
    """Rows of the log, each with the number of its line."""

    numbers: Sequence[int]
    lines: tuple[str, ...]

    def at(self, span: Span) -> tuple[str, int]:
        """Return what stands in a span of the rows, joined, and the number of its line: a row may hold a line break."""
        starts = list(accumulate((len(row) + 1 for row in self.lines[:-1]), initial=0))
        row = bisect_right(starts, span.start) - 1
        return "\n".join(self.lines)[span.start : span.stop], self.numbers[row]


def _around(numbers: Sequence[int], text: LogText) -> Iterator[_Part]:
    """The lines that may be parts of the same secrets as shown lines: many beside a key, else those next to them."""
    # A terminal may break a line at its edge and move the cursor, where others begin a line.
    last_rows = ((number, tuple(text.last_rows(number, 2))) for number in numbers)
    yield from (_Part((number,) * 2, rows) for number, rows in last_rows if len(rows) > 1 and _belongs_together(rows))
    for far in _stretches(numbers, _AROUND, text.lines):
        near = numbers[bisect_left(numbers, far.start) : bisect_left(numbers, far.stop)]
        if _has_key(text, far):
            yield _Part(far, tuple(map(text.shown, far)))
            continue
        for lines in _stretches(near, _NEAR, text.lines):
            part = _whole_part(lines, text)
            if _belongs_together(part.lines):
                yield part


def _whole_part(lines: range, text: LogText) -> _Part:
    """These lines, and those that go on from above and below."""
    shown = deque(map(text.shown, lines))
    first, last = lines.start, lines.stop - 1
    while first > 1 and lines.start - first < _AROUND and goes_on(above := text.shown(first - 1), shown[0]):
        shown.appendleft(above)
        first -= 1
    while last < text.lines and last - lines.stop < _AROUND and goes_on(shown[-1], below := text.shown(last + 1)):
        shown.append(below)
        last += 1
    return _Part(range(first, first + len(shown)), tuple(shown))


def _belongs_together(lines: Sequence[str]) -> bool:
    """Whether a secret can go over the end of one of these lines: hardly ever, and then each is looked at by itself."""
    if any(goes_on(upper, lower) for upper, lower in pairwise(lines)):
        return True
    rows = plain(whole("\n".join(lines))).text
    return _KEY_LINES.search(rows) is not None or goes_over(rows)


def _has_key(text: LogText, lines: range) -> bool:
    """Whether a key may be in what is shown of these lines. A push that was drawn over and over is one long line."""
    start, stop = text.start_of(lines.start), text.stop_of(lines.stop - 1)
    shown = [(start, stop)] if stop - start < LOOKED_AT * len(lines) else map(text.shown_of, lines)
    return any(holds(text.data, b"PRIVATE KEY", *part) for part in shown)


def _stretches(numbers: Sequence[int], around: int, most: int) -> Iterator[range]:
    """Lines with so many neighbours, of those from 1 to `most`."""
    for first, last in _runs(numbers, around):
        yield range(max(1, first), min(most, last) + 1)


def _runs(lines: Sequence[int], around: int) -> Iterator[tuple[int, int]]:
    """Stretches of lines with their neighbours, those that touch as one."""
    run: tuple[int, int] | None = None
    for line in lines:
        if run and line - around <= run[1] + 1:
            run = (run[0], line + around)
        else:
            if run:
                yield run
            run = (line - around, line + around)
    if run:
        yield run


def _counted(secrets: _Seen) -> tuple[Redacted, ...]:
    """How many of each kind on each line; one that is seen on a line is not counted where no line is known."""
    placed = {secret for _, secret, line in secrets if line is not None}
    counts = Counter((kind, line) for kind, secret, line in secrets if line is not None or secret not in placed)
    order = sorted(counts.items(), key=lambda item: (item[0][1] is None, item[0][1] or 0, item[0][0]))
    return tuple(Redacted(kind=kind, line=line, count=number) for (kind, line), number in order)


def _note(counts: Sequence[Redacted]) -> str:
    """One quiet line: how many, of which kinds, on which lines."""
    kinds = _kinds(counts)
    rest = [f"{len(kinds) - _KINDS_SAID} more kinds"] if len(kinds) > _KINDS_SAID else []
    total = sum(row.count for row in counts)
    return f"{count(total, 'secret')} redacted: {', '.join([*kinds[:_KINDS_SAID], *rest])}"


def by_kind(counts: Sequence[Redacted]) -> Iterator[str]:
    """What was hidden, a line for each kind, after one for all."""
    total = sum(row.count for row in counts)
    yield f"{count(total, 'secret')} redacted" if total else "no secret was found"
    yield from (f"  {kind}" for kind in _kinds(counts))


def _kinds(counts: Sequence[Redacted]) -> list[str]:
    kinds: dict[str, list[int]] = {}
    for row in counts:
        kinds.setdefault(row.kind, []).extend([row.line] if row.line is not None else [])
    return [f"{kind} on {_lines(lines)}" if lines else kind for kind, lines in kinds.items()]


def _lines(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"lines {', '.join(map(str, lines[:4]))}" + (" and more" if len(lines) > 4 else "")
