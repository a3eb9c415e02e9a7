"""The builder of Docker Hub: a line before its push, and a word behind one that went well.

It says the same word when it has fetched layers for its cache. A push that failed ends with docker's own error, which
docker's dialect reads.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder, parsed_push
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import MarkKind
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("hub_builder.lark")
OPENING = StartPattern(signs=(rb"Pushing index\.",), pattern=rb"Pushing index\.docker\.io/[^\s\"']+\.\.\.(?=\r?\n|\Z)")
INSIDE = None
WHERE = (OPENING,)
REDRAWN: frozenset[MarkKind] = frozenset()
# It tries five times, with a line for each, and an empty line can stand between.
_BELOW = 2


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes that went well."""
    return tuple(parsed_push(text, _push(marks)) for marks in _done(LINES.marks(text, WHERE)))


def _done(marks: Iterator[Mark]) -> Iterator[list[Mark]]:
    """Return the lines of each push that ends with the word of success."""
    push: list[Mark] = []
    for mark in marks:
        push = [mark] if mark.kind == MarkKind.TARGET else [*push, mark]
        is_near = all(below.line - above.line <= _BELOW for above, below in pairwise(push))
        if mark.kind == MarkKind.DONE:
            if push[0].kind == MarkKind.TARGET and is_near:
                yield push
            push = []


def _push(marks: list[Mark]) -> PushBuilder:
    push = PushBuilder(client=Client.DOCKER, why="the lines are those of Docker Hub's builder", consumed=marks)
    push.add_mark(MarkKind.REFERENCE, marks[0], REFERENCE=marks[0].fields["REFERENCE"].removeprefix("index."))
    for mark in marks:
        if mark.kind == MarkKind.RETRY:
            push.add_mark(MarkKind.RETRY, mark, WAIT=mark.fields["WAIT"], TEXT="")
    push.add_mark(MarkKind.DONE, marks[-1])
    return push
