"""The stored results of an audit, so that it can continue after any interruption and reads nothing twice.

A part file holds the lines of one unit, a large unit has several; they are written when it is done: JSON Lines,
compressed; the first names the version that wrote it. Parts are only added. The last reading of a file counts.
Of logs with equal content the first in the order of names counts that was analyzed, whichever was done first, and the
others are its duplicates. All tables are made from the store.
"""

from __future__ import annotations

import gzip
import json
from array import array
from itertools import groupby
from typing import TYPE_CHECKING

from pushlog.audit import parts
from pushlog.audit.files import put
from pushlog.audit.inputs import limits_of
from pushlog.audit.rows import key
from pushlog.audit.schema import TABLES, VERSION
from pushlog.audit.tables import Tables
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.report.html import STYLESHEET, stylesheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pushlog.audit.inputs import Input
    from pushlog.audit.parts import Identity
    from pushlog.audit.rows import Row
    from pushlog.audit.worker import Result

RESULTS = "results"
PAGES = "push"
# More logs than any audit has.
_RANKS = 1 << 32
# The input and the member.
_Name = tuple[str, str]
_PAGE = lazy_pattern(r"[0-9a-f]{16}-[0-9]+\.html")


@record(kw_only=False)
class Head:
    """The identity of one log and its place: the part file and the line in it.

    `has_rows`: the line carries rows and does not refer to those of an equal log; `current`: this version, with these
    rules, wrote it.
    """

    part: str
    line: int
    has_rows: bool
    current: bool
    label: str
    size: int | None
    stamp: str | None
    member: str
    sha256: str | None


