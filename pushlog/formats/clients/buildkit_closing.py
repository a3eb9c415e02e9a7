"""The error that ends a build: below all steps, with an excerpt of the step that failed, and as GitHub shows it."""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import error_at, nearby
from pushlog.formats.clients.buildkit_lines import (
    first_line,
    is_open,
    is_push_error,
    name_in_error,
    new_push,
    reference_of,
    refused_name,
    repository_of,
)
from pushlog.formats.clients.buildkit_steps import failed_step_push
from pushlog.formats.errors.bystanders import is_of_cache
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.errors.parse import DAEMON
from pushlog.formats.marks import Mark, MarkKind
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.clients.builder import PushBuilder
    from pushlog.formats.clients.buildkit_screen import ScreenPush
    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

CLOSING_KINDS = {MarkKind.RULE, MarkKind.EXCERPT, MarkKind.CLOSING, MarkKind.ANNOTATION}
# The step that an excerpt is of.
_PUSH_STEP = lazy_pattern(
    r"(?:\[[^\]\n]+\] )?exporting to image$"
    r"|pushing (?P<driver>\S+) with docker$|\[internal\] pushing (?P<tool>\S+)$"
)
_CACHE_STEP = lazy_pattern(r"exporting cache(?: to \w|\s*$)")
# What gRPC puts before an error; and how many letters of one are no chance.
_STATUS = lazy_pattern(r"(?:rpc error: code = \w+ desc = )?")
_LEAST = 24
# An error stands so near below the last row of its build.
_BELOW = 3
# How many pushes before and behind the closing lines they can belong to.
_AROUND = 32


@record(kw_only=False)
class _Closing:
    """The lines that end a build: the excerpt, if there is one, and the error."""

    lines: tuple[Mark, ...]
    mark: Mark
    error: ErrorLines

    @property
    def excerpt(self) -> re.Match[str] | None:
        """Return the step of the excerpt, if it is one that pushes."""
        steps = [_PUSH_STEP.search(mark.fields["EXCERPT"]) for mark in self.lines if "EXCERPT" in mark.fields]
        return next(filter(None, steps), None)

    @property
    def name(self) -> str | None:
        """Return the reference that the error or the excerpt names."""
        step = self.excerpt
        of_step = (step["driver"] or step["tool"]) if step else None
        return refused_name(self.error.text) or of_step or name_in_error(self.error.text)

    @property
    def is_of_cache(self) -> bool:
        """Return whether a build could not keep its cache: that is no push of an image."""
        steps = (mark.fields["EXCERPT"] for mark in self.lines if "EXCERPT" in mark.fields)
        return is_of_cache(self.error.text) or any(map(_CACHE_STEP.match, steps))

    @property
    def is_of_push(self) -> bool:
        """Return whether the lines alone say that a push failed."""
        return self.excerpt is not None or is_push_error(self.error.text)


def close(
    text: LogText,
    pushes: list[PushBuilder],
    marks: Sequence[Mark],
    *,
    steps: Sequence[Sequence[Mark]],
    screens: Sequence[ScreenPush],
    knowledge: Knowledge,
) -> None:
    """Add the closing lines of each build to the push that failed, or make them a push of their own.

    `steps` are those without a push, of which the excerpt can say that one pushed; `screens` the pushes of terminals.
    """
    failed_rows = {id(screen.push): screen.failed_row for screen in screens if screen.failed_row}
    failed_steps = _FailedSteps(steps)
    pushes.sort(key=_begin)
    for closing in _closings(text, marks):
        if closing.is_of_cache or failed_steps.is_of_cache(closing):
            continue
        nearest = _nearest(pushes, closing)
        push = _by_error(nearest, closing)
        if push is None and closing.is_of_push and (step := failed_steps.take(closing)):
            push = failed_step_push(text, step)
            insort(pushes, push, key=_begin)
        push = push or _unfinished(nearest, closing, failed_rows, knowledge) or _unproven(nearest, closing)
        if push is None and closing.is_of_push and closing.error.text.strip():
            _finish_others(screens, closing)
            push = new_push()
            _add(push, closing)
            insort(pushes, push, key=_begin)
        elif push is not None:
            _add(push, closing)
    for screen in screens:
        if screen.failed_row and is_open(screen.push):
            row = text.data[screen.failed_row.start : screen.failed_row.stop].decode("utf-8", "replace")
            message = re.sub(r"^.*?(ERROR )|\s+\d+\.\d+s\s*$", r"\1", row)
            screen.push.error = error_at(text, screen.failed_row, message)


def _closings(text: LogText, marks: Sequence[Mark]) -> Iterator[_Closing]:
    """Yield the closing lines of each build. The last lines of an error page may look like others."""
    lines: list[Mark] = []
    stop = 0
    for mark in marks:
        if mark.start < stop:
            continue
        if lines and not nearby(lines[-1], mark):
            lines = []
        lines.append(mark)
        if mark.kind in {MarkKind.CLOSING, MarkKind.ANNOTATION}:
            error = error_at(text, mark, mark.fields["TEXT"])
            stop = error.stop
            yield _Closing(tuple(lines), mark, error)
            lines = []


