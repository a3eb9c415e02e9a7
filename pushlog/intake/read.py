"""Bytes of one input, as UTF-8, with what had to be said about them."""

from __future__ import annotations

import codecs
import errno
import io
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, BinaryIO, cast

from pushlog.faults import InputError
from pushlog.intake import mapped
from pushlog.intake.check import Checked, check
from pushlog.intake.limits import LIMITS
from pushlog.intake.spool import DERIVED, Spool
from pushlog.intake.unpack import HEAD, kind
from pushlog.model import DatedBy
from pushlog.record_class import record

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pushlog.intake.mapped import Data

STDIN = "-"
# So much of an input tells how it is encoded.
_HEAD = 4096
# Most logs are one part, which is not copied.
_PART = 64 << 20
# Nobody knows how much comes out of a pipe: it is read in smaller parts, and few of them are held.
_PIPED = 1 << 20
# So much is converted to UTF-8 at a time.
_CONVERTED = 1 << 22

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@record
class Raw:
    """The bytes of one input. `data` is UTF-8 (bytes that are not stay as they are); size and hash are the input's.

    `pending_check` is what was or will be found out about all of the bytes, `notes` what is known at once. `modified`:
    when the file was written, in seconds since 1970; `modified_by`: whether the file or its archive says so.
    """

    name: str
    data: Data
    size: int
    pending_check: Checked | Future[Checked]
    notes: tuple[str, ...] = ()
    incomplete: bool = False
    modified: float | None = None
    modified_by: DatedBy = DatedBy.FILE

    @property
    def check(self) -> Checked:
        """What was found out about all of the bytes; waits for it."""
        pending = self.pending_check
        return pending if isinstance(pending, Checked) else pending.result()

    @property
    def all_notes(self) -> tuple[str, ...]:
        """All that has to be said about the bytes; waits for it."""
        return self.notes if isinstance(self.pending_check, Checked) else (*self.notes, *self.check.notes)

    @property
    def sha256(self) -> str:
        """The hash of the input, as hexadecimal digits."""
        return self.check.sha256


def read(name: str, limit: int = LIMITS.log_bytes) -> Raw:
    """Return the input of that path, or standard input for `-`, up to `limit` bytes. Raises InputError."""
    try:
        if name == STDIN:
            return _opened("standard input", sys.stdin.buffer, limit)
        if not name:
            raise InputError("an empty name was given: name a log, or - for standard input")
        with Path(name).open("rb") as file:
            source = _opened(name, file, limit)
            return source if source.modified is not None else replace(source, modified=_modified(file))
    except NotADirectoryError:
        return _inside(name, limit)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: OSError | ValueError) -> InputError:
    if isinstance(error, IsADirectoryError):
        return InputError(f"{name}: is a folder; pushlog audit {quote(name)} reads all logs in it")
    if not isinstance(error, OSError):  # a NUL in the name
        return InputError(f"{name!r}: not a file name")
    why = "no such file" if error.errno in (errno.ENOENT, errno.ENOTDIR) else (error.strerror or str(error)).lower()
    return InputError(f"{'standard input' if name == STDIN else name}: can't be read: {why}")


def _opened(name: str, file: BinaryIO, limit: int) -> Raw:
    """Return the log in an open file, unpacked if it is compressed. What is read is not asked for again."""
    source = _Rewound(file)
    if kind(source.head) is not None:
        return _unpacked(name, source, limit)
    # Measured once: a log that grows meanwhile is read as it was.
    size = source.size or 0
    if source.seekable() and mapped.LARGE <= size <= limit:
        return raw(name, mapped.contents(file))
    return _bounded(name, source, size, limit)


def _inside(name: str, limit: int) -> Raw:
    """Return a member of an archive, named as audits name it: `logs.zip/job/push.txt`. Raises InputError."""
    ends = [at for at, character in enumerate(name) if character == "/" and Path(name[:at]).is_file()]
    if not ends:
        raise InputError(f"{name}: can't be read: no such file")
    archive, member = name[: ends[0]], name[ends[0] + 1 :]
    try:
        with Path(archive).open("rb") as file:
            return _unpacked(archive, _Rewound(file), limit, member)
    except OSError as error:
        raise _unreadable(archive, error) from None


def _unpacked(name: str, source: _Rewound, limit: int, member: str | None = None) -> Raw:
    """Return the one log that a compressed file or an archive holds, or the named one. Raises InputError."""
    from pushlog.intake.archives import members
    from pushlog.intake.limits import ArchiveLimits

    label = name if member is None else f"{name}/{member}"
    limits = ArchiveLimits(log_bytes=limit, cut_logs=True)
    log_member = None
    for candidate in members(cast("BinaryIO", source), source.size, limits, only=member):
        if candidate.harmless:
            continue
        if log_member is not None and candidate.data is None and not candidate.name:
            # The archive broke off behind the log.
            log_member = replace(log_member, problem=log_member.problem or candidate.problem)
            continue
        if log_member is not None:
            raise InputError(
                f"{name}: holds several logs: name one, such as {name}/{log_member.name}, or use pushlog audit"
            )
        log_member = candidate
    if log_member is None:
        raise InputError(f"{label}: holds no such log" if member else f"{label}: is an archive without a log")
    if log_member.data is None:
        raise InputError(f"{label}: can't be read: {log_member.problem}")
    log = raw(f"{name}/{log_member.name}" if log_member.name else name, log_member.data)
    log = replace(log, modified=log_member.modified, modified_by=DatedBy.ARCHIVE if log_member.name else DatedBy.FILE)
    return replace(log, notes=(*log.notes, log_member.problem), incomplete=True) if log_member.problem else log


