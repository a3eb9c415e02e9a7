"""Compressed bytes become bytes while they are read, and what is read is counted on the way."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from pushlog.faults import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pushlog.intake.limits import ArchiveLimits

# No read asks for more than this, so that a forged size can't make Python set memory aside for it.
CHUNK = 1 << 20
HEAD = 512
# A zstd block of 4 bytes can stand for 128 KiB (RFC 8878, RLE blocks): this many bytes can't become more than 32 MiB.
ZSTD_PIECE = 1024

# The first bytes of each kind. Sources: RFC 1952, bzip2's format, the .xz file format, RFC 8878, PKWARE's APPNOTE.
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
COMPRESSED = ("gzip", "bzip2", "xz", "zstd")
# POSIX.1-1988: a tar header carries this at its byte 257.
_TAR = (b"ustar", 257)


class TooMuchError(Exception):
    """A limit was hit while unpacking; the message says which."""


class BrokenError(Exception):
    """The bytes are not what their beginning promised; the message says how."""


class Reads(Protocol):
    """What is read from: files of all kinds."""

    def read(self, n: int = -1, /) -> bytes:
        """At most `n` bytes; none at the end."""


class Reads1(Protocol):
    """What hands over what it has, at most that many bytes."""

    def read1(self, n: int = -1, /) -> bytes:
        """Some bytes; none at the end."""


def kind(head: bytes) -> str | None:
    """What the first bytes of a file say that it is: a compression, `zip`, `tar`, or None."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    mark, offset = _TAR
    return "tar" if head[offset : offset + len(mark)] == mark else None


class Counted:
    """A file that counts what is read from it and asks for no more at a time than it can hold."""

    def __init__(self, file: BinaryIO, size: int | None) -> None:
        self._file = file
        self._size = size
        self.taken = 0

    def read(self, n: int = -1, /) -> bytes:
        """At most `n` bytes."""
        # The size that was told may be wrong or old: it bounds one read, never the whole.
        size = CHUNK if self._size is None else max(self._size - self._file.tell(), CHUNK)
        data = self._file.read(size if n < 0 else min(n, size))
        self.taken += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Whether it can be read out of order."""
        return self._file.seekable()


class Meter:
    """Adds up what is unpacked from one input. Raises TooMuchError when that passes a limit."""

    def __init__(self, source: Counted, limits: ArchiveLimits) -> None:
        self._source = source
        self._limits = limits
        self._made = 0

    def add(self, n: int) -> None:
        """Count bytes that were just unpacked."""
        self._made += n
        limits = self._limits
        if self._made > limits.archive_bytes:
            raise TooMuchError(f"unpacks to more than {limits.archive_bytes >> 20} MiB")
        # Honest logs shrink to a three-hundredth when they are small and repeat themselves: only size makes it a bomb.
        if self._made > limits.ratio_from and self._made > limits.ratio * self._source.taken:
            raise TooMuchError(f"unpacks to more than {limits.ratio} times its size")


class Metered:
    """A decompressing reader whose output is counted and whose faults are all BrokenError."""

    def __init__(self, inner: Reads1, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def read(self, n: int = -1, /) -> bytes:
        """At most `n` bytes, and never more than a chunk. What is readable before a fault is given first."""
        try:
            # read1 hands over what it has; read would lose it when the next piece is broken.
            data = self._inner.read1(CHUNK if n < 0 else min(n, CHUNK))
        except (TooMuchError, BrokenError):
            raise
        except EOFError:
            raise BrokenError("the compressed data ends before its end") from None
        except Exception as error:  # noqa: BLE001
            # Each library has exceptions of its own, and not all of them are documented.
            raise BrokenError(f"the compressed data is broken: {error}") from None
        self._meter.add(len(data))
        return data


class Peeked:
    """A reader whose first bytes can be seen before they are read. Passes on what the reader raises."""

    def __init__(self, inner: Reads) -> None:
        self._inner = inner
        self.head = b""
        self._fault: BrokenError | None = None
        try:
            while len(self.head) < HEAD and (more := inner.read(HEAD - len(self.head))):
                self.head += more
        except BrokenError as fault:
            self._fault = fault
        self._left = self.head

    def read(self, n: int = -1, /) -> bytes:
        """At most `n` bytes."""
        if self._left:
            cut = len(self._left) if n < 0 else n
            data, self._left = self._left[:cut], self._left[cut:]
            return data
        if self._fault is not None:
            raise self._fault
        return self._inner.read(n)


def decompressed(form: str, source: Reads, meter: Meter) -> Metered:
    """What a compressed stream holds. Raises InputError when the library for it is missing."""
    file = cast("BinaryIO", source)
    if form == "gzip":
        return Metered(gzip.GzipFile(fileobj=_Unbuffered(source)), meter)
    if form == "bzip2":
        return Metered(bz2.BZ2File(file), meter)
    if form == "xz":
        return Metered(lzma.LZMAFile(file), meter)
    try:
        import zstandard
    except ImportError:
        raise InputError("zstd is read with the zstandard library: pip install 'pushlog[zstd]'") from None
    return Metered(_Zstd(source, zstandard.ZstdDecompressor().decompressobj), meter)


class _Zstd:
    """Zstandard frames one after another. The library's own reader takes a cut stream for a whole one."""

    def __init__(self, source: Reads, begin: Callable[[], Any]) -> None:  # zstandard has no types
        self._source = source
        self._begin = begin
        self._frame: Any = None
        self._left = b""

    def read1(self, _n: int = -1, /) -> bytes:
        """What the next piece unpacks to; none at the end. Raises EOFError when that comes inside a frame."""
        while True:
            piece = self._left or self._source.read(ZSTD_PIECE)
            if not piece:
                if self._frame is not None:
                    raise EOFError
                return b""
            self._frame = self._frame or self._begin()
            data: bytes = self._frame.decompress(piece)
            self._left = b""
            if self._frame.eof:
                self._left, self._frame = self._frame.unused_data, None
            if data:
                return data


class _Unbuffered(io.RawIOBase):
    """A stream as the raw file that gzip wants."""

    def __init__(self, source: Reads) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def read(self, n: int = -1, /) -> bytes:
        return self._source.read(n)
