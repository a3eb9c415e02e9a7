"""`docker compose push`: docker's layers behind a service's name, the images of a project side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, parsed_push, pushes_of
from pushlog.formats.docker.bind_error import join_error_lines
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import UNKNOWN, EventKind, EventRow
from pushlog.formats.figures import LONGEST_WAIT, elapsed, size
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import host, names_in, split
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.docker.bind_error import ErrorLines
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("compose.lark")
OPENING = StartPattern(
    signs=(rb"Pushing [^\[\s]", rb"Pushing ?\r?\n"),
    pattern=rb"(?: (?:\x1b\[[0-9;]*m)*(?:[^\x00-\x7f]{3}(?:\x1b\[[0-9;]*m)* )?)?"
    rb"Pushing [^\s:\[][^\s]*: [0-9a-f]{12} [A-Z]"
    rb"| [\w./:-]*\w Pushing ?\r?\n",
)
WHERE = (OPENING,)
_WHY = "the lines are those of docker compose"
_AMONG = "; the error does not say which of the images of the command it is about"
_STOPPED = "Compose stops the other pushes of a command when one fails."
_PLAIN = (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED, EventKind.SKIPPED)
# Other lines between a push and its error, and how far its error may reach, in bytes.
_FOREIGN = 8
_PAGE = 32768


def pushes(text: LogText, knowledge: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of `docker compose push` in a log: one for each image of a run."""
    runs = pushes_of(LINES.marks(text, WHERE), starts=partial(_starts, text))
    return tuple(parsed_push(text, push) for run in runs for push in _pushes(text, knowledge, run))


def _starts(text: LogText, run: Sequence[Mark], mark: Mark) -> bool:
    """Return whether a line begins another run: at a command, or below the error that ended the last one."""
    return mark.kind == MarkKind.COMMAND or _has_error_between(text, run[-1], mark)


def _has_error_between(text: LogText, last: Mark, mark: Mark) -> bool:
    return mark.line - last.line > 1 and any(starts_error(p.text) for p in text.pieces(last.stop, mark.start))


def _pushes(text: LogText, knowledge: Knowledge, run: Sequence[Mark]) -> list[PushBuilder]:
    pushes: dict[str, PushBuilder] = {}
    single = len({m.fields["IMAGE"] for m in run if m.kind in {MarkKind.PUSHING, MarkKind.PUSHED}}) == 1
    for mark in run:
        name = mark.fields.get("SERVICE") or mark.fields.get("IMAGE") or (next(iter(pushes), "") if single else "")
        if mark.kind in {MarkKind.LAYER, MarkKind.PUSHING, MarkKind.PUSHED} or (mark.kind == MarkKind.BARE and name):
            if name not in pushes:
                pushes[name] = _new(mark, name)
            _tell(pushes[name], mark)
    if not pushes:
        return []
    for push in pushes.values():
        push.interleaved = list(run)
    _end(list(pushes.values()), _error(text, knowledge, run[-1]))
    return list(pushes.values())


def _new(mark: Mark, name: str) -> PushBuilder:
    push = PushBuilder(client=Client.COMPOSE, why=_WHY)
    # A service is not an image: only a name with a path or a tag is one.
    if "/" in name or ":" in name:
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)
    return push


def _tell(push: PushBuilder, mark: Mark) -> None:
    push.consumed.append(mark)
    fields = mark.fields
    if mark.kind == MarkKind.PUSHED:
        push.add_mark(MarkKind.DONE, mark)
        layers = dict.fromkeys(row.layer for row in push.rows)
        push.rows += [
            EventRow(start=mark.start, stop=mark.stop, layer=layer, kind=EventKind.PUSHED) for layer in layers
        ]
    elif "LAYER" in fields:
        figures = {key: size(fields[key.upper()]) for key in ("current", "total") if key.upper() in fields}
        wait = round(min(float(fields["WAIT"]), LONGEST_WAIT)) if "WAIT" in fields else UNKNOWN
        kind = EventKind[fields["STATE"].upper()] if "STATE" in fields else EventKind.PUSHING
        if mark.kind == MarkKind.LAYER or figures:
            row = EventRow(start=mark.start, stop=mark.stop, layer=fields["LAYER"], kind=kind, wait=wait, **figures)
            push.rows.append(row)
        if "FROM" in fields:
            push.marks.append(
                Mark(kind=MarkKind.MOUNT, start=mark.start, stop=mark.stop, line=mark.line, fields=fields)
            )


def _error(text: LogText, knowledge: Knowledge, last: Mark) -> ErrorLines | None:
    """Return the engine's message below the last line, which ends the command."""
    pieces = list(text.pieces(last.stop, min(len(text.data), last.stop + _PAGE)))
    for number, piece in enumerate(pieces[:_FOREIGN]):
        if starts_error(piece.text, knowledge):
            return join_error_lines(text, pieces[number], pieces[number + 1 :])
    return None


def _end(pushes: Sequence[PushBuilder], error: ErrorLines | None) -> None:
    """Add how each push of a command ended. The error may name its image; the pushes beside it are stopped."""
    failed = _failed(pushes, error) if error else []
    for push in pushes:
        durations = [elapsed(m.fields["ELAPSED"].strip(" s")) for m in push.consumed if "ELAPSED" in m.fields]
        if durations:
            push.clock = client_timestamps(
                [(push.consumed[0].start, 0.0), (push.consumed[-1].start, max(durations))], resolution=0.1, whole=False
            )
        if push in failed:
            push.error = error
            push.why += _AMONG if len(failed) > 1 else ""
        elif not _finished(push) and error:
            push.add_mark(MarkKind.INTERRUPT, push.consumed[-1], WHY=_STOPPED)
        elif _finished(push) and not any(m.kind == MarkKind.DONE for m in push.marks):
            push.add_mark(MarkKind.LAST_WORD, push.consumed[-1])


def _finished(push: PushBuilder) -> bool:
    last = {row.layer: row.kind for row in sorted(push.rows, key=lambda row: row.start)}
    return any(m.kind == MarkKind.DONE for m in push.marks) or (
        bool(last) and all(kind in _PLAIN for kind in last.values())
    )


def _failed(pushes: Sequence[PushBuilder], error: ErrorLines) -> list[PushBuilder]:
    """Return the pushes that the error can be about: the one whose requests it names, else all unfinished ones."""
    repository = names_in([error.text]).repository
    same = [push for push in pushes if repository and repository == _repository(push)]
    return same or [push for push in pushes if not _finished(push)] or list(pushes)


def _repository(push: PushBuilder) -> str | None:
    names = [m.fields["REFERENCE"] for m in push.marks if m.kind == MarkKind.REFERENCE]
    return host(split(names[0])[0])[1] if names else None
