"""BuildKit's progress on a terminal: rows that are drawn again and again and cut to its width; the last ones count."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.buildkit_lines import CANCELED, STEP, new_push, repository_of
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.figures import elapsed, size
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import split
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.formats.clients.builder import PushBuilder

_STEP_KINDS = {MarkKind.TTY_EXPORT, MarkKind.TTY_MOBY, MarkKind.TTY_TOOL}
_PUSH_ROWS = {MarkKind.TTY_LAYERS, MarkKind.TTY_MANIFEST, MarkKind.TTY_LAYER}
SCREEN_KINDS = {
    *_STEP_KINDS,
    *_PUSH_ROWS,
    MarkKind.CONFIG,
    MarkKind.COMPLETED,
    MarkKind.DRAWN,
    MarkKind.TTY_NAMING,
    MarkKind.TTY_NOTE,
    MarkKind.TTY_STEP,
}
_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}")
# A row is cut when nothing but two spaces is left before its seconds (progressui/display.go, align).
_CUT_GAP = 2


@record(frozen=False, kw_only=False)
class _Step:
    """A step of the build on the screen: its rows, the references in them, and how it ended as far as they show."""

    kind: MarkKind
    first: Mark
    flag: str = ""
    rows: list[Mark] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)
    targets: dict[str, Mark] = field(default_factory=dict)
    is_listed: bool = False
    config: str = ""

    def add(self, mark: Mark) -> None:
        """Add a row of the push, with the name that stands in it."""
        self.rows.append(mark)
        target = mark.fields.get("TARGET", "")
        if mark.kind == MarkKind.TTY_MANIFEST:
            self.targets[target] = mark
        elif name := _whole_name(target, mark) if target else None:
            self.names[name] = None

    @property
    def is_push(self) -> bool:
        """Return whether any row of the step is that of a push."""
        return self.kind != MarkKind.TTY_EXPORT or any(mark.kind in _PUSH_ROWS for mark in self.rows)


@record(kw_only=False)
class ScreenPush:
    """A push that a screen shows; `failed_row`: the row that says that its step failed, but not why.

    `success`: the marks of its success, for a step that failed at a later target. Empty where no manifest was sent.
    `is_cut`: the manifest is the last of its rows, and the head that says whether the build is over is missing.
    """

    push: PushBuilder
    failed_row: Mark | None
    success: tuple[Mark, ...] = ()
    is_cut: bool = False


def screen_pushes(marks: Sequence[Mark]) -> list[ScreenPush]:
    """Return the pushes that the screens of a log show, one for each repository of a step."""
    pushes: list[ScreenPush] = []
    for screen in _screens(marks):
        finished = max((mark.start for mark in screen if "FINISHED" in mark.fields.get("AFTER", "")), default=None)
        is_completed = screen[-1].kind == MarkKind.COMPLETED
        has_head = any(mark.kind == MarkKind.DRAWN for mark in screen)
        for step in _steps(screen):
            # A build that failed is finished too: the row of the step below the word tells which.
            is_ended = finished is not None and any(mark.start > finished for mark in step.rows)
            if step.is_push:
                pushes += _pushes(step, is_finished=is_ended or is_completed, has_head=has_head)
    return pushes


def _screens(marks: Iterable[Mark]) -> Iterator[list[Mark]]:
    """Yield the rows of each build: another one begins where the seconds fall."""
    screen: list[Mark] = []
    before = 0.0
    for mark in marks:
        if mark.kind == MarkKind.DRAWN:
            now = elapsed(mark.fields["SECONDS"])
            if now < before and screen:
                yield screen
                screen = []
            before = now
        screen.append(mark)
    if screen:
        yield screen


def _steps(screen: Sequence[Mark]) -> list[_Step]:
    """Return the steps of a build, each with the rows below it in every frame."""
    steps: dict[str, _Step] = {}
    current = _Step(MarkKind.TTY_EXPORT, screen[0])
    for mark in screen:
        if mark.kind in _STEP_KINDS:
            key = f"{mark.kind} {mark.fields.get('BAKED', '')}{mark.fields.get('REFERENCE', '')}"
            current = steps.setdefault(key, _Step(mark.kind, mark))
            current.is_listed = True
            current.flag = mark.fields.get("FLAG", "").strip()
            current.rows.append(mark)
            if "REFERENCE" in mark.fields:
                current.names[mark.fields["REFERENCE"]] = None
        elif mark.kind == MarkKind.TTY_STEP:
            current = _Step(MarkKind.TTY_EXPORT, mark)  # another step: its rows are kept only if they push
        elif mark.kind == MarkKind.CONFIG:
            current.config = mark.fields["BLOB"]
        elif mark.kind == MarkKind.TTY_NAMING:
            current.names[mark.fields["REFERENCE"]] = None
        elif mark.kind in {*_PUSH_ROWS, MarkKind.TTY_NOTE}:
            if not current.is_listed:
                current = steps.setdefault("", current)
                current.is_listed = True
            current.add(mark)
    return list(steps.values())


def _pushes(step: _Step, *, is_finished: bool, has_head: bool) -> list[ScreenPush]:
    """Return the pushes of a step: its targets by repository, in order; only the last can have failed.

    `has_head`: the head of the screen, which tells whether the build is finished, is among the rows.
    """
    groups: dict[tuple[str | None, str | None], dict[str, Mark]] = {}
    for target, mark in step.targets.items():
        name = _whole_name(target, mark)
        groups.setdefault(repository_of(name) if name else (None, None), {})[target] = mark
    if len(groups) > 1:
        groups.pop((None, None), None)
    each = list(groups.values()) or [{}]
    pushes = []
    for number, targets in enumerate(each):
        is_last = number == len(each) - 1
        push = new_push()
        # The first step holds the rows that all share.
        first = min((mark.start for mark in targets.values()), default=0) if number else 0
        push.consumed = [mark for mark in step.rows if mark.start >= first]
        begin = next((mark for mark in push.consumed if mark.kind in _PUSH_ROWS), push.consumed[0])
        if step.kind == MarkKind.TTY_EXPORT:
            push.consumed = [mark for mark in push.consumed if mark.start >= begin.start]
        _name(push, step, targets, begin)
        is_done = not is_last or (is_finished and not step.flag)
        _end(push, step, targets, is_done=is_done)
        _add_layers(push, step)
        _time(push, whole=is_finished)
        failed_row = _failed_row(step) if is_last else None
        success = _success(push, targets) if failed_row and targets else ()
        is_cut = not (is_done or has_head or step.flag) and _ends_with_manifest(push)
        pushes.append(ScreenPush(push, failed_row, success, is_cut))
    return pushes


def _whole_name(target: str, mark: Mark) -> str | None:
    """Return the name of a target if the terminal did not cut it: a digest begins behind it, or more spaces follow."""
    name, at, _ = target.partition("@")
    took = mark.fields.get("ELAPSED")
    gap = len(took) - len(took.lstrip()) if took else None
    return name if at or gap is None or gap > _CUT_GAP else None


def _name(push: PushBuilder, step: _Step, targets: dict[str, Mark], mark: Mark) -> None:
    """Add the reference: the last whole target, else a name of the image, else the host of a name that was cut."""
    whole = [name for target, row in targets.items() if (name := _whole_name(target, row))]
    names = whole[-1:] or ([] if targets else list(step.names)[-1:])
    for name in names:
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)
    if not names and (registry := next((target.partition("/") for target in targets if "/" in target), None)):
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=f"{registry[0]}/")


def _end(push: PushBuilder, step: _Step, targets: dict[str, Mark], *, is_done: bool) -> None:
    """Add how the push ended, as far as the rows show."""
    if is_done:
        push.marks += _success(push, targets)
    elif step.flag == "CANCELED":
        push.add_mark(MarkKind.INTERRUPT, push.consumed[-1], WHY=CANCELED)


def _ends_with_manifest(push: PushBuilder) -> bool:
    """Return whether the manifest is the last thing that the rows of a push send."""
    rows = [mark.kind for mark in push.consumed if mark.kind in _PUSH_ROWS]
    return rows[-1:] == [MarkKind.TTY_MANIFEST]


def _success(push: PushBuilder, targets: dict[str, Mark]) -> tuple[Mark, ...]:
    """Return the marks that tell that all targets are there, with the digests that the terminal did not cut."""
    last = push.consumed[-1]
    success = new_push()
    for target, mark in targets.items():
        digest = target.partition("@")[2]
        name = _whole_name(target, mark)
        tag = split(name)[1] if name else None
        whole = {"DIGEST": digest} if _DIGEST.fullmatch(digest) else {}
        if whole or tag:
            success.add_mark(MarkKind.DIGEST, last, **({"TAG": tag} if tag else {}), **whole)
    if not any("DIGEST" in mark.fields for mark in success.marks):
        success.add_mark(MarkKind.DONE, last)
    return tuple(success.marks)


def _failed_row(step: _Step) -> Mark | None:
    rows = [mark for mark in step.rows if mark.kind in _STEP_KINDS]
    return rows[-1] if step.flag == "ERROR" else None


def _add_layers(push: PushBuilder, step: _Step) -> None:
    """Add the layers that the docker driver shows, each with its last row."""
    for mark in step.rows:
        if mark.kind == MarkKind.TTY_LAYER and not (step.config and step.config.startswith(mark.fields["BLOB"])):
            figures = {
                key: size(mark.fields[key.upper()]) for key in ("current", "total") if key.upper() in mark.fields
            }
            row = EventRow(
                start=mark.start, stop=mark.stop, layer=mark.fields["BLOB"], kind=EventKind.PUSHING, **figures
            )
            push.rows.append(row)
    if any(mark.kind == MarkKind.DONE for mark in push.marks):
        for layer, row in {row.layer: row for row in push.rows}.items():
            push.rows.append(EventRow(start=row.start, stop=row.stop, layer=layer, kind=EventKind.PUSHED))


def _time(push: PushBuilder, *, whole: bool) -> None:
    """Add the clock: what the statuses took, each by its last row."""
    kinds = {MarkKind.TTY_LAYERS, MarkKind.TTY_MANIFEST}
    rows = [mark for mark in push.consumed if mark.kind in kinds and "ELAPSED" in mark.fields]
    longest = {mark.fields.get("TARGET", ""): elapsed(mark.fields["ELAPSED"].strip(" s")) for mark in rows}
    if longest:
        push.clock = client_timestamps(
            [(rows[0].start, 0.0), (push.consumed[-1].start, sum(longest.values()))],
            resolution=STEP * len(longest),
            whole=whole,
        )
