"""Registries, `registries.toml`: whose host it is, what is documented about it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pushlog.knowledge.shipped import ours
from pushlog.knowledge.tables import Row, document
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.knowledge.patterns import Linear
    from pushlog.knowledge.wording import Words

BASES = ("compressed", "uncompressed")
UNITS = ("bytes", "seconds", "images", "requests per minute", "requests per 10 minutes")
PORT = lazy_pattern(r":\d+$")


@record
class Limit:
    """A documented figure. `value` counts `unit`, `words` is the figure as documented, `basis` which bytes it means."""

    id: str
    value: int
    unit: str
    words: str
    basis: str | None
    source: str
    verified: bool


@record
class Registry:
    """A registry service. `login` is a command to paste, `token_seconds` how long a login or its token lives.

    `right`: what an account needs to push there, as the end of a sentence: "The account needs …".
    """

    kind: str
    name: str
    hosts: tuple[str | Linear, ...]
    login: Words
    token_seconds: int | None
    token_source: str | None
    token_verified: bool
    right: str | None
    right_source: str | None
    limits: tuple[Limit, ...]
    notes: tuple[str, ...]
    source: str | None

    def parts_of(self, host: str | None) -> dict[str, str]:
        """Return what the host says besides its registry: the named groups of `hosts`, such as region and account."""
        if host is None:
            return {}
        patterns = (pattern for pattern in self.hosts if isinstance(pattern, str))
        matches = (match for pattern in patterns if (match := re.search(pattern, PORT.sub("", host))))
        match = next(matches, None)
        return {name: value for name, value in match.groupdict().items() if value} if match else {}


@cache
def registries() -> tuple[Registry, ...]:
    """Return the file that comes with pushlog. Raises KnowledgeError."""
    return _read(ours("registries.toml"))


def read_registries(text: str, file: str) -> tuple[Registry, ...]:
    """Return the registries of a TOML text. Raises KnowledgeError."""
    return _read(document(text, file))


def _read(file: Row) -> tuple[Registry, ...]:
    rows = tuple(registry(row) for row in file.rows("registry", "kind"))
    file.done()
    return rows


def registry(row: Row) -> Registry:
    """Return one row. Raises KnowledgeError."""
    entry = Registry(
        kind=row.text("kind"),
        name=row.text("name"),
        hosts=row.patterns("hosts"),
        login=row.words("login"),
        token_seconds=row.number("token_seconds"),
        token_source=row.maybe_text("token_source") or (row.origin if row.has("token_seconds") else None),
        token_verified=row.flag("token_verified") is not False,
        right=row.maybe_text("right"),
        right_source=row.maybe_text("right_source") or (row.origin if row.has("right") else None),
        limits=tuple(_limit(limit) for limit in row.rows("limit", "id")),
        notes=row.texts("notes"),
        source=row.maybe_text("source"),
    )
    row.done()
    if entry.right is not None and entry.right_source is None:
        raise row.wrong("right_source", "is missing: what a registry asks for needs its source")
    if entry.token_seconds is not None and entry.token_source is None:
        raise row.wrong("token_source", "is missing: every figure needs its source")
    return entry


def _limit(row: Row) -> Limit:
    value, unit = row.number("value"), row.choice("unit", UNITS)
    if value is None or unit is None:
        raise row.wrong("value" if value is None else "unit", "is missing")
    limit = Limit(
        id=row.text("id"),
        value=value,
        unit=unit,
        words=row.text("words"),
        basis=row.choice("basis", BASES),
        source=row.source(),
        verified=row.flag("verified") is not False,
    )
    row.done()
    return limit
