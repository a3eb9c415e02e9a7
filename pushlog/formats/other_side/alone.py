"""A log of the other side that was given as the log of a push: it holds none, and belongs behind `--with`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.other_side.formats import FORMATS
from pushlog.formats.other_side.record import SideKind
from pushlog.formats.other_side.table import EVERY_PUSH, recognised
from pushlog.intake.mapped import holds
from pushlog.model import HopName
from pushlog.model.source import WHAT_IT_IS

if TYPE_CHECKING:
    from pushlog.formats.other_side.record import SideFormat, SideRecord
    from pushlog.intake.side_files import SideFile

# One of these is in a log of the other side that tells of a push.
_WORDS = (*EVERY_PUSH, *(word for form in FORMATS for word in form.literals))


def other_side_of(file: SideFile) -> SideFormat | None:
    """Return the format of a log of which most first lines are of a daemon, a proxy or a registry; None for others.

    At least one of them must tell of a push: other programs log as these do.
    """
    if not any(holds(file.data, word, 0, len(file.data)) for word in _WORDS):
        return None
    source = recognised(file)
    lines = [line for line in file.first_lines() if line.strip()]
    records = [record for line in lines if (record := source.record(line, None)[0]) is not None]
    if not any(map(_is_of_a_push, records)) or 2 * len(records) <= len(lines):
        return None
    return source.formats[0]


def other_side_notes(file: SideFile) -> tuple[str, ...]:
    """Return what a report says of such a log; nothing of others."""
    form = other_side_of(file)
    if form is None:
        return ()
    alone = (
        "" if form.hop is HopName.DAEMON else "; without that log, `pushlog analyze --with FILE` rebuilds its pushes"
    )
    note = (
        f"{WHAT_IT_IS}{_article(form.name)} {form.name}, not what a client printed: give it beside the client's log, "
        f"`pushlog analyze push-log.txt --with FILE`{alone}"
    )
    return (note,)


def _article(name: str) -> str:
    return "an" if name[0] in "aeiou" else "a"


def _is_of_a_push(record: SideRecord) -> bool:
    return bool(record.repository) or record.kind not in (SideKind.REQUEST, SideKind.NOTE)