def _bounded(name: str, file: _Rewound, size: int, limit: int) -> Raw:
    """Return what a file holds now, however it grows or shrinks; a byte beyond the limit tells that there is more."""
    spool, left = Spool() if size else Spool(DERIVED), min(limit + 1, size or limit + 1)
    while left > 0 and (part := file.read(min(left, _PART if size else _PIPED))):
        spool.write(part)
        left -= len(part)
    data = spool.finish()
    if len(data) <= limit:
        return raw(name, data)
    source = raw(name, data[:limit])
    note = f"only the first {limit:,} bytes were read, the limit for a log"
    return replace(source, notes=(*source.notes, note), incomplete=True)


class _Rewound:
    """An open file whose first bytes are known and are read again; also a pipe, which is never opened twice."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._is_seekable = file.seekable() and file.tell() == 0
        self.head = b""
        while len(self.head) < HEAD and (part := file.read(HEAD - len(self.head))):
            self.head += part
        self._again = b"" if self._is_seekable else self.head
        if self._is_seekable:
            file.seek(0)
        self.size = _size(file) if self._is_seekable else None

    def read(self, n: int = -1, /) -> bytes:
        """Return at most `n` bytes; none at the end."""
        if self._again:
            cut = len(self._again) if n < 0 else n
            data, self._again = self._again[:cut], self._again[cut:]
            return data
        return self._file.read(n)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to an offset and return it."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the offset."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Return whether the file can be read out of order, from its first byte on."""
        return self._is_seekable


def _size(file: BinaryIO) -> int:
    """Return the size of a file at this moment; 0 for what has none, such as a pipe."""
    try:
        return os.fstat(file.fileno()).st_size
    except OSError:  # not a file at all
        return 0


def _modified(file: BinaryIO) -> float | None:
    """Return when a file was last written, in seconds since 1970; None for what is no regular file."""
    status = os.fstat(file.fileno())
    return status.st_mtime if stat.S_ISREG(status.st_mode) else None


def raw(name: str, data: Data) -> Raw:
    """The same for bytes at hand."""
    encoding, note = _encoding(data[:_HEAD])
    text, is_framed = data, False
    if encoding:
        text = _converted(data, encoding)
    elif data[:_HEAD].startswith(codecs.BOM_UTF8):
        text = _without_mark(data)
    elif is_framed := _is_framed(data[:_HEAD]):
        text, note = _with_lines(data), "records that end with a NUL byte were read as lines"
    pending = check(data, is_text=encoding is None and not is_framed)
    notes = (note,) if note else ()
    if isinstance(pending, Checked):
        notes = (*notes, *pending.notes)
    # A file name need not be UTF-8; what is written of it must be.
    label = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Raw(name=label, data=text, size=len(data), pending_check=pending, notes=notes)


def _converted(data: Data, encoding: str) -> Data:
    """Return text of another encoding as UTF-8, piece by piece."""
    decoder, spool = codecs.getincrementaldecoder(encoding)("replace"), Spool()
    for start in range(0, len(data), _CONVERTED):
        text = decoder.decode(data[start : start + _CONVERTED], start + _CONVERTED >= len(data))
        spool.write(text.encode("utf-8", "replace"))
        mapped.release_range(data, start, start + _CONVERTED)
    return spool.finish()


def _without_mark(data: Data) -> Data:
    """Return UTF-8 without its byte order mark."""
    spool = Spool()
    for start in range(len(codecs.BOM_UTF8), len(data), _CONVERTED):
        spool.write(data[start : start + _CONVERTED])
        mapped.release_range(data, start, start + _CONVERTED)
    return spool.finish()


def _is_framed(head: bytes) -> bool:
    """Whether JSON objects end with a NUL byte each, as GELF sends them over TCP; none stands elsewhere."""
    return head.startswith(b"{") and 0 < head.count(b"\0") == head.count(b"}\0")


def _with_lines(data: Data) -> Data:
    """Return text with a line feed in place of each NUL byte."""
    spool = Spool()
    for start in range(0, len(data), _CONVERTED):
        spool.write(data[start : start + _CONVERTED].replace(b"\0", b"\n"))
        mapped.release_range(data, start, start + _CONVERTED)
    return spool.finish()


def _encoding(head: bytes) -> tuple[str | None, str | None]:
    """The encoding of text that is not UTF-8, and what has to be said about it."""
    if not head:
        return None, "the file is empty"
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, f"{encoding.upper()} text was converted"
    if guess := _utf16_without_mark(head):
        return guess, "UTF-16 text without a byte order mark was converted"
    return None, None


def _utf16_without_mark(head: bytes) -> str | None:
    """PowerShell's `>` writes UTF-16; a log of ASCII text then has a NUL in every second place."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half >= 8 and odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if half >= 8 and even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None
