"""The entries of a zip, read from its list at the end: no more of them than are asked for, no data before it is read.

Python's `zipfile` makes an object of every entry that the list has, and hands bzip2 and LZMA data over without a bound
on what comes out. Source: PKWARE's APPNOTE 6.3.
"""

from __future__ import annotations

import datetime as dt
import stat
import struct
import zlib
from typing import TYPE_CHECKING, Protocol

from pushlog.intake.decompress import (
    Unpacked,
    bzip2_stream,
    deflate_stream,
    lzma_stream,
    zstd_streams,
)
from pushlog.intake.readers import CHUNK, BrokenError
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.readers import Reads1

# The end record, with a comment of any length behind it; the record of zip64 and the one that tells where it is.
_END, _END_64, _LOCATOR = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_LONGEST_COMMENT = 65535
_LISTED, _LOCAL = struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_FULL = 0xFFFFFFFF
_ZIP64 = 1
# Names are labels: so many bytes of one are read.
_NAME = 1000
_ENCRYPTED, _UTF8 = 1, 1 << 11
_STORED, _DEFLATED, _BZIP2, _LZMA, _ZSTD = 0, 8, 12, 14, 93


class Seekable(Protocol):
    """A file that is read out of order."""

    def read(self, n: int = -1, /) -> bytes:
        """Return at most `n` bytes; none at the end."""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset and return it."""


@record(kw_only=False)
class ZipEntry:
    """One entry as the list tells it; `packed` and `size` in bytes, `offset` that of its local header.

    `modified`: the time of the file in seconds since 1970, as if its clock showed UTC.
    """

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int
    modified: float | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it stands for a folder."""
        return self.name.endswith("/")

    @property
    def is_file(self) -> bool:
        """Whether it stands for a file, and not for a link or a device."""
        return stat.S_IFMT(self.mode) in (0, stat.S_IFREG)

    @property
    def is_encrypted(self) -> bool:
        """Whether a password is needed."""
        return bool(self.flags & _ENCRYPTED)


def zip_entries(file: Seekable, most: int) -> list[ZipEntry]:
    """Return the entries in the order of the list, at most `most` of them. Raises BrokenError."""
    start, count, shift = _list_of(file)
    entries = []
    for _ in range(min(count, most)):
        entry, start = _listed(file, start, shift)
        entries.append(entry)
    return entries


def _list_of(file: Seekable) -> tuple[int, int, int]:
    """Return where the list begins, how many entries it has, and how many bytes stand before the zip."""
    length = file.seek(0, 2)
    tail_start = max(0, length - _END.size - _LONGEST_COMMENT)
    tail = _read(file, tail_start, length - tail_start)
    place = tail.rfind(b"PK\5\6", 0, len(tail) - _END.size + 4)
    if place < 0:
        raise BrokenError("the zip is broken: it has no list of its entries at its end")
    *_, count, size, offset, _comment = _END.unpack_from(tail, place)
    end = tail_start + place
    locator = _read(file, end - _LOCATOR.size, _LOCATOR.size) if end >= _LOCATOR.size else b""
    if locator.startswith(b"PK\6\7") and len(locator) == _LOCATOR.size:
        end -= _LOCATOR.size + _END_64.size
        record = _read(file, max(end, 0), _END_64.size)
        if end < 0 or len(record) < _END_64.size or not record.startswith(b"PK\6\6"):
            raise BrokenError("the zip is broken: the record of its list is not where it should be")
        *_, count, size, offset = _END_64.unpack(record)
    if size > end:
        raise BrokenError("the zip is broken: its list is longer than the file")
    return end - size, count, end - size - offset


def _listed(file: Seekable, start: int, shift: int) -> tuple[ZipEntry, int]:
    """Return the entry of the list that begins at an offset, and the offset of the next one."""
    head = _read(file, start, _LISTED.size)
    if len(head) < _LISTED.size or not head.startswith(b"PK\1\2"):
        raise BrokenError("the zip is broken: its list of entries ends early")
    (
        _,
        _,
        _,
        flags,
        method,
        time,
        date,
        crc,
        packed,
        size,
        name_size,
        extra_size,
        comment_size,
        _,
        _,
        attributes,
        offset,
    ) = _LISTED.unpack(head)
    name = file.read(min(name_size, _NAME))
    if _FULL in (size, packed, offset):
        extra = _read(file, start + _LISTED.size + name_size, extra_size)
        size, packed, offset = _wide(extra, size, packed, offset)
    entry = ZipEntry(
        name=name.split(b"\0", 1)[0].decode("utf-8" if flags & _UTF8 else "cp437", "replace"),
        flags=flags,
        method=method,
        crc=crc,
        packed=packed,
        size=size,
        mode=attributes >> 16,
        offset=offset + shift,
        modified=_moment(date, time),
    )
    return entry, start + _LISTED.size + name_size + extra_size + comment_size


