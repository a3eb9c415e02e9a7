"""Readers of bytes, as the modules that unpack hand them to each other, and the faults that they raise."""

from __future__ import annotations

from typing import Protocol

# No read asks for more than this, so that a forged size can't make Python set memory aside for it.
CHUNK = 1 << 20


class TooMuchError(Exception):
    """A limit was hit while unpacking; the message says which."""


class BrokenError(Exception):
    """The bytes are not what their beginning promised; the message says how."""


class NotAsListedError(Exception):
    """A member of an archive is not what the list of the archive says, so that a part of them can't be read alone."""


class Progress(Protocol):
    """Is told while an input is read how many bytes were just taken from it, or just unpacked."""

    def __call__(self, taken: int, unpacked: int, /) -> object:
        """Take note of it."""


def no_progress(_taken: int, _unpacked: int, /) -> None:
    """Take no note of any progress."""


class Reads(Protocol):
    """A reader: a file of any kind."""

    def read(self, n: int = -1, /) -> bytes:
        """Return at most `n` bytes; none at the end."""


class Reads1(Protocol):
    """A reader that returns the bytes that it has at hand."""

    def read1(self, n: int, /) -> bytes:
        """Return some bytes, at most `n`; none at the end."""


class AsListed:
    """A reader of a member that has no more bytes than the list of its archive says."""

    def __init__(self, inner: Reads, size: int) -> None:
        self._inner = inner
        self._left = size

    def read(self, n: int = -1, /) -> bytes:
        """Return at most `n` bytes. Raises NotAsListedError."""
        data = self._inner.read(n)
        self._left -= len(data)
        if self._left < 0:
            raise NotAsListedError
        return data
