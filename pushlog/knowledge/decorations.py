"""What CI systems put before every line, `decorations.toml`: one row for each form, with a sample it must take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pushlog.knowledge.tables import Row, document

CLOCKS = ("iso", "slashes", "epoch", "epoch-ms", "time", "seconds", "month-day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoration:
    """One form; `pattern` is what stands before a line, `suffix` what ends it. The file explains every key."""

    id: str
    system: str
    pattern: str
    suffix: str | None
    clock: str | None
    sample: str
    inside: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """A line that the CI itself writes between those of the client."""

    id: str
    system: str
    pattern: str
    sample: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decorations:
    """The whole file."""

    forms: tuple[Decoration, ...]
    noise: tuple[Noise, ...]


@cache
def decorations() -> Decorations:
    """The file that comes with pushlog, the more specific forms first."""
    text = files("pushlog.knowledge").joinpath("decorations.toml").read_text("utf-8")
    return read_decorations(text, "decorations.toml")


def read_decorations(text: str, file: str) -> Decorations:
    """The forms of a TOML text; raises KnowledgeError with file, row and key."""
    rows = document(text, file)
    found = Decorations(
        forms=tuple(_form(row) for row in rows.rows("decoration", "id")),
        noise=tuple(_noise(row) for row in rows.rows("noise", "id")),
    )
    rows.done()
    return found


def _form(row: Row) -> Decoration:
    clock = row.choice("clock", CLOCKS)
    pattern = row.text("pattern")
    if (clock is None) is ("(?P<stamp>" in pattern):
        raise row.wrong("clock", "goes with a group `stamp` in the pattern, and only with it")
    found = Decoration(
        id=row.text("id"),
        system=row.text("system"),
        pattern=pattern,
        suffix=row.maybe_text("suffix"),
        clock=clock,
        sample=row.text("sample"),
        inside=row.text("inside"),
        source=row.text("source"),
    )
    taken = re.match(pattern.encode(), found.sample.encode())
    if taken is None or not found.sample.encode()[taken.end() :].startswith(found.inside.encode()):
        raise row.wrong("sample", "is not taken by the pattern")
    row.done()
    return found


def _noise(row: Row) -> Noise:
    found = Noise(
        id=row.text("id"),
        system=row.text("system"),
        pattern=row.text("pattern"),
        sample=row.text("sample"),
        source=row.text("source"),
    )
    if not re.match(found.pattern.encode(), found.sample.encode()):
        raise row.wrong("sample", "is not taken by the pattern")
    row.done()
    return found
