"""Files that are there whole or not at all: written beside their place, then renamed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable


def put(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write a file. `sync`: it is on the disk when this returns. Raises OSError; then the old file is still there."""
    written(path, lambda file: file.write(data), sync=sync)


def written(path: Path, write: Callable[[BinaryIO], object], *, sync: bool = True) -> None:
    """The same for what writes itself into an open file."""
    import tempfile

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


def _umask() -> int:
    """The mask of this process, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
