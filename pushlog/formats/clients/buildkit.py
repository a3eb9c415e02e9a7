"""BuildKit (`docker buildx build --push` and `docker build --push`): one status for all blobs, with true seconds."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients import buildkit_rawjson
from pushlog.formats.clients.builder import PushBuilder, error_at, nearby, parsed_push
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.figures import elapsed, go_seconds, size
from pushlog.formats.grammar.line_parser import LineParser, stretches
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import host, split
from pushlog.intake.start_pattern import StartPattern
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("buildkit.lark")
OPENING = StartPattern(
    signs=(
        rb" exporting ",
        rb" pushing ",
        rb" naming to ",
        rb"\[\+\] Building ",
        rb"ERROR: failed to ",
        *buildkit_rawjson.SIGNS,
    ),
    pattern=rb"#\d+ (?:exporting to image|exporting layers|pushing |naming to )"
    rb"|ERROR: (?:failed to build: )?failed to solve: failed to push "
    rb"|\[\+\] Building \d|=> => pushing (?:layers|manifest for) |" + buildkit_rawjson.PATTERN,
)
WHERE = (OPENING,)
_WHY = "the lines are BuildKit's progress"
_CANCELED = "BuildKit canceled the step: another step of the build failed, or the build was stopped."
_STATUSES = {
    MarkKind.LAYERS,
    MarkKind.LAYERS_DONE,
    MarkKind.MANIFEST,
    MarkKind.MANIFEST_DONE,
    MarkKind.LAYER,
    MarkKind.LAYER_DONE,
    MarkKind.MOBY,
}
_TERMINAL_LINES = {MarkKind.DRAWN, MarkKind.TTY_LAYERS, MarkKind.TTY_MANIFEST, MarkKind.TTY_NOTE, MarkKind.TTY_ERROR}
_CLOSING = {MarkKind.RULE, MarkKind.EXCERPT, MarkKind.CLOSING}
_BLOB = re.compile(r'failed commit on ref "layer-(sha256:[0-9a-f]{64})"')
_REFUSED = re.compile(r"failed to push (\S+?): ")
# The seconds of a status are rounded to one decimal (progressui/printer.go).
_STEP = 0.1


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of every build in a log: one for each repository that a step pushes to."""
    marks = list(_marks(text))
    steps: dict[str, list[Mark]] = {}
    for mark in marks:
        if "STEP" in mark.fields:
            steps.setdefault(_key(mark, steps), []).append(mark)
    pushes = [_push(text, step, target) for step in steps.values() for target in _targets(step)]
    shown = [
        mark
        for mark in marks
        if mark.kind in _TERMINAL_LINES or (mark.kind == MarkKind.NAMING and "STEP" not in mark.fields)
    ]
    pushes += _terminal(shown)
    _close(text, pushes, [mark for mark in marks if mark.kind in _CLOSING])
    starts = [mark.start for mark in marks]
    for push in pushes:
        # Steps take turns: lines of the others between those of a push are understood, but no part of it.
        first, last = min(mark.start for mark in push.consumed), max(mark.start for mark in push.consumed)
        push.interleaved = marks[bisect_left(starts, first) : bisect_right(starts, last)]
    return tuple(parsed_push(text, push) for push in pushes)


def _marks(text: LogText) -> Iterator[Mark]:
    """Yield the marks of BuildKit's progress, those that its JSON stands for among them."""
    steps = buildkit_rawjson.Steps()
    for low, high in stretches(text, WHERE):
        for piece in text.pieces(low, high):
            if piece.text.startswith("{"):
                yield from buildkit_rawjson.marks(piece, LINES, steps)
            elif mark := LINES.mark(piece):
                yield mark


def _key(mark: Mark, steps: dict[str, list[Mark]]) -> str:
    """Return the key of a line's step; a number that has ended begins anew in the next build of the log."""
    number = mark.fields["STEP"]
    while number in steps and steps[number][-1].kind in {MarkKind.FINISHED, MarkKind.ERROR, MarkKind.CANCELED}:
        number += "'"
    return number


