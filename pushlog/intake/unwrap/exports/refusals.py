"""Files that hold logs and can't be read here: refused with a word on how to export instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.knowledge.exports import exports

if TYPE_CHECKING:
    from pushlog.intake.mapped import Data

_LONGEST = 16
# The table is only looked at for a file that begins like one of its rows: text does not.
_BEGINNINGS = (b"PAR1", b"Obj\x01", b"ORC", b"%PDF-", b"SQLite ", b"ElfFile", b"LPKSHHRH", b"\xd0\xcf\x11\xe0")


def refuse_binary(name: str, data: Data) -> None:
    """Raise InputError for a file of a known kind that is no text."""
    head = data[:_LONGEST]
    if not head.startswith(_BEGINNINGS):
        return
    for row in exports().refusals:
        if head.startswith(row.begins):
            raise InputError(f"{name}: is {row.what}, which holds no lines of text: {row.instead}")
