"""The reading of one input of an audit: its members, within the time that their bytes need."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from pushlog.intake import remote
from pushlog.intake.archives import Member, members
from pushlog.intake.deadline import TimeUpError, deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pushlog.audit.inputs import Input
    from pushlog.intake.limits import ArchiveLimits

Step = TypeVar("Step")

# Bytes that are unpacked and read in a second at least. bzip2, the slowest of all, and a connection with encryption
# make ten times as many on a machine of today.
SLOWEST, SLOWEST_READ = 2 << 20, 20 << 20


class Reading:
    """The time that the reading of one input may take: `seconds` and what its bytes need at the least speed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._restart: Callable[[], None] = lambda: None
        self._used = self._began = 0.0
        self._allowed = seconds

    def opened(self, source: Input) -> BinaryIO:
        """Return the open file of an input. Raises TimeUpError."""
        is_remote = remote.is_remote(source.name)
        return self._limited(lambda: remote.opened(source.name) if is_remote else Path(source.name).open("rb"))

    def members(
        self, file: BinaryIO, source: Input, limits: ArchiveLimits, listed: tuple[int, int] | None = None
    ) -> Iterator[Member]:
        """Yield the members of an open file; only their reading takes time. Raises TimeUpError."""
        entries = members(file, source.size, limits, listed=listed, progress=self.progress)
        while (member := self._limited(lambda: next(entries, None))) is not None:
            yield member

    def _limited(self, step: Callable[[], Step]) -> Step:
        with deadline(self._seconds) as self._restart:
            self._began = time.thread_time()
            try:
                return step()
            finally:
                self._used += time.thread_time() - self._began

    def progress(self, taken: int, unpacked: int) -> None:
        """Take note of bytes that were read or unpacked. Raises TimeUpError."""
        self._allowed += taken / SLOWEST_READ + unpacked / SLOWEST
        if self._used + time.thread_time() - self._began > self._allowed:
            raise TimeUpError
        self._restart()
