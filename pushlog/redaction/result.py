"""A result without secrets: every text that an output can show, hidden in one place, at the end of the analysis."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import is_dataclass, replace
from enum import Enum
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar, cast

from pushlog.fields import names, values
from pushlog.model import Evidence, Failure, Interval, Log, Missed
from pushlog.redaction.around import around
from pushlog.redaction.clean import remember, unknown
from pushlog.redaction.counts import counted, note
from pushlog.redaction.find import hide, mark, merged
from pushlog.redaction.keys import MOST_SILENT
from pushlog.redaction.windows import secret_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.redaction.around import Part
    from pushlog.redaction.counts import Seen
    from pushlog.redaction.find import Span

Record = TypeVar("Record")

UNREDACTED = "secrets were not redacted, as --no-redact asked for"
# A shorter one is hidden where its form shows it, but not wherever the same letters stand.
_TELLING = 6
_LONGEST_WORD = 16
# Between texts that don't go on in each other; below the label of a key several rows are read as parts of it.
_APART = "\n\n"
_APART_FROM_KEY = f"{_APART}{f'.{_APART}' * MOST_SILENT}"
# What holds no text; of figures and intervals a result has the most.
_SILENT = frozenset({int, float, bool, type(None), Interval})


def redact_result(log: Log, text: LogText | None = None) -> Log:
    """Return the same result with every secret hidden, what was hidden counted, and a note that says so.

    `text`: the log itself, which tells of keys and broken tokens that begin above a shown line; without it, as for a
    stored result, only what a text shows by itself is found.
    """
    texts = _texts(log)
    shown = {line for _, line in texts if line is not None}
    parts = [] if text is None else list(around(sorted(shown), text))
    by_text, beyond = _secrets_of(list(dict.fromkeys(text for text, _ in texts)), parts, shown)
    secrets: Seen = dict.fromkeys(beyond)
    for shown_text, line in texts:
        for span in by_text.get(shown_text, ()):
            secrets[span.kind, shown_text[span.start : span.stop], line] = None
    if not secrets:
        return log
    telling = {value: kind for kind, value, _ in secrets if _tells(value)}
    clean = cast("Log", _Redactor(by_text, telling).without(log))
    if clean is log:
        return log
    counts = counted(secrets)
    notes = (*clean.source.notes, note(counts))
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
    if isinstance(value, tuple | list):
        return value
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    return values(value)


def _secrets_of(
    texts: Sequence[str], parts: Sequence[Part], shown: Collection[int]
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
            fields = zip(names(type(value)), values(value), strict=True)
            changed = {name: now for name, item in fields if (now := self.without(item)) is not item}
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