def _by_error(pushes: Sequence[PushBuilder], closing: _Closing) -> PushBuilder | None:
    """Return the push with the same error: the nearest above, or the first below what GitHub shows on top."""
    message = first_line(closing.error.text)
    above: PushBuilder | None = None
    for push in sorted((push for push in pushes if push.error), key=lambda push: push.error.start if push.error else 0):
        assert push.error is not None
        first = first_line(push.error.text)
        # GitHub shows the last line of the error alone.
        name = refused_name(closing.error.text)
        is_same = (
            message.startswith(first)
            or _is_cut(message, first)
            or (closing.mark.kind == MarkKind.ANNOTATION and message in push.error.text)
            or (name is not None and name == refused_name(push.error.text) and nearby(push.consumed[-1], closing.mark))
            # Of a gRPC status the solver keeps the innermost cause alone.
            or (closing.excerpt and first.endswith(f": {message}") and nearby(push.consumed[-1], closing.lines[0]))
        )
        if not is_same:
            continue
        if push.error.start <= closing.mark.start:
            above = push
        elif closing.mark.kind == MarkKind.ANNOTATION:
            return above or push
    return above


def _is_cut(message: str, error: str) -> bool:
    """Return whether a message is the first part of an error: a person copied no more."""
    part = message[_STATUS.match(message).end() :]  # type: ignore[union-attr] # it matches anywhere
    return len(part) >= _LEAST and error.startswith(part)


class _FailedSteps:
    """The steps that failed without a word of a push, by the first line of their error."""

    def __init__(self, steps: Sequence[Sequence[Mark]]) -> None:
        """Take the steps of a log; those that did not fail are left out."""
        self._by_error: dict[str, list[Sequence[Mark]]] = {}
        for step in steps:
            if step[-1].kind == MarkKind.ERROR:
                self._by_error.setdefault(first_line(step[-1].fields["TEXT"]), []).append(step)

    def is_of_cache(self, closing: _Closing) -> bool:
        """Return whether the closing lines repeat the error of a step that could not keep the cache."""
        steps = self._by_error.get(first_line(closing.error.text), [])
        return any(_CACHE_STEP.match(mark.fields.get("TEXT", "")) for step in steps[:1] for mark in step)

    def take(self, closing: _Closing) -> Sequence[Mark] | None:
        """Return the first step above whose error is repeated in the closing lines; each step is returned once."""
        steps = self._by_error.get(first_line(closing.error.text), [])
        return steps.pop(0) if steps and steps[0][-1].start < closing.mark.start else None


def _nearest(pushes: Sequence[PushBuilder], closing: _Closing) -> Sequence[PushBuilder]:
    """Return the pushes around the closing lines, those of a log of nothing but errors would be too many."""
    place = bisect_right(pushes, closing.mark.start, key=_begin)
    return pushes[max(0, place - _AROUND) : place + _AROUND]


def _unfinished(
    pushes: Sequence[PushBuilder], closing: _Closing, failed_rows: dict[int, Mark], knowledge: Knowledge
) -> PushBuilder | None:
    """Return the push above whose end no line tells: one that the screen shows as failed, else the last one."""
    is_error = closing.is_of_push or starts_error(closing.error.text.split("\n", 1)[0], knowledge)
    candidates = [push for push in pushes if is_open(push) and _begin(push) < closing.mark.start]
    failed = [push for push in candidates if id(push) in failed_rows]
    name = refused_name(closing.error.text)
    for push in reversed(failed or (candidates if is_error else [])):
        reference = reference_of(push)
        if name is None or reference is None or repository_of(reference) == repository_of(name):
            return push
    return None


def _unproven(pushes: Sequence[PushBuilder], closing: _Closing) -> PushBuilder | None:
    """Return the push by Docker's engine right above, where its daemon then refused the digest that buildx asked for.

    Source: docker/buildx build/build.go (remoteDigestWithMoby). Its rows said that it went well.
    """
    if not closing.error.text.startswith(DAEMON):
        return None
    above = [push for push in pushes if _begin(push) < closing.mark.start and push.error is None]
    push = above[-1] if above else None
    if push is None or closing.lines[0].line - push.consumed[-1].line > _BELOW:
        return None
    if not any(mark.kind in {MarkKind.MOBY, MarkKind.TTY_MOBY} for mark in push.consumed):
        return None
    push.marks = [mark for mark in push.marks if mark.kind not in {MarkKind.DIGEST, MarkKind.DONE}]
    return push


def _finish_others(screens: Sequence[ScreenPush], closing: _Closing) -> None:
    """Add the success of a target on a screen whose step failed at another one, which the error names.

    The targets of a step are pushed one after the other.
    """
    if refused_name(closing.error.text) is None:
        return
    for screen in screens[-_AROUND:]:
        if screen.success and is_open(screen.push) and _begin(screen.push) < closing.mark.start:
            screen.push.marks += screen.success


def _begin(push: PushBuilder) -> int:
    return push.consumed[0].start if push.consumed else 0


def _add(push: PushBuilder, closing: _Closing) -> None:
    """Add the closing lines to a push; they name it where nothing else does."""
    if push.error is None:
        push.error = closing.error
    name = closing.name
    reference = reference_of(push)
    if name and (reference is None or (refused_name(closing.error.text) and reference != name)):
        push.add_mark(MarkKind.REFERENCE, closing.mark, REFERENCE=name)
    push.consumed += [mark for mark in closing.lines[:-1] if mark.start > push.error.start or not push.consumed]
    push.consumed.append(replace(closing.mark, stop=closing.error.stop))
