"""Kinds of secrets, `secrets.toml`: one row for each, with samples and look-alikes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

from pushlog.knowledge.tables import Row, document, ours


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One kind; the file explains every key."""

    id: str
    kind: str
    near: tuple[str, ...]
    pattern: str
    sample: tuple[str, ...]
    lookalike: tuple[str, ...]
    source: str

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled pattern; compiled on first use, because most are never needed."""
        return re.compile(self.pattern)


@cache
def secrets() -> tuple[Secret, ...]:
    """Return the file that comes with pushlog, in its order."""
    return _read(ours("secrets.toml"))


def read_secrets(text: str, file: str) -> tuple[Secret, ...]:
    """Return the kinds of a TOML text. Raises KnowledgeError with file, row and key."""
    return _read(document(text, file))


def _read(rows: Row) -> tuple[Secret, ...]:
    kinds = tuple(_secret(row) for row in rows.rows("secret", "id"))
    rows.done()
    return kinds


def _secret(row: Row) -> Secret:
    near = row.texts("near")
    secret = Secret(
        id=row.text("id"),
        kind=row.maybe_text("kind") or row.name,
        near=near,
        pattern=row.text("pattern"),
        sample=row.texts("sample"),
        lookalike=row.texts("lookalike"),
        source=row.text("source"),
    )
    if any(literal != literal.lower() for literal in near):
        raise row.wrong("near", "must be in lower case")
    row.done()
    return secret
