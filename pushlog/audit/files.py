"""Files that are there whole or not at all, and the lock that keeps two audits apart."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pushlog.faults import OutputError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class StoppedError(UserError):
    """Writing became impossible in the middle, such as on a full disk; what was finished before is kept."""


def put(path: Path, data: bytes | str, *, sync: bool = True) -> None:
    """Write a file beside its place and rename it. Raises StoppedError."""
    content = data.encode("utf-8", "replace") if isinstance(data, str) else data
    written(path, lambda file: file.write(content), sync=sync)


def written(path: Path, write: Callable[[BinaryIO], object], *, sync: bool = True) -> None:
    """The same for what writes itself into an open file. Raises StoppedError."""
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                write(file)
                file.flush()
                if sync:
                    os.fsync(file.fileno())
            Path(beside).chmod(0o666 & ~_umask())
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise StoppedError(f"{path}: can't be written: {why}; what is finished is kept: run again") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other audits out of a folder; the lock goes with the process, however that ends. Raises OutputError."""
    try:
        file = (folder / ".lock").open("ab")
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
