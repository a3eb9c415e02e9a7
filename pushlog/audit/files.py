"""The files of an audit, and the lock that keeps two audits apart."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from pushlog import files
from pushlog.faults import OutputError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class StoppedError(UserError):
    """Writing failed in the middle, such as on a full disk. Finished results are kept."""


def put(path: Path, data: bytes | str, *, sync: bool = True) -> None:
    """Write a file, whole or not at all. Raises StoppedError."""
    content = data.encode("utf-8", "replace") if isinstance(data, str) else data
    written(path, lambda file: file.write(content), sync=sync)


def written(path: Path, write: Callable[[BinaryIO], object], *, sync: bool = True) -> None:
    """Write a file by a function that writes into an open file. Raises StoppedError."""
    try:
        files.put_with(path, write, sync=sync)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise StoppedError(f"{path}: can't be written: {why}; what is finished is kept: run again") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other audits out of a folder; the lock goes with the process, however that ends. Raises OutputError."""
    # A link in its place is not followed, and a pipe not waited for.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.fdopen(os.open(folder / ".lock", flags, 0o666), "r+b")
    except OSError as error:
        raise OutputError(f"{folder}: can't be written: {(error.strerror or str(error)).lower()}") from error
    with file:
        if not _lock(file):
            raise OutputError(f"{folder}: another audit is writing there: wait for it, or choose another --out")
        yield


def _lock(file: BinaryIO) -> bool:
    try:
        import fcntl
    except ImportError:
        return _lock_on_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        # A file system without locks: better an audit than none.
    return True


def _lock_on_windows(file: BinaryIO) -> bool:
    import msvcrt

    try:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True
