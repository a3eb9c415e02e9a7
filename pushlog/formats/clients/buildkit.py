"""BuildKit (`docker buildx build --push`, bake, imagetools, `docker build --push`): plain progress and terminals."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.clients import buildkit_rawjson
from pushlog.formats.clients.builder import Interleaved, parsed_push
from pushlog.formats.clients.buildkit_closing import CLOSING_KINDS, close
from pushlog.formats.clients.buildkit_lines import LINES, name_of_token, reference_of
from pushlog.formats.clients.buildkit_screen import SCREEN_KINDS, screen_pushes
from pushlog.formats.clients.buildkit_steps import step_pushes, steps_of
from pushlog.formats.errors.bystanders import is_prompt
from pushlog.formats.grammar.line_parser import stretches
from pushlog.formats.marks import Mark, MarkKind
from pushlog.intake.start_pattern import StartPattern
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.clients.builder import PushBuilder
    from pushlog.formats.clients.buildkit_screen import ScreenPush
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

__all__ = ["INSIDE", "LINES", "OPENING", "REDRAWN", "WHERE", "pushes"]

OPENING = StartPattern(
    signs=(
        rb" exporting ",
        rb" pushing ",
        rb" naming to ",
        rb" merging manifest ",
        rb"\[\+\] Building ",
        rb"ERROR: (?:failed to |denied: )",
        *(b" ERROR" + end for end in (b"\n", b"\r\n", b" \n", b" \r\n", b":\n", b":\r\n", b": \n", b": \r\n")),
        rb"rror: failed to solve: ",
        rb"tag is needed when pushing to registry",
        *buildkit_rawjson.SIGNS,
    ),
    pattern=rb"#\d+ (?:(?:\[[^\]\n]{1,80}\] )?exporting to image|exporting layers|pushing |naming to )"
    rb"|#\d+ (?:\[internal\] pushing |merging manifest list )|#{1,3}\d+ ERROR: (?:failed to push |denied: )"
    rb"|#{1,3}\d+ ERROR:?(?= ?\r?\n)"
    rb"|(?:ERROR|error|Error): (?:failed to build: )?failed to solve: |ERROR: failed to push "
    rb"|ERROR: failed to build: denied: "
    rb"|(?:ERROR|error): (?:failed to build: |target \S{1,200}: )?tag is needed when pushing to registry"
    # The rows of a terminal and the excerpt below begin with a blank of their own.
    rb"|\[\+\] Building \d| ?=> (?:ERROR |=> )(?:exporting (?:to image|layers)|pushing |naming to )"
    rb"| ?> (?:(?:\[[^\]\n]{1,80}\] )?exporting to image|pushing \S{1,250} with docker):|" + buildkit_rawjson.PATTERN,
)
# What is left of a build where only its end was kept.
INSIDE = StartPattern(
    signs=(
        rb"failed to solve: ",
        rb"failed with: ",
        rb" pushing ",
        rb"exporting to image:",
        rb"ERROR: failed to copy ",
    ),
    pattern=rb"failed to solve: |ERROR: failed to copy after \d|buildx (?:\w{1,12} )?failed with: "
    rb"|> (?:(?:\[[^\]\n]{1,80}\] )?exporting to image|pushing \S{1,250} with docker|\[internal\] pushing \S{1,250}):",
)
WHERE = (OPENING, INSIDE)
# docker/buildx commands/build.go (printResult), util/desktop/desktop.go; docker/cli cmd/docker (hints of plugins).
_LAST_WORDS = lazy_pattern(
    r"View build details: |Build multi-platform images faster|What's [Nn]ext\b|\d+ warnings? found\b"
    # A prompt with a space in it, as Red Hat has it.
    r"|\[[\w.-]{1,80}@[^\]\n]{1,80}\][#$] \S"
)
# In so many lines below a screen its end shows.
_NEXT = 3
# A cause has so many bytes at most.
_CAUSE = 8192
REDRAWN = frozenset({*SCREEN_KINDS, MarkKind.AUTH, MarkKind.ROW})


def pushes(text: LogText, knowledge: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of every build in a log: one for each repository that a step pushes to."""
    marks = list(_marks(text))
    builders: list[PushBuilder] = []
    others: list[Sequence[Mark]] = []
    for step in steps_of(marks):
        of_step = step_pushes(text, step, knowledge)
        builders += of_step
        if not of_step:
            others.append(step)
    screens = screen_pushes([mark for mark in marks if mark.kind in SCREEN_KINDS])
    builders += [screen.push for screen in screens]
    for screen in screens:
        _add_end_of_cut_screen(text, screen)
    closing = [mark for mark in marks if mark.kind in CLOSING_KINDS]
    close(text, builders, closing, steps=others, screens=screens, knowledge=knowledge)
    _add_names_of_tokens(builders, marks)
    interleaved = Interleaved.of(text, marks)
    for push in builders:
        push.interleaved = interleaved
    return tuple(parsed_push(text, push) for push in builders)


def _marks(text: LogText) -> Iterator[Mark]:
    """Yield the marks of BuildKit's progress, those that its JSON stands for among them."""
    steps = buildkit_rawjson.Steps()
    for start, stop in stretches(text, WHERE):
        for piece in text.pieces(start, stop):
            if piece.text.startswith("{"):
                yield from buildkit_rawjson.marks(piece, LINES, steps)
            elif mark := LINES.read(text, piece):
                yield from _with_cause(text, mark) if _is_bare_error(mark) else (mark,)


def _is_bare_error(mark: Mark) -> bool:
    return mark.kind == MarkKind.ERROR and "TEXT" not in mark.fields


def _with_cause(text: LogText, mark: Mark) -> Iterator[Mark]:
    """Yield the error of a step with its cause, where that stands in the next line, unless it is a line of progress."""
    below = next(text.pieces(mark.stop, min(len(text.data), mark.stop + _CAUSE)), None)
    if below and below.line == mark.line + 1 and below.text.strip() and LINES.mark(below) is None:
        yield replace(
            mark,
            start=below.start,
            stop=below.stop,
            line=below.line,
            fields={**mark.fields, "TEXT": below.text.strip()},
        )


def _add_end_of_cut_screen(text: LogText, screen: ScreenPush) -> None:
    """Add the end of a push whose screen lost its head, where the next command or the last words of a build follow."""
    last = screen.push.consumed[-1]
    if not screen.is_cut:
        return
    below = text.pieces(last.stop, min(len(text.data), last.stop + _CAUSE))
    lines = islice((line for piece in below if (line := piece.text.strip()) and not line.startswith("=> ")), _NEXT)
    if any(_LAST_WORDS.match(line) or is_prompt(line) for line in lines):
        screen.push.add_mark(MarkKind.LAST_WORD, last)


def _add_names_of_tokens(builders: Sequence[PushBuilder], marks: Sequence[Mark]) -> None:
    """Name the pushes that no line names by the only token to push that the build asked for."""
    nameless = [push for push in builders if reference_of(push) is None]
    if len(nameless) == 1 and len(builders) == 1 and (name := name_of_token(marks)):
        nameless[0].add_mark(MarkKind.REFERENCE, nameless[0].consumed[0], REFERENCE=name)
