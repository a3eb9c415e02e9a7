"""Rows of a TOML file, read key by key; whatever is wrong is said with its file, its row and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.disk_cache import cached_bytes
from pushlog.faults import UserError
from pushlog.knowledge.patterns import Linear, PatternError, linear

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# More than anybody writes by hand; the catalogue that comes with pushlog has 150.
MOST_ROWS = 1000


class KnowledgeError(UserError):
    """A knowledge or rules file is wrong; the message names file, row and key."""


class Row:
    """One table of a file. Each key is taken once; `done` complains about keys that nobody took.

    `tested`: it comes with pushlog, so its regular expressions are known to be good. `base`: what a key stands for
    where the table leaves it out. `origin`: the source of figures and rows that name none.
    """

    def __init__(
        self,
        file: str,
        name: str,
        values: Mapping[str, object],
        *,
        tested: bool,
        origin: str | None = None,
        base: Mapping[str, object] | None = None,
    ) -> None:
        self.file = file
        self.name = name
        self.tested = tested
        self.origin = origin
        self._values = values
        self._base = base or {}
        self._taken: set[str] = set()

    def over(self, base: Mapping[str, object]) -> Row:
        """The same table, with what it leaves out taken from `base`."""
        return Row(self.file, self.name, self._values, tested=self.tested, origin=self.origin, base=base)

    def has(self, key: str) -> bool:
        """Whether the table itself says anything about a key."""
        return key in self._values

    def inherited(self, key: str) -> object:
        """What `base` says about a key that the table leaves out."""
        return None if self.has(key) else self._base.get(key)

    def wrong(self, key: str, why: str) -> KnowledgeError:
        """The error to raise for a key of this row."""
        return KnowledgeError(f"{self.file}: row '{self.name}': key '{key}': {why}")

    def _take(self, key: str) -> object:
        self._taken.add(key)
        return self._values[key] if self.has(key) else self._base.get(key)

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
        items = value if isinstance(value, list | tuple) else [value]
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

    def source(self) -> str:
        """Where the row is known from; a row of a user's own that does not say is known from its file."""
        return self.maybe_text("source") or self.origin or self.text("source")

    def pattern(self, key: str) -> str | Linear | None:
        """A regular expression; see `patterns`."""
        value = self._take(key)
        return value if isinstance(value, Linear) else next(iter(self.patterns(key)), None)

    def patterns(self, key: str) -> tuple[str | Linear, ...]:
        """Regular expressions: ours as text, for most are never needed; a user's own ready to search."""
        value = self.inherited(key)
        if self.tested or isinstance(value, str):
            return self.texts(key)
        if isinstance(value, tuple):
            return tuple(item for item in value if isinstance(item, str | Linear))
        try:
            return tuple(linear(pattern) for pattern in self.texts(key))
        except PatternError as error:
            raise self.wrong(key, str(error)) from None

    def table(self, key: str) -> Row:
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "is missing" if value is None else f"must be a table, not {value!r}")
        return Row(self.file, f"{self.name}' in '{key}", value, tested=self.tested, origin=self.origin)

    def rows(self, key: str, name_key: str) -> Iterator[Row]:
        """The tables of a list of tables, each named by its own `name_key`."""
        value = self._take(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list of tables")
        if len(value) > MOST_ROWS:
            raise self.wrong(key, f"has more than {MOST_ROWS:,} rows")
        seen: set[str] = set()
        for number, item in enumerate(value, 1):
            name = item.get(name_key) if isinstance(item, dict) else None
            if not isinstance(item, dict) or not isinstance(name, str) or not name:
                raise KnowledgeError(f"{self.file}: row {number} of '{key}': key '{name_key}': is missing")
            if name in seen:
                raise KnowledgeError(f"{self.file}: row '{name}': key '{name_key}': is used twice")
            seen.add(name)
            yield Row(self.file, name, item, tested=self.tested, origin=self.origin)

    def done(self) -> None:
        for key in self._values:
            if key not in self._taken:
                raise self.wrong(key, "is not known here")


def ours(file: str) -> Row:
    """A whole file that comes with pushlog as one row. It is kept as JSON, which is read ten times as fast."""
    import json
    from importlib.resources import files

    text = files("pushlog.knowledge").joinpath(file).read_text("utf-8")

    def made() -> bytes:
        import tomllib

        return json.dumps(tomllib.loads(text)).encode()

    return Row(file, "the file", json.loads(cached_bytes(file, (text,), made)), tested=True)


def document(text: str, file: str, *, tested: bool = False, origin: str | None = None) -> Row:
    """A whole TOML file as one row."""
    import tomllib

    try:
        return Row(file, "the file", tomllib.loads(text), tested=tested, origin=origin)
    except tomllib.TOMLDecodeError as error:
        # tomllib names line and column, except where the text ends too early.
        end = f"(at the end, line {text.count(chr(10)) + 1})"
        why = str(error).replace("(at end of document)", end)
        raise KnowledgeError(f"{file}: is no TOML: {why}") from None
    except RecursionError:
        raise KnowledgeError(f"{file}: is no TOML: too many brackets inside brackets") from None
