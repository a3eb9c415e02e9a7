"""What has to be found out about all bytes of an input: its hash, and whether it is text; beside the reading."""

from __future__ import annotations

import codecs
import hashlib
from typing import TYPE_CHECKING

from pushlog.intake.mapped import release_range
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from pushlog.intake.mapped import Data

_CHUNK = 1 << 20


@record
class Checked:
    """The hash of an input, and what has to be said about its bytes."""

    sha256: str
    notes: tuple[str, ...]


def check(data: Data, *, is_text: bool) -> Checked | Future[Checked]:
    """The hash of the data and, where it is to be UTF-8 text, what is wrong with it; later, if that takes a while."""
    if len(data) <= _CHUNK:
        return _checked(data, is_text=is_text)
    from concurrent.futures import ThreadPoolExecutor

    # One thread that ends by itself; nobody waits for it here. Hashing lets other threads run.
    pool = ThreadPoolExecutor(1)
    checked = pool.submit(_checked, data, is_text=is_text)
    pool.shutdown(wait=False)
    return checked


def _checked(data: Data, *, is_text: bool) -> Checked:
    import numpy as np

    digest, zeros, invalid = hashlib.sha256(), 0, _Invalid()
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK):
        part = view[start : start + _CHUNK]
        # Neither this nor the look for bytes beyond ASCII and for NUL keeps other threads waiting; a copy would.
        digest.update(part)
        if is_text and (invalid.is_within or not (np.frombuffer(part, dtype=np.int8) > 0).all()):
            chunk = bytes(part)
            zeros += chunk.count(0)
            invalid.take(chunk, is_last=start + len(chunk) == len(data))
        release_range(data, start, start + _CHUNK)
    return Checked(sha256=digest.hexdigest(), notes=tuple(_notes(zeros, invalid.count)))


def _notes(zeros: int, invalid: int) -> Iterator[str]:
    if zeros:
        yield f"{zeros} NUL {'byte' if zeros == 1 else 'bytes'}: this does not look like a text file"
    if invalid:
        yield f"{invalid} invalid UTF-8 {'byte' if invalid == 1 else 'bytes'} replaced"


class _Invalid:
    """Counts the bytes that are not UTF-8; the usual all-ASCII log is not decoded."""

    def __init__(self) -> None:
        self.count = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    @property
    def is_within(self) -> bool:
        """Whether a character began that did not end yet."""
        return bool(self._decoder.getstate()[0])

    def take(self, chunk: bytes, *, is_last: bool) -> None:
        """The next bytes; a character may begin in one chunk and end in the next."""
        text = self._decoder.decode(chunk, is_last)
        try:
            text.encode()
        except UnicodeEncodeError:
            # Only the stand-ins of bytes that could not be decoded can't be encoded again.
            self.count += len(text) - len(text.encode("utf-8", "ignore").decode())
