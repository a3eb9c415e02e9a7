"""kaniko: the image by name and its digest when it is there, with the seconds of the build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, error_at, parsed_push, pushes_of
from pushlog.formats.figures import elapsed, go_seconds
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import MarkKind
from pushlog.formats.reference import split
from pushlog.intake.start_pattern import StartPattern
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("kaniko.lark")
OPENING = StartPattern(
    signs=(
        rb"Pushing image to ",
        rb"Pushed [^\n]{1,300}@sha256:",
        rb"Pushed image to ",
        rb"Retrying operation ",
        rb"error (?:push|check)ing ",
    ),
    pattern=rb"(?:(?:\x1b\[\d+m)?(?:INFO|WARN)(?:\x1b\[0m)?\[\d+\] |time=\"[^\"\n]+\" level=\w+ msg=\"?)"
    rb"(?:Pushing image to |Pushed \S+@sha256:|Pushed image to |Retrying operation after )"
    rb"|error pushing image: failed to push to destination |error checking push permissions ",
)
WHERE = (OPENING,)
_SINCE = re.compile(r"\[(\d+)\]")
_STAMP = re.compile(r'time="([^"]+)"')
_DESTINATION = re.compile(r'(?:to destination |permission for ")([^\s"]+?)"?: ')
_ENDS = {MarkKind.PUSHED, MarkKind.DONE, MarkKind.ERROR}


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of kaniko in a log, one for each destination."""
    marks = (mark for mark in LINES.marks(text, WHERE) if mark.kind not in {MarkKind.CACHE, MarkKind.SKIPPED})
    return tuple(parsed_push(text, _push(text, push)) for push in pushes_of(marks, starts=_starts, ends=_ENDS))


def _starts(_: Sequence[Mark], mark: Mark) -> bool:
    return mark.kind == MarkKind.BEGIN


def _push(text: LogText, marks: Sequence[Mark]) -> PushBuilder:
    push = PushBuilder(client=Client.KANIKO, why="the lines are those of the executor", consumed=list(marks))
    for mark in marks:
        if "REFERENCE" in mark.fields and not (mark.kind == MarkKind.PUSHED and _name(push)):
            push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=mark.fields["REFERENCE"])
        if mark.kind == MarkKind.PUSHED:
            push.add_mark(MarkKind.DIGEST, mark, TAG=split(_name(push))[1] or "latest", DIGEST=mark.fields["DIGEST"])
        elif mark.kind == MarkKind.DONE:
            push.add_mark(MarkKind.DONE, mark)
        elif mark.kind == MarkKind.RETRY:
            wait = go_seconds(mark.fields["WAIT"])
            push.add_mark(MarkKind.RETRY, mark, WAIT=f"{wait:g}", TEXT=mark.fields["TEXT"].removesuffix('"'))
        elif mark.kind == MarkKind.ERROR:
            push.error = error_at(text, mark, text.data[mark.start : mark.stop].decode("utf-8", "replace").strip())
            if (destination := _DESTINATION.search(mark.fields["TEXT"])) and not _name(push):
                push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=destination[1])
    push.clock = client_timestamps(_times(marks), resolution=1.0)
    return push


def _name(push: PushBuilder) -> str:
    return next((m.fields["REFERENCE"] for m in push.marks if m.kind == MarkKind.REFERENCE), "")


def _times(marks: Sequence[Mark]) -> Iterator[tuple[int, float]]:
    """Yield the offset of each stamped mark and its seconds."""
    for mark in marks:
        dress = mark.fields.get("DRESS", "")
        if since := _SINCE.search(dress):
            yield mark.start, elapsed(since[1])
        elif stamp := _STAMP.search(dress):
            yield mark.start, seconds(stamp[1], "iso")
