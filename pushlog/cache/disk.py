"""A cache of bytes that take long to make from the program's own files, kept in `__pycache__` beside the package.

It is that folder in which Python keeps the compiled form of modules that are a file each: pip leaves what it did not
install, and a folder of the package's own that is left behind hides a package that is installed anew as editable.
A cached file has the permissions of the source file, as Python's own have, and one that more people can write than the
source is not read. Then, or where the folder can't be written, or where `PYTHONDONTWRITEBYTECODE` is set, the same
bytes are made again each time.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.files import put

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HASH = 32
_SOURCE = Path(__file__)
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def cached_bytes(name: str, sources: Sequence[str], make: Callable[[], bytes]) -> bytes:
    """Return the result of `make`, from the cache if the same Python made it of the same sources and it is undamaged.

    `sources`: the texts and versions of everything that the result depends on.
    """
    result = kept_bytes(name, sources)
    if not result:
        result = make()
        keep(name, sources, result)
    return result


def kept_bytes(name: str, sources: Sequence[str]) -> bytes:
    """Return what was kept under a name if the same Python made it of these sources and it is undamaged."""
    cached = kept_file(name)
    return cached[_HASH:] if cached[:_HASH] == _hash(sources, cached[_HASH:]) else b""


def keep(name: str, sources: Sequence[str], result: bytes) -> None:
    """Keep bytes that were made of these sources, where that can be done."""
    keep_file(name, _hash(sources, result) + result)


def kept_file(name: str) -> bytes:
    """Return the content of a file of the cache that only those can write who can write the program; else nothing."""
    path = _path(name)
    try:
        with path.open("rb") as file:
            is_trusted = _is_trusted(os.fstat(file.fileno()), _SOURCE.stat())
            return file.read() if is_trusted and _is_trusted(path.parent.stat(), _SOURCE.parent.stat()) else b""
    except OSError:
        return b""


def keep_file(name: str, data: bytes) -> None:
    """Write a file of the cache, where that can be done."""
    if sys.dont_write_bytecode:
        return
    with suppress(OSError):
        path = _path(name)
        mode = stat.S_IMODE(_SOURCE.parent.stat().st_mode) & ~_OTHERS | stat.S_IRWXU
        path.parent.mkdir(mode, exist_ok=True)
        if _is_trusted(path.parent.stat(), _SOURCE.parent.stat()):
            mode = stat.S_IMODE(_SOURCE.stat().st_mode) & 0o666 & ~_OTHERS | 0o600
            put(path, data, sync=False, mode=mode)


def _path(name: str) -> Path:
    return _folder() / f"pushlog.{name}.{sys.implementation.cache_tag}.kept"


def _is_trusted(status: os.stat_result, source: os.stat_result) -> bool:
    """Whether nobody can write a file or folder who can't write the program's own."""
    if not hasattr(os, "geteuid"):  # Windows, where modes say nothing
        return True
    if status.st_uid not in {0, os.geteuid(), source.st_uid}:
        return False
    same_group = status.st_gid == source.st_gid and source.st_mode & stat.S_IWGRP
    return not status.st_mode & (stat.S_IWOTH if same_group else _OTHERS)


def _folder() -> Path:
    """Return the folder in which Python keeps the compiled form of modules beside the package."""
    return Path(cache_from_source(str(_SOURCE.parents[2] / "pushlog.py"))).parent


def _hash(sources: Sequence[str], result: bytes) -> bytes:
    """Return one hash of sources and result: a changed source and damage look the same."""
    import hashlib

    digest = hashlib.sha256(sys.version.encode())
    for source in sources:
        digest.update(hashlib.sha256(source.encode()).digest())
    digest.update(result)
    return digest.digest()
