"""Bytes that come piece by piece: kept in memory while they are few, else in a file without a name that is mapped.

A text made from a large log, or a large log out of a pipe, would stay in memory as a whole. In a mapped file only the
parts that are looked at do. The file is never seen by others and goes with the process.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, BinaryIO

from pushlog.intake.mapped import LARGE

if TYPE_CHECKING:
    from pushlog.intake.mapped import Data


# A text that is made from a log of that size stands in memory beside the log; a larger one goes to a file.
DERIVED = 16 << 20
# Pieces shorter than this are put together, for each object takes memory of its own.
_SHORT = 1 << 16


class Spool:
    """Collects bytes. `limit`: the size up to which they stay in memory."""

    def __init__(self, limit: int = LARGE) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._short = bytearray()
        self._held = 0
        self._file: BinaryIO | None = None
        self.size = 0

    def write(self, part: bytes) -> None:
        """Append bytes."""
        if not part:
            return
        # The first is kept as it is: often it is all, and what is known of these bytes is known of the result.
        if len(part) >= _SHORT or not self.size:
            self._seal()
            self._parts.append(part)
        else:
            self._short += part
            if len(self._short) >= _SHORT:
                self._seal()
        self._held += len(part)
        self.size += len(part)
        if self._held >= self._limit:
            self._flush()

    def finish(self) -> Data:
        """Return all bytes; nothing can be written afterwards."""
        if self._file is None:
            self._seal()
            data = b"".join(self._parts)
            self._parts.clear()
            return data
        self._flush()
        with self._file as file:
            file.flush()
            return mmap.mmap(file.fileno(), self.size, access=mmap.ACCESS_READ)

    def _seal(self) -> None:
        if self._short:
            self._parts.append(bytes(self._short))
            self._short.clear()

    def _flush(self) -> None:
        """Move what is in memory to the file; where none can be written, it stays in memory."""
        import tempfile

        self._seal()
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is finished
            for part in self._parts:
                self._file.write(part)
            self._file.flush()
        except OSError:
            self._take_back()
            return
        self._parts.clear()
        self._held = 0
        # What comes is written soon: only a small piece is held from now on.
        self._limit = min(self._limit, 1 << 24)

    def _take_back(self) -> None:
        """Hold everything in memory: the disk is full, or there is none."""
        file, self._file = self._file, None
        self._limit = 1 << 62
        if file is not None:
            written = self.size - self._held
            with file:
                file.seek(0)
                self._parts.insert(0, file.read(written))
