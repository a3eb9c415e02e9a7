"""Words that tell that a push was stopped from outside, `stops.toml`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.knowledge.shipped import ours
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    import re

    from pushlog.knowledge.tables import Row

# What stands in front of the words: a CI's command, a level, the time and level of a logger.
_LABEL = lazy_pattern(
    r"(?:##\[(?:error|warning)\]|::(?:error|warning)(?: [^:]*)?::|(?:ERROR|Error|error|WARNING|Warning): "
    r"|(?:FATA|ERRO|WARN)\[\d+\] |time=\"[^\"]*\" level=\w+ msg=\"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )+"
)


@record
class Stop:
    """Words of a CI system, a shell or a client that end a job. `why` is a sentence, with groups of the pattern."""

    id: str
    pattern: re.Pattern[str]
    why: str
    sample: tuple[str, ...]
    lookalike: tuple[str, ...]
    source: str


@cache
def stops() -> tuple[Stop, ...]:
    """Return the rows of the file."""
    rows = ours("stops.toml")
    entries = tuple(_stop(row) for row in rows.rows("stop", "id"))
    rows.done()
    return entries


def stop_reason(line: str) -> str | None:
    """Return why a line tells that a push was stopped, as a sentence; None for any other line."""
    label = _LABEL.match(line)
    words = _without_end(line[label.end() if label else 0 :])
    for stop in stops():
        if match := stop.pattern.fullmatch(words):
            return match.expand(stop.why)
    return None


def _without_end(text: str) -> str:
    """Return a text without the quotes and blanks behind it; a pattern would try each of its blanks."""
    while (shorter := text.rstrip().rstrip('"')) != text:
        text = shorter
    return text


def _stop(row: Row) -> Stop:
    entry = Stop(
        id=row.text("id"),
        pattern=kept_pattern(row.text("pattern")),
        why=row.text("why"),
        sample=row.texts("sample"),
        lookalike=row.texts("lookalike"),
        source=row.text("source"),
    )
    row.done()
    return entry
