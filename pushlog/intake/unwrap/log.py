"""A log as its client wrote it: out of a recording or out of its decoration, with the times that these carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pushlog.intake.log_text import LogText
from pushlog.intake.unwrap.exports.assembly import NEWEST_FIRST, moved_offsets
from pushlog.intake.unwrap.exports.export import unwrap_export
from pushlog.intake.unwrap.newest_first import oldest_first
from pushlog.intake.unwrap.prefix import without_prefix
from pushlog.intake.unwrap.recording import RecordingTimestamps, unwrap_recording

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from pushlog.intake.log_text import ByteRanges
    from pushlog.intake.mapped import Data
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.intake.unwrap.exports.assembly import Export
    from pushlog.intake.unwrap.exports.clocks import RecordTimestamps
    from pushlog.intake.unwrap.timestamps import PrefixTimestamps
    from pushlog.model import Capture

    Where = Callable[[Data], tuple[ByteRanges, ByteRanges] | None]


# A log may be in a record that is in a record: a container's JSON log in a store, say.
_DEEPEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwrappedLog:
    """The text of the client, the times of its lines or bytes, and how both were had.

    `capture` is None where only the text itself can tell.
    """

    text: LogText
    timestamps: PrefixTimestamps | RecordingTimestamps | RecordTimestamps | None
    capture: Capture | None
    decoration: str | None
    notes: tuple[str, ...]


def unwrap(
    data: Data,
    openings: Sequence[StartPattern],
    timing: str | None = None,
    zone: dt.tzinfo | None = None,
    where: Where = lambda _: None,
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
    return _unwrap(text, openings, zone, where, _DEEPEST)


def _unwrap(
    text: LogText, openings: Sequence[StartPattern], zone: dt.tzinfo | None, where: Where, deepest: int
) -> UnwrappedLog:
    near = where(text.data)
    text = replace(text, stretches=near[0], beside=near[1]) if near else text
    export = unwrap_export(text, openings, zone) if deepest else None
    if export is not None:
        inside = _unwrap(LogText(export.text.data), openings, zone, where, deepest - 1)
        return _unwrapped_twice(export, inside)
    stripped = without_prefix(text, openings)
    notes = (stripped.why,) if stripped.why else ()
    turned = oldest_first(text, stripped.stamps) if stripped.stamps else None
    if turned is not None:
        near = where(turned)
        text = LogText(turned, stretches=near[0], beside=near[1]) if near else LogText(turned)
        stripped = without_prefix(text, openings)
        notes = (*notes, NEWEST_FIRST)
    stamps = replace(stripped.stamps, zone=zone) if stripped.stamps else None
    return UnwrappedLog(
        text=stripped.text, timestamps=stamps, capture=None, decoration=stripped.decoration, notes=notes
    )


def _unwrapped_twice(export: Export, inside: UnwrappedLog) -> UnwrappedLog:
    """Return the log inside an export, whose own lines may have a prefix or be records again."""
    text, timestamps = inside.text, inside.timestamps
    is_plain = text.data is export.text.data
    if export.text.starts is not None:
        moved = export.text.starts if is_plain else moved_offsets(export.text.starts, export.text.data, text)
        text = replace(text, starts=moved)
    if export.timestamps is not None and (timestamps is None or not export.is_behind_prefix):
        starts = export.timestamps.starts
        timestamps = replace(
            export.timestamps, starts=starts if is_plain else moved_offsets(starts, export.text.data, inside.text)
        )
    # The agents of both write their lines alike; an export tells which it is.
    inner = "" if export.system == "azure-pipelines" else inside.decoration or ""
    names = [export.system, *inner.split("+")]
    return UnwrappedLog(
        text=text,
        timestamps=timestamps,
        capture=inside.capture,
        decoration="+".join(dict.fromkeys(name for name in names if name)),
        notes=(*export.notes, *inside.notes),
    )
