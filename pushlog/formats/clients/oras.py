"""oras: each blob when it begins and when it is there, then the reference and the digest of the artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder, answers, error_at, nearby, parsed_push
from pushlog.formats.events import EventKind, EventRow, Mark
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.push_command import pushed_by
from pushlog.formats.reference import split
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_OWN = {"pushing", "pushed", "exists", "mounted", "skipped", "reference"}


def sections(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """The pushes of oras in a log."""
    told = (_told(text, marks) for marks in _pushes(text))
    return tuple(parsed_push(text, one) for one in told if one)


def _pushes(text: LogText) -> Iterator[list[Mark]]:
    """The lines of each push: to its digest or its error."""
    own: list[Mark] = []
    for mark in LINES.marks(text, WHERE):
        ended = bool(own) and own[-1].kind in {"digest", "error"}
        if own and (ended or mark.kind == "command" or not nearby(own[-1], mark)):
            yield own
            own = []
        own.append(mark)
    yield own


def _told(text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
    command = next((mark for mark in marks if mark.kind == "command"), None)
    failed = next((mark for mark in marks if mark.kind == "error"), None)
    if not answers(command, failed) and not any(mark.kind in _OWN for mark in marks):
        return None
    told = PushBuilder(client=Client.ORAS, why="the lines are those of oras", read=list(marks))
    name = ""
    for mark in marks:
        fields = mark.fields
        if "BLOB" in fields:
            told.rows.append(
                EventRow(start=mark.start, stop=mark.stop, layer=fields["BLOB"], kind=EventKind[mark.kind.upper()])
            )
        elif mark.kind in {"reference", "command"}:
            name = fields.get("REFERENCE") or pushed_by(fields.get("COMMAND", "")) or name
            if name:
                told.say("reference", mark, REFERENCE=name)
        elif mark.kind == "digest":
            tag = split(name)[1]
            told.say("digest", mark, DIGEST=fields["DIGEST"], **({"TAG": tag} if tag else {}))
        elif mark.kind == "error":
            told.error = error_at(text, mark, text.data[mark.start : mark.stop].decode("utf-8", "replace").strip())
    return told
