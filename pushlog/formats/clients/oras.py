"""oras: each blob when it begins and when it is there, then the reference and the digest of the artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder, answers, error_at, parsed_push, pushes_of
from pushlog.formats.events import UNKNOWN, EventKind, EventRow
from pushlog.formats.figures import LARGEST
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.push_command import pushed_by
from pushlog.formats.reference import split
from pushlog.intake.log_text import plain
from pushlog.intake.start_pattern import StartPattern
from pushlog.lazy_pattern import lazy_pattern
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
        rb"Error response from registry: ",
    ),
    pattern=rb"(?:Uploading|Uploaded|Exists|Skipped|Mounted|Copying|Copied) {1,4}[0-9a-f]{12} |Pushed \[registry\] "
    rb"|Error response from registry: ",
)
# The rows of a terminal begin with a tick, or a spinner and a bar, and colours.
INSIDE = StartPattern(
    signs=(
        rb"Upload(?:ing|ed) ",
        rb"Exists ",
        rb"Skipped ",
        rb"Mounted ",
        rb"Cop(?:ying|ied) (?!blob |config )",
        rb"Error: basic credential not found",
    ),
    pattern=rb"\xe2\x9c\x93(?:\x1b\[[\d;]*m)* (?:Uploaded|Exists|Skipped|Mounted|Copied) +\S"
    rb"|/s\) (?:Uploading|Copying) +\S|Error: basic credential not found",
)
# A push can end before it says anything but its error: then its command tells.
COMMAND = StartPattern(
    signs=(rb"oras(?:-py)? ",), pattern=rb"\boras(?:-py)? (?:[^\n]{0,160} )?(?:push|attach|copy|cp) "
)
WHERE = (OPENING, INSIDE, COMMAND)
REDRAWN = frozenset(
    {
        MarkKind.PUSHING,
        MarkKind.PUSHED,
        MarkKind.EXISTS,
        MarkKind.MOUNTED,
        MarkKind.SKIPPED,
        MarkKind.DRAWN,
        MarkKind.OBJECT,
    }
)
_ENDS = (MarkKind.DIGEST, MarkKind.DONE, MarkKind.ERROR)
# Kinds that only a push prints; a pull skips objects, too.
_PUSH_KINDS = {MarkKind.PUSHING, MarkKind.PUSHED, MarkKind.EXISTS, MarkKind.MOUNTED, MarkKind.REFERENCE}
# Requests that only a push makes, and one that it makes of a blob before it sends it; a pull gets it.
_PUSH_REQUEST = lazy_pattern(r'(?:POST|PUT|PATCH) "|HEAD "[^"]*/blobs/')
# Its other commands that push.
_VERB = lazy_pattern(r"\boras(?:-py)? (?:\S+ )*?(attach|copy|cp) ")
# A folder in the layout of OCI takes the place of a registry.
_TO_FOLDER = lazy_pattern(r"\boras (?:\S+ )*?(?:push|attach) .*--oci-layout\b|--to-oci-layout\b")
# Objects that are no layers: the manifest, an index, the configuration.
_NO_LAYER = lazy_pattern(r"application/vnd\.\S*(?:manifest|index|config|image|empty)(?:\.\S*)?\+json")
_SIZES = lazy_pattern(r"\s(-|\d+(?:\.\d+)?)/(\d+(?:\.\d+)?) *([KMGT]?B) +\d")
# cmd/oras/internal/display/status/progress/humanize: powers of 1024.
_UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of oras in a log."""
    found_pushes = (_push(text, marks) for marks in pushes_of(LINES.marks(text, WHERE), starts=_starts, ends=_ENDS))
    return tuple(parsed_push(text, push) for push in found_pushes if push)


def _starts(_: Sequence[Mark], mark: Mark) -> bool:
    return mark.kind == MarkKind.COMMAND


