"""podman, buildah and skopeo: containers/image prints when the copy of a blob begins, and seldom when it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, answers, error_at, parsed_push, pushes_of
from pushlog.formats.errors.page import unquoted
from pushlog.formats.events import UNKNOWN, EventKind, EventRow
from pushlog.formats.figures import binary, elapsed, go_seconds
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.push_command import pushed_by
from pushlog.intake.start_pattern import StartPattern
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("containers.lark")
OPENING = StartPattern(
    signs=(rb"Getting image ", rb"Copying (?:blob|config) ", rb"Writing manifest ", rb"Error: pushing image "),
    pattern=rb"Getting image (?:source|list) signatures|Copying (?:blob|config) (?:sha256:)?[0-9a-f]{10,64}\b"
    rb"|Writing manifest (?:list )?to image destination|Error: pushing image \"",
)
# A push can end before it says anything but its error: then its command tells.
COMMAND = StartPattern(
    signs=(rb"podman ", rb"buildah ", rb"skopeo "),
    pattern=rb"\b(?:podman|buildah|skopeo) (?:[^\n]{0,160} )?(?:push|copy) ",
)
WHERE = (OPENING, COMMAND)
_COPY = {
    MarkKind.BEGIN,
    MarkKind.IMAGE,
    MarkKind.COPYING,
    MarkKind.COPIED,
    MarkKind.EXISTS,
    MarkKind.CONFIG,
    MarkKind.MANIFEST,
    MarkKind.STORED,
    MarkKind.PRESENT,
}
_ERRORS = {MarkKind.ERROR, MarkKind.FATAL}
_ENDS = (MarkKind.ERROR, MarkKind.FATAL, MarkKind.KEPT)
# The same lines tell of an image that is fetched or built; these stand around them then.
_NO_PUSH = {MarkKind.FETCHED, MarkKind.BUILT, MarkKind.KEPT}
# `pushing image "X" to "docker://X": …` is how buildah wraps every error; podman and skopeo have no such words.
_BUILDAH = re.compile(r'Error: pushing image "[^"]+" to "(?:docker://)?([^"]+)": ')
_FAMILY = "the lines are those of containers/image, which podman, buildah and skopeo share"


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of containers/image in a log. A copy from a registry into another is one too."""
    found_pushes = (_push(text, marks) for marks in pushes_of(LINES.marks(text, WHERE), starts=_starts, ends=_ENDS))
    return tuple(parsed_push(text, push) for push in found_pushes if push)


def _starts(push: Sequence[Mark], mark: Mark) -> bool:
    """Return whether a line begins another push: no retry before it announced that the copy would begin again."""
    if mark.kind != MarkKind.BEGIN:
        return mark.kind in {MarkKind.COMMAND, MarkKind.FETCHED, MarkKind.BUILT}
    last = next((m.kind for m in reversed(push) if m.kind in {*_COPY, MarkKind.RETRY}), None)
    return last is not None and last not in {"retry", "begin", "image"}


