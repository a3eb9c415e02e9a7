"""`docker compose push`: docker's layers in another dress, the images of a project side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, nearby, parsed_push
from pushlog.formats.docker.bind_error import join_error_lines
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import UNKNOWN, EventKind, EventRow, Mark
from pushlog.formats.figures import LONGEST_WAIT, elapsed, size
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.reference import host, names_in, split
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def sections(text: LogText, knowledge: Knowledge) -> tuple[ParsedPush, ...]:
    """The pushes of `docker compose push` in a log: one for each image of a run."""
    found = [parsed_push(text, one) for run in _runs(text) for one in _told(text, knowledge, run)]
    return tuple(found)


def _runs(text: LogText) -> Iterator[list[Mark]]:
    """The lines of each command, in which images take turns."""
    run: list[Mark] = []
    for mark in LINES.marks(text, WHERE):
        if run and (mark.kind == "command" or not nearby(run[-1], mark) or _between(text, run[-1], mark)):
            yield run
            run = []
        run.append(mark)
    yield run


def _between(text: LogText, last: Mark, mark: Mark) -> bool:
    """Whether the command ended with an error before this line."""
    return mark.line - last.line > 1 and any(starts_error(p.text) for p in text.pieces(last.stop, mark.start))


def _told(text: LogText, knowledge: Knowledge, run: Sequence[Mark]) -> list[PushBuilder]:
    pushes: dict[str, PushBuilder] = {}
    single = len({m.fields["IMAGE"] for m in run if m.kind in {"pushing", "pushed"}}) == 1
    for mark in run:
        name = mark.fields.get("SERVICE") or mark.fields.get("IMAGE") or (next(iter(pushes), "") if single else "")
        if mark.kind in {"layer", "pushing", "pushed"} or (mark.kind == "bare" and name):
            if name not in pushes:
                pushes[name] = _new(mark, name)
            _tell(pushes[name], mark)
    if not pushes:
        return []
    told = list(pushes.values())
    for one in told:
        one.beside = list(run)
    _end(told, _error(text, knowledge, run[-1]))
    return told


def _new(mark: Mark, name: str) -> PushBuilder:
    told = PushBuilder(client=Client.COMPOSE, why=_WHY)
    # A service is not an image: only a name with a path or a tag is one.
    if "/" in name or ":" in name:
        told.say("reference", mark, REFERENCE=name)
    return told


def _tell(told: PushBuilder, mark: Mark) -> None:
    told.read.append(mark)
    fields = mark.fields
    if mark.kind == "pushed":
        told.say("done", mark)
        seen = dict.fromkeys(row.layer for row in told.rows)
        told.rows += [EventRow(start=mark.start, stop=mark.stop, layer=layer, kind=EventKind.PUSHED) for layer in seen]
    elif "LAYER" in fields:
        figures = {key: size(fields[key.upper()]) for key in ("current", "total") if key.upper() in fields}
        wait = round(min(float(fields["WAIT"]), LONGEST_WAIT)) if "WAIT" in fields else UNKNOWN
        kind = EventKind[fields["STATE"].upper()] if "STATE" in fields else EventKind.PUSHING
        if mark.kind == "layer" or figures:
            row = EventRow(start=mark.start, stop=mark.stop, layer=fields["LAYER"], kind=kind, wait=wait, **figures)
            told.rows.append(row)
        if "FROM" in fields:
            told.marks.append(Mark(kind="mount", start=mark.start, stop=mark.stop, line=mark.line, fields=fields))


def _error(text: LogText, knowledge: Knowledge, last: Mark) -> ErrorLines | None:
    """The bare message of the engine below the last line, which ends the command."""
    pieces = list(text.pieces(last.stop, min(len(text.data), last.stop + _PAGE)))
    for number, piece in enumerate(pieces[:_FOREIGN]):
        if starts_error(piece.text, knowledge):
            return join_error_lines(text, pieces[number], pieces[number + 1 :])
    return None


def _end(told: Sequence[PushBuilder], error: ErrorLines | None) -> None:
    """How each push of a command ended. The error may name its image; the pushes beside it are stopped."""
    failed = _failed(told, error) if error else []
    for one in told:
        took = [elapsed(m.fields["ELAPSED"].strip(" s")) for m in one.read if "ELAPSED" in m.fields]
        if took:
            one.clock = client_timestamps(
                [(one.read[0].start, 0.0), (one.read[-1].start, max(took))], resolution=0.1, whole=False
            )
        if one in failed:
            one.error = error
            one.why += _AMONG if len(failed) > 1 else ""
        elif not _finished(one) and error:
            one.say("interrupt", one.read[-1], WHY=_STOPPED)
        elif _finished(one) and not any(m.kind == "done" for m in one.marks):
            one.say("last_word", one.read[-1])


def _finished(one: PushBuilder) -> bool:
    last = {row.layer: row.kind for row in sorted(one.rows, key=lambda row: row.start)}
    return any(m.kind == "done" for m in one.marks) or (bool(last) and all(kind in _PLAIN for kind in last.values()))


def _failed(told: Sequence[PushBuilder], error: ErrorLines) -> list[PushBuilder]:
    """The pushes that the error can be about: the one whose requests it names, else all that were not done."""
    named = names_in([error.text]).repository
    same = [one for one in told if named and named == _repository(one)]
    return same or [one for one in told if not _finished(one)] or list(told)


def _repository(one: PushBuilder) -> str | None:
    names = [m.fields["REFERENCE"] for m in one.marks if m.kind == "reference"]
    return host(split(names[0])[0])[1] if names else None
