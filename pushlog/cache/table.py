"""A table of plain values on disk, of which a process reads the few entries that it asks for.

What a process adds is there in the next one. To read two thousand patterns at each start took 15 ms, to find the two
hundred that a log needs takes 3.
"""

from __future__ import annotations

import atexit
import hashlib
import marshal
import struct
import sys
import zlib
from itertools import islice
from typing import Any

from pushlog.cache.disk import keep_file, kept_file

# A file has this head, the index and the entries. The head: a hash of the index, and how long that is.
_HEAD = struct.Struct("<32sI")
# The index, for each entry: the digest of its key, its offset in the file, its length and its checksum.
_PLACE = struct.Struct("<16sIII")


class KeptTable:
    """Values that `marshal` knows, under keys.

    It holds `most` of them, so that it fills neither disk nor memory: those that no process asks for, such as those of
    an earlier version, give way.
    """

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._data = kept_file(name)
        self._places = _places(self._data)
        self._new: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        atexit.register(self._keep)

    def get(self, key: bytes) -> Any:  # noqa: ANN401  # whatever was put there
        """Return the value of a key; None where it is not there, or damaged."""
        digest = _digest(key)
        self._used.add(digest)
        entry = self._new.get(digest) or self._kept(digest)
        return marshal.loads(entry) if entry else None  # noqa: S302  # as Python's own compiled code

    def put(self, key: bytes, value: Any) -> None:  # noqa: ANN401  # whatever marshal takes
        """Keep the value of a key, if there is room."""
        if len(self._new) < self._most:
            self._new[_digest(key)] = marshal.dumps(value)

    def _kept(self, digest: bytes) -> bytes:
        """Return an entry of the file; nothing where it is not as it was written."""
        offset, length, checksum = self._places.get(digest, (0, 0, 0))
        entry = self._data[offset : offset + length]
        return entry if zlib.crc32(entry) == checksum else b""

    def _keep(self) -> None:
        """Write new entries with those that were there, if there is a new one."""
        if not self._new:
            return
        asked_for = sorted(self._places, key=self._used.__contains__, reverse=True)
        entries = self._new | {digest: self._kept(digest) for digest in asked_for if digest not in self._new}
        kept = dict(islice(entries.items(), self._most))
        index, offset = b"", _HEAD.size + _PLACE.size * len(kept)
        for digest, entry in kept.items():
            index += _PLACE.pack(digest, offset, len(entry), zlib.crc32(entry))
            offset += len(entry)
        keep_file(self._name, b"".join((_HEAD.pack(_hash(index), len(index)), index, *kept.values())))


def _places(data: bytes) -> dict[bytes, tuple[int, int, int]]:
    """Return offset, length and checksum of each entry of a file; nothing of one that is damaged."""
    if len(data) < _HEAD.size:
        return {}
    checked, length = _HEAD.unpack_from(data)
    index = data[_HEAD.size : _HEAD.size + length]
    if _hash(index) != checked:
        return {}
    return {digest: (offset, size, checksum) for digest, offset, size, checksum in _PLACE.iter_unpack(index)}


def _digest(key: bytes) -> bytes:
    return hashlib.blake2b(key, digest_size=16).digest()


def _hash(index: bytes) -> bytes:
    """Return one hash of an index and of the Python that made the entries."""
    return hashlib.sha256(sys.version.encode() + index).digest()
