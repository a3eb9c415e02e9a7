"""The arriving bytes and their times, read by a thread of its own, so that no other work makes a time late."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tape:
    """All bytes so far, and the moment at which each part of them came, in seconds since the tape began.

    `parts[i]` begins at byte `starts[i]` and came at `seconds[i]`; `began` is second 0, in seconds of the epoch.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Start the thread, which ends with the chunks or with the program."""
        self.began = time.time()
        self.parts: list[bytes] = []
        self.starts: list[int] = []
        self.seconds: list[float] = []
        self.ended = threading.Event()
        self.news = threading.Event()
        self._zero = time.monotonic()
        threading.Thread(target=self._read, args=(chunks,), daemon=True).start()

    def now(self) -> float:
        """Return the seconds since the tape began."""
        return time.monotonic() - self._zero

    def _read(self, chunks: Iterable[bytes]) -> None:
        size = 0
        try:
            for data in chunks:
                self.seconds.append(self.now())
                self.starts.append(size)
                self.parts.append(data)  # last, so that a reader who sees the part sees its time too
                size += len(data)
                self.news.set()
        finally:
            self.ended.set()
            self.news.set()
