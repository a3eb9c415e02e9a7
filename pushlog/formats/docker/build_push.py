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
    from collections.abc import Sequence

    from pushlog.formats.docker.bind_error import PushRange
    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.marks import Mark

# solo-io/wasm tools/wasme/pkg/push/push.go, cli/pkg/cmd/push/push.go: what wraps an error, and the line above it.
_ORAS = "oras push failed: "
# oras-project/oras-go registry/remote/errcode/errors.go: an answer, whatever program asked (zarf, conftest, Helm).
_OF_ORAS_GO = ": response status code "
_OF_WASME = lazy_pattern(r"(?:\x1b\[\d+m)?INFO(?:\x1b\[0?m)?\[\d{4,}\] Pushing image [\w.-]+[.:][^\s/]*/\S+$")

# moby/buildkit: what stands before the error of a build that somebody broke into lines.
_SOLVED = "failed to solve: failed to push"
_SOLVED_ABOVE = 3
# What containerd says of a push; docker, which has it in it as well, writes no such word before it.
_COMMITTED = lazy_pattern(r"\W*(?:ERROR|error): failed commit on ref \"")


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
    client, why = _client(candidate, error, marks)
    return ParsedPush(
        client=client,
        why=why,
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


def _client(candidate: PushRange, error: ErrorLines | None, marks: Sequence[Mark]) -> tuple[Client, str]:
    """Return who pushed, and why it is that one where it is not docker."""
    if any(m.kind == MarkKind.COMPOSED for m in marks):
        return Client.COMPOSE, "version 1 names the service above docker's own lines"
    if error is None or len(candidate.events) or any(m.kind in HEADERS for m in candidate.marks):
        return Client.DOCKER, ""
    above = range(max(1, error.lines[0] - _SOLVED_ABOVE), error.lines[0] + 1)
    if any(_SOLVED in candidate.text.shown(line) for line in above):
        return Client.BUILDX, "a line above the error is BuildKit's"
    if _COMMITTED.match(candidate.text.shown(error.lines[0])):
        return Client.BUILDX, "the error is BuildKit's"
    return (Client.UNKNOWN if _is_of_library(candidate, error) else Client.DOCKER), ""


def _is_of_library(candidate: PushRange, error: ErrorLines) -> bool:
    """Return whether the error of a push without a line of docker is one of a library that pushes without it.

    The form is go-containerregistry's or oras-go's, or the words are those of a program with oras in it, wasme.
    """
    if GO_REQUEST.search(error.text) or _OF_ORAS_GO in error.text or _ORAS in candidate.text.shown(error.lines[0]):
        return True
    lines = {mark.line for mark in candidate.marks if mark.kind == MarkKind.MENTION}
    return any(_OF_WASME.match(candidate.text.shown(line)) for line in lines)