def _moment(date: int, time: int) -> float | None:
    """Return a time of MS-DOS in seconds since 1970, as if the clock had shown UTC; None for one that is none."""
    year, month, day = (date >> 9) + 1980, date >> 5 & 15, date & 31
    try:
        return dt.datetime(year, month, day, time >> 11, time >> 5 & 63, 2 * (time & 31), tzinfo=dt.UTC).timestamp()
    except ValueError:
        return None


def _wide(extra: bytes, *figures: int) -> tuple[int, ...]:
    """Return sizes and offset with those that need 64 bits taken from the extra field."""
    start = 0
    while start + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, start)
        if kind == _ZIP64:
            values: Iterator[int] = (
                int.from_bytes(extra[place : place + 8], "little")
                for place in range(start + 4, min(start + 4 + length, len(extra)) - 7, 8)
            )
            return tuple(next(values, figure) if figure == _FULL else figure for figure in figures)
        start += 4 + length
    return figures


def opened_entry(file: Seekable, entry: ZipEntry) -> Reads1:
    """Return a reader of an entry's data, unpacked and checked. Raises BrokenError for one that can't be unpacked."""
    head = _read(file, entry.offset, _LOCAL.size) if entry.offset >= 0 else b""
    if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
        raise BrokenError("can't be unpacked: it is not where the list of the zip says")
    name_size, extra_size = struct.unpack_from("<2H", head, _LOCAL.size - 4)
    start = entry.offset + _LOCAL.size + name_size + extra_size
    raw = _Raw(file, start, entry.packed)
    try:
        return _Checked(_unpacked(entry, raw), entry.crc)
    except ValueError as error:
        raise BrokenError(f"can't be unpacked: {error}") from None


def _unpacked(entry: ZipEntry, raw: _Raw) -> Reads1:
    if entry.method == _STORED:
        return raw
    if entry.method == _DEFLATED:
        return Unpacked(raw, deflate_stream, single=True)
    if entry.method == _BZIP2:
        return Unpacked(raw, bzip2_stream, single=True)
    if entry.method == _LZMA:
        # Two bytes of version, two of the length of the properties, the properties.
        head = raw.read(4)
        properties = raw.read(int.from_bytes(head[2:4], "little"))
        lzma_stream(properties)
        return Unpacked(raw, lambda: lzma_stream(properties), single=True, size=entry.size)
    if entry.method == _ZSTD:
        return Unpacked(raw, zstd_streams())
    raise ValueError(f"it is packed by method {entry.method}")


class _Raw:
    """The bytes of an entry as they are packed. The file's place is its own, for members are read in between."""

    def __init__(self, file: Seekable, start: int, size: int) -> None:
        self._file = file
        self._next = start
        self._left = size

    def read(self, n: int = -1, /) -> bytes:
        """Return at most `n` bytes; none at the end."""
        size = min(self._left, CHUNK if n < 0 else min(n, CHUNK))
        data = _read(self._file, self._next, size) if size else b""
        self._next += len(data)
        self._left = self._left - len(data) if data else 0
        return data

    read1 = read


class _Checked:
    """A reader that compares what it has read with a checksum at its end."""

    def __init__(self, inner: Reads1, crc: int) -> None:
        self._inner = inner
        self._expected = crc
        self._crc = 0

    def read1(self, n: int, /) -> bytes:
        """Return some bytes, at most `n`. Raises BrokenError at the end when they were not what was packed."""
        data = self._inner.read1(n)
        self._crc = zlib.crc32(data, self._crc)
        if not data and self._crc != self._expected:
            raise BrokenError("its checksum is wrong")
        return data


def _read(file: Seekable, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
