"""`docker push`: its lines, from pipes, terminals, pastes and the Engine API, as one table and a list of marks.

Two lanes, one source: the shapes that repeat by the million run through byte patterns derived from the grammars,
straight into columns; what is left between them goes through Lark, piece by piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from pushlog.formats.bulk.line_shapes import FIELDS, BulkGrammar
from pushlog.formats.bulk.reader import scan
from pushlog.formats.events import UNKNOWN, EventKind, EventRow, Events, Mark, from_rows, table
from pushlog.formats.figures import LARGEST, LONGEST_WAIT, size
from pushlog.formats.grammar import regex
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.grammar.load import load_grammar
from pushlog.intake.limits import LONGEST_PIECE, loads
from pushlog.intake.log_text import LogText, Piece, plain
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Capture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark import Lark

    from pushlog.intake.log_text import Int64

# Text that only `docker push` prints at the beginning of a line.
OPENING = StartPattern(
    signs=(
        rb"The push refers to ",
        rb"Using default tag: latest",
        rb'\{"status":"',
        rb": (?:Preparing|Waiting|Push|Layer already|Mounted|Retrying|Image )",
    ),
    pattern=rb"The push refers to (?:a )?repository \[|The push refers to an image: \[|Using default tag: latest"
    rb'|\{"status":"(?:The push refers|Pushing|Preparing|Waiting)'
    rb"|[0-9a-f]{12}: (?:Preparing|Waiting|Pushing|Pushed|Layer already exists|Mounted from|Retrying in|Image )",
)
LINES = LineParser("docker.lark", ("start", "quiet", "overdrawn"))
_FLOOD = ("preparing", "waiting", "pushing", "pushed", "exists", "retrying", "unavailable")
ENGINE_FLOOD = ("waiting", "pushing", "retrying", "unavailable")
# What only a terminal writes: the cursor goes up, a row is drawn over another, a state is followed by a space.
_REDRAW = re.compile(rb"\x1b\[\d+A|\r[0-9a-f]{12}: ")
# A terminal ends lines with CR LF; the pipe of a push that never drew a row would not.
_TERMINAL_HEADER = re.compile(rb"^The push refers to [^\r\n]+\r$", re.MULTILINE)
# Kinds whose lines can begin with anything, so that looking for one takes long, each with words that it always has.
_ANYWHERE = {
    "command": ("docker ",),
    "digest": (": digest: ", "Digest: "),
    "pull": (": Pulling from ",),
    "upload_failed": ("Upload failed, ",),
}
# No line is shorter: `^C`.
_SHORTEST = 2
# The keys of a message that says anything.
_KEYS = ('"status"', '"error', '"aux"')
_PADDED = re.compile(rb"^[0-9a-f]{12}: [A-Z][^\r\n\[]*[a-z] \r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that the dialect found in a log: the events table, the marks in order, and how the output was kept.

    `others`: stretches of the log, shape (n, 2), that hold something else than floods of its lines.
    """

    events: Events
    marks: tuple[Mark, ...]
    capture: Capture
    others: Int64


def grammar(name: str = LINES.file) -> Lark:
    """The compiled grammar of docker's lines, or of the Engine's messages."""
    return LINES.grammar if name == LINES.file else load_grammar(name)


@cache
def lane(name: str) -> BulkGrammar:
    """The byte pattern of the rows that repeat by the million, written from that grammar."""
    rule, kinds = ("layer", _FLOOD) if name == "docker.lark" else ("start", ENGINE_FLOOD)
    text = regex.pattern(grammar(name), rule, fields=(*FIELDS, "LAYER"), kinds=kinds)
    return BulkGrammar(
        pattern=re.compile(text.encode() + rb" *"), kinds={kind: int(EventKind[kind.upper()]) for kind in kinds}
    )


@cache
def _known(kinds: tuple[str, ...] = ()) -> re.Pattern[str]:
    """What lines of these kinds look like, or those of all kinds that begin in a way of their own.

    It spares Lark the noise around a push.
    """
    every = {rule.alias for rule in grammar().rules if rule.alias}
    return re.compile(regex.pattern(grammar(), "start", fields=(), kinds=set(kinds) or every - {*_ANYWHERE}), re.ASCII)


def read(text: LogText, *, every: bool = True) -> Reading:
    """Every line of `docker push` in the text, whatever stands between them.

    `every`: also the rows, nearly all of a long push, that only move the figure of a layer on.
    """
    found = scan(text, lane("docker.lark"), lane("engine.lark"), every=every)
    careful = [
        (event, piece.text.startswith("{"))
        for low, high in found.others.tolist()
        for piece in _telling(text, low, high)
        for event in _careful(piece)
    ]
    rows = [event for event, _ in careful if isinstance(event, EventRow)]
    marks = tuple(event for event, _ in careful if isinstance(event, Mark))
    events = table(text, found.columns, found.drawn, from_rows(rows))
    messages = found.messages > 0 or any(is_json for _, is_json in careful)
    lines = len(found.columns.start) > found.messages or any(
        not is_json and _of_a_push(event) for event, is_json in careful
    )
    capture = _capture(text, events, messages=messages, lines=lines)
    return Reading(events=events, marks=marks, capture=capture, others=found.others)


def _telling(text: LogText, low: int, high: int) -> Iterator[Piece]:
    """The pieces between two offsets that can be of the grammar; of noise the line is not even counted."""
    for start, stop in text.spans(low, high):
        if stop - start < _SHORTEST:
            continue
        said = plain(text.data[start : min(stop, start + LONGEST_PIECE)])
        if len(said) < _SHORTEST:
            continue
        if any(key in said for key in _KEYS) if said.startswith("{") else _may_tell(said):
            yield Piece(start, stop, text.line_of(start), said)


