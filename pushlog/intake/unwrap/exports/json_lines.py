"""Exports with a JSON object on each line, alone or behind a prefix, perhaps between lines that are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.intake.log_text import blocks_between
from pushlog.intake.mapped import release_range
from pushlog.intake.unwrap.exports.assembly import Assembly, Export
from pushlog.intake.unwrap.exports.blocks import BlockReader
from pushlog.intake.unwrap.exports.forms import (
    choose_form,
    is_command_result,
    is_engine_message,
    normal_record,
    text_value,
)
from pushlog.intake.unwrap.exports.paths import paths_at, value_at
from pushlog.lazy_pattern import lazy_pattern
from pushlog.units import count

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.exports.forms import Form
    from pushlog.intake.unwrap.exports.paths import Path

# The first lines of an export tell its form where no line of a push does.
_SAMPLES = 20
_OBJECT = lazy_pattern(rb'\{ ?"')
# An object is looked for at so many places of a line.
_TRIES = 4
# Also the mark before a record of a JSON text sequence (RFC 7464).
_BLANK = b" \t\r\x1e"
_BLOCK = 1 << 20
# So many bytes around the lines of pushes are read beside what is read of any log.
_AROUND = 1 << 16
# Server-sent events: an object stands behind `data:`, the other fields are no part of the log.
# Source: html.spec.whatwg.org, "Server-sent events".
_EVENT_STREAM = lazy_pattern(rb"(?:id|event|retry|data):|:|\s*$")
_EVENT_DATA = lazy_pattern(rb"data: ?")
_DECODER = json.JSONDecoder()


def unwrap_json_lines(text: LogText, anchors: Sequence[int], zone: dt.tzinfo | None) -> Export | None:
    """Return the log inside JSON lines; None for a log that is not kept so.

    `anchors`: ascending offsets at which lines of pushes begin, some of them.
    """
    samples = _Samples(text, anchors)
    # Where records are in lists, each line is a document.
    if not samples.records or any(isinstance(step, int) for path in samples.paths for step in path):
        return None
    if anchors and not samples.paths:
        return None
    form = choose_form(samples.records, samples.paths)
    if form is None:
        return None
    reader = _Reader(form, has_prefix=samples.has_prefix)
    assembly, blocks = Assembly(form, zone), BlockReader(form)
    for block in _blocks(text, form):
        if isinstance(block, int):
            assembly.skip(block)
        elif not blocks.add(block, assembly):
            for line in block.removesuffix(b"\n").split(b"\n"):
                record, content = reader.read(line)
                assembly.add(content, form.time_of(record), form.number_of(record), form.names.names(record))
    notes = (f"{count(reader.torn, 'line')} could not be read as an object of {form.system}",) if reader.torn else ()
    return assembly.export(notes, is_physical=True, is_behind_prefix=samples.has_prefix)


def _blocks(text: LogText, form: Form) -> Iterator[bytes | int]:
    """Yield the lines of an export in blocks; the number of those that are far from all lines of pushes.

    How far can only be told where lines of pushes can be seen.
    """
    near = _near(text) if text.stretches is not None and not form.is_base64 else ((0, len(text.data)),)
    start = 0
    for first, last in near:
        yield _feeds(text.data, start, first)
        yield from blocks_between(text.data, first, last)
        start = last
    yield _feeds(text.data, start, len(text.data)) + (start < len(text.data) and text.data[-1:] != b"\n")


def _feeds(data: Data, start: int, stop: int) -> int:
    """Return how many line feeds stand between two offsets."""
    feeds = 0
    for block in range(start, stop, _BLOCK):
        feeds += data[block : min(block + _BLOCK, stop)].count(b"\n")
        release_range(data, block, min(block + _BLOCK, stop))
    return feeds


def _near(text: LogText) -> Iterator[tuple[int, int]]:
    """Yield ranges of whole lines around those in which a push may stand; records are longer than their lines."""
    start, stop = 0, 0
    for first, last in sorted((*text.parts, *text.beside)):
        if first - _AROUND > stop:
            if stop > start:
                yield _whole_lines(text.data, start, stop)
            start = first - _AROUND
        start, stop = max(start, 0), max(stop, last + _AROUND)
    if stop > start:
        yield _whole_lines(text.data, start, stop)


def _whole_lines(data: Data, start: int, stop: int) -> tuple[int, int]:
    end = data.find(b"\n", min(stop, len(data)))
    return data.rfind(b"\n", 0, start) + 1, len(data) if end < 0 else end + 1


def line_reader(text: LogText, anchors: Sequence[int]) -> Callable[[bytes], bytes] | None:
    """Return a function from further lines of a growing log to the text in them; None for a log without records."""
    samples = _Samples(text, anchors)
    form = choose_form(samples.records, samples.paths) if samples.records else None
    if form is None:
        return None
    reader = _Reader(form, has_prefix=samples.has_prefix)

    def read(lines: bytes) -> bytes:
        contents = (reader.read(line)[1] for line in lines.split(b"\n") if line)
        return b"".join(
            content if content.endswith(b"\n") or form.is_piecewise else content + b"\n"
            for content in contents
            if content is not None
        )

    return read


class _Samples:
    """Some records of an export, and where lines of pushes stand in them."""

    def __init__(self, text: LogText, anchors: Sequence[int]) -> None:
        self.records: list[object] = []
        self.paths: list[Path] = []
        self.has_prefix = False
        for offset in anchors:
            number = text.line_of(offset)
            start = text.start_of(number)
            self._add(text.data[start : text.stop_of(number)], offset - start)
        if not anchors:
            lines = [text.whole(number) for number in range(1, min(text.lines, _SAMPLES) + 1)]
            self.has_prefix = any(_EVENT_DATA.match(line) for line in lines)
            records = (object_in(line, has_prefix=self.has_prefix)[0] for line in lines)
            self.records = [record for record in records if record is not None]

    def _add(self, line: bytes, offset: int) -> None:
        record, start = object_in(line, has_prefix=True)
        # A message of the Engine is a line of the log itself, and so is the result of a command, with all it printed.
        if record is None or start > offset or is_engine_message(record) or is_command_result(record):
            return
        for _, path in paths_at(line[start:], [offset - start], len(line)):
            self.records.append(record)
            self.paths.append(_to_lines(record, path))
            self.has_prefix |= bool(line[:start].strip(_BLANK))


def _to_lines(record: object, path: Path) -> Path:
    """Return the path to a text, or to the list of lines that it stands in."""
    is_list = bool(path) and isinstance(path[-1], int) and text_value(value_at(record, path[:-1])) is not None
    return path[:-1] if is_list else path


class _Reader:
    """Reads the lines of an export; `torn` counts those that break off."""

    def __init__(self, form: Form, *, has_prefix: bool) -> None:
        self._form = form
        self._has_prefix = has_prefix
        self.torn = 0

    def read(self, line: bytes) -> tuple[object, bytes | None]:
        """Return the record on a line and what the log has there."""
        record, start = object_in(line, has_prefix=self._has_prefix)
        if record is None:
            if line.lstrip(_BLANK).startswith(b"{"):
                self.torn += 1
                return None, None
            return None, None if self._has_prefix and _EVENT_STREAM.match(line) else line
        record = normal_record(record, self._form.pairs)
        content = self._form.text_of(record)
        if content is None:
            return record, line if is_engine_message(record) else None
        prefix = line[:start]
        if not prefix.strip(_BLANK) or _EVENT_DATA.fullmatch(prefix):
            return record, content
        return record, prefix + (b"\n" if b"\n" in content.rstrip() else b"") + content


def object_in(line: bytes, *, has_prefix: bool = False) -> tuple[object, int]:
    """Return the JSON object that a line ends with, None if there is none, and where it begins."""
    for tries, match in enumerate(_OBJECT.finditer(line)):
        start = match.start()
        if tries == _TRIES or (not has_prefix and line[:start].strip(_BLANK)):
            break
        try:
            value = _DECODER.decode(line[start:].rstrip(b" \t\r,").decode("ascii", "surrogateescape"))
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value, start
    return None, 0