def _push(text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
    command = next((mark for mark in marks if mark.kind == MarkKind.COMMAND), None)
    error = next((mark for mark in marks if mark.kind == MarkKind.ERROR), None)
    if not _is_told(marks, command, error) or _is_kept(marks, command):
        return None
    push = PushBuilder(client=Client.ORAS, why="the lines are those of oras", consumed=list(marks))
    name = ""
    row: Mark | None = None
    for mark in marks:
        fields = mark.fields
        if "BLOB" in fields and not _NO_LAYER.search(fields.get("NAME", "")):
            layer = fields["BLOB"]
            push.rows.append(EventRow(start=mark.start, stop=mark.stop, layer=layer, kind=EventKind[mark.kind.upper()]))
        elif "ROW" in fields:
            row = mark
        elif mark.kind == MarkKind.OBJECT and row:
            _add_row(push, row, fields["DIGEST"])
            row = None
        elif mark.kind in {MarkKind.REFERENCE, MarkKind.IMAGE, MarkKind.COMMAND, MarkKind.DONE}:
            name = _named(mark) or name
            if name:
                push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)
            push.marks += [mark] if mark.kind == MarkKind.DONE else []
        elif mark.kind == MarkKind.DIGEST:
            tag = split(name)[1]
            digest = {"DIGEST": fields["DIGEST"]} if "DIGEST" in fields else {}
            push.add_mark(
                MarkKind.DIGEST if digest or tag else MarkKind.DONE, mark, **digest, **({"TAG": tag} if tag else {})
            )
        elif mark.kind == MarkKind.ERROR:
            push.error = error_at(text, mark, plain(text.data[mark.start : mark.stop]))
    push.command = next(filter(None, map(_command, marks)), "")
    return push


def _command(mark: Mark) -> str:
    """Return which command of oras a line is of, if not of `oras push`."""
    if "SOURCE" in mark.fields:
        return "copy"
    verb = _VERB.search(mark.fields.get("COMMAND", ""))
    return "" if verb is None else verb[1].replace("cp", "copy")


def _is_told(marks: Sequence[Mark], command: Mark | None, error: Mark | None) -> bool:
    """Return whether the lines are those of a push: the last word of oras-py is said by other programs, too."""
    if any(mark.kind == MarkKind.DONE for mark in marks):
        return command is not None and "oras-py " in command.fields["COMMAND"]
    return answers(command, error) or any(mark.kind in _PUSH_KINDS for mark in marks) or _is_refused(marks, error)


def _named(mark: Mark) -> str | None:
    fields = mark.fields
    return fields.get("REFERENCE") or fields.get("HOSTED") or pushed_by(fields.get("COMMAND", ""))


def _is_kept(marks: Sequence[Mark], command: Mark | None) -> bool:
    """Return whether what would be pushed goes to a folder."""
    return any(mark.kind == MarkKind.KEPT for mark in marks) or bool(
        command and _TO_FOLDER.search(command.fields["COMMAND"])
    )


def _is_refused(marks: Sequence[Mark], error: Mark | None) -> bool:
    """Return whether an error is that of a push that was refused before its first blob.

    Only a push prepares files; where nothing else tells, its request does.
    """
    if error is None:
        return False
    return any(mark.kind in {MarkKind.NOTE, MarkKind.DRAWN} for mark in marks) or bool(
        _PUSH_REQUEST.match(error.fields["TEXT"])
    )


def _add_row(push: PushBuilder, row: Mark, digest: str) -> None:
    """Add the state of an object, whose digest stands in the row below."""
    name = row.fields["ROW"].strip()
    if row.kind == MarkKind.DRAWN or _NO_LAYER.search(name):
        return
    sizes = _SIZES.search(f" {name}")
    current, total = (_bytes(sizes[1], sizes[3]), _bytes(sizes[2], sizes[3])) if sizes else (UNKNOWN, UNKNOWN)
    push.rows.append(
        EventRow(
            start=row.start,
            stop=row.stop,
            layer=digest,
            kind=EventKind[row.kind.upper()],
            current=current if row.kind == MarkKind.PUSHING else UNKNOWN,
            total=total if row.kind == MarkKind.PUSHING else UNKNOWN,
        )
    )


def _bytes(figure: str, unit: str) -> int:
    return UNKNOWN if figure == "-" else round(min(float(figure) * _UNITS[unit], LARGEST))
