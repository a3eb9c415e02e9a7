"""Kinds of secrets, `secrets.toml`: one row for each, with samples and look-alikes."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.knowledge.shipped import ours
from pushlog.knowledge.tables import Row, document
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

# The parts that patterns share, and how a pattern names one.
_PARTS = ("no", "key", "name", "notsecret", "words", "more", "random", "strong")
_NAMES = "names"
_PART = lazy_pattern(r"<<([a-z]+)>>")


@record(slots=False)
class Secret:
    """One kind; the file explains every key."""

    id: str
    kind: str
    near: tuple[str, ...]
    beside: str | None
    gate: str | None
    pattern: str
    lines: bool
    sample: tuple[str, ...]
    lookalike: tuple[str, ...]
    source: str

    def may_stand_in(self, lowered: str) -> bool:
        """Whether a look at a text in lower case allows this kind to stand in it."""
        return self.is_near(lowered) and self.fits_gate(lowered)

    def is_near(self, lowered: str) -> bool:
        """Whether one of its words stands in a text in lower case."""
        return not self.near or any(literal in lowered for literal in self.near)

    def fits_gate(self, lowered: str) -> bool:
        """Whether a text in lower case, in which such a word stands, has what the gate asks for."""
        return self._gate is None or self._gate.search(lowered) is not None

    @cached_property
    def _gate(self) -> re.Pattern[str] | None:
        return None if self.gate is None else kept_pattern(self.gate)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled pattern; compiled on first use, because most are never needed."""
        return kept_pattern(self.pattern)


@cache
def secrets() -> tuple[Secret, ...]:
    """Return the file that comes with pushlog, in its order."""
    return _read(ours("secrets.toml"))


def read_secrets(text: str, file: str) -> tuple[Secret, ...]:
    """Return the kinds of a TOML text. Raises KnowledgeError with file, row and key."""
    return _read(document(text, file))


def _read(rows: Row) -> tuple[Secret, ...]:
    parts, names = _parts(rows)
    kinds = tuple(_secret(row, parts, names) for row in rows.rows("secret", "id"))
    rows.done()
    return kinds


def _parts(rows: Row) -> tuple[dict[str, str], tuple[str, ...]]:
    """The parts that patterns share, by name, and the words that near may name together."""
    if not rows.has("parts"):
        return {}, ()
    table = rows.table("parts")
    parts: dict[str, str] = {}
    for name in _PARTS:
        if table.has(name):
            parts[name] = _filled(table.text(name), parts)
    names = table.texts(_NAMES) if table.has(_NAMES) else ()
    table.done()
    return parts, names


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern with the parts that it names."""
    return _PART.sub(lambda hit: parts[hit[1]], pattern)


def _secret(row: Row, parts: Mapping[str, str], names: tuple[str, ...]) -> Secret:
    pattern = row.text("pattern")
    if unknown := next((name for name in _PART.findall(pattern) if name not in parts), None):
        raise row.wrong("pattern", f"names the part '{unknown}', which is not there")
    near = tuple(word for text in row.texts("near") for word in (names if text == f"<<{_NAMES}>>" else (text,)))
    secret = Secret(
        id=row.text("id"),
        kind=row.maybe_text("kind") or row.name,
        near=near,
        beside=row.maybe_text("beside"),
        gate=row.maybe_text("gate"),
        pattern=_filled(pattern, parts),
        lines=row.flag("lines") or False,
        sample=row.texts("sample"),
        lookalike=row.texts("lookalike"),
        source=row.text("source"),
    )
    if any(literal != literal.lower() for literal in near):
        raise row.wrong("near", "must be in lower case")
    row.done()
    return secret
