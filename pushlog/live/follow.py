"""The source of a running push: a pipe read to its end, or a file that comes, grows, is cut, or is replaced."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

_MOST = 1 << 20
# A file does not signal its growth: it is polled this often, in seconds.
_POLL = 0.03


class Followed:
    """One input that is still written. `already` counts the bytes that stood there before the watch began."""

    def __init__(self, name: str) -> None:
        """Open the input, `-` for standard input. A file that is not there yet is waited for. Raises InputError."""
        self.notes: list[str] = []
        self._stopped = threading.Event()
        self._path = Path(name)
        # In a folder that is not there either, the name is a wrong one.
        self.is_awaited = name != "-" and not self._path.exists() and self._path.parent.is_dir()
        self._file = _open(os.devnull if self.is_awaited else name)
        status = os.fstat(self._file.fileno())
        self.grows = self.is_awaited or (stat.S_ISREG(status.st_mode) and name != "-")
        self.already = status.st_size if self.grows and not self.is_awaited else 0

    @property
    def modified(self) -> float | None:
        """Return when the file was last written, in seconds since 1970; None for a pipe."""
        try:
            return self._path.stat().st_mtime if self.grows else None
        except OSError:  # moved away
            return None

    def stop(self) -> None:
        """Let `chunks` end where the file ends now; a pipe ends by itself."""
        self._stopped.set()

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes as they come, then close the input."""
        try:
            yield from self._chunks()
        finally:
            self._file.close()

    def _chunks(self) -> Iterator[bytes]:
        at_line_end = True
        while self.is_awaited:
            if self._stopped.wait(_POLL):
                return
            if self._path.exists():
                self._file.close()
                self._file = _open(str(self._path))
                self.is_awaited = False
        while True:
            data = os.read(self._file.fileno(), _MOST)
            if data:
                at_line_end = data.endswith(b"\n")
                yield data
            elif not self.grows or self._stopped.is_set():
                return
            elif self._begins_anew():
                if not at_line_end:
                    yield b"\n"
                at_line_end = True
            else:
                self._stopped.wait(_POLL)

    def _begins_anew(self) -> bool:
        """Return whether the next byte is the first of a file, because this one was cut or another has its name now."""
        ours = os.fstat(self._file.fileno())
        try:
            current = self._path.stat()
        except OSError:  # moved away, and the next one is not there yet
            return False
        if not os.path.samestat(ours, current):
            self._file.close()
            self._file = _open(str(self._path))
            self.notes.append("the file was replaced while it was followed; lines are counted on from the one before")
            return True
        if ours.st_size < os.lseek(self._file.fileno(), 0, os.SEEK_CUR):
            os.lseek(self._file.fileno(), 0, os.SEEK_SET)
            self.notes.append("the file was cut while it was followed; lines are counted on from what was cut")
            return True
        return False


def _open(name: str) -> FileIO:
    if name == "-":
        if os.isatty(0):
            raise InputError(
                "nothing to watch: pipe a push into it, `docker push IMAGE 2>&1 | pushlog watch`, or name a log"
            )
        return open(0, "rb", buffering=0, closefd=False)
    try:
        return Path(name).open("rb", buffering=0)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(f"{name}: can't be followed: {why}") from error
