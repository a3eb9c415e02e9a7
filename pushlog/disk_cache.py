"""What takes long to make from the program's own files, kept where Python keeps compiled code: in `__pycache__`.

Who can write there can change the program itself, so nothing is trusted that was not trusted before. A program that
can't write there, or was told not to (`PYTHONDONTWRITEBYTECODE`), makes the same bytes again each time.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.files import put

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HASH = 32


def cached_bytes(name: str, sources: Sequence[str], make: Callable[[], bytes]) -> bytes:
    """What `make` makes: as it was kept, if it was made of the same sources, by the same Python, and is undamaged.

    `sources`: the texts and versions of all that it is made of.
    """
    path = _folder() / f"{name}.{sys.implementation.cache_tag}.kept"
    try:
        found = path.read_bytes()
    except OSError:
        found = b""
    if found[:_HASH] == _hash(sources, found[_HASH:]):
        return found[_HASH:]
    made = make()
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            put(path, _hash(sources, made) + made, sync=False)
    return made


def _folder() -> Path:
    """Where Python itself keeps what it compiled of this module."""
    compiled = __spec__.cached if __spec__ else None
    return Path(compiled or __file__).parent


def _hash(sources: Sequence[str], made: bytes) -> bytes:
    """One hash for both: a change of a source and damage look the same."""
    import hashlib

    told = hashlib.sha256(sys.version.encode())
    for source in sources:
        told.update(hashlib.sha256(source.encode()).digest())
    told.update(made)
    return told.digest()
