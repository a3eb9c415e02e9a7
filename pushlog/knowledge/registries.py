"""Registries and the proxies in front of them, `registries.toml`: whose host it is, what is documented about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pushlog.knowledge.tables import Row, document, ours

if TYPE_CHECKING:
    from pushlog.knowledge.patterns import Linear

BASES = ("compressed", "uncompressed")
UNITS = ("bytes", "seconds", "images", "requests per minute", "requests per 10 minutes")
PORT = re.compile(r":\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A documented figure. `value` counts `unit`, `words` is the figure as documented, `basis` which bytes it means."""

    id: str
    value: int
    unit: str
    words: str
    basis: str | None
    source: str
    date: str | None
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A registry service. `login` is a command to paste, `token_seconds` how long a login or its token lives."""

    kind: str
    name: str
    hosts: tuple[str | Linear, ...]
    login: str
    token_seconds: int | None
    token_source: str | None
    token_verified: bool
    limits: tuple[Limit, ...]
    notes: tuple[str, ...]
    source: str | None
    date: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """Something in front of a registry, known by `server`, a regular expression on the name that it signs with.

    `value` is its limit on request bodies in bytes, `words` the same as documented, `setting` the one thing to set
    there (it reads well after "set"), `time_setting` the same for its time limit.
    """

    id: str
    name: str
    server: str | Linear
    value: int | None
    words: str
    setting: str
    time_setting: str | None
    source: str
    date: str | None
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """The whole file."""

    registries: tuple[Registry, ...]
    hops: tuple[Hop, ...]


@cache
def lookup() -> Registries:
    """The file that comes with pushlog."""
    return _read(ours("registries.toml"))


def read_registries(text: str, file: str) -> Registries:
    """The registries and hops of a TOML text; raises `KnowledgeError`."""
    return _read(document(text, file))


def _read(rows: Row) -> Registries:
    found = Registries(
        registries=tuple(registry(row) for row in rows.rows("registry", "kind")),
        hops=tuple(hop(row) for row in rows.rows("hop", "id")),
    )
    rows.done()
    return found


def registry(row: Row) -> Registry:
    """One row; raises `KnowledgeError`."""
    entry = Registry(
        kind=row.text("kind"),
        name=row.text("name"),
        hosts=row.patterns("hosts"),
        login=row.text("login"),
        token_seconds=row.number("token_seconds"),
        token_source=row.maybe_text("token_source") or (row.origin if row.has("token_seconds") else None),
        token_verified=row.flag("token_verified") is not False,
        limits=tuple(_limit(limit) for limit in row.rows("limit", "id")),
        notes=row.texts("notes"),
        source=row.maybe_text("source"),
        date=row.maybe_text("date"),
    )
    row.done()
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
        date=row.maybe_text("date"),
        verified=row.flag("verified") is not False,
    )
    row.done()
    return limit


def hop(row: Row) -> Hop:
    """One row; raises `KnowledgeError`."""
    entry = Hop(
        id=row.text("id"),
        name=row.text("name"),
        server=row.pattern("server") or "",
        value=row.number("value"),
        words=row.text("words"),
        setting=row.text("setting"),
        time_setting=row.maybe_text("time_setting"),
        source=row.source(),
        date=row.maybe_text("date"),
        verified=row.flag("verified") is not False,
    )
    row.done()
    if not entry.server:
        raise row.wrong("server", "is missing")
    return entry
