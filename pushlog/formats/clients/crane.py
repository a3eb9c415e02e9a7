"""crane, ko and what else is built on go-containerregistry: a line for each blob when it is there, with its time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, answers, error_at, nearby, parsed_push
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.push_command import pushed_by
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

LINES = LineParser("crane.lark")
# An error that stands alone is known by the way the library names the request: in capitals, without quotes.
OPENING = StartPattern(
    signs=(
        rb"ed blob: ",
        rb"existing (?:blob|manifest): ",
        rb"retrying [A-Z]",
        rb"Copying from ",
        rb": digest: sha256:",
        rb"Error: ",
    ),
    pattern=rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)? "
    rb"(?:(?:pushed|existing|mounted) blob: |existing manifest: |retrying [A-Z]|Copying from |\S+/\S+: digest: sha256:)"
    rb"|Error: (?:[^\n\"]{0,300}: )?(?:GET|HEAD|PUT|POST|PATCH) https?://[^\s\"]+/v2/[^\s\"]*: ",
)
# A push can end before it says anything but its error: then its command tells.
COMMAND = StartPattern(signs=(rb"crane ",), pattern=rb"\b(?:crane|gcrane) (?:[^\n]{0,160} )?(?:push|copy|cp|tag) ")
WHERE = (OPENING, COMMAND)
_OWN_ERROR = re.compile(rb"Error: (?:[^\n\"]{0,300}: )?(?:GET|HEAD|PUT|POST|PATCH) https?://")
_KINDS = {"pushed": EventKind.PUSHED, "exists": EventKind.EXISTS, "mounted": EventKind.MOUNTED}
_BLOB = re.compile(r"/blobs/(sha256:[0-9a-f]{64})")
_ENDS = ("result", "error")


def sections(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """The pushes that go-containerregistry tells of in a log."""
    told = (_told(text, marks) for marks in _pushes(text))
    return tuple(parsed_push(text, one) for one in told if one)


def _pushes(text: LogText) -> Iterator[list[Mark]]:
    """The lines of each push: up to its error, or to the digest of its tag and the result that crane prints of it."""
    own: list[Mark] = []
    for mark in LINES.marks(text, WHERE):
        ended = bool(own) and (own[-1].kind in _ENDS or (_tagged(own[-1]) and mark.kind != "result"))
        if ended or mark.kind in {"command", "target"} or (own and not nearby(own[-1], mark)):
            yield own
            own = []
        own.append(mark)
    yield own


def _tagged(mark: Mark) -> bool:
    """Whether the line ends the push of a tag; the parts of an index are pushed by their digests."""
    return mark.kind == "digest" and "@" not in mark.fields["REFERENCE"]


def _told(text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
    told = PushBuilder(
        client=Client.CRANE, why="the lines are those of go-containerregistry, which crane, ko and others use"
    )
    for mark in marks:
        _tell(text, told, mark)
    command = next((mark for mark in marks if mark.kind == "command"), None)
    failed = next((mark for mark in marks if mark.kind == "error"), None)
    spoken = any("CLOCK" in mark.fields for mark in marks)
    if failed and not spoken and not answers(command, failed) and not _OWN_ERROR.match(text.data, failed.start):
        return None
    stamps = [(m.start, seconds(m.fields["CLOCK"].strip(), "slashes")) for m in marks if "CLOCK" in m.fields]
    began = next((m.fields["CLOCK"].strip().replace("/", "-") for m in marks if "CLOCK" in m.fields), None)
    told.clock = client_timestamps(stamps, resolution=1.0, began=began)
    return told if stamps or told.error else None


def _tell(text: LogText, told: PushBuilder, mark: Mark) -> None:
    """One line, in the common words."""
    told.read.append(mark)
    fields = mark.fields
    if mark.kind in _KINDS:
        told.rows.append(EventRow(start=mark.start, stop=mark.stop, layer=fields["DIGEST"], kind=_KINDS[mark.kind]))
    elif mark.kind == "retry":
        told.say("retry", mark, TEXT=fields["TEXT"])
        if named := _BLOB.search(fields["TEXT"].split(": ", 1)[0]):
            told.rows.append(
                EventRow(start=mark.start, stop=mark.stop, layer=named[1], kind=EventKind.RETRYING, wait=0)
            )
    elif mark.kind == "manifest":
        told.say("digest", mark, TAG=fields["REFERENCE"], DIGEST=fields["DIGEST"])
    elif _tagged(mark):
        told.say("reference", mark, REFERENCE=fields["REFERENCE"])
        told.say("digest", mark, TAG=split(fields["REFERENCE"])[1] or "latest", DIGEST=fields["DIGEST"])
    elif mark.kind == "target":
        told.say("reference", mark, REFERENCE=fields["REFERENCE"])
    elif mark.kind == "command" and (name := pushed_by(fields["COMMAND"])):
        told.say("reference", mark, REFERENCE=name)
    elif mark.kind == "error":
        told.error = error_at(text, mark, f"Error: {fields['TEXT']}")
