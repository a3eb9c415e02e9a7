"""A log as its client wrote it: out of a recording or out of its decoration, with the times that these carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pushlog.intake.log_text import LogText
from pushlog.intake.unwrap.json_records import unwrap_json_records
from pushlog.intake.unwrap.prefix import without_prefix
from pushlog.intake.unwrap.recording import RecordingTimestamps, unwrap_recording
from pushlog.intake.unwrap.restore import restored

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from pushlog.intake.log_text import ByteRanges
    from pushlog.intake.mapped import Data
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.intake.unwrap.timestamps import PrefixTimestamps
    from pushlog.model import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwrappedLog:
    """The text of the client, the times of its lines or bytes, and how both were had.

    `capture` is None where only the text itself can tell.
    """

    text: LogText
    timestamps: PrefixTimestamps | RecordingTimestamps | None
    capture: Capture | None
    decoration: str | None
    notes: tuple[str, ...]


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
            text=record.text, timestamps=record.timestamps, capture=record.capture, decoration=None, notes=record.notes
        )
    records = unwrap_json_records(text, zone)
    if records:
        return UnwrappedLog(
            text=records.text,
            timestamps=records.timestamps,
            capture=None,
            decoration=records.system,
            notes=records.notes,
        )
    data = restored(data)
    text = LogText(data)
    near = where(data)
    stripped = without_prefix(replace(text, stretches=near[0], beside=near[1]) if near else text, openings)
    notes = (stripped.why,) if stripped.why else ()
    stamps = replace(stripped.stamps, zone=zone) if stripped.stamps else None
    return UnwrappedLog(
        text=stripped.text, timestamps=stamps, capture=None, decoration=stripped.decoration, notes=notes
    )
