"""kaniko: the image by name and its digest when it is there, with the seconds of the build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, error_at, nearby, parsed_push
from pushlog.formats.figures import elapsed, go_seconds
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.reference import split
from pushlog.intake.start_pattern import StartPattern
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.events import Mark
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
_ENDS = {"pushed", "done", "error"}


def sections(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """The pushes of kaniko in a log, one for each destination."""
    return tuple(parsed_push(text, _told(text, marks)) for marks in _pushes(text))


def _pushes(text: LogText) -> Iterator[list[Mark]]:
    """The lines of each destination, to its digest or its error."""
    own: list[Mark] = []
    for mark in LINES.marks(text, WHERE):
        if mark.kind in {"cache", "skipped"}:
            continue
        if own and (own[-1].kind in _ENDS or mark.kind == "begin" or not nearby(own[-1], mark)):
            yield own
            own = []
        own.append(mark)
    if own:
        yield own


def _told(text: LogText, marks: Sequence[Mark]) -> PushBuilder:
    told = PushBuilder(client=Client.KANIKO, why="the lines are those of the executor", read=list(marks))
    for mark in marks:
        if "REFERENCE" in mark.fields and not (mark.kind == "pushed" and _named(told)):
            told.say("reference", mark, REFERENCE=mark.fields["REFERENCE"])
        if mark.kind == "pushed":
            told.say("digest", mark, TAG=split(_named(told))[1] or "latest", DIGEST=mark.fields["DIGEST"])
        elif mark.kind == "done":
            told.say("done", mark)
        elif mark.kind == "retry":
            wait = go_seconds(mark.fields["WAIT"])
            told.say("retry", mark, WAIT=f"{wait:g}", TEXT=mark.fields["TEXT"].removesuffix('"'))
        elif mark.kind == "error":
            told.error = error_at(text, mark, text.data[mark.start : mark.stop].decode("utf-8", "replace").strip())
            if (found := _DESTINATION.search(mark.fields["TEXT"])) and not _named(told):
                told.say("reference", mark, REFERENCE=found[1])
    told.clock = client_timestamps(_times(marks), resolution=1.0)
    return told


def _named(told: PushBuilder) -> str:
    return next((m.fields["REFERENCE"] for m in told.marks if m.kind == "reference"), "")


def _times(marks: Sequence[Mark]) -> Iterator[tuple[int, float]]:
    for mark in marks:
        dress = mark.fields.get("DRESS", "")
        if found := _SINCE.search(dress):
            yield mark.start, elapsed(found[1])
        elif found := _STAMP.search(dress):
            yield mark.start, seconds(found[1], "iso")
