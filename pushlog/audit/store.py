"""What an audit keeps of every log it has read, so that it can go on after any end and reads nothing twice.

A part holds the lines of one unit, written when the unit is done: JSON Lines, compressed, the first line says how it
was made. Parts are only added. Of a file that was read again the last reading counts; of logs with the same content
the first in order of names counts, and the others are its duplicates. All tables are drawn from here.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.audit.files import put
from pushlog.audit.schema import TABLES, VERSION
from pushlog.report.html import STYLESHEET, stylesheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pushlog.audit.inputs import Input
    from pushlog.audit.rows import Row
    from pushlog.audit.worker import Result

RESULTS = "results"
PAGES = "push"


@dataclass(frozen=True, slots=True)
class Head:
    """What a line is about and where it stands: in which part, at which line.

    `own`: it carries rows and does not refer to another's; `current`: it was made as it would be made now.
    """

    part: str
    at: int
    own: bool
    current: bool
    label: str
    size: int | None
    stamp: str | None
    member: str
    sha256: str | None


class Tables:
    """The rows of every table, column by column."""

    def __init__(self) -> None:
        self.columns: dict[str, dict[str, list[object]]] = {
            name: {column.name: [] for column in table} for name, table in TABLES.items()
        }
        self._ranks: dict[str, list[int]] = {name: [] for name in TABLES}
        # The same few words come a hundred thousand times: each is held once.
        self._held: dict[str, str] = {}

    def add(self, table: str, row: Row, rank: int = 0) -> None:
        """Append a row, its values in the order of the columns; `rank`: that of its log among all."""
        self._ranks[table].append(rank)
        for values, value in zip(self.columns[table].values(), row, strict=True):
            values.append(self._held.setdefault(value, value) if isinstance(value, str) else value)

    def sort(self) -> None:
        """Put rows into the order of their ranks; those of one log stay in theirs."""
        for table, ranks in self._ranks.items():
            order = sorted(range(len(ranks)), key=ranks.__getitem__)
            for name, values in self.columns[table].items():
                self.columns[table][name] = [values[at] for at in order]
            self._ranks[table] = sorted(ranks)


class Store:
    """The results in a folder. `by`: how they are made (version and rules); others count as outdated."""

    def __init__(self, folder: Path, by: str) -> None:
        self._folder = folder
        self._by = by
        self._heads = list(self._read_heads())
        runs = [path.name[:6] for path in self._parts()]
        self._run = 1 + max((int(run) for run in runs if run.isdigit()), default=0)
        self._written = 0

    def begin(self) -> None:
        """Make the folders that results go to."""
        (self._folder / RESULTS).mkdir(parents=True, exist_ok=True)
        (self._folder / PAGES).mkdir(exist_ok=True)
        for left in (*(self._folder / RESULTS).glob(".*.tmp"), *(self._folder / PAGES).glob(".*.tmp")):
            left.unlink(missing_ok=True)
        put(self._folder / PAGES / STYLESHEET, stylesheet())

    def add(self, result: Result) -> None:
        """Keep a unit's result: its pages first, for a part that is there must be whole. Raises StoppedError."""
        for name, text in result.pages.items():
            put(self._folder / name, text, sync=False)
        self._written += 1
        name = f"{self._run:06}-{self._written:05}.jsonl.gz"
        first = json.dumps({"schema": VERSION, "by": self._by})
        text = "\n".join((first, *result.lines)) + "\n"
        put(self._folder / RESULTS / name, gzip.compress(text.encode("utf-8", "replace"), 6, mtime=0))

    def fresh(self, inputs: list[Input]) -> list[Input]:
        """The inputs that must be read: those not seen before with this size and stamp."""
        current = list(self._current_heads())
        unsettled = {head.label for head in current if not (head.current and head.stamp)}
        settled = {(head.label, head.size, head.stamp) for head in current}
        return [one for one in inputs if one.label in unsettled or (one.label, one.size, one.stamp) not in settled]

    def known(self) -> dict[int | None, set[str]]:
        """The hashes of logs that results exist for, by the size of the file they came in."""
        found: dict[int | None, set[str]] = {}
        for head in self._heads:
            if head.sha256 is not None and head.current:
                found.setdefault(head.size, set()).add(head.sha256)
        return found

    def tables(self) -> Tables:
        """All results as rows, in order of the logs' names; call `reload` first when some were added."""
        bodies = {h.sha256: (h.part, h.at) for h in self._heads if h.own and h.sha256 is not None}
        wanted: dict[tuple[str, int], list[tuple[int, Head]]] = {}
        for rank, head in enumerate(sorted(self._current_heads(), key=lambda h: (h.label, h.member))):
            place = (head.part, head.at) if head.sha256 is None else bodies.get(head.sha256)
            if place is not None:
                wanted.setdefault(place, []).append((rank, head))
        made = Tables()
        # Part by part: of all results only the rows are ever in memory, not the text that they come from.
        for path in self._parts():
            for at, text in enumerate(_lines(path)):
                heads = wanted.get((path.name, at))
                if heads:
                    _add(made, json.loads(text.partition("\t")[2]), heads)
        made.sort()
        return made

    def reload(self) -> None:
        """Read again what is there."""
        self._heads = list(self._read_heads())

    def sweep(self, pages: set[str]) -> None:
        """Remove the pages of pushes that no table names any more."""
        for path in (self._folder / PAGES).glob("*-*.html"):
            if f"{PAGES}/{path.name}" not in pages:
                path.unlink(missing_ok=True)

    def _current_heads(self) -> Iterator[Head]:
        """The lines of the last reading of every input."""
        last = {head.label: head.part for head in self._heads}
        return (head for head in self._heads if last[head.label] == head.part)

    def _parts(self) -> list[Path]:
        return sorted((self._folder / RESULTS).glob("*.jsonl.gz"))

    def _read_heads(self) -> Iterator[Head]:
        for path in self._parts():
            lines = _lines(path)
            if not lines or (told := json.loads(lines[0])).get("schema") != VERSION:
                continue
            current = told.get("by") == self._by
            for at, line in enumerate(lines[1:], 1):
                head, _, body = line.partition("\t")
                yield Head(path.name, at, bool(body), current, *json.loads(head))


def _lines(path: Path) -> list[str]:
    """The lines of a part; none when it is damaged, for then its logs are simply read again."""
    try:
        return gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")[:-1]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return []


def _add(made: Tables, rows: dict[str, list[Row]], heads: list[tuple[int, Head]]) -> None:
    """The rows of a log under the name that it has now; further names of it are its duplicates."""
    (rank, head), *copies = heads
    for other, copy in copies:
        made.add("sources", _duplicate(rows["sources"][0], copy, head), other)
    for table in TABLES:
        for row in rows[table]:
            if table in ("sources", "pushes"):
                at = list(made.columns[table]).index("input")
                row[at : at + 2] = [head.label, head.member]
            made.add(table, row, rank)


def _duplicate(row: Row, head: Head, original: Head) -> Row:
    names = [column.name for column in TABLES["sources"]]
    told = dict(zip(names, row, strict=True))
    same = f"{original.label}/{original.member}" if original.member else original.label
    told |= {"input": head.label, "member": head.member, "status": "duplicate", "pushes": 0}
    return list((told | {"reason": f"the same log as {same}"}).values())
