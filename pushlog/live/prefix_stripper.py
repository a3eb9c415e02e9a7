"""A log without its decoration, piece by piece as it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.dialects import openings
from pushlog.intake.log_text import LogText
from pushlog.intake.start_pattern import places
from pushlog.intake.unwrap.json_records import unwrap_json_records
from pushlog.intake.unwrap.prefix import detect, strip
from pushlog.intake.unwrap.recording import drawn, is_cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from pushlog.knowledge.decorations import Decoration

# The first lines of a push tell its decoration: this many bytes of them at most.
_HEAD = 4096


class Stripper:
    """Takes whole lines or redraws off the front of a growing log and what the CI put before them off the lines."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._openings = openings()
        self._rest = b""
        self._first = True
        self._head: bytes | None = b""  # None: the decoration is settled
        self._forms: tuple[Decoration, ...] = ()
        self._unpack: Callable[[bytes], bytes] | None = None  # for a log whose lines are not those of the client

    @property
    def announced(self) -> bool:
        """Whether a line of a push has come, whatever the client."""
        return self._head != b"" or self._unpack is not None

    def strip(self, data: bytes, *, last: bool = False) -> bytes:
        """What can be read now: up to the last end of a line or carriage return, or all of it when it is the `last`.

        The first lines of a push that came before its decoration was recognised are given again, without it.
        """
        data = self._rest + data
        end = len(data) if last else data.rfind(b"\n") + 1
        if not last and not self._forms and not data.startswith(b"{"):
            end = max(end, data.rfind(b"\r") + 1)
        data, self._rest = data[:end], data[end:]
        if self._first and data:
            self._first, self._unpack = False, _unpacker(data)
        if self._unpack is not None:
            return self._unpack(data)
        if self._head is not None:
            data = self._recognised(data)
        return strip(data, self._forms) if self._forms else data

    def _recognised(self, data: bytes) -> bytes:
        """The new lines, with those of the push before them where these were read in vain."""
        head = (self._head or b"") + data
        if not self._head and next(places(self._openings, data), None) is None:
            return data
        self._forms = detect(LogText(head), self._openings)[0]
        self._head = None if self._forms or len(head) > _HEAD else head
        return head if self._forms else data


def _unpacker(data: bytes) -> Callable[[bytes], bytes] | None:
    """How the lines of a log that begins so become those of the client; None where they are."""
    if is_cast(data):
        return lambda lines: b"".join(drawn(line) for line in lines.split(b"\n"))
    return _from_records if unwrap_json_records(LogText(data)) else None


def _from_records(lines: bytes) -> bytes:
    found = unwrap_json_records(LogText(lines))
    return found.text.data[:] if found else b""