def _targets(step: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Yield the marks of each repository that a step pushes to; its tags are pushed one after the other."""
    if not any(mark.kind in _STATUSES for mark in step):
        return
    units: list[list[Mark]] = [[]]
    for mark in step:
        if mark.kind == MarkKind.LAYERS and any(m.kind == MarkKind.MANIFEST_DONE for m in units[-1]):
            units.append([])
        units[-1].append(mark)
    for _, same in groupby(units, key=_repository):
        yield [mark for unit in same for mark in unit]


def _repository(unit: Sequence[Mark]) -> tuple[str | None, str | None]:
    return host(split(_names(unit)[-1])[0]) if _names(unit) else (None, None)


def _names(unit: Sequence[Mark]) -> list[str]:
    """Return the references that the lines of a target name, the certain ones last."""
    named = [mark.fields["REFERENCE"] for mark in unit if mark.kind in {MarkKind.NAMING, MarkKind.MOBY}]
    pushed = [mark.fields["TARGET"].partition("@")[0] for mark in unit if "TARGET" in mark.fields]
    refused = [
        refusal[1] for mark in unit if mark.kind == MarkKind.ERROR and (refusal := _REFUSED.match(mark.fields["TEXT"]))
    ]
    return named + pushed + refused


def _push(text: LogText, step: Sequence[Mark], unit: Sequence[Mark]) -> PushBuilder:
    first = next(mark for mark in unit if mark.kind in _STATUSES)
    push = PushBuilder(client=Client.BUILDX, why=_WHY)
    push.consumed += [mark for mark in unit if mark.start >= first.start]
    for name in _names(unit)[-1:]:
        push.add_mark(MarkKind.REFERENCE, first, REFERENCE=name)
    # A manifest that was refused says `done` too: only what came after it proves that it went through.
    proven = max((mark.start for mark in step if mark.kind in {MarkKind.LAYERS, MarkKind.FINISHED}), default=0)
    for mark in push.consumed:
        _tell(text, push, mark, proven)
    _attempts(push)
    _time(push, unit)
    return push


def _tell(text: LogText, push: PushBuilder, mark: Mark, proven: int) -> None:
    """Add one line of a step in the common words."""
    if mark.kind == MarkKind.MANIFEST_DONE and mark.start < proven:
        name, _, digest = mark.fields["TARGET"].partition("@")
        push.add_mark(MarkKind.DIGEST, mark, TAG=split(name)[1] or "latest", DIGEST=digest)
    elif mark.kind == MarkKind.FINISHED and not any(m.kind == MarkKind.DIGEST for m in push.marks):
        push.add_mark(MarkKind.DONE, mark)
    elif mark.kind == MarkKind.ERROR:
        push.error = error_at(text, mark, mark.fields["TEXT"])
    elif mark.kind == MarkKind.CANCELED:
        push.add_mark(MarkKind.INTERRUPT, mark, WHY=_CANCELED)
    elif mark.kind in {MarkKind.LAYER, MarkKind.LAYER_DONE}:
        figures = {key: size(mark.fields[key.upper()]) for key in ("current", "total") if key.upper() in mark.fields}
        kind = EventKind.PUSHED if mark.kind == MarkKind.LAYER_DONE else EventKind.PUSHING
        push.rows.append(EventRow(start=mark.start, stop=mark.stop, layer=mark.fields["BLOB"], kind=kind, **figures))


def _attempts(push: PushBuilder) -> None:
    """Add the blobs that were sent again: an error names its blob, the line below it how long BuildKit waits."""
    failed: Mark | None = None
    broken: dict[str, None] = {}
    for mark in push.consumed:
        if mark.kind == MarkKind.RETRY and failed:
            wait = go_seconds(mark.fields["WAIT"])
            push.add_mark(MarkKind.RETRY, mark, WAIT=f"{wait:g}", TEXT=failed.fields["TEXT"])
            if blob := _blob(failed):
                broken[blob] = None
                push.rows.append(_row(mark, blob, EventKind.RETRYING, round(wait)))
            failed = None
        elif mark.kind == MarkKind.FAILED:
            failed = mark
        elif mark.kind in {MarkKind.MANIFEST, MarkKind.MANIFEST_DONE}:
            # All blobs are there when the manifest is sent.
            push.rows += [_row(mark, blob, EventKind.PUSHED) for blob in broken]
            broken = {}
        elif mark.kind == MarkKind.ERROR and (blob := _blob(mark)):
            push.rows.append(_row(mark, blob, EventKind.FAILED))


def _blob(mark: Mark) -> str | None:
    match = _BLOB.search(mark.fields["TEXT"])
    return match[1] if match else None


def _row(mark: Mark, blob: str, kind: EventKind, wait: int = -1) -> EventRow:
    return EventRow(start=mark.start, stop=mark.stop, layer=blob, kind=kind, wait=wait)


def _time(push: PushBuilder, unit: Sequence[Mark]) -> None:
    """Add the clock: the stamps, else the duration of each status, and between them the seconds of the step."""
    closed = any(m.kind in {MarkKind.FINISHED, MarkKind.ERROR} for m in unit)
    stamped = [(m.start, seconds(m.fields["STAMP"], "iso")) for m in push.consumed if "STAMP" in m.fields]
    if stamped:
        push.clock = client_timestamps(stamped, resolution=buildkit_rawjson.STEP, whole=closed)
        return
    spans = [m for m in unit if m.kind in {MarkKind.LAYERS_DONE, MarkKind.MANIFEST_DONE}]
    took = sum(elapsed(m.fields.get("SECONDS", "0")) for m in spans)
    inner = [(m.start, elapsed(m.fields["AT"])) for m in push.consumed if "AT" in m.fields]
    whole = next((elapsed(m.fields["SECONDS"]) for m in unit if m.kind == MarkKind.FINISHED), None)
    first_layers = elapsed(spans[0].fields.get("SECONDS", "0")) if spans else 0.0
    within = [at for start, at in inner if spans and start < spans[0].start]
    # When the push began, in seconds of its step: by what it took of it, else by when its blobs were done.
    began = whole - took if whole is not None else within[-1] - first_layers if within else 0.0
    stamps = [(start, max(0.0, at - began)) for start, at in inner]
    last = max(m.stop - 1 for m in push.consumed)
    if spans:
        ends = zip(spans, accumulate(elapsed(m.fields.get("SECONDS", "0")) for m in spans), strict=True)
        stamps = [(start, min(seconds, took)) for start, seconds in stamps]
        stamps += [(push.consumed[0].start, 0.0), *((m.stop - 1, seconds) for m, seconds in ends), (last, took)]
    push.clock = client_timestamps(stamps, resolution=_STEP * max(1, len(spans)), whole=bool(spans) and closed)


def _terminal(shown: Sequence[Mark]) -> list[PushBuilder]:
    """Return the push that a terminal shows: rows are shown again and again, the last ones count."""
    pushed = [mark for mark in shown if mark.kind in {MarkKind.TTY_LAYERS, MarkKind.TTY_MANIFEST}]
    if not pushed:
        return []
    push = PushBuilder(client=Client.BUILDX, why=_WHY)
    push.consumed = [mark for mark in shown if mark.start >= pushed[0].start and mark.kind != MarkKind.NAMING]
    targets = dict.fromkeys(mark.fields["TARGET"] for mark in pushed if mark.kind == MarkKind.TTY_MANIFEST)
    names = [mark.fields["REFERENCE"] for mark in shown if mark.kind == MarkKind.NAMING]
    for name in [target.partition("@")[0] for target in targets][-1:] or names[-1:]:
        push.add_mark(MarkKind.REFERENCE, pushed[0], REFERENCE=name)
    last = push.consumed[-1]
    finished = last.kind == MarkKind.DRAWN or " FINISHED" in "".join(m.fields.get("AFTER", "") for m in push.consumed)
    if targets and finished and not any(mark.kind == MarkKind.TTY_ERROR for mark in push.consumed):
        for target in targets:
            name, _, digest = target.partition("@")
            push.add_mark(MarkKind.DIGEST, last, TAG=split(name)[1] or "latest", DIGEST=digest)
    longest = {m.fields.get("TARGET", ""): elapsed(m.fields["ELAPSED"].strip(" s")) for m in pushed}
    push.clock = client_timestamps(
        [(pushed[0].start, 0.0), (last.start, sum(longest.values()))], resolution=_STEP * len(longest), whole=finished
    )
    return [push]


def _close(text: LogText, pushes: list[PushBuilder], closing: Sequence[Mark]) -> None:
    """Add the excerpt and the error below all steps to the push that failed, or make them a push of their own."""
    for mark in closing:
        if mark.kind != MarkKind.CLOSING:
            continue
        push = next((push for push in pushes if _ended_by(push, mark)), None)
        if push is None:
            push = PushBuilder(client=Client.BUILDX, why=_WHY)
            pushes.append(push)
        if push.error is None:
            push.error = error_at(text, mark, mark.fields["TEXT"])
            for name in _REFUSED.findall(mark.fields["TEXT"])[:1]:
                push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)
        above = [m for m in closing if m.line <= mark.line and nearby(m, mark) and m.start > push.error.start]
        push.consumed += [m for m in above if m not in push.consumed] + [mark]


def _ended_by(push: PushBuilder, closing: Mark) -> bool:
    """Return whether the closing error is that of a push."""
    begins = min((m.start for m in push.consumed), default=0)
    if push.error is not None:
        return push.error.start <= closing.start and closing.fields["TEXT"].startswith(
            push.error.text.split("\n", 1)[0]
        )
    return begins < closing.start and not any(m.kind in {MarkKind.DIGEST, MarkKind.DONE} for m in push.marks)
