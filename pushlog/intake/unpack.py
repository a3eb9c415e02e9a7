"""Compressed bytes become bytes while they are read, and are counted on the way."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from pushlog.intake.decompress import Unpacked, bzip2_stream, gzip_stream, xz_stream, zstd_streams
from pushlog.intake.readers import CHUNK, BrokenError, Progress, Reads, Reads1, TooMuchError, no_progress

if TYPE_CHECKING:
    from pushlog.intake.limits import ArchiveLimits

HEAD = 512

# The first bytes of each kind. Sources: RFC 1952, bzip2's format, the .xz file format, RFC 8878, PKWARE's APPNOTE.
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_STREAMS = {"gzip": gzip_stream, "bzip2": bzip2_stream, "xz": xz_stream}
COMPRESSED = (*_STREAMS, "zstd")
# POSIX.1-1988: a tar header has this text at this offset.
_TAR, _TAR_OFFSET = b"ustar", 257


def kind(head: bytes) -> str | None:
    """Return the kind of a file by its first bytes: a compression, `zip`, `tar`, or None."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    return "tar" if head[_TAR_OFFSET : _TAR_OFFSET + len(_TAR)] == _TAR else None


class Counted:
    """A file that counts what is read from it, and that returns no more at a time than it can hold.

    `size`: what the file is said to have. `progress`: see `Progress`.
    """

    def __init__(self, file: BinaryIO, size: int | None, progress: Progress = no_progress) -> None:
        self._file = file
        self._progress = progress
        self.size = size
        self.taken = 0

    def read(self, n: int = -1, /) -> bytes:
        """Return at most `n` bytes."""
        # The size that was told may be wrong or old: it bounds one read, never the whole.
        most = CHUNK if self.size is None or not self.seekable() else max(self.size - self._file.tell(), CHUNK)
        data = self._file.read(most if n < 0 else min(n, most))
        self.taken += len(data)
        self._progress(len(data), 0)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to an offset and return it."""
        return self._file.seek(offset, whence)

    def seekable(self) -> bool:
        """Return whether the file can be read out of order."""
        return self._file.seekable()


class Meter:
    """Adds up what is unpacked from one input. Raises TooMuchError when that passes a limit.

    `progress`: see `Progress`.
    """

    def __init__(self, source: Counted, limits: ArchiveLimits, progress: Progress = no_progress) -> None:
        self._source = source
        self._limits = limits
        self._progress = progress
        self._made = 0

    def add(self, n: int) -> None:
        """Count bytes that were just unpacked."""
        self._made += n
        limits = self._limits
        if self._made > limits.archive_bytes:
            raise TooMuchError(f"unpacks to more than {limits.archive_bytes >> 20} MiB")
        # Entries of a zip can share their bytes, which are then read more than once.
        taken = self._source.taken if self._source.size is None else min(self._source.taken, self._source.size)
        # Honest logs shrink to a three-hundredth when they are small and repeat themselves: only size makes it a bomb.
        if self._made > limits.ratio_from and self._made > limits.ratio * taken:
            raise TooMuchError(f"unpacks to more than {limits.ratio} times its size")
        self._progress(0, n)


class Metered:
    """A decompressing reader whose output is counted and whose faults are all BrokenError."""

    def __init__(self, inner: Reads1, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def read(self, n: int = -1, /) -> bytes:
        """Return at most `n` bytes, and never more than a chunk. What is readable before a fault comes first."""
        try:
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
        """Return at most `n` bytes."""
        if self._left:
            cut = len(self._left) if n < 0 else n
            data, self._left = self._left[:cut], self._left[cut:]
            return data
        if self._fault is not None:
            raise self._fault
        return self._inner.read(n)


def decompressed(form: str, source: Reads, meter: Meter) -> Metered:
    """Return the content of a compressed stream. Raises InputError when the library for it is missing."""
    begin = zstd_streams() if form == "zstd" else _STREAMS[form]
    return Metered(Unpacked(source, begin), meter)
