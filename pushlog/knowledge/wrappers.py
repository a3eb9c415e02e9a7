"""Programs that drive a client, `wrappers.toml`: the lines that they print around its output."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.knowledge.shipped import ours
from pushlog.knowledge.tables import Row, document
from pushlog.model import Client
from pushlog.record_class import record

if TYPE_CHECKING:
    import re

_CLIENTS = tuple(client.value for client in Client)


@record(slots=False)
class Wrapper:
    """One row; the file explains every key."""

    id: str
    client: Client | None
    has: tuple[bytes, ...]
    line: tuple[str, ...]
    above: tuple[str, ...]
    sample: tuple[str, ...]
    lookalike: tuple[str, ...]
    source: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return kept_pattern("|".join(f"(?:{pattern})" for pattern in (*self.line, *self.above)))

    @cached_property
    def _pattern_below(self) -> re.Pattern[str] | None:
        return kept_pattern("|".join(f"(?:{pattern})" for pattern in self.line)) if self.line else None

    def prints(self, line: str, *, is_below: bool = False) -> bool:
        """Return whether the program prints such a line, above a push or below the beginning of one."""
        pattern = self._pattern_below if is_below and self.above else self._pattern
        return pattern is not None and pattern.search(line) is not None


@cache
def wrappers() -> tuple[Wrapper, ...]:
    """Return the file that comes with pushlog. Raises KnowledgeError."""
    return _read(ours("wrappers.toml"))


def read_wrappers(text: str, file: str) -> tuple[Wrapper, ...]:
    """Return the rows of a TOML text. Raises KnowledgeError with file, row and key."""
    return _read(document(text, file, tested=True))


def _read(file: Row) -> tuple[Wrapper, ...]:
    rows = tuple(_wrapper(row) for row in file.rows("wrapper", "id"))
    file.done()
    return rows


def _wrapper(row: Row) -> Wrapper:
    client = row.choice("client", _CLIENTS)
    wrapper = Wrapper(
        id=row.text("id"),
        client=Client(client) if client else None,
        has=tuple(text.encode() for text in row.texts("has")),
        line=row.texts("line"),
        above=row.texts("above"),
        sample=row.texts("sample"),
        lookalike=row.texts("lookalike"),
        source=row.text("source"),
    )
    row.done()
    for key, values in (("has", wrapper.has), ("line", (*wrapper.line, *wrapper.above)), ("sample", wrapper.sample)):
        if not values:
            raise row.wrong(key, "is missing")
    return wrapper
