"""Pushes that a person tells in a sentence, and whose output stands in the same text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.image_names import may_be
from pushlog.formats.marks import HEADERS, MarkKind
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

# Words stand before a quoted error.
_QUOTING = lazy_pattern(r"\w[^\n]*[\"'`\u201c\u2018]$")


def without_told_twice(text: LogText, pushes: Sequence[ParsedPush]) -> list[ParsedPush]:
    """Return pushes without those that a sentence tells of another one, by its image and its error."""
    return [push for push in pushes if not (_is_told(text, push) and any(_is_same(push, other) for other in pushes))]


def _is_told(text: LogText, push: ParsedPush) -> bool:
    """Return whether a push is nothing but a command and an error that a sentence quotes."""
    if len(push.events) or push.error is None or push.last(*HEADERS) is not None:
        return False
    line = text.shown(push.error.lines[0])
    return _QUOTING.match(line.partition(push.error.text)[0]) is not None


def _is_same(push: ParsedPush, other: ParsedPush) -> bool:
    command, header = push.last(MarkKind.COMMAND), other.last(*HEADERS)
    if other is push or command is None or header is None or other.error is None or push.error is None:
        return False
    return other.error.text == push.error.text and may_be(command.fields.get("REFERENCE", ""), header.fields["NAME"])
