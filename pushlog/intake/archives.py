"""The logs in a file: itself, what it decompresses to, or the members of an archive, read as a stream.

Nothing is unpacked to disk, and names in an archive are labels only. Sizes that an archive declares are never
believed: bytes are counted while they are read. What can't be read comes as a member without data that says why.
"""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from pushlog.faults import InputError
from pushlog.intake.unpack import (
    CHUNK,
    COMPRESSED,
    BrokenError,
    Counted,
    Meter,
    Metered,
    Peeked,
    Reads,
    Reads1,
    TooMuchError,
    decompressed,
    kind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.limits import ArchiveLimits

NESTED_TOO_DEEP = "an archive inside an archive inside an archive: not opened"
# The complete log of a job in the zip that GitHub gives for a run; the folder of its name repeats it step by step.
# Source: docs.github.com, "Download workflow run logs"; actions/runner, the names of its log files.
_WHOLE_JOB = re.compile(r"\d+_(?P<job>[^/]+)\.txt")
_NAME = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One log of an input. `name`: its place in the archive, empty for the input itself.

    `data` is None when it was not read; then `problem` says why. With both, what could be read is there. `harmless`:
    nothing is lost, for it was not a log of its own (a link, a device, the repetition of another member). `again`: the
    file could not be opened, and at another time may be.
    """

    name: str
    data: bytes | None
    problem: str | None = None
    harmless: bool = False
    again: bool = False


def members(file: BinaryIO, size: int | None, limits: ArchiveLimits) -> Iterator[Member]:
    """The logs in an open file of `size` bytes (None: not known), in their order in it.

    Raises InputError when a library for its compression is missing, OSError when the file can't be read.
    """
    source = Counted(file, size)
    yield from _Walk(source, limits).walk()


class _Walk:
    """One way through one input."""

    def __init__(self, source: Counted, limits: ArchiveLimits) -> None:
        self._source = source
        self._limits = limits
        self._meter = Meter(source, limits)
        self._first = Peeked(source)
        self._seen = 0

    def walk(self) -> Iterator[Member]:
        name = ""
        try:
            for member in self._open(self._first, "", 0):
                name = member.name
                yield member
        except (TooMuchError, BrokenError) as error:
            yield Member(name="", data=None, problem=f"{error}{f', after {name}' if name else ''}")

    def _open(self, stream: Peeked, name: str, depth: int) -> Iterator[Member]:
        """What a stream holds, by its first bytes."""
        form = kind(stream.head)
        if form in COMPRESSED:
            inside = Peeked(decompressed(form or "", stream, self._meter))
            if kind(inside.head) in ("tar", "zip"):
                yield from self._archive(inside, name, depth)
            else:
                yield self._log(inside, name)
        elif form is not None:
            yield from self._archive(stream, name, depth)
        else:
            yield self._log(stream, name)

    def _archive(self, stream: Peeked, name: str, depth: int) -> Iterator[Member]:
        if depth > 1:
            yield Member(name=name, data=None, problem=NESTED_TOO_DEEP)
        elif kind(stream.head) == "zip":
            yield from self._zip(stream, name, depth)
        else:
            yield from self._tar(stream, name, depth)

    def _log(self, stream: Reads, name: str) -> Member:
        data, problem = _read(stream, self._limits.log_bytes, "the log")
        return Member(name=name, data=data, problem=problem)

    def _zip(self, stream: Peeked, name: str, depth: int) -> Iterator[Member]:
        """A zip keeps its list at the end: at the top the file is read out of order, below it is held in memory."""
        if stream is self._first and self._source.seekable():
            file = cast("BinaryIO", self._source)
        else:
            data, problem = _read(stream, self._limits.nested_bytes, "the zip inside")
            if data is None or problem is not None:
                yield Member(name=name, data=None, problem=problem)
                return
            file = cast("BinaryIO", Counted(io.BytesIO(data), len(data)))
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise BrokenError(f"the zip is broken: {error}") from None
        entries = archive.infolist()
        whole = {match["job"] for entry in entries if (match := _WHOLE_JOB.fullmatch(entry.filename))}
        for entry in entries:
            if not entry.is_dir():
                if not self._counted():
                    yield self._rest(name)
                    return
                yield from self._entry(archive, entry, _joined(name, entry.filename), depth, whole)

    def _entry(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, depth: int, whole: set[str]
    ) -> Iterator[Member]:
        job, _, step = entry.filename.partition("/")
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            yield Member(name=name, data=None, problem="a link or a device, not a file", harmless=True)
        elif entry.flag_bits & 1:
            yield Member(name=name, data=None, problem="encrypted")
        elif step and job in whole:
            yield Member(name=name, data=None, problem="repeats lines of the job's whole log beside it", harmless=True)
        else:
            try:
                entry_file = archive.open(entry)
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
                yield Member(name=name, data=None, problem=f"can't be unpacked: {error}")
                return
            with entry_file:
                yield from self._inside(Metered(cast("Reads1", entry_file), self._meter), name, depth)

    def _tar(self, stream: Peeked, name: str, depth: int) -> Iterator[Member]:
        try:
            with tarfile.open(fileobj=cast("BinaryIO", stream), mode="r|") as archive:
                for entry in archive:
                    if entry.isdir():
                        continue
                    if not self._counted():
                        yield self._rest(name)
                        return
                    label = _joined(name, entry.name)
                    file = archive.extractfile(entry) if entry.isreg() else None
                    if file is None:
                        yield Member(name=label, data=None, problem="a link or a device, not a file", harmless=True)
                    else:
                        yield from self._inside(cast("Reads", file), label, depth)
        except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
            raise BrokenError(f"the tar is broken: {error}") from None

    def _inside(self, stream: Reads, name: str, depth: int) -> Iterator[Member]:
        """A member of an archive: its own fault costs it alone."""
        try:
            yield from self._open(Peeked(stream), name, depth + 1)
        except (BrokenError, InputError) as error:
            yield Member(name=name, data=None, problem=str(error))

    def _counted(self) -> bool:
        self._seen += 1
        return self._seen <= self._limits.members

    def _rest(self, name: str) -> Member:
        return Member(
            name=name, data=None, problem=f"holds more than {self._limits.members} members: the rest was not read"
        )


def _read(stream: Reads, limit: int, what: str) -> tuple[bytes | None, str | None]:
    """All of a stream, or what came before it broke; None when it is larger than allowed."""
    buffer, size = io.BytesIO(), 0
    try:
        while part := stream.read(CHUNK):
            size += len(part)
            if size > limit:
                return None, f"{what} is larger than {limit >> 20} MiB" if limit >> 20 else f"{what} is too large"
            buffer.write(part)
    except (BrokenError, tarfile.TarError) as error:
        return (buffer.getvalue(), f"{error}: read up to there") if size else (None, str(error))
    return buffer.getvalue(), None


def _joined(outer: str, name: str) -> str:
    """The label of a member: where it stands, on one line, not too long, and never a path to anything."""
    label = name.encode("utf-8", "replace").decode("utf-8", "replace")[:_NAME]
    return f"{outer}/{label}" if outer else label
