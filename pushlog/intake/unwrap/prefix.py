"""What a CI system put before every line: recognised from the lines of a push, taken off, its time kept.

Lines stay where they are: a log without its decoration has the same physical lines.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pushlog.intake.log_text import LogText
from pushlog.intake.start_pattern import places
from pushlog.intake.unwrap.timestamps import PrefixTimestamps
from pushlog.intake.unwrap.unknown_prefix import infer_prefix
from pushlog.knowledge.decorations import Decoration, decorations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pushlog.intake.start_pattern import StartPattern

_REDRAW = re.compile(rb"\x1b\[\d+A")
_COLOUR = rb"(?:\x1b\[[0-9;]*[mK])*"
_NAMED = re.compile(r"\(\?P<(\w+)>")
_COLOURS = re.compile(rb"\x1b\[[0-9;]*[mK]")
_ANCHORS = 60
_LONGEST = 600
_DEEPEST = 4
_MARKED = 1 << 20
# Where no line of a push tells, every line of the log must.
_MOST = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecorated:
    """A log without its decoration: the text, what was taken off (`github-actions+compose`), why, and its times."""

    text: LogText
    decoration: str | None = None
    why: str | None = None
    stamps: PrefixTimestamps | None = None


def without_prefix(text: LogText, openings: Sequence[StartPattern]) -> Undecorated:
    """The log as the client wrote it. `openings`: text that pushes print at the beginning of a line."""
    forms, lines = detect(text, openings)
    return _taken_off(text, forms, lines) if forms else Undecorated(text=text)


def detect(text: LogText, openings: Sequence[StartPattern]) -> tuple[tuple[Decoration, ...], int]:
    """The forms that stand before every line, from the outside in, and how many lines told so; none: no decoration."""
    prefixes = list(_prefixes(text, openings))
    plain = sum(not prefix for prefix in prefixes)
    if not prefixes:
        prefixes, plain = list(_first_lines(text)), 0
        forms = _stamped_throughout(prefixes, _possible(text))
    else:
        forms = () if 2 * plain > len(prefixes) else _recognised([p for p in prefixes if p], _possible(text))
    return forms, len(prefixes) - plain


def _prefixes(text: LogText, openings: Sequence[StartPattern]) -> Iterator[bytes]:
    """What stands before the first lines of a push; a terminal's redraws don't count."""
    offsets = (at for part in text.parts for at in places(openings, text.data, *part))
    for count, at in enumerate(offsets):
        if count == _ANCHORS:
            return
        start = text.data.rfind(b"\n", 0, at) + 1
        prefix = text.data[max(start, at - _LONGEST) : at]
        if not _REDRAW.search(prefix) and not prefix.endswith(b"\r"):
            yield prefix


def _first_lines(text: LogText) -> Iterator[bytes]:
    for number in range(1, min(text.lines, _ANCHORS) + 1):
        line = text.data[text.start_of(number) : text.stop_of(number)][:_LONGEST]
        if line.strip():
            yield line


def _possible(text: LogText) -> Sequence[Decoration]:
    """All forms but those whose mark the log lacks."""
    return [
        form for form in decorations().forms if form.mark is None or text.data.find(form.mark.encode(), 0, _MARKED) >= 0
    ]


def _stamped_throughout(lines: Sequence[bytes], possible: Sequence[Decoration]) -> tuple[Decoration, ...]:
    """A form with a time that nearly every line begins with: a log of nothing but an error, say."""
    stamped = [form for form in possible if form.clock]
    for form in stamped:
        hits = sum(_pattern(form.pattern).match(line) is not None for line in lines)
        if len(lines) > 0 and hits >= _MOST * len(lines):
            return (form,)
    return ()


def _recognised(prefixes: Sequence[bytes], possible: Sequence[Decoration]) -> tuple[Decoration, ...]:
    """The forms, from the outside in, that most of the prefixes are made of; one that nobody knows is kept as it is."""
    votes: Counter[tuple[Decoration, ...]] = Counter()
    for prefix in dict.fromkeys(prefixes):
        stack = _stack(_COLOURS.sub(b"", prefix), possible, _DEEPEST)
        if stack is not None:
            votes[stack] += prefixes.count(prefix)
    best = votes.most_common(1)
    if best and 2 * best[0][1] >= len(prefixes):
        return best[0][0]
    form = infer_prefix(prefixes)
    return (form,) if form else ()


def _stack(prefix: bytes, possible: Sequence[Decoration], deepest: int) -> tuple[Decoration, ...] | None:
    """The forms that a prefix is made of, to its last byte; None when it is not."""
    if not prefix.strip(b" "):
        return ()
    if deepest == 0:
        return None
    for form in possible:
        match = _pattern(form.pattern).match(prefix)
        if match and match.end():
            inner = _stack(prefix[match.end() :], possible, deepest - 1)
            if inner is not None:
                return (form, *inner)
    return None


@cache
def _pattern(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode("latin-1") if pattern.isascii() else pattern.encode())


def _whole(forms: Sequence[Decoration]) -> re.Pattern[bytes]:
    """One pattern for all forms at the beginning of a line; of what several tell, the first tells it."""
    parts: list[bytes] = []
    group_names: set[str] = set()
    for form in forms:
        part = form.pattern
        for name in group_names & set(_NAMED.findall(part)):
            part = part.replace(f"(?P<{name}>", "(?:")
        group_names |= set(_NAMED.findall(part))
        parts.append(_COLOUR + part.encode("latin-1"))
    return re.compile(rb"^" + b"".join(parts) + _COLOUR, re.MULTILINE)


def _taken_off(text: LogText, forms: tuple[Decoration, ...], lines: int) -> Undecorated:
    timed = next((form for form in forms if form.clock), None)
    name = "+".join(dict.fromkeys(form.system for form in forms))
    like = " and ".join(form.sample.split(form.inside or "\0")[0].strip() or form.id for form in forms)
    return Undecorated(
        text=_only_stretches(text, lambda part: strip(part, forms)),
        decoration=name,
        why=f"{name}: {lines} of the first lines of the push begin like {like!r} ({forms[0].source})",
        stamps=PrefixTimestamps(text=text, pattern=_whole(forms), clock=timed.clock) if timed and timed.clock else None,
    )


def _only_stretches(text: LogText, strip_part: Callable[[bytes], bytes]) -> LogText:
    """The stretches and what is beside them bare; of all else only the line feeds, so that lines stay."""
    parts: list[bytes] = []
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    size = line = 0
    for low, high in sorted((*text.parts, *text.beside)):
        first = text.line_of(low) - 1 if low < high else line
        parts += [b"\n" * (first - line), strip_part(text.data[low:high])]
        size += len(parts[-2])
        spans[low, high] = (size, size + len(parts[-1]))
        size += len(parts[-1])
        line = first + parts[-1].count(b"\n")
    parts.append(b"\n" * (text.lines - line - (not parts[-1].endswith(b"\n"))) if parts else b"")
    return LogText(
        b"".join(parts),
        stretches=None if text.stretches is None else tuple(spans[span] for span in text.stretches),
        beside=tuple(spans[span] for span in text.beside),
    )


def strip(data: bytes, forms: Sequence[Decoration]) -> bytes:
    """Lines without what these forms put around them."""
    pattern = _whole(forms)
    if b"(?P<partial>" in pattern.pattern or b"(?P<append>" in pattern.pattern:
        data = _rejoined(data, pattern)
    else:
        data = pattern.sub(b"", data)
    suffix = next((form.suffix for form in forms if form.suffix), None)
    return re.sub(rb"(?m)" + suffix.encode() + rb"\r?$", b"", data) if suffix else data


def _rejoined(data: bytes, pattern: re.Pattern[bytes]) -> bytes:
    """Records that were cut in pieces put together on the line of the first; the lines of the others stay, empty."""
    lines = data.split(b"\n")
    out = [b""] * len(lines)
    home = 0
    goes_on = False
    for number, line in enumerate(lines):
        match = pattern.match(line)
        groups = match.groupdict() if match else {}
        rest = line[match.end() :] if match else line
        if not goes_on and groups.get("append") != b"+":
            home = number
        out[home] += rest
        goes_on = groups.get("partial") == b"P"
    return b"\n".join(out)


def is_noise(line: str) -> bool:
    """Whether the CI itself wrote the line, between those of the client."""
    return any(_pattern(noise.pattern).match(line.encode()) for noise in decorations().noise)
