"""A log as its client wrote it: out of a recording or out of its decoration, with the times that these carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pushlog.intake.decoration import undecorated
from pushlog.intake.recording import Recording, recorded
from pushlog.intake.records import kept
from pushlog.intake.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from pushlog.intake.mapped import Data
    from pushlog.intake.opening import Opening
    from pushlog.intake.stamps import Stamps
    from pushlog.intake.text import Stretches
    from pushlog.model import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The text of the client, the times of its lines or bytes, and how both were had.

    `capture` is None where only the text itself can tell.
    """

    text: Text
    watch: Stamps | Recording | None
    capture: Capture | None
    decoration: str | None
    notes: tuple[str, ...]


def opened(
    data: Data,
    openings: Sequence[Opening],
    timing: str | None = None,
    zone: dt.tzinfo | None = None,
    where: Callable[[Data], tuple[Stretches, Stretches] | None] = lambda _: None,
) -> Opened:
    """The log in these bytes. Raises InputError.

    `openings`: text that pushes print at the beginning of a line, so that what stands before it is decoration.
    `timing`: the timing file of a typescript; `zone`: that of stamps which name none; `where`: the `stretches`
    of the text and what is `beside` them; None where all of it is read.
    """
    text = Text(data)
    record = recorded(text, timing)
    if record:
        return Opened(text=record.text, watch=record.watch, capture=record.capture, decoration=None, notes=record.notes)
    records = kept(text, zone)
    if records:
        return Opened(
            text=records.text, watch=records.watch, capture=None, decoration=records.system, notes=records.notes
        )
    near = where(data)
    bare = undecorated(replace(text, stretches=near[0], beside=near[1]) if near else text, openings)
    notes = (bare.why,) if bare.why else ()
    stamps = replace(bare.stamps, zone=zone) if bare.stamps else None
    return Opened(text=bare.text, watch=stamps, capture=None, decoration=bare.decoration, notes=notes)
