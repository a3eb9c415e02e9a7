"""Clients that end a push with words that others print, too: they count only below lines that are theirs alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.formats.marks import Mark

# Charliecloud cleans up between the manifest and its last word.
_BELOW = 4
# The command of manifest-tool may go on in further lines, and what it asks of registries takes some.
_ANSWERED = 20


def below_manifest(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Return the marks of Charliecloud: its last word is one below the manifest, the last name where it pushes."""
    sent = -_BELOW - 1
    named: Mark | None = None
    for mark in marks:
        if named and mark.kind != MarkKind.TARGET:
            yield named
        named = mark if mark.kind == MarkKind.REFERENCE else None
        if mark.kind == MarkKind.MANIFEST:
            sent = mark.line
        elif mark.kind == MarkKind.TARGET:
            yield replace(mark, kind=MarkKind.REFERENCE)
        elif mark.kind != MarkKind.REFERENCE and (mark.kind != MarkKind.DONE or mark.line - sent <= _BELOW):
            yield mark
    if named:
        yield named


def below_command(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Return the marks of manifest-tool without those that do not stand below its command."""
    asked = -_ANSWERED - 1
    for mark in marks:
        if mark.kind == MarkKind.COMMAND:
            asked = mark.line
        if mark.line - asked <= _ANSWERED:
            yield mark
