"""A growing log without its line prefixes, piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.dialects import openings
from pushlog.intake.log_text import LogText
from pushlog.intake.start_pattern import places
from pushlog.intake.unwrap.json_records import unwrap_json_records
from pushlog.intake.unwrap.prefix import detect, strip
from pushlog.intake.unwrap.recording import drawn_line, is_cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from pushlog.knowledge.decorations import Decoration

# The first lines of a push show their prefix: this many bytes of them at most.
_HEAD = 4096


class Stripper:
    """Cuts whole lines or redraws off the front of a growing log and removes their prefixes."""

    def __init__(self) -> None:
        """Start with an empty log."""
        self._openings = openings()
        self._rest = b""
        self._is_first = True
        self._head: bytes | None = b""  # None: the prefix is settled
        self._forms: tuple[Decoration, ...] = ()
        self._unpack: Callable[[bytes], bytes] | None = (
            None  # for a log of records, whose lines are not those of the client
        )

    @property
    def announced(self) -> bool:
        """Return whether a line of a push has come, whatever the client."""
        return self._head != b"" or self._unpack is not None

    def strip(self, data: bytes, *, last: bool = False) -> bytes:
        """Return what can be read now: up to the last line end or carriage return, or all of it when `last` is set.

        The first lines of a push that came before its prefix was recognised are returned again, without it.
        """
        data = self._rest + data
        end = len(data) if last else data.rfind(b"\n") + 1
        if not last and not self._forms and not data.startswith(b"{"):
            end = max(end, data.rfind(b"\r") + 1)
        data, self._rest = data[:end], data[end:]
        if self._is_first and data:
            self._is_first, self._unpack = False, _unpacker(data)
        if self._unpack is not None:
            return self._unpack(data)
        if self._head is not None:
            data = self._with_new_prefix(data)
        return strip(data, self._forms) if self._forms else data

    def _with_new_prefix(self, data: bytes) -> bytes:
        """Return the new lines, preceded by the earlier lines of the push when their prefix is recognised only now."""
        head = (self._head or b"") + data
        if not self._head and next(places(self._openings, data), None) is None:
            return data
        self._forms = detect(LogText(head), self._openings)[0]
        self._head = None if self._forms or len(head) > _HEAD else head
        return head if self._forms else data


def _unpacker(data: bytes) -> Callable[[bytes], bytes] | None:
    """Return the function that turns lines of a log that begins so into the client's, or None if they are that."""
    if is_cast(data):
        return lambda lines: b"".join(drawn_line(line) for line in lines.split(b"\n"))
    return _from_records if unwrap_json_records(LogText(data)) else None


def _from_records(lines: bytes) -> bytes:
    records = unwrap_json_records(LogText(lines))
    return records.text.data[:] if records else b""
