"""A cache of bytes that take long to make from the program's own files, kept in `__pycache__` beside compiled code.

Anybody who can write there can change the program itself, so the cache needs no more trust than the program. Where the
folder can't be written, or `PYTHONDONTWRITEBYTECODE` is set, the same bytes are made again each time.
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
    """Return the result of `make`, from the cache if the same Python made it of the same sources and it is undamaged.

    `sources`: the texts and versions of everything that the result depends on.
    """
    path = _folder() / f"{name}.{sys.implementation.cache_tag}.kept"
    try:
        cached = path.read_bytes()
    except OSError:
        cached = b""
    if cached[:_HASH] == _hash(sources, cached[_HASH:]):
        return cached[_HASH:]
    result = make()
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            put(path, _hash(sources, result) + result, sync=False)
    return result


def _folder() -> Path:
    """Return the folder in which Python keeps the compiled form of this module."""
    compiled = __spec__.cached if __spec__ else None
    return Path(compiled or __file__).parent


def _hash(sources: Sequence[str], result: bytes) -> bytes:
    """Return one hash of sources and result: a changed source and damage look the same."""
    import hashlib

    digest = hashlib.sha256(sys.version.encode())
    for source in sources:
        digest.update(hashlib.sha256(source.encode()).digest())
    digest.update(result)
    return digest.digest()