def _push(text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
    """Return a push, or None where the lines are those of an image that was fetched or built."""
    copies = [mark for mark in marks if mark.kind in _COPY]
    command = next((mark for mark in marks if mark.kind == MarkKind.COMMAND), None)
    error = next((mark for mark in marks if mark.kind in _ERRORS), None)
    if any(mark.kind in _NO_PUSH for mark in marks):
        return None
    if not copies and not answers(command, error) and not (error and _BUILDAH.match(_message(error))):
        return None
    push = PushBuilder(client=Client.UNKNOWN, why="")
    push.client, push.why = _client(marks, command, error)
    _tell(push, [m for m in marks if m.kind != MarkKind.LOG or not copies or m.line >= copies[0].line - 1])
    if error:
        push.error = error_at(text, error, _message(error))
        if buildah := _BUILDAH.match(push.error.text):
            push.add_mark(MarkKind.REFERENCE, error, REFERENCE=buildah[1])
    elif copies[-1].kind in {MarkKind.STORED, MarkKind.PRESENT}:
        push.add_mark(MarkKind.DONE, copies[-1])
    elif copies[-1].kind == MarkKind.MANIFEST:
        push.add_mark(MarkKind.LAST_WORD, copies[-1])
    stamped = [(m.start, _time(m)) for m in push.consumed if {"STAMP", "SINCE"} & set(m.fields)]
    push.clock = client_timestamps(stamped, resolution=1.0, whole=False)
    return push


def _time(mark: Mark) -> float:
    return seconds(mark.fields["STAMP"], "iso") if "STAMP" in mark.fields else elapsed(mark.fields["SINCE"])


def _message(mark: Mark) -> str:
    """Return the text of an error without the words of logrus around it."""
    if mark.kind == MarkKind.ERROR:
        return f"Error: {mark.fields['TEXT']}"
    return unquoted(mark.fields["QUOTED"]) if "QUOTED" in mark.fields else mark.fields["TEXT"]


def _client(marks: Sequence[Mark], command: Mark | None, error: Mark | None) -> tuple[Client, str]:
    """Return which of the three pushed, and why: they share all lines but the command and the form of an error."""
    if command:
        name = re.search(r"\b(podman|buildah|skopeo) ", command.fields["COMMAND"])
        assert name
        return Client(name[1]), f"the command is `{name[1]}`"
    if any(
        mark.kind == MarkKind.LOG and "Podman v" in mark.fields.get("QUOTED", mark.fields.get("TEXT", ""))
        for mark in marks
    ):
        return Client.PODMAN, "a warning above names Podman"
    if error is None:
        return Client.UNKNOWN, _FAMILY
    if error.kind == MarkKind.FATAL:
        return Client.SKOPEO, "its error is logged as `fatal`, as only skopeo does of these"
    if _BUILDAH.match(_message(error)):
        return Client.BUILDAH, "its error begins as Buildah's do: `pushing image … to …`"
    return Client.PODMAN, "its error begins with `Error:` and not with Buildah's words"


def _tell(push: PushBuilder, marks: Sequence[Mark]) -> None:
    """Add the lines in the common words. All blobs are there when the copy of the configuration begins."""
    started: dict[str, Mark] = {}
    stored: set[str] = set()
    for mark in marks:
        push.consumed.append(mark)
        blob = mark.fields.get("BLOB", "")
        if mark.kind in {MarkKind.COPYING, MarkKind.COPIED} and blob not in stored:
            started[blob] = mark
            push.rows.append(_row(mark, blob, EventKind.PUSHING))
        elif mark.kind == MarkKind.EXISTS:
            stored.add(blob)
            push.rows.append(_row(mark, blob, EventKind.EXISTS))
        elif mark.kind in {MarkKind.CONFIG, MarkKind.MANIFEST}:
            push.rows += [_row(mark, layer, EventKind.PUSHED) for layer in started if layer not in stored]
            stored |= set(started)
        elif mark.kind == MarkKind.RETRY:
            wait = go_seconds(mark.fields["WAIT"])
            push.add_mark(
                MarkKind.RETRY,
                mark,
                WAIT=f"{wait:g}",
                TRY=mark.fields["TRY"],
                TRIES=mark.fields["TRIES"],
                TEXT=mark.fields["TEXT"],
            )
            pending = [layer for layer in started if layer not in stored]
            push.rows += [_row(mark, layer, EventKind.RETRYING, wait=round(wait)) for layer in pending]
        elif mark.kind == MarkKind.COMMAND and (name := pushed_by(mark.fields["COMMAND"])):
            push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)


def _row(mark: Mark, blob: str, kind: EventKind, wait: int = UNKNOWN) -> EventRow:
    figures = {key: binary(mark.fields[key.upper()]) for key in ("current", "total") if key.upper() in mark.fields}
    return EventRow(start=mark.start, stop=mark.stop, layer=blob, kind=kind, wait=wait, **figures)
