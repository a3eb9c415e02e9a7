"""Rows of a TOML file, read key by key; an error names the file, the row and the key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from pushlog.faults import UserError
from pushlog.knowledge.patterns import Linear, PatternError, linear
from pushlog.knowledge.toml_lines import line_of
from pushlog.knowledge.wording import Words, versions
from pushlog.suggest import did_you_mean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from pushlog.knowledge.toml_lines import Place

# More than anybody writes by hand.
MOST_ROWS = 1000
# The name of a whole file as a row, which messages leave out.
WHOLE = "the file"
# Characters of a wrong line that a message quotes.
_QUOTED = 60


class KnowledgeError(UserError):
    """A knowledge or rules file is wrong; the message names file, row and key."""


class Row:
    """One table of a file. Each key is read once; `done` raises KnowledgeError for a key that nobody read.

    `tested`: the table comes with pushlog, so its regular expressions are known to be good. `base`: the values of keys
    that the table leaves out. `origin`: the source of figures and rows that name none. `text`: the file, and `place`
    the way to the table in it, so that a message has a line.
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
        text: str = "",
        place: Place = (),
    ) -> None:
        self.file = file
        self.name = name
        self.tested = tested
        self.origin = origin
        self._values = values
        self._base = base or {}
        self._text = text
        self._place = place
        self._taken: set[str] = set()

    def over(self, base: Mapping[str, object]) -> Row:
        """Return the same table, with the values that it leaves out taken from `base`."""
        return self._table(self.name, self._values, self._place, base)

    def _table(
        self, name: str, values: Mapping[str, object], place: Place, base: Mapping[str, object] | None = None
    ) -> Row:
        return Row(
            self.file, name, values, tested=self.tested, origin=self.origin, base=base, text=self._text, place=place
        )

    def has(self, key: str) -> bool:
        """Whether the table itself has a key."""
        return key in self._values

    def own_keys(self) -> tuple[str, ...]:
        """Return the keys of the table itself."""
        return tuple(self._values)

    def inherited(self, key: str) -> object:
        """Return the value in `base` of a key that the table leaves out."""
        return None if self.has(key) else self._base.get(key)

    def wrong(self, key: str, why: str) -> KnowledgeError:
        """Return the error to raise for a key of this row."""
        row = "" if self.name.startswith(WHOLE) else f"row '{self.name}': "
        return self._error((*self._place, key), f"{row}key '{key}': {why}")

    def missing(self, key: str) -> KnowledgeError:
        """Return the error to raise for a key that is not there, unless it is there under a mistyped name."""
        unread = [name for name in self._values if name not in self._taken]
        mistyped = next((name for name in unread if did_you_mean(name, [key])), None)
        if mistyped is None:
            return self.wrong(key, "is missing")
        return self.wrong(mistyped, f"is not known here{did_you_mean(mistyped, [key])}")

    def _error(self, place: Place, why: str) -> KnowledgeError:
        line = line_of(self._text, place) if self._text else None
        return KnowledgeError(f"{self.file}{'' if line is None else f':{line}'}: {why}")

    def line(self, key: str) -> int | None:
        """Return the line of a key in the file, where its text is at hand."""
        return line_of(self._text, (*self._place, key)) if self._text else None

    def _take(self, key: str) -> object:
        self._taken.add(key)
        return self._values[key] if self.has(key) else self._base.get(key)

    def text(self, key: str) -> str:
        value = self.maybe_text(key)
        if not value:
            raise self.missing(key)
        return value

    def maybe_text(self, key: str) -> str | None:
        value = self._take(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, f"must be text, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; one text alone stands for a list of one."""
        value = self._take(key)
        if value is None:
            return ()
        items = value if isinstance(value, list | tuple) else [value]
        if not all(isinstance(item, str) and item for item in items):
            raise self.wrong(key, f"must be text or a list of texts, not {value!r}")
        return tuple(items)

    def words(self, key: str) -> Words:
        """Return one text, by scope or in versions (see `wording`)."""
        value = self._take(key)
        if not value:
            raise self.missing(key)
        return self._words(key, value)

    def all_words(self, key: str) -> tuple[Words, ...]:
        """Return a list of such texts; one alone stands for a list of one."""
        value = self._take(key)
        items = value if isinstance(value, list | tuple) else () if value is None else (value,)
        return tuple(self._words(key, item) for item in items)

    def _words(self, key: str, value: object) -> Words:
        if isinstance(value, Words):
            return value
        if isinstance(value, str) and value:
            return versions(value)
        if isinstance(value, list) and value and all(isinstance(text, str) and text for text in value):
            return versions(*value)
        if not isinstance(value, dict) or not value or not all(isinstance(text, str) for text in value.values()):
            raise self.wrong(key, f"must be text, or texts by scope, not {value!r}")
        try:
            return Words(tuple(value.items()))
        except ValueError as error:
            raise self.wrong(key, str(error)) from None

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

    def real(self, key: str) -> float | None:
        value = self._take(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.wrong(key, f"must be a number, not {value!r}")
        return value

    def date(self, key: str) -> dt.date | None:
        value = self._take(key)
        if value is not None and (not hasattr(value, "day") or hasattr(value, "hour")):
            raise self.wrong(key, f"must be a date, such as 2027-01-31, not {value!r}")
        return cast("dt.date | None", value)

    def choice(self, key: str, allowed: tuple[str, ...], *, flags: tuple[str, str] | None = None) -> str | None:
        """Return one of the `allowed` words; `flags`: the words that true and false stand for."""
        if flags and isinstance(value := self._take(key), bool):
            return flags[0] if value else flags[1]
        value = self.maybe_text(key)
        if value is not None and value not in allowed:
            raise self.wrong(key, f"must be one of {', '.join(allowed)}, not '{value}'{did_you_mean(value, allowed)}")
        return value

    def source(self) -> str:
        """Return the source of the row; that of a user's row which names none is its file."""
        return self.maybe_text("source") or self.origin or self.text("source")

    def pattern(self, key: str) -> str | Linear | None:
        """Return a regular expression; see `patterns`."""
        value = self._take(key)
        return value if isinstance(value, Linear) else next(iter(self.patterns(key)), None)

    def patterns(self, key: str) -> tuple[str | Linear, ...]:
        """Return regular expressions: ours as text, because most are never needed; a user's own compiled."""
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
        if value is None:
            raise self.missing(key)
        if not isinstance(value, dict):
            raise self.wrong(key, f"must be a table, not {value!r}")
        return self._table(f"{self.name}' in '{key}", value, (*self._place, key))

    def rows(self, key: str, name_key: str, *, repeats: bool = False) -> Iterator[Row]:
        """Yield the tables of a list of tables, each named by its own `name_key`; `repeats`: names may come again."""
        value = self._take(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list of tables")
        if len(value) > MOST_ROWS:
            raise self.wrong(key, f"has more than {MOST_ROWS:,} rows")
        names: set[str] = set()
        for number, item in enumerate(value):
            place = (*self._place, key, number)
            name = item.get(name_key) if isinstance(item, dict) else None
            if not isinstance(item, dict) or not isinstance(name, str) or not name:
                raise self._error(place, f"row {number + 1} of '{key}': key '{name_key}': is missing")
            if name in names and not repeats:
                raise self._error((*place, name_key), f"row '{name}': key '{name_key}': is used twice")
            names.add(name)
            yield self._table(name, item, place)

    def done(self) -> None:
        for key in self._values:
            if key not in self._taken:
                raise self.wrong(key, f"is not known here{did_you_mean(key, self._taken)}")


def document(text: str, file: str, *, tested: bool = False, origin: str | None = None) -> Row:
    """Return a whole TOML file as one row. Raises KnowledgeError."""
    import tomllib

    try:
        return Row(file, WHOLE, tomllib.loads(text), tested=tested, origin=origin, text="" if tested else text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(_not_toml(text, file, str(error))) from None
    except ValueError as error:  # a number of thousands of digits
        raise KnowledgeError(f"{file}: not valid TOML: {str(error).split(';')[0]}") from None
    except RecursionError:
        raise KnowledgeError(f"{file}: not valid TOML: too many brackets inside brackets") from None


def _not_toml(text: str, file: str, why: str) -> str:
    """Return the message for a text that `tomllib` refuses: it names line and column, or the end of the text."""
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", why)
    number = int(place[1]) if place and place[1] else text.count("\n") + 1
    line = text.split("\n")[number - 1].strip()[:_QUOTED]
    return f"{file}:{number}: not valid TOML: {why[: place.start()] if place else why}{f': {line}' if line else ''}"
