"""Bytes of one input, as UTF-8, with what had to be said about them."""

from __future__ import annotations

import codecs
import errno
import io
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake.archives import ArchiveLimits, members
from pushlog.intake.check import Checked, checked
from pushlog.intake.mapped import contents
from pushlog.intake.unpack import HEAD, kind

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pushlog.intake.mapped import Data

STDIN = "-"
# So much of an input tells how it is encoded.
_HEAD = 4096

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

    `check` is what was or will be found out about all of the bytes, `notes` what is known at once.
    """

    name: str
    data: Data
    size: int
    check: Checked | Future[Checked]
    notes: tuple[str, ...] = ()

    @property
    def checked(self) -> Checked:
        """What was found out about all of the bytes; waits for it."""
        return self.check if isinstance(self.check, Checked) else self.check.result()

    @property
    def told(self) -> tuple[str, ...]:
        """All that has to be said about the bytes; waits for it."""
        return self.notes if isinstance(self.check, Checked) else (*self.notes, *self.checked.notes)

    @property
    def sha256(self) -> str:
        """The hash of the input, as hexadecimal digits."""
        return self.checked.sha256


def read(name: str) -> Raw:
    """The input of that path, or standard input for `-`. Raises InputError."""
    if name == STDIN:
        return raw("standard input", sys.stdin.buffer.read())
    try:
        data = contents(Path(name))
        return raw(name, data) if kind(data[:HEAD]) is None else _unpacked(name, data[:])
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
    shown = name if member is None else f"{name}/{member}"
    found = None
    for one in members(io.BytesIO(data), len(data), ArchiveLimits()):
        if one.harmless or member not in (None, one.name):
            continue
        if found is not None:
            raise InputError(f"{name}: holds several logs: name one, such as {name}/{found.name}, or use pushlog audit")
        found = one
    if found is None:
        raise InputError(f"{shown}: holds no such log" if member else f"{shown}: is an archive without a log")
    if found.data is None:
        raise InputError(f"{shown}: can't be read: {found.problem}")
    given = raw(f"{name}/{found.name}" if found.name else name, found.data)
    return replace(given, notes=(*given.notes, found.problem)) if found.problem else given


def raw(name: str, data: Data) -> Raw:
    """The same for bytes at hand."""
    encoding, note = _encoding(data[:_HEAD])
    text = data
    if encoding:
        text = data[:].decode(encoding, "replace").encode("utf-8", "replace")
    elif data[:_HEAD].startswith(codecs.BOM_UTF8):
        text = data[len(codecs.BOM_UTF8) :]
    check = checked(data, is_text=encoding is None)
    notes = (note,) if note else ()
    if isinstance(check, Checked):
        notes = (*notes, *check.notes)
    return Raw(name=name, data=text, size=len(data), check=check, notes=notes)


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
