"""Blocks of records, read by the template of one of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.intake.mapped import release_range
from pushlog.intake.unwrap.exports.lane_names import NO_NAMES, NamePaths, lane_name, name_at, with_above
from pushlog.intake.unwrap.exports.paths import value_at
from pushlog.intake.unwrap.exports.template import END, RecordTemplate
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.exports.assembly import Assembly
    from pushlog.intake.unwrap.exports.forms import Form
    from pushlog.intake.unwrap.exports.lane_names import Names
    from pushlog.intake.unwrap.exports.paths import Path
    from pushlog.intake.unwrap.exports.template import RecordBlock

# After so many blocks in a row that no template reads, none is looked for.
_TRIES = 8
# So much of a list is read at once.
_BLOCK = 1 << 18
_COMMA = lazy_pattern(rb"[ \t\r\n]*,[ \t\r\n]*")


class BlockReader:
    """Reads blocks of records of one form, as long as the records in them are written alike."""

    def __init__(self, form: Form) -> None:
        self._form = form
        is_plain = not (form.also or form.command or form.pairs or form.is_base64 or form.engine is not None)
        self._tries = _TRIES if is_plain else 0
        self._again = 0
        self._template: RecordTemplate | None = None
        self._time: int | None = None
        self._has_text_times = False
        self._number: int | None = None
        self._names = NamePaths()
        self._paths: list[Path] = []

    def add(self, block: bytes, assembly: Assembly) -> bool:
        """Add the records of a block of whole lines to a log; False if they must be read one by one."""
        return block.endswith(b"\n") and self._add(block, assembly, block[: block.index(b"\n")], b"\n")

    def add_members(self, data: Data, span: tuple[int, int], assembly: Assembly, above: Names) -> int:
        """Add the members of a list behind one that was read; return where the last of them ends.

        `span`: where that one stands in the data, whose writing tells that of the others; `above`: the names of what
        wrote them all.
        """
        start, stop = span
        comma = _COMMA.match(data, stop) if self._tries and start >= self._again else None
        if comma is None:
            return stop
        block = data[comma.end() : comma.end() + _BLOCK]
        member = data[start:stop].strip()
        # The end of a member and the beginning of the next one. Where that is part of a text, no template reads it.
        size = block.rfind(member[-1:] + comma[0] + member[:2]) + 1
        if not size:
            self._tries -= 1
        if not size or not self._add(block[:size] + comma[0], assembly, member, comma[0], above):
            # Those that were looked at in vain are read one by one first, so that none is looked at again and again.
            self._again = comma.end() + len(block)
            return stop
        release_range(data, stop, comma.end() + size)
        return comma.end() + size

    def _add(self, block: bytes, assembly: Assembly, sample: bytes, separator: bytes, above: Names = NO_NAMES) -> bool:
        """Add the records of a block, with a separator behind each of them, as they are written like a sample."""
        if not self._tries:
            return False
        template = self._template
        records = template.read(block) if template and template.separator == separator else None
        if records is None:
            self._begin(sample, separator)
            records = self._template.read(block) if self._template else None
        if records is None:
            self._tries -= 1
            return False
        try:
            times = [] if self._time is None else self._times_of(records.values[self._time])
            numbers = [] if self._number is None else list(map(int, records.values[self._number]))
        except ValueError:
            self._tries -= 1
            return False
        self._tries = _TRIES
        names = self._names_of(records)
        if above != NO_NAMES:
            count = records.texts.count(END)
            joined = {inside: with_above(above, inside) for inside in dict.fromkeys(names)}
            names = [joined[inside] for inside in names] if names else [above] * count
        assembly.add_block(records.texts, times, numbers, names)
        return True

    def _begin(self, line: bytes, separator: bytes) -> None:
        """Make the template of a record."""
        self._template = None
        try:
            record = json.loads(line.decode("ascii", "surrogateescape"))
        except (ValueError, RecursionError):
            return
        form = self._form
        paths: list[Path] = []

        def place(path: Path | None, *kinds: type) -> int | None:
            if path is None or type(value_at(record, path)) not in kinds:
                return None
            if path not in paths:
                paths.append(path)
            return paths.index(path)

        # A time that is none of these is no time, or one that is read one by one.
        if form.time is not None and type(value_at(record, form.time)) not in (str, int, float):
            return
        self._has_text_times = form.time is not None and isinstance(value_at(record, form.time), str)
        self._time, self._number = place(form.time, str, int, float), place(form.number, int)
        named = [path for group in form.names.groups for path in group if name_at(record, path) is not None]
        # Names in lists of labels stand at another place in each record.
        if any(place(path, str, int) is None for path in named):
            return
        groups = [tuple(path for path in group if path in named) for group in form.names.groups]
        self._names, self._paths = NamePaths(lane=groups[0], part=groups[1], writer=groups[2]), paths
        self._template = RecordTemplate.of(line, form.texts[0], paths, separator=separator) if form.texts else None

    def _times_of(self, values: Sequence[bytes]) -> list[object]:
        """Return the times of records as JSON has them. Raises ValueError."""
        if self._has_text_times:
            return [*b"\n".join(values).decode("ascii", "surrogateescape").split("\n")]
        return [*json.loads(b"[" + b",".join(values) + b"]")]

    def _names_of(self, records: RecordBlock) -> Sequence[Names]:
        """Return what wrote each record, nothing where no record tells."""
        if not any(self._names.groups):
            return []
        paths = [path for group in self._names.groups for path in group]
        rows = list(zip(*(records.values[self._paths.index(path)] for path in paths), strict=True))
        parts, writers = len(self._names.lane), len(self._names.lane) + len(self._names.part)
        names = {
            row: (_name(row[:parts]), _name(row[parts:writers]), _name(row[writers:])) for row in dict.fromkeys(rows)
        }
        return [names[row] for row in rows]


def _name(values: Sequence[bytes]) -> str:
    """Return values of a record as one name."""
    texts = [value.decode("ascii", "surrogateescape") for value in values]
    return lane_name(texts, tuple((place,) for place in range(len(texts))))
