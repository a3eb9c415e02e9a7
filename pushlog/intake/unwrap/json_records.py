"""The output of the client in logs that are kept as JSON, an object for each piece of it with its time.

One object a line: the physical lines stay those of the file. All in a list: lines are counted in the output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.limits import loads
from pushlog.intake.log_text import LogText
from pushlog.intake.unwrap.recording import RecordingTimestamps
from pushlog.intake.unwrap.timestamps import times
from pushlog.knowledge.decorations import decorations
from pushlog.model import Clock
from pushlog.units import count

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pushlog.knowledge.decorations import Record

# A list has no first line to know it by; one that is longer is not read.
_LONGEST_LIST = 64 << 20
_IN_A_LIST = "the log is a list of JSON objects; lines are counted in the output that they hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwrappedRecords:
    """The output of a log that was kept as JSON, the times of its pieces, the system that keeps logs so, and notes."""

    text: LogText
    timestamps: RecordingTimestamps
    system: str
    notes: tuple[str, ...]


def unwrap_json_records(text: LogText, zone: dt.tzinfo | None = None) -> UnwrappedRecords | None:
    """The output inside a log of JSON objects; None for any other log. `zone`: of times that name none."""
    head = text.data[:64].lstrip()
    if head.startswith(b"[") or b'"events"' in head:
        return _from_list(text, zone)
    return _from_lines(text, zone) if head.startswith(b"{") else None


def _from_lines(text: LogText, zone: dt.tzinfo | None) -> UnwrappedRecords | None:
    form = _form(_object(text.data[: text.stop_of(1)]))
    if form is None:
        return None
    pieces = [_object(text.data[text.start_of(n) : text.stop_of(n)]) for n in range(1, text.lines + 1)]
    broken = sum(piece is None or not isinstance(piece.get(form.text), str) for piece in pieces)
    notes = (f"{count(broken, 'line')} could not be read as an object of {form.id}",) if broken else ()
    return _joined(pieces, form, zone, notes, physical=True)


def _from_list(text: LogText, zone: dt.tzinfo | None) -> UnwrappedRecords | None:
    if len(text.data) > _LONGEST_LIST:
        return None
    try:
        document = loads(text.data[:])
    except ValueError:
        return None
    pieces = document.get("events") if isinstance(document, dict) else document
    if not isinstance(pieces, list) or not pieces or not all(isinstance(piece, dict) for piece in pieces):
        return None
    form = _form(pieces[0])
    return _joined(pieces, form, zone, (_IN_A_LIST,), physical=False) if form else None


def _object(line: bytes) -> dict[str, object] | None:
    try:
        value = loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _form(piece: dict[str, object] | None) -> Record | None:
    """The row whose keys an object has; a message of the Engine API has those of none."""
    if piece is None:
        return None
    return next(
        (
            form
            for form in decorations().records
            if isinstance(piece.get(form.text), str)
            and isinstance(piece.get(form.time), str | int)
            # Two systems call the time alike and write it in two ways.
            and times([str(piece[form.time])], form.clock).has_any
        ),
        None,
    )


def _joined(
    pieces: Sequence[dict[str, object] | None],
    form: Record,
    zone: dt.tzinfo | None,
    notes: tuple[str, ...],
    *,
    physical: bool,
) -> UnwrappedRecords:
    """The pieces put together; one that ends no line goes on in the next where the system cuts lines."""
    values = [piece.get(form.text) if piece else None for piece in pieces]
    texts = [value if isinstance(value, str) else "" for value in values]
    cuts = any(text.endswith("\n") for text in texts)
    parts = [(text if cuts or not text else f"{text}\n").encode("utf-8", "replace") for text in texts]
    starts = np.cumsum([0, *(len(part) for part in parts)])[:-1].astype(np.int64)
    line_times = times(
        [str(piece[form.time]) if piece and form.time in piece else None for piece in pieces], form.clock, zone
    )
    timestamps = RecordingTimestamps(
        starts=starts,
        seconds=line_times.seconds,
        began=line_times.began,
        kind=Clock.STAMPED,
        resolution=line_times.resolution,
        steps=line_times.steps,
    )
    text = LogText(b"".join(parts), starts if physical else None)
    return UnwrappedRecords(text=text, timestamps=timestamps, system=form.system, notes=notes)
