"""A log out of an export, whatever its shape: JSON lines, one JSON document, or CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.log_text import LogText
from pushlog.intake.start_pattern import places
from pushlog.intake.unwrap.exports.assembly import Export
from pushlog.intake.unwrap.witnesses import anchors_of, lines_at
from pushlog.knowledge.exports import exports
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model.source import WHAT_IT_IS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pushlog.intake.start_pattern import StartPattern

_HEAD = 1 << 12
# Server-sent events with an object each.
_EVENT_STREAM = lazy_pattern(rb"(?:(?:id|event|retry):[^\r\n]*\r?\n)*data: ?\{")
# The key of a record on a line of its own: `textPayload: '` or `MESSAGE=`.
_KEY_BEFORE = lazy_pattern(rb" *(?:- )*[@\w][\w@.]*(?:: ?|=)['\"]?")
_TAG = lazy_pattern(rb"<(?:[!?/]?[A-Za-z][^<>\n]{0,2000}|!\[CDATA\[|!--[^\n]*?--)>?|\]\]>")
# The command of a result that pushes, as a list of words or as one text.
_PUSH_COMMAND = lazy_pattern(
    rb'"cmd": ?(?:\[(?:"[^"\n]{1,200}", ?){1,20}"(?:push|copy|cp)"|"[^"\n]{1,400} (?:push|copy|cp) )'
)
# Results without output, and texts without a line of a push, are looked for in logs up to this size.
_LONGEST = 1 << 22
# What a line has that holds others: their ends as letters or breaks, or bytes of Python.
_HELD_APART = lazy_pattern(rb"\\n|<br|\bb['\"]")
OWN_RESULT = f"{WHAT_IT_IS}a result of an analysis, not a log; `pushlog report` draws it again"


def unwrap_export(
    text: LogText,
    openings: Sequence[StartPattern],
    anchors: Sequence[int],
    zone: dt.tzinfo | None,
    words: Sequence[StartPattern] = (),
) -> Export | None:
    """Return the log inside an export; None for a log that is none.

    `openings`: text that pushes print at the beginning of a line; `anchors`: the offsets of the first of these;
    `zone`: that of times that name none; `words`: as `unwrap()` has them.
    """
    head = text.data[:_HEAD].lstrip(b" \t\r\n\x1e")
    if _is_result(head):
        return Export(text=LogText(b""), timestamps=None, system="json", notes=(OWN_RESULT,))
    of_commands = anchors or _commands_of_results(text)
    if of_commands and (results := _results_of_commands(text, of_commands)) is not None:
        return results
    is_json = head.startswith((b"{", b"["))
    if is_json and (export := _from_json(text, head, openings, anchors, zone)) is not None:
        return export
    if not is_json and _could_be_xml(head):
        return _from_xml(text)
    if _could_be_csv(head):
        from pushlog.intake.unwrap.exports.csv_table import unwrap_csv

        table = unwrap_csv(text, lambda data: _has_push(data, openings), zone)
        if table is not None:
            return table
    return _from_lines(text, head, anchors, zone) or _from_literals(text, anchors, words)


def _commands_of_results(text: LogText) -> list[int]:
    """Return where results name a command that pushes: one that failed at once printed nothing else of a push."""
    if len(text.data) > _LONGEST:
        return []
    return [match.start() for match in _PUSH_COMMAND.finditer(text.data)]


def _results_of_commands(text: LogText, anchors: Sequence[int]) -> Export | None:
    """Return the log with the results of commands as lines, where pushes are in such."""
    from pushlog.intake.unwrap.exports.command_results import unwrap_command_results

    return unwrap_command_results(text, anchors)


def _from_json(
    text: LogText, head: bytes, openings: Sequence[StartPattern], anchors: Sequence[int], zone: dt.tzinfo | None
) -> Export | None:
    from pushlog.intake.unwrap.exports.json_document import unwrap_json_document
    from pushlog.intake.unwrap.exports.json_lines import unwrap_json_lines

    if head.startswith(b"{") and text.lines > 1 and (lines := unwrap_json_lines(text, anchors, zone)) is not None:
        return lines
    return unwrap_json_document(text.data, anchors, lambda data: _has_push(data, openings), zone)


def _from_literals(text: LogText, anchors: Sequence[int], words: Sequence[StartPattern]) -> Export | None:
    """Return the log with literals of a language and joined lines as lines, where pushes are in such."""
    if not anchors and words and len(text.data) <= _LONGEST:
        anchors = anchors_of(text, words)
    spans = lines_at(text.data, anchors)
    if not any(_HELD_APART.search(text.data, *span) for span in spans):
        return None
    from pushlog.intake.unwrap.exports.joined_lines import unwrap_joined_lines
    from pushlog.intake.unwrap.exports.literals import unwrap_literals

    return unwrap_literals(text, anchors) or unwrap_joined_lines(text, anchors)


def _from_lines(text: LogText, head: bytes, anchors: Sequence[int], zone: dt.tzinfo | None) -> Export | None:
    """Return the log inside lines that are objects behind a prefix, or a key of a record each."""
    if any(_has_object(text, offset) for offset in anchors) or _EVENT_STREAM.match(head):
        from pushlog.intake.unwrap.exports.json_lines import unwrap_json_lines

        return unwrap_json_lines(text, anchors, zone)
    # In documents of YAML, a line may have a prefix of its own behind the key.
    matches = _KEY_BEFORE.match if head.startswith(b"---") else _KEY_BEFORE.fullmatch
    if anchors and matches(text.data, text.data.rfind(b"\n", 0, anchors[0]) + 1, anchors[0]):
        from pushlog.intake.unwrap.exports.key_lines import unwrap_key_lines

        return unwrap_key_lines(text, anchors, zone)
    return None


def _from_xml(text: LogText) -> Export:
    """Return the text between tags, line by line."""
    from html import unescape

    lines = (
        unescape(_TAG.sub(b"", line).decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        for line in text.data[:].split(b"\n")
    )
    return Export(text=LogText(b"\n".join(lines)), timestamps=None, system="xml")


def _could_be_xml(head: bytes) -> bool:
    return head.startswith(b"<?xml")


def _has_push(data: bytes, openings: Sequence[StartPattern]) -> bool:
    return next(places(openings, data), None) is not None


def _has_object(text: LogText, offset: int) -> bool:
    """Return whether an object begins on the line of an offset, before it."""
    start = text.data.rfind(b"\n", 0, offset) + 1
    return text.data.find(b'{"', start, offset) >= 0 or text.data.find(b'{ "', start, offset) >= 0


def _could_be_csv(head: bytes) -> bool:
    """Return whether the first line reads like the names of columns."""
    line = head.split(b"\n", 1)[0].lower()
    if len(line) == len(head) or not any(delimiter in line for delimiter in b'",;\t|'):
        return False
    return line.startswith(b'"') or any(key.encode() in line for key in exports().text_keys)


def _is_result(head: bytes) -> bool:
    """Return whether a document is a result of this program or of another analysis, which quotes logs."""
    return head[:1] in (b"{", b"<") and any(mark.encode() in head for mark in exports().results)
