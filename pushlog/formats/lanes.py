"""The pushes of a log in lanes: each lane is read as a log of its own, lines are counted in the whole log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.dialects import pushes
from pushlog.formats.reference import reference
from pushlog.intake.limits import MOST_LAYERS
from pushlog.intake.numbered_text import NumberedText
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
        parsed = tuple(push for push, _ in _without_repeats([(push, text) for push in all_parsed]))
        return PushesByText(parsed=parsed, texts=(text,) * len(parsed), capture=whole.capture, left_out=left_out)
    pairs: list[tuple[ParsedPush, LogText]] = []
    captures: list[Capture] = []
    left_out_rows = 0
    for lane in lanes:
        # What stands alone in a lane is no log of nothing but an error.
        in_lane = pushes(lane.rows, knowledge, keep_redraws=keep_redraws, is_whole=False, most_layers=most_layers)
        left_out_rows += in_lane.left_out
        pairs += [(_renumbered(push, lane), lane) for push in in_lane.parsed]
        captures += [in_lane.capture] if in_lane.parsed else []
    kinds = dict.fromkeys(captures)
    capture = next(iter(kinds), Capture.PIPED) if len(kinds) < 2 else Capture.MIXED
    pairs = _without_repeats(sorted(pairs, key=lambda pair: pair[0].lines))
    return PushesByText(
        parsed=tuple(push for push, _ in pairs),
        texts=tuple(text for _, text in pairs),
        capture=capture,
        left_out=_left_out(left_out_rows, most_layers),
    )


def _left_out(rows: int, most_layers: int) -> tuple[str, ...]:
    if not rows:
        return ()
    return (f"the log names more than {most_layers:,} layers: {count(rows, 'line')} about further ones were left out",)


def _without_repeats(pairs: Sequence[tuple[ParsedPush, LogText]]) -> list[tuple[ParsedPush, LogText]]:
    """The pushes but for those that a program only quotes at its end: in a line of its own, the image and the error."""
    reported: set[tuple[str | None, str]] = set()
    result = []
    for push, text in pairs:
        if push.error is not None:
            words = (reference(push.marks, push.error.text).repository, push.error.text)
            if words in reported and not len(push.events) and not _begins_line(push, text):
                continue
            reported.add(words)
        result.append((push, text))
    return result


def _begins_line(push: ParsedPush, text: LogText) -> bool:
    first = min((mark.start for mark in push.marks), default=push.start)
    return first == 0 or text.data[first - 1 : first] in (b"\n", b"\r")


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
