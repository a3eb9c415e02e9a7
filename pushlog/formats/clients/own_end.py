"""Clients whose last words count only below other lines of theirs, or are named by these."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.formats.marks import Mark

# Charliecloud cleans up between the manifest and its last word.
_BELOW = 4
# The command of manifest-tool may go on in further lines, and what it asks of registries takes some.
_ANSWERED = 20
# The name stands so near below the head of a resource in a plan of Terraform.
_PLANNED = 12
# Where the address of a resource ends with its name.
_RESOURCE = lazy_pattern(r"docker_registry_image\.([\w-]+)")


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


def as_planned(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Return the ends of Terraform's images with the names that a plan above has for them, if it is one alone."""
    names: dict[str, set[str]] = {}
    planned: Mark | None = None
    for mark in marks:
        if mark.kind == MarkKind.IMAGE:
            planned = mark
        elif mark.kind == MarkKind.NAMING and planned and mark.line - planned.line <= _PLANNED:
            names.setdefault(planned.fields["NAME"], set()).add(mark.fields["REFERENCE"])
            planned = None
        elif mark.kind == MarkKind.DONE and (resource := _RESOURCE.search(mark.fields["ADDRESS"])):
            name = names.get(resource[1], set())
            yield replace(mark, fields={**mark.fields, "REFERENCE": min(name)}) if len(name) == 1 else mark


def below_command(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Return the marks of manifest-tool without those that do not stand below its command."""
    asked = -_ANSWERED - 1
    for mark in marks:
        if mark.kind == MarkKind.COMMAND:
            asked = mark.line
        if mark.line - asked <= _ANSWERED:
            yield mark


def below_build(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Return the pushes of Gradle that the end of its build tells of: all went well, or the last one did not."""
    begun: list[Mark] = []
    for mark in marks:
        if mark.kind == MarkKind.BEGIN:
            begun.append(mark)
        elif mark.kind == MarkKind.DONE:
            yield from (replace(image, kind=MarkKind.DONE) for image in begun)
            begun = []
        elif mark.kind == MarkKind.REFUSED and begun:
            *above, last = begun
            # One task pushes its images in turn.
            in_turn = [image for place, image in enumerate(above) if last.line - image.line == len(above) - place]
            yield from (replace(image, kind=MarkKind.DONE) for image in in_turn)
            yield from (last, mark)
            begun = []


def each_retried(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Return the pushes that balena tried again, each with its tries and its end.

    It pushes several images at once. Its last words hold for all of them; an error is the one that it tried again for.
    """
    tries: dict[str, list[Mark]] = {}
    for mark in marks:
        if mark.kind == MarkKind.RETRY:
            name = mark.fields["REFERENCE"]
            image = tries.setdefault(name, [replace(mark, kind=MarkKind.REFERENCE, fields={"REFERENCE": name})])
            image.append(mark)
        elif mark.kind == MarkKind.DONE:
            for image in tries.values():
                yield from (*image, replace(mark, fields=image[0].fields))
            tries = {}
        else:
            answer = mark.fields["ANSWER"].strip()
            name = next((name for name, image in tries.items() if image[-1].fields["QUOTED"].strip() == answer), "")
            if name:
                yield from (*tries.pop(name), mark)
    for image in tries.values():
        yield from image
