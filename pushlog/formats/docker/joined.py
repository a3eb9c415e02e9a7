"""Give each push its command where one line joins several: `docker push app:1 && docker push app:2`."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.formats.docker.mentions import first_command
from pushlog.formats.image_names import short_forms
from pushlog.formats.marks import HEADERS, Mark, MarkKind
from pushlog.formats.reference import split
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

_JOINT = lazy_pattern(rb"&&|;")
_DOCKER = lazy_pattern(rb"\bdocker(?:\.exe)? ")
_PUSH = lazy_pattern(rb"\bpush\b")
# No person writes a longer line of commands.
_LONGEST = 1 << 13


def with_joined_commands(text: LogText, pushes: Iterable[ParsedPush]) -> list[ParsedPush]:
    """Return the pushes of a log; one that has no command gets the next one of the line that ran the push before it.

    The digest line of that push proves which command it was, and nothing stands between the two.
    """
    completed: list[ParsedPush] = []
    rest: tuple[Mark | None, ...] = ()
    for push in pushes:
        command = push.last(MarkKind.COMMAND)
        following = None
        if command is not None:
            rest = _commands(text, command)[1:]
        elif rest and _is_done(completed[-1]) and _is_below(text, completed[-1], push):
            following, rest = rest[0], rest[1:]
        else:
            rest = ()
        if following is not None and _is_of(following, push):
            completed.append(replace(push, marks=(following, *push.marks)))
        else:
            completed.append(push)
    return completed


def _commands(text: LogText, command: Mark) -> tuple[Mark | None, ...]:
    """Return the push commands of a line, in order; None for one whose image the line does not show."""
    start, stop = text.bounds(command.line)
    if stop - start > _LONGEST or not _JOINT.search(text.data[start:stop]):
        return ()
    edges = [start, *(start + joint.end() for joint in _JOINT.finditer(text.data[start:stop])), stop]
    return tuple(first_command(text, *part) for part in pairwise(edges) if _is_push(text.data[part[0] : part[1]]))


def _is_push(part: bytes) -> bool:
    """Return whether a part of a line runs `docker … push`."""
    docker = _DOCKER.search(part)
    return docker is not None and _PUSH.search(part, docker.end()) is not None


def _is_done(push: ParsedPush) -> bool:
    """Return whether a push ended with the digest line of the tag that its command names, as far as it names one."""
    command, digest = push.last(MarkKind.COMMAND), push.last(MarkKind.DIGEST)
    if command is None or digest is None or "TAG" not in digest.fields:
        return False
    name = command.fields.get("REFERENCE", "").strip("\"'`")
    return "$" in name or "*" in name or (split(name)[1] or "latest") == digest.fields["TAG"]


def _is_below(text: LogText, push: ParsedPush, other: ParsedPush) -> bool:
    """Return whether a push begins right below another, empty lines aside."""
    return not text.data[text.stop_of(push.lines[1]) : text.start_of(other.lines[0])].strip()


def _is_of(command: Mark, push: ParsedPush) -> bool:
    """Return whether a command names the image of the header of a push."""
    header = push.last(*HEADERS)
    if header is None:
        return False
    image = split(header.fields["NAME"])[0]
    return split(command.fields["REFERENCE"])[0] in (image, *short_forms(image))
