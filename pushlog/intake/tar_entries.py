"""The entries of a tar, read as a stream: headers of bounded size, data counted while it is read, holes never made.

Python's `tarfile` keeps headers of any size, seeks as far as a forged size says, fills the holes of sparse files, and
up to 3.12.5 needs hours for some pax headers (CVE-2024-6232). Sources: POSIX.1-2017 pax, GNU tar's manual ("Basic Tar
Format", "Storing Sparse Files").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.readers import CHUNK, BrokenError
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.readers import Reads

BLOCK = 512
# A header that extends another one holds names and stamps: a few hundred bytes.
LONGEST_HEADER = 64 << 10
# Extending headers before one entry: a long name, a long link and a pax header, each perhaps for a group as well.
_MOST_HEADERS = 8

_REGULAR, _FOLDER, _SPARSE = (b"0", b"\0", b"7"), b"5", b"S"
_LINKS_AND_DEVICES = (b"1", b"2", b"3", b"4", b"6")
_LONG_NAME, _LONG_LINK = b"L", b"K"
_PAX, _PAX_FOR_ALL = (b"x", b"X"), b"g"
_SPARSE_KEY = b"GNU.sparse."
SPARSE = "a sparse file: its holes are not unpacked"


@record(kw_only=False)
class TarEntry:
    """One entry. `file`: its data, to be read before the next entry is asked for; None where `problem` says why not.

    `harmless`: nothing of a log is lost with it. A folder has neither file nor problem.
    """

    name: str
    file: Reads | None = None
    problem: str | None = None
    harmless: bool = True
    modified: float | None = None


@record(frozen=False, kw_only=False)
class _Extension:
    """What the headers before an entry say of it."""

    name: bytes | None = None
    size: int | None = None
    sparse: bool = False


class _Data:
    """The data of one entry."""

    def __init__(self, stream: Reads, size: int) -> None:
        self._stream = stream
        self.left = size

    def read(self, n: int = -1, /) -> bytes:
        """Return at most `n` bytes. Raises BrokenError when the tar ends before the entry."""
        size = min(self.left, CHUNK if n < 0 else min(n, CHUNK))
        if not size:
            return b""
        data = self._stream.read(size)
        if not data:
            raise BrokenError("the tar is broken: it ends inside an entry")
        self.left -= len(data)
        return data


def tar_entries(stream: Reads) -> Iterator[TarEntry]:
    """Yield the entries in their order. Raises BrokenError."""
    extension, headers = _Extension(), 0
    while block := _block(stream):
        kind, size = block[156:157], _number(block[124:136])
        if kind in (*_PAX, _PAX_FOR_ALL, _LONG_NAME, _LONG_LINK):
            headers += 1
            if headers > _MOST_HEADERS:
                raise BrokenError("the tar is broken: too many headers for one entry")
            _extend(extension, kind, _header_data(stream, size))
            continue
        data = _Data(stream, size if extension.size is None else extension.size)
        if kind in _LINKS_AND_DEVICES or kind == _FOLDER:
            data.left = 0
        if kind == _SPARSE:
            _skip_sparse_map(stream, block)
        padding = -data.left % BLOCK
        yield _entry(block, kind, extension, data)
        _skip(stream, data.left + padding)
        extension, headers = _Extension(), 0


def _entry(block: bytes, kind: bytes, extension: _Extension, data: _Data) -> TarEntry:
    name = _text(_name(block) if extension.name is None else extension.name)
    if kind == _FOLDER or (kind in _REGULAR and name.endswith("/")):
        return TarEntry(name)
    if kind == _SPARSE or extension.sparse:
        return TarEntry(name, problem=SPARSE, harmless=False)
    if kind not in _REGULAR:
        return TarEntry(name, problem="a link or a device, not a file")
    return TarEntry(name, file=data, modified=_time(block[136:148]))


def _time(field: bytes) -> float | None:
    """Return the time of a file in seconds since 1970; None for one that can't be read."""
    try:
        return float(_number(field))
    except (BrokenError, ValueError):
        return None


