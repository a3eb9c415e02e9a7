"""The list of images that the exporter of Cloud Native Buildpacks ends with: a digest, and below it a name a line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.formats.marks import Mark

# An empty line stands between the names and a digest below them.
_APART = 3


def gathered(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Return the marks with one `done` for each list, which names its images; a name elsewhere means nothing.

    A name with a reason behind it was refused. It is a mark of its own, and the list goes on below it.
    """
    head: Mark | None = None
    names: list[Mark] = []
    refused: list[Mark] = []
    for mark in marks:
        is_next = head is not None and mark.line == head.line + len(names) + len(refused) + 1
        if mark.kind == MarkKind.IMAGE and is_next and "/" in mark.fields["REFERENCE"]:
            names.append(mark)
        elif mark.kind == MarkKind.MORE and is_next:
            refused.append(mark)
        elif mark.kind != MarkKind.IMAGE:
            yield from (*_list(head, names, mark), *refused)
            head, names, refused = None, [], []
            if mark.kind == MarkKind.RESULT:
                head = mark
            elif mark.kind != MarkKind.DIGEST:
                yield mark
    yield from (*_list(head, names), *refused)


def _list(head: Mark | None, names: list[Mark], below: Mark | None = None) -> Iterator[Mark]:
    """Return the images of a list as one mark, if they are in a registry: by its digest, or one right `below`."""
    if head is None or not names:
        return
    digest = head.fields.get("CUT")
    if digest is None and below and below.kind == MarkKind.DIGEST and below.line - names[-1].line <= _APART:
        digest = below.fields["DIGEST"]
    if digest:
        images = ", ".join(mark.fields["REFERENCE"] for mark in names)
        fields = {"DIGEST": digest, "TARGETS": images}
        yield replace(head, kind=MarkKind.DONE, stop=names[-1].stop, fields=fields)