def _may_tell(line: str) -> bool:
    if _known().fullmatch(line):
        return True
    # Loops, since noise passes here by the million: `any` with a generator takes three times as long.
    kinds: tuple[str, ...] = ()
    for kind, words in _ANYWHERE.items():
        for word in words:
            if word in line:
                kinds += (kind,)
                break
    return bool(kinds and _known(kinds).fullmatch(line))


def _of_a_push(event: EventRow | Mark) -> bool:
    return isinstance(event, EventRow) or event.kind in ("header", "old_header", "digest")


def _capture(text: LogText, events: Events, *, messages: bool, lines: bool) -> Capture:
    """How the output was kept: a terminal leaves its redraws, a paste its figures and the space after a state."""
    if messages:
        return Capture.MIXED if lines else Capture.JSON
    first = max(0, int(events.start[0]) - 16) if len(events) else len(text.data)
    if _shows(text, _REDRAW, first):
        return Capture.TTY
    if not len(events) and _shows(text, _TERMINAL_HEADER, 0):
        return Capture.TTY
    figures = bool(((events.kind == EventKind.PUSHING) & (events.current >= 0)).any())
    return Capture.SCREEN if figures or _shows(text, _PADDED, first) else Capture.PIPED


def _shows(text: LogText, pattern: re.Pattern[bytes], first: int) -> bool:
    return any(pattern.search(text.data, max(low, first), high) for low, high in text.parts if high > first)


def row(line: str) -> EventRow | Mark | None:
    """One line through the grammar; None when it says nothing of a push. Offsets and line are 0."""
    events = list(_line(Piece(0, 0, 0, line.strip(" \t\r\n"))))
    return events[0] if events else None


def overdrawn(line: str) -> tuple[str, ...]:
    """What can have been drawn over a layer's row, where the end of one shows: the longest text first.

    How much of the row's id is left can't be seen where the text ends in what may be digits of it.
    """
    found = _remains().search(line)
    if not found:
        return ()
    said = line[: found.start()]
    digits = len(said) - len(said.rstrip("0123456789abcdef")) if found[0].startswith(": ") else 0
    return tuple(said[: len(said) - left].rstrip() for left in range(digits + 1))


@cache
def _remains() -> re.Pattern[str]:
    return re.compile(regex.pattern(grammar(), "overdrawn", fields=(), kinds=("overdrawn",)), re.ASCII)


def is_quiet(line: str) -> bool:
    """Whether the line is what `docker push --quiet` prints: a full reference and nothing else."""
    from lark.exceptions import LarkError

    try:
        grammar().parse(line, start="quiet")
    except LarkError:
        return False
    return True


def _careful(piece: Piece) -> Iterator[EventRow | Mark]:
    return _message(piece) if piece.text.startswith("{") else _line(piece)


def _message(piece: Piece) -> Iterator[EventRow | Mark]:
    """A message of the Engine API: its words through the grammar, its figures as they are."""
    try:
        message = loads(piece.text)
    except ValueError:
        return
    if not isinstance(message, dict):
        return
    status, layer = message.get("status"), message.get("id")
    where = {"start": piece.start, "stop": piece.stop, "line": piece.line}
    if text := _error_of(message):
        yield Mark(kind="error", fields={"TEXT": text}, **where)
    elif isinstance(aux := message.get("aux"), dict):
        yield Mark(kind="aux", fields={k.upper(): v for k, v in aux.items() if isinstance(v, str)}, **where)
    elif isinstance(status, str):
        words = f"{layer}: {status}" if isinstance(layer, str) else status
        detail = message.get("progressDetail")
        for event in _line(replace(piece, text=words.strip())):
            yield _with_figures(event, detail) if isinstance(event, EventRow) and isinstance(detail, dict) else event


def _error_of(message: dict[str, object]) -> str | None:
    detail = message.get("errorDetail")
    text = detail.get("message") if isinstance(detail, dict) else None
    text = text or message.get("error")
    return text if isinstance(text, str) else None


def _with_figures(event: EventRow, detail: dict[str, object]) -> EventRow:
    """The daemon leaves zeroes out: a message with a total alone has sent nothing yet."""
    current, total = (_bytes(detail.get(key)) for key in ("current", "total"))
    if current == UNKNOWN and total != UNKNOWN:
        current = 0
    return replace(event, current=current, total=total)


def _bytes(figure: object) -> int:
    return min(figure, LARGEST) if isinstance(figure, int) and figure >= 0 else UNKNOWN


def _line(piece: Piece) -> Iterator[EventRow | Mark]:
    """A line through the grammar: as a row of a layer, and as a mark where it tells more than that."""
    mark = LINES.mark(piece)
    if mark is None or mark.kind != "layer":
        yield from (mark,) if mark else ()
        return
    told = mark.fields
    if "FROM" in told:
        yield replace(mark, kind="mount")
    yield EventRow(
        start=piece.start,
        stop=piece.stop,
        layer=told["LAYER"],
        kind=EventKind[told["STATE"].upper()],
        current=size(told["CURRENT"]) if "CURRENT" in told else UNKNOWN,
        total=size(told["TOTAL"]) if "TOTAL" in told else UNKNOWN,
        wait=int(min(float(told["WAIT"]), LONGEST_WAIT)) if "WAIT" in told else UNKNOWN,
    )
