"""What can stand in front of a registry, `proxies.toml`: how it signs its pages, what it allows, what to set there."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pushlog.knowledge.shipped import ours
from pushlog.knowledge.tables import Row, document
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.knowledge.patterns import Linear


@record
class Proxy:
    """Something in front of a registry, known by `server`, a regular expression on the name that it signs with.

    `value` is its limit on request bodies in bytes, `words` the same as documented, `setting` the one thing to set
    there (it reads well after "set").
    """

    id: str
    name: str
    server: str | Linear
    value: int | None
    words: str
    setting: str
    source: str
    verified: bool


@cache
def proxies() -> tuple[Proxy, ...]:
    """Return the file that comes with pushlog. Raises KnowledgeError."""
    return _read(ours("proxies.toml"))


def read_proxies(text: str, file: str) -> tuple[Proxy, ...]:
    """Return the proxies of a TOML text. Raises KnowledgeError."""
    return _read(document(text, file))


def _read(file: Row) -> tuple[Proxy, ...]:
    rows = tuple(proxy(row) for row in file.rows("proxy", "id"))
    file.done()
    return rows


def proxy(row: Row) -> Proxy:
    """Return one row. Raises KnowledgeError."""
    entry = Proxy(
        id=row.text("id"),
        name=row.text("name"),
        server=row.pattern("server") or "",
        value=row.number("value"),
        words=row.text("words"),
        setting=row.text("setting"),
        source=row.source(),
        verified=row.flag("verified") is not False,
    )
    row.done()
    if not entry.server:
        raise row.wrong("server", "is missing")
    return entry
