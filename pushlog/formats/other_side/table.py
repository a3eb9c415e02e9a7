"""Logs of the other side as one table: each file recognised by what it holds, sieved, and read line by line."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.formats.other_side.formats import FORMATS
from pushlog.formats.other_side.record import SideKind, SideRecord
from pushlog.intake.log_text import plain
from pushlog.intake.unwrap.collector import Collector, collector_of
from pushlog.record_class import record
from pushlog.units import count

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from pushlog.formats.other_side.record import SideFormat
    from pushlog.intake.side_files import SideFile

# What is read of one file: beyond it a table takes more memory than it is worth.
_MOST = 1_000_000
# A line is shown up to here, as those of a client's log are.
_SHOWN = 2000
_PINGS = (b" /v2/ ", b"=/v2/ ", b'"/v2/"')
_SMALL = 64 << 20
# Without a push to look for: what every request of one holds.
EVERY_PUSH = (b"/blobs/", b"/manifests/")


@record(slots=False)
class SideSource:
    """One file and what it was recognised as: `formats`, the one of most lines first; none where nothing fits."""

    file: SideFile
    formats: tuple[SideFormat, ...]
    collector: Collector
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The path of the file, as the user gave it."""
        return self.file.name

    def record(self, line: str, zone: dt.tzinfo | None) -> tuple[SideRecord | None, float | None, str | None]:
        """Return what a line says, None where no format of this file reads it; the collector's time of it and clock."""
        inner = self.collector.unwrapped(line, zone)
        for form in self.formats:
            record = form.read(inner.text, zone)
            if record is not None:
                return record, inner.at, inner.clock
        return None, None, None


@record(slots=False)
class SideTable:
    """All lines that may be of a push. `frame`: one row each, in the order of files and lines.

    Its columns are the fields of `SideRecord` (missing numbers are NaN), `file` (place in `sources`), `line` and
    `offset` in that file.
    """

    sources: tuple[SideSource, ...]
    records: tuple[SideRecord, ...]
    places: tuple[tuple[int, int, int], ...]

    # Two tables are the same if they are one: to compare the lines of a large log would take as long as to read it.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table."""
        import pandas as pd

        names = [field.name for field in fields(SideRecord)]
        columns: dict[str, list[object]] = {name: [getattr(r, name) for r in self.records] for name in names}
        columns["kind"] = [record.kind.value for record in self.records]
        columns["hop"] = [record.hop.value for record in self.records]
        frame = pd.DataFrame(columns)
        for name in ("at", "begin", "seconds", "received", "next_bytes"):
            frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("float64")
        for place, name in enumerate(("file", "line", "offset")):
            frame[name] = [item[place] for item in self.places]
        return frame

    def with_(self, other: SideTable) -> SideTable:
        """Return this table with the lines of further logs behind its own."""
        if not other.sources:
            return self
        first = len(self.sources)
        places = ((first + file, line, offset) for file, line, offset in other.places)
        return SideTable(
            sources=(*self.sources, *other.sources),
            records=(*self.records, *other.records),
            places=(*self.places, *places),
        )

    def text(self, row: int) -> str:
        """Return the line of a row, as a person reads it."""
        file, _, offset = self.places[row]
        return plain(self.sources[file].file.text(offset).encode())[:_SHOWN]


def side_table(
    files: Sequence[SideFile], repositories: Iterable[str] | None, zone: dt.tzinfo | None = None
) -> SideTable:
    """Return the lines about pushes to these repositories; None for those to any.

    `zone`: that of times which name none. A file that no format fits is kept, with a note.
    """
    wanted = None if repositories is None else tuple(repositories)
    sources, records, places = [], [], []
    for number, file in enumerate(files):
        source = recognised(file)
        words = _words(source, wanted)
        read = 0
        for line, offset in file.lines_with(words) if source.formats else ():
            record, at, clock = source.record(file.text(offset), zone)
            if record is None:
                continue
            if read == _MOST:
                source = _noted(source, f"only the first {_MOST:,} lines about pushes were read")
                break
            read += 1
            records.append(_dated(record, at, clock))
            places.append((number, line, offset))
        sources.append(source)
    return SideTable(sources=tuple(sources), records=tuple(records), places=tuple(places))


def _noted(source: SideSource, note: str) -> SideSource:
    return SideSource(file=source.file, formats=source.formats, collector=source.collector, notes=(*source.notes, note))


def _words(source: SideSource, repositories: tuple[str, ...] | None) -> tuple[bytes, ...]:
    """Return words of which every line about these repositories has one."""
    literals = tuple(dict.fromkeys(word for form in source.formats for word in form.literals))
    names = EVERY_PUSH if repositories is None else tuple(f"/{name}/".encode() for name in repositories)
    # The first request of a push names no repository; a large log has too many of them.
    pings = _PINGS if len(source.file.data) <= _SMALL else ()
    return (*names, *literals, *pings)


def _dated(record: SideRecord, at: float | None, clock: str | None) -> SideRecord:
    """Return a record with the time that its collector gave it, where it has none of its own."""
    if record.at is not None or at is None:
        return record
    from dataclasses import replace

    begin = at - record.seconds if record.seconds is not None else None
    return replace(record, at=at, begin=begin, has_zone=clock == "epoch")


def recognised(file: SideFile) -> SideSource:
    """Return what a file is: the formats that read its first lines, and what a collector put around them."""
    lines = [line for line in file.first_lines() if line.strip()]
    collector = collector_of(lines, lambda text: any(form.read(text, None) is not None for form in FORMATS))
    votes: dict[str, int] = {}
    telling: dict[str, int] = {}
    for line in lines:
        text = collector.unwrapped(line).text
        for form in FORMATS:
            record = form.read(text, None)
            if record is not None:
                votes[form.name] = votes.get(form.name, 0) + 1
                telling[form.name] = telling.get(form.name, 0) + (record.kind is not SideKind.NOTE)
    best = max(FORMATS, key=lambda form: (telling.get(form.name, 0) > 0, votes.get(form.name, 0)))
    formats = tuple(
        form
        for form in sorted(FORMATS, key=lambda form: -votes.get(form.name, 0))
        if form is best or telling.get(form.name)
    )
    if not votes:
        all_names = ", ".join(form.name for form in FORMATS)
        note = f"none of the first {count(len(lines), 'line')} is of a format that is known: {all_names}"
        return SideSource(file=file, formats=(), collector=Collector(), notes=(note,))
    return SideSource(file=file, formats=formats, collector=collector)