def _block(stream: Reads) -> bytes | None:
    """Return the next header; None at the end of the tar: a block of zeros, or no more bytes."""
    block = _exactly(stream, BLOCK, "a header")
    if not block.strip(b"\0"):
        return None
    # The sum of all bytes, with spaces for its own; some old programs added signed bytes.
    rest = block[:148] + b" " * 8 + block[156:]
    sums = (sum(rest), sum(rest) - 256 * sum(byte > 127 for byte in rest))
    if _number(block[148:156]) not in sums:
        raise BrokenError("the tar is broken: the checksum of a header is wrong")
    return block


def _exactly(stream: Reads, size: int, what: str) -> bytes:
    """Return so many bytes; none at the end of the stream."""
    parts, left = [], size
    while left and (part := stream.read(min(left, CHUNK))):
        parts.append(part)
        left -= len(part)
    if left and parts:
        raise BrokenError(f"the tar is broken: it ends inside {what}")
    return b"".join(parts)


def _number(field: bytes) -> int:
    """Return a number of a header: octal digits, or, where the first bit is set, bytes (GNU and star)."""
    if field[0] & 0x80:
        if field[0] != 0x80:
            raise BrokenError("the tar is broken: a size below zero")
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0", 1)[0].strip()
    if digits.strip(b"01234567"):
        raise BrokenError("the tar is broken: a header holds no number where one belongs")
    return int(digits or b"0", 8)


def _name(block: bytes) -> bytes:
    """Return the name of a header; ustar has its beginning in a field of its own, GNU's old form has not."""
    name, prefix = block[:100].split(b"\0", 1)[0], block[345:500].split(b"\0", 1)[0]
    return prefix + b"/" + name if prefix and block[257:263] == b"ustar\0" else name


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _header_data(stream: Reads, size: int) -> bytes:
    """Return the data of an extending header."""
    if size > LONGEST_HEADER:
        raise BrokenError(f"the tar is broken: a header of {size:,} bytes, more than {LONGEST_HEADER:,}")
    data = _exactly(stream, size, "a header")
    if len(data) < size:
        raise BrokenError("the tar is broken: it ends inside a header")
    _skip(stream, -size % BLOCK)
    return data


def _extend(extension: _Extension, kind: bytes, data: bytes) -> None:
    """Take what a header says of the entry after it."""
    if kind == _LONG_NAME:
        extension.name = data.split(b"\0", 1)[0]
    elif kind in _PAX:
        for key, value in _records(data):
            if key in {b"path", b"GNU.sparse.name"}:
                extension.name = value.split(b"\0", 1)[0]
            elif key == b"size":
                if not value.isdigit() or len(value) > 20:
                    raise BrokenError("the tar is broken: a pax header with a size that is none")
                extension.size = int(value)
            extension.sparse = extension.sparse or key.startswith(_SPARSE_KEY)


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values of a pax header: `LENGTH KEY=VALUE` and a line feed, LENGTH counting all of it."""
    start = 0
    while start < len(data) and data[start]:
        space = data.find(b" ", start, start + 8)
        length = int(data[start:space]) if space > 0 and data[start:space].isdigit() else 0
        key, equals, value = data[space + 1 : start + length].partition(b"=")
        if not equals or start + length > len(data) or not value.endswith(b"\n"):
            raise BrokenError("the tar is broken: a pax header that is none")
        yield key, value[:-1]
        start += length


def _skip_sparse_map(stream: Reads, block: bytes) -> None:
    """Pass over the blocks that go on with the map of an old GNU sparse file; a byte in each says if one follows."""
    more = block[482]
    while more:
        extra = _exactly(stream, BLOCK, "a header")
        if not extra:
            raise BrokenError("the tar is broken: it ends inside a header")
        more = extra[504]


def _skip(stream: Reads, size: int) -> None:
    """Pass over bytes by reading them: a seek would go where a forged size says."""
    while size > 0:
        data = stream.read(min(size, CHUNK))
        if not data:
            raise BrokenError("the tar is broken: it ends inside an entry")
        size -= len(data)
