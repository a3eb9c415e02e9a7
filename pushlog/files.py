"""Files written whole or not at all: under a temporary name in the same folder, then renamed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable


def put(path: Path, data: bytes, *, sync: bool = True, mode: int = 0o666) -> None:
    """Write a file; with `sync` it is on the disk on return. Raises OSError, and then the old file is still there.

    `mode`: the permissions that the umask may narrow.
    """
    put_with(path, lambda file: file.write(data), sync=sync, mode=mode)


def put_with(path: Path, write: Callable[[BinaryIO], object], *, sync: bool = True, mode: int = 0o666) -> None:
    """Write a file with a function that gets the open file; otherwise as `put`."""
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        Path(temporary).chmod(mode & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the mask of this process, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
