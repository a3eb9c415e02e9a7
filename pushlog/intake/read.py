"""Bytes of one input, as UTF-8, with what had to be said about them."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pushlog.faults import InputError
from pushlog.intake import mapped
from pushlog.intake.check import Checked, check
from pushlog.intake.limits import LIMITS
from pushlog.intake.unpack import HEAD, kind

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pushlog.intake.mapped import Data

STDIN = "-"
# So much of an input tells how it is encoded.
_HEAD = 4096
# Most logs are one part, which is not copied.
_PART = 64 << 20

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """The bytes of one input. `data` is UTF-8 (bytes that are not stay as they are); size and hash are the input's.

    `pending_check` is what was or will be found out about all of the bytes, `notes` what is known at once.
    """

    name: str
    data: Data
    size: int
    pending_check: Checked | Future[Checked]
    notes: tuple[str, ...] = ()
    incomplete: bool = False

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
    """The input of that path, or standard input for `-`, up to `limit` bytes. Raises InputError."""
    try:
        if name == STDIN:
            return _bounded("standard input", sys.stdin.buffer, limit)
        path = Path(name)
        with path.open("rb") as file:
            if kind(file.peek(HEAD)[:HEAD]) is None:
                if mapped.LARGE <= path.stat().st_size <= limit:
                    return raw(name, mapped.contents(path))
                return _bounded(name, file, limit)
        return _unpacked(name, path.read_bytes())
    except NotADirectoryError:
        return _inside(name)
    except IsADirectoryError:
        message = f"{name}: is a folder; name the log files in it, for example {name.rstrip('/')}/*.txt"
    except OSError as error:
        why = "no such file" if error.errno == errno.ENOENT else (error.strerror or str(error)).lower()
        message = f"{name}: can't be read: {why}"
    except ValueError:  # a NUL in the name
        message = f"{name!r}: not a file name"
    raise InputError(message)


def _inside(name: str) -> Raw:
    """A member of an archive, named as audits name it: `logs.zip/job/push.txt`."""
    archive = next(path for path in Path(name).parents if path.is_file())
    return _unpacked(str(archive), archive.read_bytes(), name[len(str(archive)) + 1 :])


def _unpacked(name: str, data: bytes, member: str | None = None) -> Raw:
    """The one log that a compressed file or an archive holds, or the named one. Raises InputError."""
    from pushlog.intake.archives import members
    from pushlog.intake.limits import ArchiveLimits

    label = name if member is None else f"{name}/{member}"
    log_member = None
    for candidate in members(io.BytesIO(data), len(data), ArchiveLimits()):
        if candidate.harmless or member not in (None, candidate.name):
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
    source = raw(f"{name}/{log_member.name}" if log_member.name else name, log_member.data)
    return replace(source, notes=(*source.notes, log_member.problem), incomplete=True) if log_member.problem else source


def _bounded(name: str, file: BinaryIO, limit: int) -> Raw:
    """What a file holds now, however it grows or shrinks; one byte more than the limit tells that there is more."""
    parts, left = [], min(limit + 1, _size(file) or limit + 1)
    while left > 0 and (part := file.read(min(left, _PART))):
        parts.append(part)
        left -= len(part)
    data = b"".join(parts)
    if len(data) <= limit:
        return raw(name, data)
    source = raw(name, data[:limit])
    note = f"only the first {limit:,} bytes were read, the limit for a log"
    return replace(source, notes=(*source.notes, note), incomplete=True)


def _size(file: BinaryIO) -> int:
    """How large a file is at this moment; 0 for what has no size, such as a pipe."""
    try:
        return os.fstat(file.fileno()).st_size
    except OSError:  # not a file at all
        return 0


def raw(name: str, data: Data) -> Raw:
    """The same for bytes at hand."""
    encoding, note = _encoding(data[:_HEAD])
    text = data
    if encoding:
        text = data[:].decode(encoding, "replace").encode("utf-8", "replace")
    elif data[:_HEAD].startswith(codecs.BOM_UTF8):
        text = data[len(codecs.BOM_UTF8) :]
    pending = check(data, is_text=encoding is None)
    notes = (note,) if note else ()
    if isinstance(pending, Checked):
        notes = (*notes, *pending.notes)
    # A file name need not be UTF-8; what is written of it must be.
    label = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Raw(name=label, data=text, size=len(data), pending_check=pending, notes=notes)


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
