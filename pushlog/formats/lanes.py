"""The pushes of a log in lanes: each lane is read as a log of its own, lines are counted in the whole log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.dialects import pushes
from pushlog.formats.docker.surroundings import names_above
from pushlog.formats.marks import HEADERS, MarkKind
from pushlog.formats.quoting.quoted import is_shown
from pushlog.formats.repeats.programs import told_once
from pushlog.intake.limits import MOST_LAYERS
from pushlog.intake.numbered_text import NumberedText
from pushlog.intake.unwrap.source_text import in_text_of_source
from pushlog.model import Capture
from pushlog.record_class import record
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.lanes import LaneText
    from pushlog.knowledge.base import Knowledge

_TELL_TAG = {MarkKind.DIGEST, MarkKind.AUX, MarkKind.COMMAND, MarkKind.DEFAULT_TAG, MarkKind.NAME, MarkKind.REFERENCE}


@record
class PushesByText:
    """All pushes of a log, in the order of their lines; `texts`: for each the text that its offsets are of.

    `left_out`: a note, if rows of layers beyond the limit were left out.
    """

    parsed: tuple[ParsedPush, ...]
    texts: tuple[LogText, ...]
    capture: Capture
    left_out: tuple[str, ...] = ()


def read_pushes(
    text: LogText,
    lanes: Sequence[LaneText],
    knowledge: Knowledge,
    *,
    keep_redraws: bool = True,
    bare: Data | None = None,
    most_layers: int = MOST_LAYERS,
) -> PushesByText:
    """Return the pushes of a log, lane by lane where it has lanes. For `keep_redraws` and `most_layers` see there.

    `bare`: data that was found to have no redraws but docker's.
    """
    if not lanes:
        is_thin = isinstance(text, NumberedText) or text.data is bare
        rows = text.rows if isinstance(text, NumberedText) else text
        whole = pushes(rows, knowledge, keep_redraws=keep_redraws, is_thin=is_thin, most_layers=most_layers)
        left_out = _left_out(whole.left_out, most_layers)
        all_parsed = whole.parsed
        if isinstance(text, NumberedText):
            all_parsed = tuple(_renumbered(push, text) for push in all_parsed)
        parsed = tuple(push for push, _ in told_once(text, [(push, text) for push in all_parsed]))
        return PushesByText(parsed=parsed, texts=(text,) * len(parsed), capture=whole.capture, left_out=left_out)
    pairs: list[tuple[ParsedPush, LogText]] = []
    captures: list[Capture] = []
    left_out_rows = 0
    for lane in lanes:
        # What stands alone in a lane is no log of nothing but an error.
        in_lane = pushes(lane.rows, knowledge, keep_redraws=keep_redraws, is_whole=False, most_layers=most_layers)
        left_out_rows += in_lane.left_out
        renumbered = (_renumbered(push, lane) for push in in_lane.parsed)
        # What quotes a whole log stands outside its lanes.
        pairs += [(p, lane) for p in renumbered if not in_text_of_source(text, text.start_of(p.lines[0]))]
        captures += [in_lane.capture] if in_lane.parsed else []
    pairs = [(_with_names_beside(push, text, [other for other, _ in pairs]), lane) for push, lane in pairs]
    # A page is known by what stands around the lanes.
    pairs = [] if pairs and is_shown(text) else pairs
    kinds = dict.fromkeys(captures)
    capture = next(iter(kinds), Capture.PIPED) if len(kinds) < 2 else Capture.MIXED
    pairs = told_once(text, sorted(pairs, key=lambda pair: pair[0].lines))
    return PushesByText(
        parsed=tuple(push for push, _ in pairs),
        texts=tuple(text for _, text in pairs),
        capture=capture,
        left_out=_left_out(left_out_rows, most_layers),
    )


def _with_names_beside(push: ParsedPush, text: LogText, pushes: Sequence[ParsedPush]) -> ParsedPush:
    """Return a push with the lines above it that name its image, where no line of its lane tells a tag.

    The program that starts the lanes says in lines of its own what it runs; those of another push name its tag.
    """
    header = next((mark for mark in push.marks if mark.kind in HEADERS), None)
    if header is None or any(mark.kind in _TELL_TAG for mark in push.marks):
        return push
    of_others = {mark.line for other in pushes for mark in other.marks}
    stop = text.start_of(push.lines[0])
    names = [
        replace(name, start=push.start, stop=push.start)
        for name in names_above(text, header.fields["NAME"], 0, stop)
        if "PUSH" in name.fields and name.line not in of_others
    ]
    return replace(push, marks=(*names, *push.marks)) if names else push


def _left_out(rows: int, most_layers: int) -> tuple[str, ...]:
    if not rows:
        return ()
    return (f"the log names more than {most_layers:,} layers: {count(rows, 'line')} about further ones were left out",)


def _renumbered(push: ParsedPush, text: NumberedText) -> ParsedPush:
    """The push with the physical lines of the log in place of those of the text that it was found in."""
    error, after = push.error, push.after

    def line(row: int, offset: int) -> int:
        return int(text.numbers[row - 1]) if text.starts is None else text.line_of(offset)

    def lines(rows: tuple[int, int], start: int, stop: int) -> tuple[int, int]:
        return line(rows[0], start), line(rows[1], max(start, stop))

    events = push.events
    if len(events):
        of_rows = text.numbers[events.line - 1] if text.starts is None else text.lines_of(events.start)
        events = replace(events, line=of_rows)
    return replace(
        push,
        events=events,
        marks=tuple(replace(mark, line=line(mark.line, mark.start)) for mark in push.marks),
        error=replace(error, lines=lines(error.lines, error.start, error.stop - 1)) if error else None,
        lines=lines(push.lines, push.start, push.stop),
        unread=tuple(replace(piece, line=line(piece.line, piece.start)) for piece in push.unread),
        after=replace(after, line=line(after.line, after.start)) if after else None,
    )
