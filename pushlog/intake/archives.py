"""The logs in a file: itself, what it decompresses to, or the members of an archive, read as a stream.

Nothing is unpacked to disk, and names in an archive are labels only. Sizes that an archive declares are never
believed: bytes are counted while they are read. What can't be read comes as a member without data that says why.
"""

from __future__ import annotations

import io
from dataclasses import field, replace
from typing import TYPE_CHECKING, BinaryIO

from pushlog.faults import InputError
from pushlog.intake.readers import (
    CHUNK,
    AsListed,
    BrokenError,
    NotAsListedError,
    Progress,
    Reads,
    TooMuchError,
    no_progress,
)
from pushlog.intake.run_folders import REPEATS, is_step, repeated_steps
from pushlog.intake.tar_entries import tar_entries
from pushlog.intake.unpack import COMPRESSED, HEAD, Counted, Meter, Metered, Peeked, decompressed, kind
from pushlog.intake.zip_entries import opened_entry, zip_entries
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.limits import ArchiveLimits
    from pushlog.intake.zip_entries import ZipEntry


NESTED_TOO_DEEP = "an archive inside an archive inside an archive: not opened"
_NAME = 300
# Spreadsheets are zips with this entry among their first. Source: ECMA-376 part 2, open packaging conventions.
_OFFICE, _FIRST = "[Content_Types].xml", 5
OFFICE = "an Office document: save the sheet as CSV"


@record
class Member:
    """One log of an input. `name`: its place in the archive, empty for the input itself.

    `data` is None when it was not read; then `problem` says why. With both, what could be read is there. `harmless`:
    nothing is lost, for it was not a log of its own (a link, a device, the repetition of another member). `again`: the
    file could not be opened, and at another time may be. `modified`: its time in the archive, seconds since 1970.
    """

    name: str
    data: bytes | None
    problem: str | None = None
    harmless: bool = False
    again: bool = False
    modified: float | None = field(default=None, compare=False)


def members(
    file: BinaryIO,
    size: int | None,
    limits: ArchiveLimits,
    *,
    only: str | None = None,
    listed: tuple[int, int] | None = None,
    progress: Progress = no_progress,
) -> Iterator[Member]:
    """Yield the logs in an open file of `size` bytes (None: not known), in their order in it.

    `only`: the name of the member to read, if not all are wanted. `listed`: the numbers of those that are, a half-open
    range, in a zip that can be read in parts (see `in_parts`). `progress`: is told of it while they are read.
    Raises InputError when a library for its compression is missing, OSError when the file can't be read,
    NotAsListedError when parts of it can't be read after all.
    """
    source = Counted(file, size, progress)
    walk = _Walk(source, limits, only, progress)
    yield from walk.walk() if listed is None else walk.listed(*listed)


def in_parts(file: BinaryIO, size: int, limits: ArchiveLimits) -> int:
    """Return how many members a zip has if parts of them can be read alone, 0 for any other file.

    They can where no limit of an archive would be hit even if all were read: by what the list says, which is held
    against what is read.
    """
    try:
        if kind(file.read(HEAD)) != "zip":
            return 0
        entries = zip_entries(Counted(file, size), limits.members + 1)
    except (BrokenError, OSError):
        return 0
    unpacked = sum(entry.size for entry in entries)
    is_bomb = unpacked > limits.archive_bytes or (unpacked > limits.ratio_from and unpacked > limits.ratio * size)
    if is_bomb or len(entries) > limits.members or any(entry.name == _OFFICE for entry in entries[:_FIRST]):
        return 0
    return sum(not entry.is_folder for entry in entries)


