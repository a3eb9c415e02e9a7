"""Make a parsed push of the marks, the events and the error that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.errors.wrapped import GO_REQUEST
from pushlog.formats.marks import HEADERS, MarkKind
from pushlog.formats.parsed_push import ParsedPush, first_unread
from pushlog.intake.unwrap.prefix import is_noise
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from pushlog.formats.docker.bind_error import PushRange
    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.marks import Mark

# solo-io/wasm tools/wasme/pkg/push/push.go, cli/pkg/cmd/push/push.go: what wraps an error, and the line above it.
_ORAS = "oras push failed: "
_OF_WASME = lazy_pattern(r"(?:\x1b\[\d+m)?INFO(?:\x1b\[0?m)?\[\d{4,}\] Pushing image [\w.-]+[.:][^\s/]*/\S+$")


def build_push(candidate: PushRange, error: ErrorLines | None, marks: list[Mark]) -> ParsedPush:
    """Return the push that these marks, the events of its range and its error make up."""
    starts = [m.start for m in marks] + candidate.events.start[:1].tolist() + ([error.start] if error else [])
    stops = [m.stop for m in marks] + candidate.events.stop[-1:].tolist() + ([error.stop] if error else [])
    lines = [m.line for m in marks] + candidate.events.line.tolist()[:: max(1, len(candidate.events) - 1)]
    lines += error.lines if error else ()
    unread, unread_lines = first_unread(
        piece
        for piece in candidate.leftover(min(starts), max(stops))
        if not (error and error.covers(piece)) and not is_noise(piece.text)
    )
    composed = any(m.kind == MarkKind.COMPOSED for m in marks)
    return ParsedPush(
        client=Client.COMPOSE if composed else Client.UNKNOWN if _is_of_library(candidate, error) else Client.DOCKER,
        why="version 1 names the service above docker's own lines" if composed else "",
        events=candidate.events,
        marks=candidate.marks,
        error=error,
        lines=(min(lines), max(lines)),
        start=min(starts),
        stop=max([*starts, error.stop - 1 if error else 0]),
        unread=unread,
        unread_lines=unread_lines,
        after=next(iter(candidate.text.pieces(max(stops), min(len(candidate.text.data), max(stops) + 4096))), None),
    )


def _is_of_library(candidate: PushRange, error: ErrorLines | None) -> bool:
    """Return whether a push has no line of docker, and its error is one of a library that pushes without it.

    The form is go-containerregistry's, or the words are those of a program with oras in it, wasme.
    """
    if error is None or len(candidate.events) or any(m.kind in HEADERS for m in candidate.marks):
        return False
    if GO_REQUEST.search(error.text) is not None or _ORAS in candidate.text.shown(error.lines[0]):
        return True
    lines = {mark.line for mark in candidate.marks if mark.kind == MarkKind.MENTION}
    return any(_OF_WASME.match(candidate.text.shown(line)) for line in lines)
