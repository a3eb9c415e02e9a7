"""Read the lines of `docker push` from pipes, terminals, pastes and the Engine API into one table and a list of marks.

Lines whose shapes repeat by the million are read by byte patterns derived from the grammars, straight into columns.
The pieces between them are parsed by Lark, one at a time.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.formats.bulk.line_shapes import FIELDS, BulkGrammar
from pushlog.formats.bulk.reader import scan
from pushlog.formats.docker.candidate_lines import CARET_C, KEYS, LINES, candidate_pieces, grammar
from pushlog.formats.docker.mentions import adopted, in_record, mentioned
from pushlog.formats.docker.messages import message_events, messages
from pushlog.formats.errors.detect import starts_error
from pushlog.formats.events import UNKNOWN, EventKind, EventRow, Events, from_rows, table
from pushlog.formats.figures import LONGEST_WAIT, size
from pushlog.formats.grammar import regex
from pushlog.formats.grammar.load import derived
from pushlog.formats.marks import HEADERS, Mark, MarkKind
from pushlog.intake.limits import MOST_LAYERS
from pushlog.intake.log_text import LogText, Piece
from pushlog.intake.mapped import holds, shows
from pushlog.intake.start_pattern import StartPattern
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Capture
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.intake.log_text import Int64

# Text that only `docker push` prints at the beginning of a line.
OPENING = StartPattern(
    signs=(
        rb"The push refers to ",
        rb"Using default tag: latest",
        rb'\{"status":"',
        rb": (?:Preparing|Waiting|Pushing|Pushed|Layer already|Mounted|Retrying|Image )",
    ),
    pattern=rb"The push refers to (?:a )?repository \[|The push refers to an image: \[|Using default tag: latest"
    rb'|\{"status":"(?:The push refers|Pushing|Preparing|Waiting)'
    rb"|[0-9a-f]{12}: (?:Preparing|Waiting|Pushing|Pushed|Layer already exists|Mounted from|Retrying in|Image )",
)
_FLOOD = ("preparing", "waiting", "pushing", "pushed", "exists", "retrying", "unavailable")
ENGINE_FLOOD = ("waiting", "pushing", "retrying", "unavailable")
# What only a terminal writes: the cursor goes up, a row is drawn over another, a state is followed by a space.
_REDRAW = lazy_pattern(rb"\x1b\[\d+A|\r[0-9a-f]{12}: ")
# A terminal ends lines with CR LF; the pipe of a push that never drew a row would not.
_TERMINAL_HEADER = lazy_pattern(rb"^The push refers to [^\r\n]+\r$", re.MULTILINE)
# Lines of docker up to 0.7 about the layer that it sends.
_OF_ONE_LAYER = (MarkKind.V1_PUSHING, MarkKind.V1_FIGURES, MarkKind.V1_TAG)
# Kinds of lines that tell the same as another one.
_SAME = {MarkKind.DAEMON_NOTE: MarkKind.NOTE, MarkKind.TORN_HEADER: MarkKind.HEADER}
_ID_LENGTH = 12
# Words of a row that nothing else has, whatever stands around it.
_OF_PUSHES_ALONE = {"Image push failed", "Image successfully pushed", "Layer already exists"}
_BREAK = lazy_pattern(r"(?:\\r)?\\n")
_OUTPUT_BEHIND = lazy_pattern(rb"(?:(?:\\r)?\\n){1,3}(?:The push refers to |Using default tag: |[0-9a-f]{12}: )")
_PADDED = lazy_pattern(rb"^[0-9a-f]{12}: [A-Z][^\r\n\[]*[a-z] \r?$", re.MULTILINE)
# One of these stands where such a pattern matches: a byte or two are found at the speed of memory.
_DRAWN_SIGNS, _RETURN, _BLANK_ENDS = (b"\x1b[", b"\r"), (b"\r",), (b" \n", b" \r")


@record
class Reading:
    """What a log holds of `docker push`: the table of events, the marks in order, and how the output was captured.

    `others`: the byte ranges of the log, shape (n, 2), that the bulk reader left. `left_out`: rows of
    layers beyond the limit.
    """

    events: Events
    marks: tuple[Mark, ...]
    capture: Capture
    others: Int64
    left_out: int = 0


@cache
def lane(name: str) -> BulkGrammar:
    """Return the byte pattern of the rows that repeat by the million, derived from that grammar."""
    rule, kinds = ("layer", _FLOOD) if name == "docker.lark" else ("start", ENGINE_FLOOD)
    text = derived(regex.pattern, name, rule, fields=(*FIELDS, "LAYER"), kinds=kinds)
    return BulkGrammar(
        pattern=kept_pattern(text.encode() + rb" *"), kinds={kind: int(EventKind[kind.upper()]) for kind in kinds}
    )


def read(text: LogText, *, keep_redraws: bool = True, most_layers: int = MOST_LAYERS) -> Reading:
    """Return all lines of `docker push` in the text, whatever stands between them.

    `keep_redraws`: also the rows that only advance the figure of a layer, nearly all rows of a long push.
    `most_layers`: rows of further layers are left out.
    """
    bulk = scan(text, lane("docker.lark"), lane("engine.lark"), keep_redraws=keep_redraws, most_layers=most_layers)
    parsed_events = [
        parsed_event
        for start, stop in bulk.others.tolist()
        for piece in candidate_pieces(text, start, stop)
        for parsed_event in _parse_piece(piece)
    ]
    has_header = any(isinstance(event, Mark) and event.kind in HEADERS for event, _ in parsed_events)
    parsed_events = [*_one_at_a_time(_turned(parsed_events, has_header=has_header))]
    rows = [
        event
        for event, _ in parsed_events
        # A commit's id has seven digits and more: only below a header is it a layer's that was cut.
        if isinstance(event, EventRow) and (has_header or len(event.layer) == _ID_LENGTH)
    ]
    marks = _with_mentions(text, [event for event, _ in parsed_events if isinstance(event, Mark)], bulk.others)
    events = table(text, bulk.columns, bulk.order, from_rows(rows))
    messages = bulk.messages > 0 or any(is_json for _, is_json in parsed_events)
    lines = len(bulk.columns.start) > bulk.messages or any(
        not is_json and _of_a_push(event) for event, is_json in parsed_events
    )
    capture = _capture(text, events, messages=messages, lines=lines)
    return Reading(events=events, marks=marks, capture=capture, others=bulk.others, left_out=bulk.left_out)


def _turned(
    parsed_events: Sequence[tuple[EventRow | Mark, bool]], *, has_header: bool
) -> Iterator[tuple[EventRow | Mark, bool]]:
    """Return what was read, with rows that have the id behind the words as rows, where other words tell of a push."""
    has_words = has_header or any(
        isinstance(event, Mark) and event.kind == MarkKind.TURNED and event.fields["WORDS"] in _OF_PUSHES_ALONE
        for event, _ in parsed_events
    )
    for event, is_json in parsed_events:
        if not isinstance(event, Mark) or event.kind != MarkKind.TURNED:
            yield event, is_json
        elif has_words:
            text = f"{event.fields['ID']}: {event.fields['WORDS']}"
            yield from ((part, False) for part in _line(Piece(event.start, event.stop, event.line, text)))


def _one_at_a_time(parsed_events: Iterable[tuple[EventRow | Mark, bool]]) -> Iterator[tuple[EventRow | Mark, bool]]:
    """Return what was read, with a row for each line of docker up to 0.7 that tells of the layer it sends.

    It sends one after the other, and behind each its tag (moby server.go, pushRepository). Below no line that begins a
    push to a v1 registry such lines are those of other programs.
    """
    layer, is_v1 = None, False
    for event, is_json in parsed_events:
        if not isinstance(event, Mark) or event.kind not in _OF_ONE_LAYER:
            is_v1 = is_v1 or (isinstance(event, Mark) and event.kind == MarkKind.V1_TAGS)
            layer = None if isinstance(event, EventRow) else layer
            yield event, is_json
            continue
        is_note = event.kind != MarkKind.V1_TAG
        yield replace(event, kind=MarkKind.NOTE) if is_note else event, is_json
        if event.kind == MarkKind.V1_PUSHING and is_v1:
            layer = event.fields["ID"][:_ID_LENGTH]
        if layer is not None:
            kind = EventKind.PUSHING if is_note else EventKind.PUSHED
            yield _layer_row(event, layer, kind), is_json


def _layer_row(mark: Mark, layer: str, kind: EventKind) -> EventRow:
    """Return the row of a layer, with the figures of a mark."""
    fields = mark.fields
    return EventRow(
        start=mark.start,
        stop=mark.stop,
        layer=layer,
        kind=kind,
        current=size(fields["CURRENT"]) if "CURRENT" in fields else UNKNOWN,
        total=size(fields["TOTAL"]) if "TOTAL" in fields else UNKNOWN,
        wait=int(min(float(fields["WAIT"]), LONGEST_WAIT)) if "WAIT" in fields else UNKNOWN,
    )


def _with_mentions(text: LogText, marks: list[Mark], ranges: Int64) -> tuple[Mark, ...]:
    """Return the marks with one for each push command that other programs quote, in order."""
    mentions = [mark for start, stop in ranges.tolist() for mark in mentioned(text, start, stop)]
    if not mentions:
        return tuple(marks)
    # A command whose output follows in the same line, its breaks written as letters, is one that a program quotes.
    quoted = {mark.line for mark in mentions}
    mentions = [
        replace(mark, kind=MarkKind.COMMAND) if _OUTPUT_BEHIND.match(text.data, mark.stop) else mark
        for mark in mentions
    ]
    marks = [mark for mark in marks if not (mark.line in quoted and _BREAK.match(mark.fields.get("TAIL", "")))]
    commands = {mark.line for mark in marks if mark.kind == MarkKind.COMMAND}
    marks = [replace(mark, kind=MarkKind.MENTION) if in_record(text, mark) else mark for mark in marks]
    marks += [mark for mark in mentions if mark.line not in commands]
    return adopted(sorted(marks, key=lambda mark: mark.start))


def _of_a_push(event: EventRow | Mark) -> bool:
    return isinstance(event, EventRow) or event.kind in (*HEADERS, MarkKind.DIGEST)


def _capture(text: LogText, events: Events, *, messages: bool, lines: bool) -> Capture:
    """Return how the output was captured: a terminal leaves redraws, a paste figures and the space after a state."""
    if messages:
        return Capture.MIXED if lines else Capture.JSON
    first = max(0, int(events.start[0]) - 16) if len(events) else len(text.data)
    if _shows(text, _REDRAW, first, _DRAWN_SIGNS) or (not len(events) and _shows(text, _TERMINAL_HEADER, 0, _RETURN)):
        return Capture.TTY
    figures = bool(((events.kind == EventKind.PUSHING) & (events.current >= 0)).any())
    # The last line needs no end.
    ends = () if text.data[-1:] == b" " else _BLANK_ENDS
    return Capture.SCREEN if figures or _shows(text, _PADDED, first, ends) else Capture.PIPED


def _shows(text: LogText, pattern: re.Pattern[bytes], first: int, signs: Sequence[bytes]) -> bool:
    """Return whether a pattern matches from an offset on. `signs`: one of them is in every match."""
    parts = [(max(start, first), stop) for start, stop in text.parts if stop > first]
    if signs and not any(holds(text.data, sign, *part) for part in parts for sign in signs):
        return False
    return any(shows(text.data, pattern, *part) for part in parts)


def row(line: str) -> EventRow | Mark | None:
    """Return what one line tells of a push, None if nothing. Offsets and line are 0."""
    events = list(_line(Piece(0, 0, 0, line.strip(" \t\r\n"))))
    return events[0] if events else None


def overdrawn(line: str) -> tuple[str, ...]:
    """Return the texts that may have been drawn over the row of a layer whose end follows them, the longest first.

    There are several where the text ends in hexadecimal digits: these may be the end of the layer's id.
    """
    remains = _remains().search(line)
    if not remains:
        return ()
    text = line[: remains.start()]
    digits = len(text) - len(text.rstrip("0123456789abcdef")) if remains[0].startswith(": ") else 0
    return tuple(text[: len(text) - count].rstrip() for count in range(digits + 1))


@cache
def _remains() -> re.Pattern[str]:
    return kept_pattern(regex.pattern(grammar(), "overdrawn", fields=(), kinds=("overdrawn",)), re.ASCII)


def is_quiet(line: str) -> bool:
    """Return whether `docker push --quiet` prints such a line: a full reference and nothing else."""
    from lark.exceptions import LarkError

    try:
        grammar().parse(line, start="quiet")
    except LarkError:
        return False
    return True


def _parse_piece(piece: Piece) -> Iterator[tuple[EventRow | Mark, bool]]:
    """Return what a piece tells, and whether a message of the Engine tells it."""
    if "{" in piece.text and any(key in piece.text for key in KEYS):
        is_message = False
        for start, stop, message in messages(piece.text):
            is_message = True
            part = replace(piece, start=piece.start + start, stop=piece.start + stop, text="")
            yield from ((event, True) for event in message_events(part, message, _line))
        if is_message:
            return
    head, caret, _ = piece.text.partition(CARET_C)
    if caret and head:
        # The terminal echoes it where the cursor stands: behind a row.
        stop = piece.stop - len(piece.text.encode()) + len(head.encode())
        yield from ((event, False) for event in _line(replace(piece, stop=stop, text=head.strip())))
        piece = replace(piece, start=stop, text=piece.text[len(head) :])
    if caret and starts_error(words := piece.text.lstrip(CARET_C)):
        # No line ends behind what the terminal echoes: the client goes on there with its error.
        piece = replace(piece, stop=piece.stop - len(words.encode()), text=CARET_C)
    yield from ((event, False) for event in _line(piece))


def _line(piece: Piece) -> Iterator[EventRow | Mark]:
    """Return what a line tells: a row of a layer, and a mark where it tells more."""
    mark = LINES.mark(piece)
    if mark is not None and mark.kind == MarkKind.V1_EXISTS:
        layer = mark.fields["ID"][:_ID_LENGTH]
        yield EventRow(start=piece.start, stop=piece.stop, layer=layer, kind=EventKind.EXISTS)
        return
    if mark is not None and mark.kind in _SAME:
        mark = replace(mark, kind=_SAME[mark.kind])
    if mark is None or mark.kind != MarkKind.LAYER:
        yield from (mark,) if mark else ()
        return
    if "FROM" in mark.fields:
        yield replace(mark, kind=MarkKind.MOUNT)
    yield _layer_row(mark, mark.fields["LAYER"][:_ID_LENGTH], EventKind[mark.fields["STATE"].upper()])
