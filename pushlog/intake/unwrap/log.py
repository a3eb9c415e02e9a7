"""A log as its client wrote it: out of a recording or out of its decoration, with the times that these carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.intake.limits import long_lines
from pushlog.intake.log_text import LogText
from pushlog.intake.unwrap.json_records import unwrap_json_records
from pushlog.intake.unwrap.lanes import lanes_of
from pushlog.intake.unwrap.prefix import detect
from pushlog.intake.unwrap.recording import RecordingTimestamps, unwrap_recording
from pushlog.intake.unwrap.strip import PrefixedText, stripped
from pushlog.intake.unwrap.timestamps import PrefixTimestamps

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from pushlog.intake.log_text import ByteRanges
    from pushlog.intake.mapped import Data
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.intake.unwrap.lanes import LaneText
    from pushlog.intake.unwrap.prefix import PrefixRange
    from pushlog.model import Capture


@dataclass(frozen=True, kw_only=True)
class UnwrappedLog:
    """The lines of the client in a log, the times of its lines or bytes, and how both were had.

    `lanes`: the log in lanes, where pushes run in it at the same time; none where its lines belong together.
    `capture` is None where only the text itself can tell.
    """

    original: LogText
    ranges: tuple[PrefixRange, ...] = ()
    lanes: tuple[LaneText, ...] = ()
    timestamps: PrefixTimestamps | RecordingTimestamps | None = None
    capture: Capture | None = None
    decoration: str | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def text(self) -> LogText:
        """All lines of the client; where they are in lanes, prefixes are only taken off what is shown."""
        if self.lanes:
            original = self.original
            return PrefixedText(original.data, stretches=original.stretches, beside=original.beside, ranges=self.ranges)
        return stripped(self.original, self.ranges) if self.ranges else self.original

    @property
    def long_lines(self) -> tuple[str, ...]:
        """A note if something that may be of a push is longer than what is read of a line."""
        if self.lanes and not any(long_lines(lane.data) for lane in self.lanes):
            return ()
        return long_lines(stripped(self.original, self.ranges).data if self.lanes else self.text.data)


def unwrap(
    data: Data,
    openings: Sequence[StartPattern],
    timing: str | None = None,
    zone: dt.tzinfo | None = None,
    where: Callable[[Data], tuple[ByteRanges, ByteRanges] | None] = lambda _: None,
) -> UnwrappedLog:
    """The log in these bytes. Raises InputError.

    `openings`: text that pushes print at the beginning of a line, so that what stands before it is decoration.
    `timing`: the timing file of a typescript; `zone`: that of stamps which name none; `where`: the `stretches`
    of the text and what is `beside` them; None where all of it is read.
    """
    text = LogText(data)
    record = unwrap_recording(text, timing)
    if record:
        return UnwrappedLog(
            original=record.text, timestamps=record.timestamps, capture=record.capture, notes=record.notes
        )
    records = unwrap_json_records(text, zone)
    if records:
        return UnwrappedLog(
            original=records.text, timestamps=records.timestamps, decoration=records.system, notes=records.notes
        )
    near = where(data)
    text = replace(text, stretches=near[0], beside=near[1]) if near else text
    prefixes = detect(text, openings)
    is_stamped = any(prefix.clock for prefix in prefixes.all)
    return UnwrappedLog(
        original=text,
        ranges=prefixes.ranges if prefixes.all else (),
        lanes=lanes_of(text, prefixes),
        timestamps=PrefixTimestamps(text=text, ranges=prefixes.ranges, zone=zone) if is_stamped else None,
        decoration=prefixes.name,
        notes=prefixes.notes,
    )
