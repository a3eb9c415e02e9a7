"""The recording that `record` writes: asciicast, version 2, each write in the file as soon as it happened.

Version 2 is written because every asciinema since 2.0 plays it, while 2.x refuses version 3, and because its times are
absolute: a lost line shifts no other. The exit event `x` comes from version 3; players of version 2 skip it.
Source: docs.asciinema.org, asciicast v2 and v3.
"""

from __future__ import annotations

import codecs
import json
import os
import shlex
import time
from dataclasses import field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import OutputError
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence


@record(frozen=False)
class Cast:
    """A recording that is being written. `broken` says why no more can be written: a full disk must not end a push."""

    path: str
    file: int
    began: float
    broken: str | None = None
    size: int = 0
    # Where the last attempt began, in bytes of the file.
    attempt: int = 0
    # A write may end inside a character: its rest comes with the next one.
    _characters: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )

    def output(self, data: bytes) -> None:
        """Record what the command wrote to its terminal."""
        text = self._characters.decode(data)
        if text:
            self._event("o", text)

    def resized(self, columns: int, rows: int) -> None:
        """Record a new size of the terminal."""
        self._event("r", f"{columns}x{rows}")

    @property
    def seconds(self) -> float:
        """The time since the recording began."""
        return time.monotonic() - self.began

    def next_attempt(self, why: str) -> None:
        """Record that the command is run again, as a marker that players show."""
        if rest := self._characters.decode(b"", final=True):
            self._event("o", rest)
        self._characters.reset()
        self._event("m", why)
        self.attempt = self.size

    def last_attempt(self) -> bytes:
        """Return a recording of the last attempt alone; empty where the file can't be read again."""
        try:
            whole = os.pread(self.file, self.size, 0)
        except OSError:
            return b""
        header, _, rest = whole.partition(b"\n")
        return header + b"\n" + (whole[self.attempt :] if self.attempt else rest)

    def ended(self, status: int) -> None:
        """Record the exit status of the command and close the file."""
        if rest := self._characters.decode(b"", final=True):
            self._event("o", rest)
        self._event("x", str(status))
        os.close(self.file)

    def _event(self, code: str, data: str) -> None:
        self._line([round(time.monotonic() - self.began, 6), code, data])

    def _line(self, value: object) -> None:
        # One write call for each line, without a buffer: whatever kills this process, the lines so far are whole.
        line = (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8", "replace")
        self.size += len(line)
        while line and self.broken is None:
            try:
                line = line[os.write(self.file, line) :]
            except OSError as error:
                self.broken = (error.strerror or str(error)).lower()


def start_cast(path: str, size: tuple[int, int], command: Sequence[str]) -> Cast:
    """Return a new recording; `size` is columns and rows. Raises OutputError.

    An older file is never written over: the new one gets a number, `push.2.cast`.
    """
    try:
        file, path = _new_file(path)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise OutputError(f"{path}: the recording can't be written: {why}") from error
    recording = Cast(path=path, file=file, began=time.monotonic())
    header = {
        "version": 2,
        "width": size[0],
        "height": size[1],
        "timestamp": int(time.time()),
        "command": shlex.join(command),
        "env": {name: os.environ[name] for name in ("TERM", "SHELL") if name in os.environ},
    }
    recording._line(header)  # noqa: SLF001 - the maker of the record
    return recording


def _new_file(path: str) -> tuple[int, str]:
    """Open a file of this name, or of the next one that is free. What is no file, a pipe say, is written to."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    target = Path(path)
    if target.exists() and not target.is_file():
        return os.open(path, os.O_WRONLY | os.O_CLOEXEC), path
    names = (path if number == 1 else f"{target.with_suffix('')}.{number}{target.suffix}" for number in count(1))
    for name in names:
        try:
            return os.open(name, flags | os.O_EXCL, 0o666), name
        except FileExistsError:
            continue
    raise AssertionError("numbers do not end")
