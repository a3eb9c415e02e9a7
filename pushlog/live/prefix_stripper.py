"""A growing log without its line prefixes, piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.dialects import openings
from pushlog.intake.log_text import LogText
from pushlog.intake.start_pattern import places
from pushlog.intake.unwrap.exports.json_lines import line_reader
from pushlog.intake.unwrap.prefix import detect
from pushlog.intake.unwrap.recording import drawn_line, is_cast
from pushlog.intake.unwrap.strip import strip
from pushlog.intake.unwrap.witnesses import anchors_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pushlog.intake.unwrap.line_prefix import LinePrefix

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
        self._prefixes: tuple[LinePrefix, ...] = ()
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
        if not last and not self._prefixes and not data.startswith(b"{"):
            end = max(end, data.rfind(b"\r") + 1)
        data, self._rest = data[:end], data[end:]
        if self._is_first and data:
            self._is_first, self._unpack = False, _unpacker(data)
        if self._unpack is not None:
            return self._unpack(data)
        if self._head is not None:
            data = self._with_new_prefix(data)
        return strip(data, self._prefixes) if self._prefixes else data

    def _with_new_prefix(self, data: bytes) -> bytes:
        """Return the new lines, preceded by the earlier lines of the push when their prefix is recognised only now."""
        head = (self._head or b"") + data
        if not self._head and next(places(self._openings, data), None) is None:
            return data
        text = LogText(head)
        self._prefixes = detect(text, self._openings, anchors_of(text, self._openings)).all
        self._head = None if self._prefixes or len(head) > _HEAD else head
        return head if self._prefixes else data


def _unpacker(data: bytes) -> Callable[[bytes], bytes] | None:
    """Return the function that turns lines of a log that begins so into the client's, or None if they are that."""
    if is_cast(data):
        return lambda lines: b"".join(drawn_line(line) for line in lines.split(b"\n"))
    if not data.startswith(b"{"):
        return None
    text = LogText(data)
    return line_reader(text, list(places(openings(), data)))
