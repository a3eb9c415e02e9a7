"""Results of commands as JSON, as Ansible prints them: the command and what it wrote become lines of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.intake.log_text import lines_between
from pushlog.intake.unwrap.exports.assembly import Assembly, Export
from pushlog.intake.unwrap.exports.forms import Form, is_command_result, text_value
from pushlog.intake.unwrap.exports.json_cursor import utf8
from pushlog.intake.unwrap.exports.json_lines import object_in
from pushlog.intake.unwrap.witnesses import lines_at
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText

# One of these stands in every such line: the keys of an object, or a text with line ends under a key of its own.
_STREAM, _LINE_END = b'"stdout', b"\\n"
# A text of several lines in an object that is printed over several lines: `"msg": "…\n…",`.
_TEXT = lazy_pattern(rb'[ \t]*"(?:msg|stdout|stderr|output)": ?("(?:[^"\\]|\\.)*\\n(?:[^"\\]|\\.)*"),?[ \t]*\r?')
# The status and host of a task before its result; what stands before them is of a CI system.
# Source: ansible/ansible lib/ansible/plugins/callback/default.py.
_TASK = lazy_pattern(rb"(?:changed|ok|fatal|failed|skipping|unreachable|rescued|ignored|included): \[[^\]\n]+\]")
_LONGEST = 1 << 20


def unwrap_command_results(text: LogText, anchors: Sequence[int]) -> Export | None:
    """Return a log with the results of commands in it as lines; None for a log that has none with a push.

    `anchors`: ascending offsets at which lines of pushes begin, some of them.
    """
    if not any(_lines_in(text.data[start:stop]) for start, stop in lines_at(text.data, anchors)):
        return None
    assembly = Assembly(Form(system="ansible", texts=()), None)
    for line in lines_between(text.data, 0, len(text.data)):
        lines = _lines_in(line)
        assembly.add(line if lines is None else lines)
    return assembly.export(is_physical=True)


def _lines_in(line: bytes) -> bytes | None:
    """Return what the result on a line says, in lines; None for a line that holds none."""
    if len(line) > _LONGEST or (_STREAM not in line and _LINE_END not in line):
        return None
    if text := _TEXT.fullmatch(line):
        return _decoded(text[1])
    record, start = object_in(line, has_prefix=True)
    if not isinstance(record, dict) or not is_command_result(record):
        return None
    head = line[:start]
    task = _TASK.search(head)
    dress = head[: task.start()] if task else b""
    rows = [row for row in _rows(record) if row.strip()]
    return b"\n".join([head, *(dress + utf8(row) for row in rows)] if head.strip() else map(utf8, rows))


def _rows(record: dict[str, object]) -> list[str]:
    """Return the command of a result, and the lines that it wrote."""
    command = record.get("cmd")
    if isinstance(command, list):
        command = " ".join(str(word) for word in command)
    rows = []
    if isinstance(command, str) and command:
        # The commands of a script were not all run: they are told as a text.
        rows = [f"$ {command}" if "\n" not in command else f"cmd: {json.dumps(command)}"]
    for stream in ("stdout", "stderr"):
        written = text_value(record.get(stream)) or text_value(record.get(f"{stream}_lines"))
        rows += written.splitlines() if written else []
    return rows


def _decoded(text: bytes) -> bytes | None:
    try:
        value = json.loads(text.decode("ascii", "surrogateescape"))
    except ValueError:
        return None
    return utf8(value)
