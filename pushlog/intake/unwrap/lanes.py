"""Lanes: pushes that run at the same time into one log, told apart by what the prefix of each line names.

A branch, a step, a pod, a service, a job: each is a text of its own, so that no push is cut by the lines of another.
A line without a prefix goes on with the lane above it, unless a push begins on it.
"""

from __future__ import annotations

from dataclasses import field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.numbered_text import NumberedText
from pushlog.intake.unwrap.prefix import lane_of
from pushlog.intake.unwrap.strip import finished, has_pieces, pattern_of
from pushlog.record_class import record

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import Int64, LogText
    from pushlog.intake.unwrap.line_prefix import LinePrefix
    from pushlog.intake.unwrap.prefix import Prefixes, PrefixRange

Name = tuple[bytes, ...]
# A push that begins on a line without a prefix is in no lane.
_BEGINS = rb"|(?=The push refers to )"
# Lines are sorted into lanes in blocks of about this many bytes: memory stays small.
_BLOCK = 1 << 22
# Where the lines of pushes name one lane alone, others are looked for in so many lines of each part.
_LOOKED_AT = 2000
# More names than this are not those of branches or services.
_MOST = 512
# So many empty lines stand for the lines between two parts: what is further apart does not belong together.
_APART = 400
# So many names are told.
_NAMED = 5


@record(slots=False, kw_only=False)
class LaneText(NumberedText):
    """The lines of one lane of a log. `name`: what the prefix of its lines says, empty for lines without one."""

    name: str = ""


def lanes_of(text: LogText, prefixes: Prefixes) -> tuple[LaneText, ...]:
    """The lanes of a log; none where all of its lines belong together."""
    if not any("lane" in prefix.groups for prefix in prefixes.all) or not _are_several(text, prefixes):
        return ()
    sorter = _Sorter(len(text.data))
    for start, stop in sorted((*text.parts, *text.beside)):
        sorter.skip_to(text.line_of(start) if start < stop else sorter.line)
        for data, candidates in _blocks(text, prefixes.ranges, start, stop):
            if not sorter.add(data, candidates):
                return ()
    return tuple(lane.text(name, text.lines) for name, lane in sorter.lanes.items() if lane.parts)


def note_of(lanes: Sequence[LaneText]) -> tuple[str, ...]:
    """A note that names lanes; none for a log without."""
    names = [lane.name for lane in lanes if lane.name]
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (f"lines are told apart by what their prefix names: {', '.join(names[:_NAMED])}{rest}",) if names else ()


def _are_several(text: LogText, prefixes: Prefixes) -> bool:
    """Whether lines near pushes name more than one lane."""
    if len(prefixes.lanes) > 1:
        return True
    return any(
        _lane(match) not in prefixes.lanes
        for part in prefixes.ranges
        for span in text.parts
        for match in islice(_matches(text, part, span), _LOOKED_AT)
    )


def _matches(text: LogText, part: PrefixRange, span: tuple[int, int]) -> Iterator[re.Match[bytes]]:
    begin, end = max(span[0], part.start), min(span[1], part.stop)
    if begin < end and part.prefixes:
        yield from pattern_of(part.prefixes, ["lane"]).finditer(text.data, begin, end)


def _lane(match: re.Match[bytes]) -> Name:
    return tuple(group for group in match.groups() if group is not None)


def _blocks(
    text: LogText, ranges: Sequence[PrefixRange], start: int, stop: int
) -> Iterator[tuple[bytes, tuple[LinePrefix, ...]]]:
    for part in ranges:
        begin, last = max(start, part.start), min(stop, part.stop)
        while begin < last:
            end = min(begin + _BLOCK, last)
            end = text.data.rfind(b"\n", begin, end) + 1 or text.data.find(b"\n", end, last) + 1 or last
            yield text.data[begin:end], part.prefixes
            begin = end


@record(frozen=False, kw_only=False)
class _Lane:
    """A lane while it is put together: its data and the physical lines in it."""

    parts: list[bytes] = field(default_factory=list)
    numbers: list[Int64] = field(default_factory=list)

    def text(self, name: Name, total: int) -> LaneText:
        """The finished text."""
        shown = " ".join(part.decode("utf-8", "replace") for part in name)
        return LaneText(b"".join(self.parts), numbers=np.concatenate(self.numbers), total=total, name=shown)