class _Walk:
    """One way through one input."""

    def __init__(self, source: Counted, limits: ArchiveLimits, only: str | None, progress: Progress) -> None:
        self._source = source
        self._limits = limits
        self._only = only
        self._meter = Meter(source, limits, progress)
        self._first = Peeked(source)
        self._entries = 0
        self._is_part = False

    def walk(self) -> Iterator[Member]:
        name = ""
        try:
            for member in self._open(self._first, "", 0):
                name = member.name
                yield member
        except (TooMuchError, BrokenError) as error:
            yield Member(name="", data=None, problem=f"{error}{f', after {name}' if name else ''}")

    def listed(self, first: int, last: int) -> Iterator[Member]:
        """Yield members of a zip by their numbers, without reading those before them. Raises NotAsListedError."""
        self._is_part = True
        entries = zip_entries(self._source, self._limits.members)
        repeated = repeated_steps(entry.name for entry in entries)
        for entry in [entry for entry in entries if not entry.is_folder][first:last]:
            label = _joined("", entry.name)
            is_repeated = entry.name in repeated
            yield from self._zip_member(self._source, entry, label, 0, is_repeated=is_repeated)

    def _open(self, stream: Peeked, name: str, depth: int) -> Iterator[Member]:
        """Yield what a stream holds, by its first bytes."""
        form = kind(stream.head)
        if form is not None and self._is_part:
            raise NotAsListedError
        if form in COMPRESSED:
            inside = Peeked(decompressed(form or "", stream, self._meter))
            if kind(inside.head) in ("tar", "zip"):
                yield from self._archive(inside, name, depth)
            elif name or self._only is None:
                yield self._log(inside, name)
        elif form is not None:
            yield from self._archive(stream, name, depth)
        elif name or self._only is None:
            yield self._log(stream, name)

    def _archive(self, stream: Peeked, name: str, depth: int) -> Iterator[Member]:
        if depth > 1:
            yield Member(name=name, data=None, problem=NESTED_TOO_DEEP)
        elif kind(stream.head) == "zip":
            yield from self._zip(stream, name, depth)
        else:
            yield from self._tar(stream, name, depth)

    def _log(self, stream: Reads, name: str) -> Member:
        data, problem = _read(stream, self._limits.log_bytes, "the log", cut=self._limits.cut_logs)
        return Member(name=name, data=data, problem=problem)

    def _zip(self, stream: Peeked, name: str, depth: int) -> Iterator[Member]:
        """A zip keeps its list at the end: at the top the file is read out of order, below it is held in memory."""
        if stream is self._first and self._source.seekable():
            file = self._source
        else:
            data, problem = _read(stream, self._limits.nested_bytes, "the zip inside")
            if data is None or problem is not None:
                yield Member(name=name, data=None, problem=problem)
                return
            file = Counted(io.BytesIO(data), len(data))
        entries = zip_entries(file, self._limits.members + 1)
        if any(entry.name == _OFFICE for entry in entries[:_FIRST]):
            yield Member(name=name, data=None, problem=OFFICE)
            return
        repeated = repeated_steps(entry.name for entry in entries)
        for entry in entries:
            if not self._counted():
                yield self._rest(name)
                return
            label = _joined(name, entry.name)
            if not entry.is_folder and self._is_wanted(label):
                yield from self._zip_member(file, entry, label, depth, is_repeated=entry.name in repeated)

    def _zip_member(
        self, file: Counted, entry: ZipEntry, name: str, depth: int, *, is_repeated: bool
    ) -> Iterator[Member]:
        if not entry.is_file:
            yield Member(name=name, data=None, problem="a link or a device, not a file", harmless=True)
        elif entry.is_encrypted:
            yield Member(name=name, data=None, problem="encrypted")
        elif is_repeated and name != self._only:
            yield Member(name=name, data=None, problem=REPEATS, harmless=True)
        else:
            try:
                inner = opened_entry(file, entry)
            except (BrokenError, InputError) as error:
                yield Member(name=name, data=None, problem=str(error))
                return
            stream = Metered(inner, self._meter)
            yield from self._inside(
                AsListed(stream, entry.size) if self._is_part else stream, name, depth, entry.modified
            )

    def _tar(self, stream: Peeked, name: str, depth: int) -> Iterator[Member]:
        """A tar has no list: a step's log is held until the whole log of its job has come, or the end."""
        names: list[str] = []
        waiting: dict[str, list[Member]] = {}
        try:
            yield from self._tar_members(stream, name, depth, names, waiting)
        except (TooMuchError, BrokenError):
            yield from self._released(waiting, names)
            raise
        yield from self._released(waiting, names)

    def _tar_members(
        self, stream: Peeked, name: str, depth: int, names: list[str], waiting: dict[str, list[Member]]
    ) -> Iterator[Member]:
        """Yield the members of a tar but for logs of steps; add these to `waiting`, and all names to `names`."""
        size = 0
        for entry in tar_entries(stream):
            if not self._counted():
                yield self._rest(name)
                return
            label = _joined(name, entry.name)
            if entry.file is not None:
                names.append(label)
            if not self._is_wanted(label):
                continue
            if entry.file is None:
                if entry.problem is not None:
                    yield Member(name=label, data=None, problem=entry.problem, harmless=entry.harmless)
            elif is_step(label) and self._only is None and size < self._limits.nested_bytes:
                waiting[label] = list(self._inside(entry.file, label, depth, entry.modified))
                size += sum(len(member.data or b"") for member in waiting[label])
            else:
                yield from self._inside(entry.file, label, depth, entry.modified)

    def _released(self, waiting: dict[str, list[Member]], names: list[str]) -> Iterator[Member]:
        """Yield the logs of steps, but for those that repeat lines of a whole log."""
        repeated = repeated_steps(names) if waiting else set()
        for label, step_members in waiting.items():
            if label in repeated:
                yield Member(name=label, data=None, problem=REPEATS, harmless=True)
            else:
                yield from step_members

    def _inside(self, stream: Reads, name: str, depth: int, modified: float | None) -> Iterator[Member]:
        """Yield what a member of an archive holds: its own fault costs it alone."""
        try:
            for member in self._open(Peeked(stream), name, depth + 1):
                yield member if member.modified is not None else replace(member, modified=modified)
        except (BrokenError, InputError) as error:
            yield Member(name=name, data=None, problem=str(error))

    def _is_wanted(self, name: str) -> bool:
        """Whether a member is the one to read, or an archive that may hold it."""
        if self._only is None:
            return True
        steps = _steps(name)
        return _steps(self._only)[: len(steps)] == steps

    def _counted(self) -> bool:
        self._entries += 1
        return self._entries <= self._limits.members

    def _rest(self, name: str) -> Member:
        return Member(
            name=name, data=None, problem=f"holds more than {self._limits.members} members: the rest was not read"
        )


def _read(stream: Reads, limit: int, what: str, *, cut: bool = False) -> tuple[bytes | None, str | None]:
    """Return all of a stream, or what came before it broke. Of a larger one None, or its beginning with `cut`."""
    content, size = io.BytesIO(), 0
    try:
        while part := stream.read(CHUNK):
            size += len(part)
            if size > limit and cut:
                content.write(part[: limit - size])
                return content.getvalue(), f"only the first {limit:,} bytes were read, the limit for a log"
            if size > limit:
                return None, f"{what} is larger than {limit >> 20} MiB" if limit >> 20 else f"{what} is too large"
            content.write(part)
    except BrokenError as error:
        return (content.getvalue(), f"{error}: read up to there") if size else (None, str(error))
    return content.getvalue(), None


def _steps(name: str) -> list[str]:
    """Return the folders and the file of a name, without those that stand for where one is."""
    return [step for step in name.split("/") if step not in ("", ".")]


def _joined(outer: str, name: str) -> str:
    """Return the label of a member: where it stands, on one line, not too long, and never a path to anything."""
    label = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:_NAME]
    return f"{outer}/{label}" if outer else label
