"""`docker manifest push`: the client sends a list of manifests itself, and prints its digest when that is done."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder, error_at, parsed_push, pushes_of
from pushlog.formats.docker.error_lines import join_error_lines
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import MarkKind
from pushlog.formats.push_command import pushed_by
from pushlog.formats.reference import split
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("manifest_push.lark")
OPENING = StartPattern(
    signs=(rb"Pushed ref ", rb"failed to put manifest ", rb"failed to mount blob ", rb"error mounting "),
    pattern=rb"Pushed ref \S+ with digest: sha256:|failed to (?:put manifest|mount blob) \S+"
    rb"|error mounting \S+@sha256:\S+ to ",
)
COMMAND = StartPattern(signs=(rb"manifest push ",), pattern=rb"\bdocker(?:\.exe)? (?:[^\n]{0,160} )?manifest push ")
INSIDE = None
WHERE = (OPENING, COMMAND)
REDRAWN: frozenset[MarkKind] = frozenset()
_ENDS = (MarkKind.REFUSED, MarkKind.MISSING, MarkKind.DIGEST)
# What a command printed stands right below it.
_BELOW = 2
_REACH = 1 << 15


def pushes(text: LogText, knowledge: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the lists of manifests that were pushed in a log."""
    groups = pushes_of(LINES.marks(text, WHERE), starts=_starts, ends=_ENDS)
    kept: list[PushBuilder] = []
    for marks in groups:
        push = _push(text, marks, knowledge)
        if push and not (kept and _is_told_again(marks, push, kept[-1])):
            kept.append(push)
    return tuple(parsed_push(text, push) for push in kept)


def _is_told_again(marks: Sequence[Mark], push: PushBuilder, above: PushBuilder) -> bool:
    """Return whether a program repeats the error of the push above, without a command of its own."""
    if push.error is None or above.error is None or any(mark.kind == MarkKind.COMMAND for mark in marks):
        return False
    return push.error.text == above.error.text


def _starts(push: Sequence[Mark], mark: Mark) -> bool:  # noqa: ARG001 - a command always begins a push
    return mark.kind == MarkKind.COMMAND


def _push(text: LogText, marks: Sequence[Mark], knowledge: Knowledge) -> PushBuilder | None:
    """Return the push of these lines; None for a digest or a name that no such command stands above."""
    command = next((mark for mark in marks if mark.kind == MarkKind.COMMAND), None)
    pushed = [mark for mark in marks if mark.kind == MarkKind.PUSHED]
    begin, last = (pushed or [command or marks[0]])[-1], marks[-1]
    push = PushBuilder(client=Client.DOCKER, why="`docker manifest push` sends a list of manifests")
    name = _name(command, last, pushed)
    if name:
        push.add_mark(MarkKind.REFERENCE, command or last, REFERENCE=name)
    is_near = last.line - begin.line <= _BELOW
    if last.kind == MarkKind.REFUSED or (last.kind == MarkKind.MISSING and command and is_near):
        push.error = error_at(text, last, text.data[last.start : last.stop].decode("utf-8", "replace").strip())
    elif last.kind == MarkKind.DIGEST and begin is not last and is_near:
        push.add_mark(
            MarkKind.DIGEST, last, TAG=split(name)[1] or "latest" if name else "", DIGEST=last.fields["DIGEST"]
        )
    elif pushed:
        push.add_mark(MarkKind.LAST_WORD, pushed[-1])
    elif command and (error := _error_below(text, command, knowledge)):
        push.error = error
    else:
        return None
    end = push.error.start if push.error else last.start
    push.consumed.extend(mark for mark in marks if mark.start <= end)
    return push


def _name(command: Mark | None, last: Mark, pushed: Sequence[Mark]) -> str | None:
    """Return the image that the command pushes; without a command, the one that the lines name."""
    if command:
        return pushed_by(command.fields["COMMAND"])
    named = [mark.fields["REFERENCE"] for mark in (last, *pushed) if "REFERENCE" in mark.fields]
    return named[0] if named else None


def _error_below(text: LogText, command: Mark, knowledge: Knowledge) -> ErrorLines | None:
    """Return the error that stands right below a command, whatever its form."""
    pieces = text.pieces(command.stop, min(len(text.data), command.stop + _REACH))
    for piece in islice(pieces, _BELOW):
        if starts_error(piece.text, knowledge):
            return join_error_lines(text, piece, pieces)
    return None