class Store:
    """The results in a folder. `by`: the version and rules in use; results of other ones are outdated.

    `limits`: what was not read under other ones is read again.
    """

    def __init__(self, folder: Path, by: str, limits: str = "") -> None:
        self._folder = folder
        self._by = by
        self._limits = limits
        # The places of lines whose rows turned out to be damaged.
        self._damaged: set[tuple[str, int]] = set()
        self._heads: list[Head] = []
        # The first place where each log was analyzed, by its hash.
        self._first: dict[str, Head | Identity] = {}
        self.reload()
        runs = [path.name[:6] for path in self._files()]
        self._run = 1 + max((int(run) for run in runs if run.isdigit()), default=0)
        self._written = 0

    def begin(self) -> None:
        """Create the folders for results and pages, and remove leftovers of a killed audit."""
        (self._folder / RESULTS).mkdir(parents=True, exist_ok=True)
        (self._folder / PAGES).mkdir(exist_ok=True)
        for leftover in (*(self._folder / RESULTS).glob(".*.tmp"), *(self._folder / PAGES).glob(".*.tmp")):
            leftover.unlink(missing_ok=True)
        put(self._folder / PAGES / STYLESHEET, stylesheet())

    def add(self, result: Result) -> None:
        """Store the result of a unit, its pages first, because a part promises them. Raises StoppedError."""
        copies = self._copies_before(result.lines)
        for name, text in result.pages.items():
            if name.removeprefix(f"{PAGES}/").partition("-")[0] not in copies:
                put(self._folder / name, text, sync=False)
        self._written += 1
        for name, lines in parts.divided(f"{self._run:06}-{self._written:05}", result.lines):
            first = json.dumps({"schema": VERSION, "by": self._by})
            text = "\n".join((first, *lines)) + "\n"
            put(self._folder / RESULTS / name, gzip.compress(text.encode("utf-8", "replace"), 6, mtime=0))

    def _copies_before(self, lines: Sequence[str]) -> set[str]:
        """Return the keys of logs that have results from a copy whose name comes first, and remember these names."""
        before = set()
        for line in lines:
            log, has_rows = parts.identity(line.encode("utf-8", "replace")) or (None, False)
            if log is None or log.sha256 is None or not has_rows:
                continue
            if _name(self._first.setdefault(log.sha256, log)) < _name(log):
                before.add(key(log.sha256))
            else:
                self._first[log.sha256] = log
        return before

    def new_inputs(self, inputs: list[Input]) -> list[Input]:
        """Return the inputs that must be read: those without a result for this size and stamp."""
        unsettled, settled = set(), set()
        for head in self._current_heads():
            stamp, limits = limits_of(head.stamp or "")
            if not (head.current and stamp and limits in ("", self._limits)):
                unsettled.add(head.label)
            settled.add((head.label, head.size, stamp))
        return [
            source
            for source in inputs
            if source.label in unsettled or (source.label, source.size, source.stamp) not in settled
        ]

    def known_hashes(self) -> dict[int | None, set[str]]:
        """Return the hashes of all logs that have results, by the size of their file."""
        hashes: dict[int | None, set[str]] = {}
        for head in self._heads:
            if head.sha256 is not None and head.current:
                hashes.setdefault(head.size, set()).add(head.sha256)
        return hashes

    def tables(self) -> Tables:
        """Return all results as rows in the order of the logs' names; call `reload` first after adding some.

        The store forgets all lines: their rows are in the tables.
        """
        names, uses = self._uses()
        self._forget()
        tables = Tables()
        # Part by part, so that only the rows are in memory and not the text of all parts.
        for path in self._parts():
            of_part = uses.pop(path.name, None)
            if of_part is None:
                continue
            lines = parts.read_part(path)[1]
            for index, group in groupby(sorted(of_part), key=lambda use: use // _RANKS // 2):
                rows = parts.rows(lines[index]) if index < len(lines) else None
                if rows is None:
                    self._damaged.add((path.name, index))
                else:
                    _add(tables, rows, [(use % _RANKS, names[use % _RANKS]) for use in group])
        return tables

    def _uses(self) -> tuple[list[_Name], dict[str, array[int]]]:
        """Return the names of all logs in order, and by part the uses of its lines.

        A use is one number, for memory: the line, whether the name is that of a copy, and the place of the name.
        """
        ranked = sorted(self._current_heads(), key=_name)
        bodies = self._bodies()
        uses: dict[str, array[int]] = {}
        for rank, head in enumerate(ranked):
            body = head if head.sha256 is None else bodies.get(head.sha256)
            if body is not None:
                is_copy = _name(head) != _name(body)
                uses.setdefault(body.part, array("q")).append((2 * body.line + is_copy) * _RANKS + rank)
        return [_name(head) for head in ranked], uses

    def _bodies(self) -> dict[str, Head]:
        """Return the line with the rows of each log: of this version, of the first name, and the last one of those."""
        bodies: dict[str, Head] = {}
        for head in self._heads:
            if head.has_rows and head.sha256 is not None:
                other = bodies.get(head.sha256)
                if other is None or _preference(head) <= _preference(other):
                    bodies[head.sha256] = head
        return bodies

    def forget_damaged(self, inputs: list[Input]) -> list[Input]:
        """Forget the lines that `tables` found to be damaged; return the inputs that must be read again for that."""
        if not self._damaged:
            return []
        self.reload()
        return self.new_inputs(inputs)

    def reload(self) -> None:
        """Read the parts again."""
        self._forget()
        self._heads = list(self._read_heads())
        for head in self._heads:
            if head.has_rows and head.current and head.sha256 is not None:
                self._first[head.sha256] = min(self._first.get(head.sha256, head), head, key=_name)

    def _forget(self) -> None:
        self._heads = []
        self._first = {}

    def sweep(self, pages: set[str]) -> None:
        """Remove the pages that no table names."""
        for path in parts.regular_files(self._folder / PAGES, "*-*.html"):
            if _PAGE.fullmatch(path.name) and f"{PAGES}/{path.name}" not in pages:
                path.unlink(missing_ok=True)

    def _current_heads(self) -> Iterator[Head]:
        """Yield the lines of the last reading of every input."""
        last = {head.label: parts.unit(head.part) for head in self._heads}
        return (head for head in self._heads if last[head.label] == parts.unit(head.part))

    def _files(self) -> list[Path]:
        return parts.regular_files(self._folder / RESULTS, "*.jsonl.gz")

    def _parts(self) -> list[Path]:
        return parts.complete(self._files())

    def _read_heads(self) -> Iterator[Head]:
        """Yield the lines of all parts, but for damaged ones."""
        for path in self._parts():
            by, lines = parts.read_part(path)
            for index, line in enumerate(lines):
                log, has_rows = parts.identity(line) or (None, False)
                if log is not None and (path.name, index) not in self._damaged:
                    place = (path.name, index, has_rows, by == self._by)
                    yield Head(*place, log.label, log.size, log.stamp, log.member, log.sha256)


def _name(log: Head | Identity) -> _Name:
    return log.label, log.member


def _preference(head: Head) -> tuple[bool, str, str]:
    return not head.current, head.label, head.member


def _add(tables: Tables, rows: Mapping[str, list[Row]], named: list[tuple[int, _Name]]) -> None:
    """Add the rows of a log under its current name, and its further names as duplicates."""
    (rank, name), *copies = named
    for other, copy in copies:
        tables.add("sources", _duplicate(rows["sources"][0], copy, name), other)
    for table, columns in TABLES.items():
        for row in rows[table]:
            if table in ("sources", "pushes"):
                place = [column.name for column in columns].index("input")
                row[place : place + 2] = name
            tables.add(table, row, rank)


def _duplicate(row: Row, name: _Name, original: _Name) -> Row:
    names = [column.name for column in TABLES["sources"]]
    values = dict(zip(names, row, strict=True))
    values |= {"input": name[0], "member": name[1], "status": "duplicate", "pushes": 0}
    original_name = "/".join(original) if original[1] else original[0]
    return list((values | {"reason": f"the same log as {original_name}"}).values())
