"""The last line of a record that its runtime cut in pieces: its text stands on the line of the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.unwrap.prefix import lane_of
from pushlog.intake.unwrap.strip import has_pieces
from pushlog.model import Capture

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.line_prefix import LinePrefix
    from pushlog.intake.unwrap.log import UnwrappedLog

# A record of 1 MiB has 64 pieces of 16 KiB; lines of other lanes may stand between them.
_FURTHEST = 1000
_LONGEST_PREFIX = 400


def last_line(log: UnwrappedLog, line: int) -> int:
    """Return the last physical line of the record of which a piece stands on a line: mostly that line itself."""
    text = log.original
    start = text.start_of(line)
    prefixes = next((part.prefixes for part in log.ranges if part.start <= start < part.stop), ())
    if has_pieces(prefixes):
        return _by_prefix(text, prefixes, line, has_lanes=bool(log.lanes))
    if text.starts is not None and log.capture is not Capture.ASCIICAST:
        return _by_line_ends(text, line)
    return line


def _by_prefix(text: LogText, prefixes: tuple[LinePrefix, ...], line: int, *, has_lanes: bool) -> int:
    here = _groups(text, prefixes, line)
    lane, goes_on, last = lane_of(here), here.get("partial") == b"P", line
    for number in text.below(line, _FURTHEST):
        groups = _groups(text, prefixes, number)
        if has_lanes and lane_of(groups) != lane:
            continue
        if not goes_on and groups.get("append") != b"+":
            break
        last, goes_on = number, groups.get("partial") == b"P"
    return last


def _groups(text: LogText, prefixes: tuple[LinePrefix, ...], line: int) -> dict[str, bytes | None]:
    beginning = text.beginning(line, _LONGEST_PREFIX)
    match = next((match for prefix in prefixes if (match := prefix.pattern.match(beginning))), None)
    return match.groupdict() if match else {}


def _by_line_ends(text: LogText, line: int) -> int:
    """Records that carry their own line ends: the next one goes on where this one has none."""
    for number in range(line, min(text.lines, line + _FURTHEST)):
        end = text.start_of(number + 1)
        if end == text.start_of(number) or text.data[end - 1 : end] in (b"\n", b"\r") or end == len(text.data):
            return number
    return min(text.lines, line + _FURTHEST)