class _Sorter:
    """Sorts whole lines, given in order, into lanes. `size`: that of the log."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.lanes: dict[Name, _Lane] = {}
        self.line = 1
        self._name: Name = ()

    def skip_to(self, line: int) -> None:
        """Go on at a physical line: those between were left out."""
        gap = min(line - self.line, _APART)
        if gap > 0:
            for lane in self.lanes.values():
                lane.parts.append(b"\n" * gap)
                lane.numbers.append(np.arange(line - gap, line))
        self.line = line

    def add(self, data: bytes, prefixes: Sequence[LinePrefix]) -> bool:
        """Sort the next lines, the last of which ends with a line feed or with the log; False if lanes are too many."""
        names, contents = self._split(data.removesuffix(b"\n"), prefixes)
        if len(self.lanes.keys() | set(names)) > _MOST:
            return False
        feeds = np.ones(len(contents), dtype=np.int64)
        if data.count(b"\n") > len(contents):
            feeds += np.fromiter((content.count(b"\n") for content in contents), dtype=np.int64, count=len(contents))
        first = self.line + np.cumsum(feeds) - feeds
        sorted_contents: dict[Name, list[bytes]] = {name: [] for name in names}
        for name, content in zip(names, contents, strict=True):
            sorted_contents[name].append(content)
        codes = {name: code for code, name in enumerate(sorted_contents)}
        code = np.fromiter(map(codes.__getitem__, names), dtype=np.int64, count=len(names))
        for name, in_lane in sorted_contents.items():
            whole = b"\n".join(in_lane)
            lane = self.lanes.setdefault(name, _Lane())
            lane.parts += [finished(whole, prefixes, self._size), b"\n"]
            is_own = code == codes[name]
            lane.numbers.append(_counted(first[is_own], feeds[is_own]))
        self.line += int(feeds.sum())
        self._name = names[-1]
        return True

    def _split(self, data: bytes, prefixes: Sequence[LinePrefix]) -> tuple[list[Name], list[bytes]]:
        """The contents behind each prefix, with the lane that it names; before the first one, the lane so far."""
        if not prefixes:
            return [self._name], [data]
        if has_pieces(prefixes):
            return self._joined_pieces(data, prefixes)
        pattern = pattern_of(prefixes, ["lane"], _BEGINS)
        pieces = pattern.split(b"\n" + data)
        step = pattern.groups + 1
        contents = pieces[::step]
        groups = list(zip(*(pieces[offset::step] for offset in range(1, step)), strict=True))
        lanes = {group: tuple(filter(None, group)) for group in dict.fromkeys(groups)}
        names = [self._name, *map(lanes.__getitem__, groups)] if groups else [self._name, *[()] * (len(contents) - 1)]
        # What stands before the first line feed is nothing, unless the first line has no prefix.
        return (names[1:], contents[1:]) if contents[0] == b"" and len(contents) > 1 else (names, _from_first(contents))

    def _joined_pieces(self, data: bytes, prefixes: Sequence[LinePrefix]) -> tuple[list[Name], list[bytes]]:
        """The same where a line can go on in the next of its lane: it does so on the line on which it begins."""
        names: list[Name] = []
        contents: list[bytes] = []
        begun: dict[Name, int] = {}
        open_lanes: set[Name] = set()
        name = self._name
        for line in data.split(b"\n"):
            match = next((match for prefix in prefixes if (match := prefix.pattern.match(line))), None)
            groups = match.groupdict() if match else {}
            name = lane_of(groups) if match else name
            rest = line[match.end() :] if match else line
            if (name in open_lanes or groups.get("append") == b"+") and name in begun:
                first = begun[name]
                contents[first] = contents[first].rstrip(b"\r") + rest
                rest = b""
            else:
                begun[name] = len(contents)
            names.append(name)
            contents.append(rest)
            (open_lanes.add if groups.get("partial") == b"P" else open_lanes.discard)(name)
        return names, contents


def _counted(first: Int64, feeds: Int64) -> Int64:
    """The physical lines of contents: mostly one line each."""
    if len(feeds) and int(feeds.max()) == 1 and int(feeds.min()) == 1:
        return first
    ends = np.cumsum(feeds)
    within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - feeds, feeds)
    return np.repeat(first, feeds) + within


def _from_first(contents: list[bytes]) -> list[bytes]:
    """The contents without the line feed that was put before the first line."""
    return [contents[0].removeprefix(b"\n"), *contents[1:]]
