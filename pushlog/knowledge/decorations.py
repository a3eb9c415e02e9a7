"""Line prefixes of CI systems, `decorations.toml`: one row for each form, with a sample that it must take."""

from __future__ import annotations

import re
from functools import cache

from pushlog.knowledge.shipped import ours
from pushlog.knowledge.tables import Row, document
from pushlog.record_class import record

CLOCKS = ("iso", "slashes", "epoch", "epoch-ms", "epoch-us", "time", "seconds", "month-day", "day-month")


@record
class Decoration:
    """One form of line prefix. `pattern`: the prefix; `suffix`: the end of each line; `marks`: one is in its logs.

    `wrapper`: the program that drove the client, where no other writes such a prefix.

    The file explains every key.
    """

    id: str
    system: str
    pattern: str
    suffix: str | None
    clock: str | None
    sample: str
    inside: str
    source: str
    marks: tuple[str, ...] = ()
    escaped: bool = False
    alone: bool = False
    wrapper: str | None = None


@record
class Noise:
    """A line that the CI itself writes between those of the client."""

    id: str
    system: str
    pattern: str
    sample: str
    source: str


@record
class Stamp:
    """A form of time inside a prefix that no row knows; `words` describes it to a person."""

    id: str
    pattern: str
    clock: str
    words: str
    sample: str


@record
class Decorations:
    """The whole file."""

    forms: tuple[Decoration, ...]
    stamps: tuple[Stamp, ...]
    noise: tuple[Noise, ...]


@cache
def decorations() -> Decorations:
    """Return the file that comes with pushlog, the more specific forms first."""
    return _read(ours("decorations.toml"))


def read_decorations(text: str, file: str) -> Decorations:
    """Return the forms of a TOML text. Raises KnowledgeError with file, row and key."""
    return _read(document(text, file))


def _read(rows: Row) -> Decorations:
    tables = Decorations(
        forms=tuple(_form(row) for row in rows.rows("decoration", "id")),
        stamps=tuple(_stamp(row) for row in rows.rows("stamp", "id")),
        noise=tuple(_noise(row) for row in rows.rows("noise", "id")),
    )
    rows.done()
    return tables


def _form(row: Row) -> Decoration:
    clock = row.choice("clock", CLOCKS)
    pattern = row.text("pattern")
    if (clock is None) is ("(?P<stamp>" in pattern):
        raise row.wrong("clock", "goes with a group `stamp` in the pattern, and only with it")
    form = Decoration(
        id=row.text("id"),
        system=row.text("system"),
        pattern=pattern,
        suffix=row.maybe_text("suffix"),
        clock=clock,
        sample=row.text("sample"),
        inside=row.text("inside"),
        source=row.text("source"),
        marks=row.texts("marks"),
        escaped=bool(row.flag("escaped")),
        alone=bool(row.flag("alone")),
        wrapper=row.maybe_text("wrapper"),
    )
    row.done()
    if row.tested:
        return form
    prefix = re.match(pattern.encode(), form.sample.encode())
    if prefix is None or not form.sample.encode()[prefix.end() :].startswith(form.inside.encode()):
        raise row.wrong("sample", "is not taken by the pattern")
    return form


def _clock(row: Row) -> str:
    clock = row.choice("clock", CLOCKS)
    if clock is None:
        raise row.wrong("clock", "is missing")
    return clock


def _stamp(row: Row) -> Stamp:
    clock = _clock(row)
    stamp = Stamp(
        id=row.text("id"),
        pattern=row.text("pattern"),
        clock=clock,
        words=row.text("words"),
        sample=row.text("sample"),
    )
    if not row.tested and not re.search(stamp.pattern.encode(), stamp.sample.encode()):
        raise row.wrong("sample", "does not hold the stamp")
    row.done()
    return stamp


def _noise(row: Row) -> Noise:
    noise = Noise(
        id=row.text("id"),
        system=row.text("system"),
        pattern=row.text("pattern"),
        sample=row.text("sample"),
        source=row.text("source"),
    )
    if not row.tested and not re.match(noise.pattern.encode(), noise.sample.encode()):
        raise row.wrong("sample", "is not taken by the pattern")
    row.done()
    return noise
