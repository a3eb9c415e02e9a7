"""The image that a program names in a line of its own, above a push whose own lines do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import split
from pushlog.intake.mapped import find
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText, Piece

# A name with its registry, as such lines have it.
_NAME = r"(?:localhost|[a-z0-9][\w.-]*[.:][\w.:-]*\w)(?:/[a-z0-9*][\w.*-]*)+"
# Tilt; Concourse's registry-image resource (cmd/out), which names all tags at once.
_TARGET = lazy_pattern(rf"\bSTEP \d+/\d+ \S Pushing (?P<name>{_NAME}):(?P<tags>\w[\w.-]*)")
_TAGS = lazy_pattern(rf"\bpushing tag\(s\) (?P<tags>\w[\w.-]*(?:, \w[\w.-]*)*) to (?P<name>{_NAME})")
_WORDS = (b"STEP ", b"pushing tag(s) ")
_ABOVE = 20


def with_announced_name(text: LogText, push: ParsedPush) -> ParsedPush:
    """Return a push with the name and tags that the nearest such line gives it, where it has no tag of its own."""
    own_fields = [mark.fields for mark in push.marks if mark.kind != MarkKind.MENTION]
    named = [split(fields[key]) for fields in own_fields for key in ("REFERENCE", "NAME") if key in fields]
    if any(tag for _, tag in named) or any("TAG" in fields for fields in own_fields):
        return push
    start = text.start_of(max(1, push.lines[0] - _ABOVE))
    if not any(find(text.data, words, start, push.stop) >= 0 for words in _WORDS):
        return push
    for piece, match in reversed([*_announced(text, start, push.stop)]):
        if all(match["name"].endswith(name) or not name for name, _ in named):
            fields = {"REFERENCE": match["name"], "TAGS": match["tags"]}
            mark = Mark(kind=MarkKind.REFERENCE, start=piece.start, stop=piece.stop, line=piece.line, fields=fields)
            return replace(push, marks=(*push.marks, mark))
    return push


def _announced(text: LogText, start: int, stop: int) -> Iterator[tuple[Piece, dict[str, str]]]:
    for piece in text.pieces(start, stop):
        match = _TARGET.search(piece.text) or _TAGS.search(piece.text)
        if match:
            yield piece, match.groupdict()
