"""A log as its client wrote it: out of a recording, an export or its prefixes, with the times that these carry."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.intake.limits import long_lines
from pushlog.intake.log_text import LogText
from pushlog.intake.numbered_text import NumberedText
from pushlog.intake.unwrap.exports.assembly import NEWEST_FIRST
from pushlog.intake.unwrap.exports.export import unwrap_export
from pushlog.intake.unwrap.exports.moved import line_starts, moved_offsets
from pushlog.intake.unwrap.lanes import lanes_of, note_of
from pushlog.intake.unwrap.newest_first import oldest_first
from pushlog.intake.unwrap.prefix import detect
from pushlog.intake.unwrap.recording import RecordingTimestamps, unwrap_recording
from pushlog.intake.unwrap.restore import restored
from pushlog.intake.unwrap.strip import PrefixedText, stripped
from pushlog.intake.unwrap.timestamps import PrefixTimestamps
from pushlog.intake.unwrap.witnesses import anchors_of
from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from pushlog.intake.log_text import ByteRanges
    from pushlog.intake.mapped import Data
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.intake.unwrap.exports.assembly import Export
    from pushlog.intake.unwrap.exports.clocks import RecordTimestamps
    from pushlog.intake.unwrap.lanes import LaneText
    from pushlog.intake.unwrap.prefix import PrefixRange
    from pushlog.intake.unwrap.timestamps import LineTimes
    from pushlog.model import Capture, Clock

    Where = Callable[[Data], tuple[ByteRanges, ByteRanges] | None]
    Thin = Callable[[LogText, bool], NumberedText | None]


# A log may be in a record that is in a record: a container's JSON log in a store, say.
_DEEPEST = 3


@record(kw_only=False)
class LineTimestamps:
    """The times of a log in lanes: those of the bytes of the whole log, asked for by lines."""

    whole: RecordTimestamps | RecordingTimestamps | PrefixTimestamps | LineTimestamps
    text: LogText

    @property
    def kind(self) -> Clock:
        """Who took these times."""
        return self.whole.kind

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> LineTimes:  # noqa: ARG002 - offsets are a lane's
        """The times of physical lines in ascending order."""
        return self.whole.times(lines, [self.text.start_of(line) for line in lines])


@record(slots=False)
class UnwrappedLog:
    """The lines of the client in a log, the times of its lines or bytes, and how both were had.

    `original`: the log with its prefixes, `ranges` tells which. `lanes`: the log in lanes, where pushes run in it at
    the same time; none where its lines belong together. `capture` is None where only the text itself can tell.
    `status`: the exit status of the command whose recording it is.
    """

    original: LogText
    ranges: tuple[PrefixRange, ...] = ()
    lanes: tuple[LaneText, ...] = ()
    timestamps: PrefixTimestamps | RecordingTimestamps | RecordTimestamps | LineTimestamps | None = None
    capture: Capture | None = None
    decoration: str | None = None
    notes: tuple[str, ...] = ()
    status: int | None = None

    @cached_property
    def text(self) -> LogText:
        """All lines of the client; where they are in lanes, prefixes are only taken off what is shown."""
        if self.lanes:
            text = self.original
            return PrefixedText(
                text.data, text.starts, stretches=text.stretches, beside=text.beside, ranges=self.ranges
            )
        return stripped(self.original, self.ranges) if self.ranges else self.original

    @property
    def long_lines(self) -> tuple[str, ...]:
        """A note if something that may be of a push is longer than what is read of a line."""
        if self.lanes and not any(long_lines(lane.data) for lane in self.lanes):
            return ()
        if isinstance(self.original, NumberedText):
            return long_lines(self.original.data, line_of=self.original.line_of)
        return long_lines(stripped(self.original, self.ranges).data if self.lanes else self.text.data)


def unwrap(
    data: Data,
    openings: Sequence[StartPattern],
    timing: str | None = None,
    zone: dt.tzinfo | None = None,
    *,
    where: Where = lambda _: None,
    thin: Thin | None = None,
    words: Sequence[StartPattern] = (),
) -> UnwrappedLog:
    """The log in these bytes. Raises InputError.

    `openings`: text that pushes print at the beginning of a line, so that what stands before it is a prefix.
    `words`: other text that tells of a push, looked for in texts of a program where there are no such lines.
    `timing`: the timing file of a typescript; `zone`: that of stamps which name none; `where`: the `stretches`
    of the text and what is `beside` them; None where all of it is read. `thin`: the lines of a text that say
    something, where it has many that do not, asked with whether it has times; a text with prefixes is read whole.
    """
    text = LogText(data)
    record = unwrap_recording(text, timing)
    if record:
        few = thin(record.text, record.timestamps is not None) if thin else None
        timestamps = record.timestamps
        if few is not None and timestamps is not None:
            timestamps = replace(timestamps, starts=few.moved(timestamps.starts))
        return UnwrappedLog(
            original=_limited(few or record.text, where),
            timestamps=timestamps,
            capture=record.capture,
            notes=record.notes,
            status=record.status,
        )
    return _unwrap(text, openings, zone, where, thin=thin, words=words)


def _unwrap(
    text: LogText,
    openings: Sequence[StartPattern],
    zone: dt.tzinfo | None,
    where: Where,
    *,
    thin: Thin | None,
    words: Sequence[StartPattern] = (),
    deepest: int = _DEEPEST,
) -> UnwrappedLog:
    few = thin(text, False) if thin and deepest == _DEEPEST else None
    if few is not None and (log := _bare(few, openings, zone, where)) is not None:
        return replace(log, original=_with_parts_of(few, log.original))
    text = _limited(text, where)
    anchors = anchors_of(text, openings)
    export = unwrap_export(text, openings, anchors, zone, words) if deepest else None
    if export is not None:
        few = thin(export.text, export.timestamps is not None) if thin else None
        inside = _bare(few, openings, zone, where) if few else None
        if few is not None and inside is not None:
            times = export.timestamps
            times = times and replace(times, starts=few.moved(times.starts))
            return _unwrapped_twice(replace(export, text=few, timestamps=times), inside)
        inside = _unwrap(LogText(export.text.data), openings, zone, where, thin=thin, words=words, deepest=deepest - 1)
        return _unwrapped_twice(export, inside)
    whole = restored(text.data)
    if whole is not text.data:
        text = _limited(LogText(whole), where)
        anchors = anchors_of(text, openings)
    prefixes = detect(text, openings, anchors)
    timestamps = PrefixTimestamps(text=text, ranges=prefixes.ranges, zone=zone) if prefixes.has_clock else None
    notes = prefixes.notes
    lanes = lanes_of(text, prefixes)
    if (turned := oldest_first(text, timestamps, lanes)) is not None:
        other = _limited(LogText(turned), where)
        turned_prefixes = detect(other, openings, anchors_of(other, openings))
        # Where the stamps show in one order alone, the lines are none of an export.
        if turned_prefixes.has_clock == (timestamps is not None):
            text, prefixes = other, turned_prefixes
            timestamps = timestamps and PrefixTimestamps(text=text, ranges=prefixes.ranges, zone=zone)
            notes = (*notes, NEWEST_FIRST)
            lanes = lanes_of(text, prefixes)
    return UnwrappedLog(
        original=text,
        ranges=prefixes.ranges if prefixes.all else (),
        lanes=lanes,
        timestamps=timestamps,
        decoration=prefixes.name,
        notes=(*notes, *note_of(lanes)),
    )


def _bare(
    few: NumberedText, openings: Sequence[StartPattern], zone: dt.tzinfo | None, where: Where
) -> UnwrappedLog | None:
    """Return the log in some lines, None where they are not the bytes of a terminal alone."""
    log = _unwrap(few.rows, openings, zone, where, thin=None)
    is_bare = log.original.data is few.data and log.decoration is None and not log.ranges
    return log if is_bare else None


def _limited(text: LogText, where: Where) -> LogText:
    near = where(text.data)
    return replace(text, stretches=near[0], beside=near[1]) if near else text


def _with_parts_of(few: NumberedText, rows: LogText) -> NumberedText:
    """Return some lines of a log with what is read of them."""
    return replace(few, stretches=rows.stretches, beside=rows.beside)


def _unwrapped_twice(export: Export, inside: UnwrappedLog) -> UnwrappedLog:
    """Return the log inside an export, whose own lines may have a prefix or be records again."""
    text, timestamps = inside.text, inside.timestamps
    is_plain = text.data is export.text.data
    if not is_plain and export.text.starts is not None and text.lines != len(line_starts(export.text.data)):
        # Records in records, counted by themselves: what stands outside says nothing of their lines.
        export = replace(export, text=LogText(export.text.data), timestamps=None)
    moved = None
    if isinstance(export.text, NumberedText):
        text = _with_parts_of(export.text, text)
    elif export.text.starts is not None:
        moved = export.text.starts if is_plain else moved_offsets(export.text.starts, export.text.data, text)
        text = replace(text, starts=moved)
    if export.timestamps is not None and (timestamps is None or not export.is_behind_prefix):
        starts = export.timestamps.starts
        # Where each line of an export is a record, both are the same offsets.
        if moved is None or starts is not export.text.starts:
            moved = starts if is_plain else moved_offsets(starts, export.text.data, inside.text)
        timestamps = replace(export.timestamps, starts=moved)
    # The agents of both write their lines alike; an export tells which it is.
    inner = "" if export.system == "azure-pipelines" else inside.decoration or ""
    names = [export.system, *inner.removeprefix(export.lanes or "").split("+")]
    # Of the names that were put before the lines nothing has to be said but what the export says itself.
    notes = [note for note in inside.notes if not (export.lanes and note.startswith(f"{export.lanes}:"))]
    return UnwrappedLog(
        original=text,
        ranges=inside.ranges if inside.lanes else (),
        lanes=_numbered(inside.lanes, export.text),
        timestamps=LineTimestamps(timestamps, text) if inside.lanes and timestamps else timestamps,
        capture=inside.capture,
        decoration="+".join(dict.fromkeys(name for name in names if name)),
        notes=(*export.notes, *notes),
    )


def _numbered(lanes: tuple[LaneText, ...], text: LogText) -> tuple[LaneText, ...]:
    """Return lanes whose lines are those of the text of an export, which are not always those of its data."""
    if text.starts is None or not lanes:
        return lanes
    starts = line_starts(text.data)
    return tuple(replace(lane, numbers=text.lines_of(starts[lane.numbers - 1]), total=text.lines) for lane in lanes)
