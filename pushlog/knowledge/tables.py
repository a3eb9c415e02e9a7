"""Rows of a TOML file, read key by key; whatever is wrong is said with its file, its row and its key."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class KnowledgeError(ValueError):
    """A knowledge or rules file is wrong; the message names file, row and key."""


class Row:
    """One table of a file. Each key is taken once; `done` complains about keys that nobody took."""

    def __init__(self, file: str, name: str, values: Mapping[str, object]) -> None:
        self.file = file
        self.name = name
        self._values = values
        self._taken: set[str] = set()

    def wrong(self, key: str, why: str) -> KnowledgeError:
        """The error to raise for a key of this row."""
        return KnowledgeError(f"{self.file}: row '{self.name}': key '{key}': {why}")

    def _take(self, key: str) -> object:
        self._taken.add(key)
        return self._values.get(key)

    def text(self, key: str) -> str:
        value = self.maybe_text(key)
        if not value:
            raise self.wrong(key, "is missing")
        return value

    def maybe_text(self, key: str) -> str | None:
        value = self._take(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, f"must be text, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone stands for a list of one."""
        value = self._take(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) and item for item in items):
            raise self.wrong(key, f"must be text or a list of texts, not {value!r}")
        return tuple(items)

    def flag(self, key: str) -> bool | None:
        value = self._take(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, f"must be true or false, not {value!r}")
        return value

    def number(self, key: str) -> int | None:
        value = self._take(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.wrong(key, f"must be a whole number, not {value!r}")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str | None:
        value = self.maybe_text(key)
        if value is not None and value not in allowed:
            raise self.wrong(key, f"must be one of {', '.join(allowed)}, not '{value}'")
        return value

    def pattern(self, key: str) -> str | None:
        """A regular expression, kept as text: most are never needed, so nothing compiles them while loading."""
        return self.maybe_text(key)

    def checked_pattern(self, key: str) -> str | None:
        """A regular expression from a file that nobody has tested yet."""
        return next(iter(self.checked_patterns(key)), None)

    def checked_patterns(self, key: str) -> tuple[str, ...]:
        for pattern in self.texts(key):
            try:
                re.compile(pattern)
            except re.error as error:
                raise self.wrong(key, f"is no regular expression: {error}") from None
        return self.texts(key)

    def table(self, key: str) -> Row:
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "is missing" if value is None else f"must be a table, not {value!r}")
        return Row(self.file, f"{self.name}' in '{key}", value)

    def rows(self, key: str, name_key: str) -> Iterator[Row]:
        """The tables of a list of tables, each named by its own `name_key`."""
        value = self._take(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list of tables")
        seen: set[str] = set()
        for number, item in enumerate(value, 1):
            name = item.get(name_key) if isinstance(item, dict) else None
            if not isinstance(item, dict) or not isinstance(name, str) or not name:
                raise KnowledgeError(f"{self.file}: row {number} of '{key}': key '{name_key}': is missing")
            if name in seen:
                raise KnowledgeError(f"{self.file}: row '{name}': key '{name_key}': is used twice")
            seen.add(name)
            yield Row(self.file, name, item)

    def done(self) -> None:
        for key in self._values:
            if key not in self._taken:
                raise self.wrong(key, "is not known here")


def document(text: str, file: str) -> Row:
    """A whole TOML file as one row."""
    try:
        return Row(file, "the file", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{file}: is no TOML: {error}") from None
