"""A result without secrets: every text that an output can show, hidden in one place, at the end of the analysis."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, cast

from pushlog.fields import names
from pushlog.intake.log_text import LOOKED_AT
from pushlog.intake.mapped import holds
from pushlog.model import Evidence, Failure, Interval, Log, Redacted
from pushlog.redaction.find import across, hide, likely, mark, spans
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.secrets import Secret

UNREDACTED = "secrets were not redacted, as --no-redact asked for"
# A shorter one is hidden where its form shows it, but not wherever the same letters stand.
_TELLING = 6
# How far around a shown line the lines are read as one text: the longest keys have about a hundred lines.
_AROUND = 120
_KINDS_SAID = 6
# What holds no text; of figures and intervals a result has the most.
_SILENT = frozenset({int, float, bool, type(None), Interval})
# Who sees a line sees its secrets: a kind, the secret, and the line, None where no line is known.
_Seen = dict[tuple[str, str, int | None], None]


def redact_result(log: Log, text: LogText | None = None) -> Log:
    """The same result with every secret hidden, what was hidden counted, and a note that says so.

    `text`: the log itself, which tells of keys and broken tokens that begin above a shown line; without it, as for a
    stored result, only what a text shows by itself is found.
    """
    texts = _texts(log)
    blob = "\n".join({text: None for text, _ in texts})
    beyond = _beyond(texts, text) if text is not None else {}
    rows = likely(blob)
    secrets: _Seen = {(kind, secret, line): None for secret, (kind, line) in beyond.items()}
    for shown_text, line in texts:
        for span in spans(shown_text, rows):
            secrets[span.kind, shown_text[span.start : span.stop], line] = None
    if not secrets:
        return log
    redactor = _Redactor(rows, {secret: kind for kind, secret, _ in secrets if len(secret) >= _TELLING})
    clean = cast("Log", redactor.without(log))
    counts = _counted(secrets)
    note = _note(counts)
    source = replace(clean.source, redacted=(*log.source.redacted, *counts), notes=(*clean.source.notes, note))
    return replace(clean, source=source)


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
    elif isinstance(value, Evidence):
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
        return value.values()
    if isinstance(value, tuple | list):
        return value
    return (getattr(value, name) for name in names(type(value)))


class _Redactor:
    """The kinds that a result holds and the secrets themselves, for texts that were made of a line of the log."""

    def __init__(self, rows: Sequence[Secret], values: Mapping[str, str]) -> None:
        self._rows = rows
        # The longest first: a token that was cut off elsewhere is a part of it.
        self._known = sorted(values.items(), key=lambda item: -len(item[0]))

    def without(self, value: object) -> object:
        """The same record without secrets."""
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self._text(value)
        if is_dataclass(value) and not isinstance(value, type):
            now = {name: self.without(getattr(value, name)) for name in names(type(value))}
            changed = {name: item for name, item in now.items() if item is not getattr(value, name)}
            return replace(value, **changed) if changed else value
        if isinstance(value, Mapping):
            return {key: self.without(item) for key, item in value.items()}
        if isinstance(value, tuple):
            items = tuple(self.without(item) for item in value)
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        return [self.without(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        text = hide(text, spans(text, self._rows))
        for secret, kind in self._known:
            if secret in text:
                text = text.replace(secret, mark(kind))
        return text


def _beyond(texts: Sequence[tuple[str, int | None]], text: LogText) -> dict[str, tuple[str, int]]:
    """The parts of shown lines that belong to a secret of several lines, with its kind and the line."""
    numbers_shown = {line for _, line in texts if line is not None}
    parts_found: dict[str, tuple[str, int]] = {}
    for numbers in _around(sorted(numbers_shown), text):
        lines = [text.shown(number) for number in numbers]
        for place, parts in across(lines, likely("\n".join(lines))).items():
            for span in parts:
                part = lines[place][span.start : span.stop]
                if len(part) >= _TELLING:
                    parts_found[part] = (span.kind, numbers[place])
    return {part: kind_line for part, kind_line in parts_found.items() if kind_line[1] in numbers_shown}


def _around(numbers: Sequence[int], text: LogText) -> Iterator[range]:
    """The lines that may be parts of the same secrets as shown lines: many beside a key, else those next to them."""
    for far in _stretches(numbers, _AROUND, text.lines):
        near = numbers[bisect_left(numbers, far.start) : bisect_left(numbers, far.stop)]
        yield from [far] if _has_key(text, far) else _stretches(near, 1, text.lines)


def _has_key(text: LogText, lines: range) -> bool:
    """Whether a key may be in what is shown of these lines. A push that was drawn over and over is one long line."""
    start, stop = text.start_of(lines.start), text.stop_of(lines.stop - 1)
    spans = [(start, stop)] if stop - start < LOOKED_AT * len(lines) else map(text.shown_of, lines)
    return any(holds(text.data, b"PRIVATE KEY", *span) for span in spans)


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
