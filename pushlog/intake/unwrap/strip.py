"""Lines without what stands around them: prefixes and suffixes are taken off, pieces of one record put together."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.intake.log_text import LogText, plain
from pushlog.intake.mapped import release_range
from pushlog.intake.spool import DERIVED, Spool
from pushlog.intake.unwrap.line_prefix import only, pattern_of_prefix
from pushlog.intake.unwrap.restore import rejoined_lines
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import Piece
    from pushlog.intake.unwrap.line_prefix import LinePrefix
    from pushlog.intake.unwrap.prefix import PrefixRange

_PIECES = {"partial", "append"}
# Bytes of a range that are stripped at a time.
_PIECE = 1 << 22
_ESCAPED = lazy_pattern(rb'\\(["\\])')


def pattern_of(prefixes: Sequence[LinePrefix], groups: Sequence[str] = (), others: bytes = b"") -> re.Pattern[bytes]:
    """One pattern for any of these prefixes behind a line feed; only some groups capture, without names.

    A line feed is found at once, where the beginning of a line would be looked for at every byte. `others`: further
    alternatives.
    """
    sources = b"|".join(only(prefix.source, groups) for prefix in prefixes)
    is_ours = all(prefix.is_ours for prefix in prefixes)
    return pattern_of_prefix(rb"\n(?:" + sources + others + b")", is_ours=is_ours)


def has_pieces(prefixes: Sequence[LinePrefix]) -> bool:
    """Whether a prefix tells that its line goes on in another."""
    return any(prefix.groups & _PIECES for prefix in prefixes)


def strip(data: bytes, prefixes: Sequence[LinePrefix]) -> bytes:
    """Whole lines without the prefixes and suffixes of which they may have any."""
    return _without_suffix(_without_prefix(data, prefixes), prefixes) if prefixes else data


def finished(data: bytes, prefixes: Sequence[LinePrefix], size: int) -> bytes:
    """Whole lines, of which the prefixes were taken off, without suffixes, and joined where a console broke them.

    `size`: that of the log, in bytes.
    """
    return rejoined_lines(_without_suffix(data, prefixes), size)


def _without_prefix(data: bytes, prefixes: Sequence[LinePrefix]) -> bytes:
    """Whole lines without what begins them."""
    return _rejoined(data, prefixes) if has_pieces(prefixes) else pattern_of(prefixes).sub(b"\n", b"\n" + data)[1:]


def _without_suffix(data: bytes, prefixes: Sequence[LinePrefix]) -> bytes:
    """Whole lines without what ends them."""
    for suffix in dict.fromkeys(prefix.suffix for prefix in prefixes if prefix.suffix):
        data = re.sub(rb"(?m)" + suffix + rb"\r?$", b"", data)
    return _ESCAPED.sub(rb"\1", data) if any(prefix.is_escaped for prefix in prefixes) else data


def _rejoined(data: bytes, prefixes: Sequence[LinePrefix]) -> bytes:
    """Records that were cut in pieces put together on the line of the first; the lines of the others stay, empty."""
    lines = data.split(b"\n")
    out = [b""] * len(lines)
    first = 0
    goes_on = False
    for number, line in enumerate(lines):
        match = next((match for prefix in prefixes if (match := prefix.pattern.match(line))), None)
        groups = match.groupdict() if match else {}
        rest = line[match.end() :] if match else line
        if not goes_on and groups.get("append") != b"+":
            first = number
        out[first] += rest
        goes_on = groups.get("partial") == b"P"
    return b"\n".join(out)


def stripped(text: LogText, ranges: Sequence[PrefixRange]) -> LogText:
    """The text without prefixes where a push may stand; of all else only the line feeds, so that lines stay."""
    content = Spool(DERIVED)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    line, last = 0, b""
    for start, stop in sorted((*text.parts, *text.beside)):
        first = text.line_of(start) - 1 if start < stop else line
        content.write(b"\n" * (first - line))
        begin, line, last = content.size, first, b""
        for data, prefixes in cut(text, ranges, start, stop):
            part = finished(_without_prefix(data, prefixes), prefixes, len(text.data)) if prefixes else data
            content.write(part)
            line, last = line + part.count(b"\n"), part[-1:] or last
        spans[start, stop] = (begin, content.size)
    if spans:
        content.write(b"\n" * (text.lines - line - (last != b"\n")))
    return LogText(
        content.finish(),
        stretches=None if text.stretches is None else tuple(spans[span] for span in text.stretches),
        beside=tuple(spans[span] for span in text.beside),
    )


@record(slots=False, kw_only=False)
class PrefixedText(LogText):
    """A log with its prefixes, `ranges` tells which; its lines are shown without them."""

    ranges: tuple[PrefixRange, ...] = ()

    def shown(self, line: int) -> str:
        """What a person reads on that line without its prefix, or the beginning of it."""
        return LogText(self._stripped(*self.shown_of(line))).shown(1)

    def pieces(self, start: int, stop: int) -> Iterator[Piece]:
        """The pieces that are not blank between two offsets, escapes and prefixes removed."""
        for piece in super().pieces(start, stop):
            text = plain(self._stripped(piece.start, piece.stop))
            if text:
                yield replace(piece, text=text)

    def _stripped(self, start: int, stop: int) -> bytes:
        return b"".join(strip(data, prefixes) for data, prefixes in cut(self, self.ranges, start, stop))


def cut(
    text: LogText, ranges: Sequence[PrefixRange], start: int, stop: int
) -> Iterator[tuple[bytes, tuple[LinePrefix, ...]]]:
    """The data between two offsets, cut where other prefixes begin, each piece with those that its lines may have.

    Long ranges come in pieces of whole lines, unless a record may go on from one line to the next.
    """
    for part in ranges:
        begin, end = max(start, part.start), min(stop, part.stop)
        while begin < end:
            piece_end = end
            if end - begin > _PIECE and not has_pieces(part.prefixes):
                piece_end = text.data.rfind(b"\n", begin, begin + _PIECE) + 1
                piece_end = piece_end or text.data.find(b"\n", begin + _PIECE, end) + 1 or end
            yield text.data[begin:piece_end], part.prefixes
            release_range(text.data, begin, piece_end)
            begin = piece_end
