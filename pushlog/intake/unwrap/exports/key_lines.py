"""Exports with a line for each key of a record: YAML, as `gcloud logging read` prints it, and the journal's export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.intake.log_text import lines_between
from pushlog.intake.unwrap.code_lines import is_code
from pushlog.intake.unwrap.exports.assembly import Assembly, Export
from pushlog.intake.unwrap.exports.clocks import iso_text
from pushlog.intake.unwrap.exports.forms import Form
from pushlog.intake.unwrap.exports.json_cursor import utf8
from pushlog.intake.unwrap.exports.lane_names import NamesAbove
from pushlog.knowledge.exports import exports
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import LogText

_KEY = lazy_pattern(r"(?P<indent>[ ]*)(?P<item>(?:- )*)(?P<key>[@\w][\w@.]*)(?:: ?|=)(?P<value>.*)")
_BLOCK = lazy_pattern(r"[|>][+-]?\d?")
# What begins a record: the mark of a document, an item of a list, the journal's cursor, an empty line.
_BEGINS = lazy_pattern(r"---|__CURSOR=|\s*$|[A-Z][a-z]{2} \d{4}-\d\d-\d\d ")
_DATED = lazy_pattern(r"[A-Z][a-z]{2} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{6}) (\w+)")
_ANCHOR = lazy_pattern(rb"[ ]*(?:- )*(?P<key>[@\w][\w@.]*)(?:: ?|=)['\"]?")
_SYSTEMS = {"textpayload": "cloud-logging"}
_AROUND, _LONGEST = 10, 600


def unwrap_key_lines(text: LogText, anchors: Sequence[int], zone: dt.tzinfo | None) -> Export | None:
    """Return the log inside records with a line for each key; None for a log that is not kept so.

    `anchors`: ascending offsets at which lines of pushes begin, some of them.
    """
    keys = {key for offset in anchors if (key := _key_before(text, offset)) is not None}
    if len(keys) != 1 or sum(_key_before(text, offset) is not None for offset in anchors) < len(anchors):
        return None
    (key,) = keys
    # No program has a key of Google's log in its source.
    if text.data[:3] != b"---" and key.lower() not in _SYSTEMS and _is_source(text, anchors[0]):
        return None
    is_journal = key == "MESSAGE"
    system = "journald" if is_journal else _SYSTEMS.get(key.lower(), "yaml")
    assembly = Assembly(Form(system=system, texts=(), is_in_order=False), zone)
    names_above = NamesAbove()
    for lines in _records(text):
        values = [_read(line) for line in lines]
        if len({pair[2] for pair in values if pair and pair[0] == key}) < sum(
            pair is not None and pair[0] == key for pair in values
        ):
            return None  # a key that comes again in a record is the prefix of a logger
        time = _time([(pair[0], pair[1]) for pair in values if pair]) or _time_above(lines[0])
        place = next((n for n, pair in enumerate(values) if pair and pair[0] == key), None)
        content = None if place is None else _content(lines, values, place, is_plain=is_journal)
        names = names_above.of({pair[0]: pair[1] for pair in values if pair and pair[0] != key})
        for number in range(len(lines)):
            is_text = number == place
            assembly.add(content if is_text else None, time if is_text else None, names=names)
    return assembly.export(is_physical=True)


def _is_source(text: LogText, offset: int) -> bool:
    """Return whether lines around an offset are the source of a program, in which an object has keys too."""
    line = text.line_of(offset)
    near = text.near(line, _AROUND)
    return sum(is_code(text.beginning(number, _LONGEST)) for number in near) > 1


def _key_before(text: LogText, offset: int) -> str | None:
    """Return the usual key of a text that stands before an offset, on the same line.

    It stands alone there, except in documents of YAML, where a CI's own prefix may come between.
    """
    start = text.data.rfind(b"\n", 0, offset) + 1
    before = text.data[start:offset]
    match = _ANCHOR.match(before) if text.data[:3] == b"---" else _ANCHOR.fullmatch(before)
    key = match["key"].decode("ascii", "replace") if match else ""
    return key if key.lower() in exports().text_keys else None


def _records(text: LogText) -> Iterator[list[str]]:
    """Yield the lines of each record."""
    record: list[str] = []
    list_indent: int | None = None
    for data in lines_between(text.data, 0, len(text.data)):
        line = data.decode("ascii", "surrogateescape").rstrip("\r")
        item = _KEY.fullmatch(line)
        indent = len(item["indent"]) if item and item["item"] else None
        if indent is not None and list_indent is None:
            list_indent = indent
        if (_BEGINS.match(line) or (indent is not None and indent == list_indent)) and record:
            yield record
            record = []
        record.append(line)
    if record:
        yield record


def _read(line: str) -> tuple[str, str, int] | None:
    """Return key, value and indentation of a line."""
    match = _KEY.fullmatch(line)
    return (match["key"], match["value"], len(match["indent"]) + len(match["item"])) if match else None


def _time(values: Sequence[tuple[str, str]]) -> str | None:
    """Return the time of a record: that under the most usual name."""
    keys = exports().time_keys
    times = [(keys.index(key.lower()), _unquoted(value)) for key, value in values if key.lower() in keys]
    return next((value for _, value in sorted(times) if iso_text(value) is not None), None)


def _time_above(line: str) -> str | None:
    """Return the time in the line that begins a record of the journal, as `-o verbose` prints it."""
    match = _DATED.match(line)
    return f"{match[1]}T{match[2]}{'Z' if match[3] == 'UTC' else ''}" if match else None


def _content(
    lines: Sequence[str], values: Sequence[tuple[str, str, int] | None], place: int, *, is_plain: bool
) -> bytes:
    """Return a text with the lines that it goes on with."""
    pair = values[place]
    assert pair is not None
    _, value, indent = pair
    if is_plain:
        return utf8(value)
    rest = []
    for line in lines[place + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        rest.append(line.strip())
    if _BLOCK.fullmatch(value.strip()):
        return utf8("\n".join(rest).rstrip())
    return utf8(_unquoted(" ".join([value.strip(), *(line for line in rest if line)])))


def _unquoted(value: str) -> str:
    """Return a scalar of YAML without its quotes."""
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text[1:-1]
    return text
