"""oras: each blob when it begins and when it is there, then the reference and the digest of the artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder, answers, error_at, parsed_push, pushes_of
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.push_command import pushed_by
from pushlog.formats.reference import split
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("oras.lark")
OPENING = StartPattern(
    signs=(
        rb"Upload(?:ing|ed) ",
        rb"Exists ",
        rb"Skipped ",
        rb"Mounted ",
        rb"Cop(?:ying|ied) (?!blob |config )",
        rb"Pushed \[registry\] ",
    ),
    pattern=rb"(?:Uploading|Uploaded|Exists|Skipped|Mounted|Copying|Copied) {1,4}[0-9a-f]{12} |Pushed \[registry\] ",
)
# A push can end before it says anything but its error: then its command tells.
COMMAND = StartPattern(signs=(rb"oras ",), pattern=rb"\boras (?:[^\n]{0,160} )?(?:push|attach|cp) ")
WHERE = (OPENING, COMMAND)
_ENDS = (MarkKind.DIGEST, MarkKind.ERROR)
# Kinds that only a push prints.
_PUSH_KINDS = {
    MarkKind.PUSHING,
    MarkKind.PUSHED,
    MarkKind.EXISTS,
    MarkKind.MOUNTED,
    MarkKind.SKIPPED,
    MarkKind.REFERENCE,
}


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of oras in a log."""
    found_pushes = (_push(text, marks) for marks in pushes_of(LINES.marks(text, WHERE), starts=_starts, ends=_ENDS))
    return tuple(parsed_push(text, push) for push in found_pushes if push)


def _starts(_: Sequence[Mark], mark: Mark) -> bool:
    return mark.kind == MarkKind.COMMAND


def _push(text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
    command = next((mark for mark in marks if mark.kind == MarkKind.COMMAND), None)
    error = next((mark for mark in marks if mark.kind == MarkKind.ERROR), None)
    if not answers(command, error) and not any(mark.kind in _PUSH_KINDS for mark in marks):
        return None
    push = PushBuilder(client=Client.ORAS, why="the lines are those of oras", consumed=list(marks))
    name = ""
    for mark in marks:
        fields = mark.fields
        if "BLOB" in fields:
            push.rows.append(
                EventRow(start=mark.start, stop=mark.stop, layer=fields["BLOB"], kind=EventKind[mark.kind.upper()])
            )
        elif mark.kind in {MarkKind.REFERENCE, MarkKind.COMMAND}:
            name = fields.get("REFERENCE") or pushed_by(fields.get("COMMAND", "")) or name
            if name:
                push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)
        elif mark.kind == MarkKind.DIGEST:
            tag = split(name)[1]
            push.add_mark(MarkKind.DIGEST, mark, DIGEST=fields["DIGEST"], **({"TAG": tag} if tag else {}))
        elif mark.kind == MarkKind.ERROR:
            push.error = error_at(text, mark, text.data[mark.start : mark.stop].decode("utf-8", "replace").strip())
    return push
