"""nerdctl and ctr: every object of the image with its bytes, drawn again and again, and the seconds since the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, answers, error_at, nearby, parsed_push
from pushlog.formats.errors.page import unquoted
from pushlog.formats.events import EventKind, EventRow, Mark
from pushlog.formats.figures import binary, elapsed
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.push_command import pushed_by
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("nerdctl.lark")
OPENING = StartPattern(
    signs=(rb"-sha256:", rb"pushing as a reduced-platform image "),
    pattern=rb"(?:manifest|layer|config|index)-sha256:[0-9a-f]{64}:? |INFO\[\d+\] pushing as a reduced-platform image ",
)
# A push can end before it says anything but its error: then its command tells.
COMMAND = StartPattern(signs=(rb"nerdctl ", rb"ctr "), pattern=rb"\b(?:nerdctl|ctr) (?:[^\n]{0,160} )?push ")
WHERE = (OPENING, COMMAND)
# Objects that name the image; the index comes before the manifests in it.
_IMAGE = ("index", "manifest")


def sections(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """The pushes that containerd's progress shows in a log."""
    told = (_told(text, marks) for marks in _pushes(text))
    return tuple(parsed_push(text, one) for one in told if one)


def _pushes(text: LogText) -> Iterator[list[Mark]]:
    """The lines of each push: to its error, or until the elapsed time begins anew."""
    own: list[Mark] = []
    passed, drawn = 0.0, False
    for mark in LINES.marks(text, WHERE):
        now = elapsed(mark.fields["SECONDS"]) if mark.kind == "elapsed" else passed
        ended = bool(own) and ((own[-1].kind == "fatal" and mark.kind != "note") or not nearby(own[-1], mark))
        if ended or (own and (mark.kind == "command" or (_first(mark) and drawn) or now < passed)):
            yield own
            own, passed, drawn = [], 0.0, False
        own.append(mark)
        passed, drawn = max(passed, now), drawn or "OBJECT" in mark.fields
    yield own


def _first(mark: Mark) -> bool:
    return mark.kind == "note" and "SINCE" in mark.fields


def _told(text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
    begun = next((mark for mark in reversed(marks) if _first(mark) or mark.kind == "command"), None)
    failed = next((mark for mark in marks if mark.kind == "fatal"), None)
    if not answers(begun, failed) and not any("OBJECT" in mark.fields for mark in marks):
        return None
    told = PushBuilder(
        client=Client.NERDCTL, why="the rows are containerd's progress, as nerdctl and ctr draw it", read=list(marks)
    )
    states: dict[str, Mark] = {}
    stamps: list[tuple[int, float]] = []
    drawn: int | None = None
    for mark in marks:
        if "OBJECT" in mark.fields:
            states[mark.fields["OBJECT"]] = mark
            drawn = mark.start if drawn is None else drawn
            if mark.fields["OBJECT"].startswith("layer-"):
                told.rows.append(_row(mark))
        elif mark.kind == "elapsed" and drawn is not None:
            # The rows above were drawn at that time.
            stamps.append((drawn, elapsed(mark.fields["SECONDS"])))
            drawn = None
        elif mark.kind == "command" and (name := pushed_by(mark.fields["COMMAND"])):
            told.say("reference", mark, REFERENCE=name)
        elif mark.kind == "fatal":
            said = unquoted(mark.fields["QUOTED"]) if "QUOTED" in mark.fields else mark.fields["TEXT"]
            told.error = error_at(text, mark, said)
    if told.error is None and states and all(mark.kind in {"pushed", "exists"} for mark in states.values()):
        _done(told, states, marks[-1])
    told.clock = client_timestamps([(marks[0].start, 0.0), *stamps], resolution=0.1)
    return told


def _row(mark: Mark) -> EventRow:
    figures = {key: binary(mark.fields[key.upper()]) for key in ("current", "total") if key.upper() in mark.fields}
    blob = mark.fields["OBJECT"].partition("-")[2]
    return EventRow(start=mark.start, stop=mark.stop, layer=blob, kind=EventKind[mark.kind.upper()], **figures)


def _done(told: PushBuilder, states: dict[str, Mark], last: Mark) -> None:
    """All objects are there, the manifest too: the proof of success."""
    for kind in _IMAGE:
        names = [name for name in states if name.startswith(f"{kind}-")]
        if names:
            told.say("digest", last, DIGEST=names[-1].partition("-")[2])
            return
