"""BuildKit (`docker buildx build --push` and `docker build --push`): one status for all blobs, with true seconds."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients import buildkit_rawjson
from pushlog.formats.clients.builder import PushBuilder, error_at, nearby, parsed_push
from pushlog.formats.events import EventKind, EventRow, Mark
from pushlog.formats.figures import elapsed, go_seconds, size
from pushlog.formats.grammar.line_parser import LineParser, stretches
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
_STATUSES = {"layers", "layers_done", "manifest", "manifest_done", "layer", "layer_done", "moby"}
_DRAWN = {"drawn", "tty_layers", "tty_manifest", "tty_note", "tty_error"}
_CLOSING = {"rule", "excerpt", "closing"}
_BLOB = re.compile(r'failed commit on ref "layer-(sha256:[0-9a-f]{64})"')
_REFUSED = re.compile(r"failed to push (\S+?): ")
# The seconds of a status are rounded to one decimal (progressui/printer.go).
_STEP = 0.1


def sections(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of every build in a log: one for each repository that a step pushes to."""
    marks = list(_marks(text))
    steps: dict[str, list[Mark]] = {}
    for mark in marks:
        if "STEP" in mark.fields:
            steps.setdefault(_key(mark, steps), []).append(mark)
    pushes = [_push(text, step, target) for step in steps.values() for target in _targets(step)]
    drawn = [mark for mark in marks if mark.kind in _DRAWN or (mark.kind == "naming" and "STEP" not in mark.fields)]
    pushes += _terminal(drawn)
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
    while number in steps and steps[number][-1].kind in {"finished", "error", "canceled"}:
        number += "'"
    return number


def _targets(step: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Yield the marks of each repository that a step pushes to; its tags are pushed one after the other."""
    if not any(mark.kind in _STATUSES for mark in step):
        return
    units: list[list[Mark]] = [[]]
    for mark in step:
        if mark.kind == "layers" and any(m.kind == "manifest_done" for m in units[-1]):
            units.append([])
        units[-1].append(mark)
    for _, same in groupby(units, key=_repository):
        yield [mark for unit in same for mark in unit]


def _repository(unit: Sequence[Mark]) -> tuple[str | None, str | None]:
    return host(split(_names(unit)[-1])[0]) if _names(unit) else (None, None)


def _names(unit: Sequence[Mark]) -> list[str]:
    """Return the references that the lines of a target name, the certain ones last."""
    named = [mark.fields["REFERENCE"] for mark in unit if mark.kind in {"naming", "moby"}]
    pushed = [mark.fields["TARGET"].partition("@")[0] for mark in unit if "TARGET" in mark.fields]
    refused = [found[1] for mark in unit if mark.kind == "error" and (found := _REFUSED.match(mark.fields["TEXT"]))]
    return named + pushed + refused


def _push(text: LogText, step: Sequence[Mark], unit: Sequence[Mark]) -> PushBuilder:
    first = next(mark for mark in unit if mark.kind in _STATUSES)
    push = PushBuilder(client=Client.BUILDX, why=_WHY)
    push.consumed += [mark for mark in unit if mark.start >= first.start]
    for name in _names(unit)[-1:]:
        push.add_mark("reference", first, REFERENCE=name)
    # A manifest that was refused says `done` too: only what came after it proves that it went through.
    proven = max((mark.start for mark in step if mark.kind in {"layers", "finished"}), default=0)
    for mark in push.consumed:
        _tell(text, push, mark, proven)
    _attempts(push)
    _time(push, unit)
    return push


def _tell(text: LogText, push: PushBuilder, mark: Mark, proven: int) -> None:
    """Add one line of a step in the common words."""
    if mark.kind == "manifest_done" and mark.start < proven:
        name, _, digest = mark.fields["TARGET"].partition("@")
        push.add_mark("digest", mark, TAG=split(name)[1] or "latest", DIGEST=digest)
    elif mark.kind == "finished" and not any(m.kind == "digest" for m in push.marks):
        push.add_mark("done", mark)
    elif mark.kind == "error":
        push.error = error_at(text, mark, mark.fields["TEXT"])
    elif mark.kind == "canceled":
        push.add_mark("interrupt", mark, WHY=_CANCELED)
    elif mark.kind in {"layer", "layer_done"}:
        figures = {key: size(mark.fields[key.upper()]) for key in ("current", "total") if key.upper() in mark.fields}
        kind = EventKind.PUSHED if mark.kind == "layer_done" else EventKind.PUSHING
        push.rows.append(EventRow(start=mark.start, stop=mark.stop, layer=mark.fields["BLOB"], kind=kind, **figures))


def _attempts(push: PushBuilder) -> None:
    """Add the blobs that were sent again: an error names its blob, the line below it how long BuildKit waits."""
    failed: Mark | None = None
    broken: dict[str, None] = {}
    for mark in push.consumed:
        if mark.kind == "retry" and failed:
            wait = go_seconds(mark.fields["WAIT"])
            push.add_mark("retry", mark, WAIT=f"{wait:g}", TEXT=failed.fields["TEXT"])
            if blob := _blob(failed):
                broken[blob] = None
                push.rows.append(_row(mark, blob, EventKind.RETRYING, round(wait)))
            failed = None
        elif mark.kind == "failed":
            failed = mark
        elif mark.kind in {"manifest", "manifest_done"}:
            # All blobs are there when the manifest is sent.
            push.rows += [_row(mark, blob, EventKind.PUSHED) for blob in broken]
            broken = {}
        elif mark.kind == "error" and (blob := _blob(mark)):
            push.rows.append(_row(mark, blob, EventKind.FAILED))


def _blob(mark: Mark) -> str | None:
    found = _BLOB.search(mark.fields["TEXT"])
    return found[1] if found else None


def _row(mark: Mark, blob: str, kind: EventKind, wait: int = -1) -> EventRow:
    return EventRow(start=mark.start, stop=mark.stop, layer=blob, kind=kind, wait=wait)


def _time(push: PushBuilder, unit: Sequence[Mark]) -> None:
    """Add the clock: the stamps, else the duration of each status, and between them the seconds of the step."""
    closed = any(m.kind in {"finished", "error"} for m in unit)
    stamped = [(m.start, seconds(m.fields["STAMP"], "iso")) for m in push.consumed if "STAMP" in m.fields]
    if stamped:
        push.clock = client_timestamps(stamped, resolution=buildkit_rawjson.STEP, whole=closed)
        return
    spans = [m for m in unit if m.kind in {"layers_done", "manifest_done"}]
    took = sum(elapsed(m.fields.get("SECONDS", "0")) for m in spans)
    inner = [(m.start, elapsed(m.fields["AT"])) for m in push.consumed if "AT" in m.fields]
    whole = next((elapsed(m.fields["SECONDS"]) for m in unit if m.kind == "finished"), None)
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


def _terminal(drawn: Sequence[Mark]) -> list[PushBuilder]:
    """Return the push that a terminal shows: rows are drawn again and again, the last ones count."""
    pushed = [mark for mark in drawn if mark.kind in {"tty_layers", "tty_manifest"}]
    if not pushed:
        return []
    push = PushBuilder(client=Client.BUILDX, why=_WHY)
    push.consumed = [mark for mark in drawn if mark.start >= pushed[0].start and mark.kind != "naming"]
    targets = dict.fromkeys(mark.fields["TARGET"] for mark in pushed if mark.kind == "tty_manifest")
    names = [mark.fields["REFERENCE"] for mark in drawn if mark.kind == "naming"]
    for name in [target.partition("@")[0] for target in targets][-1:] or names[-1:]:
        push.add_mark("reference", pushed[0], REFERENCE=name)
    last = push.consumed[-1]
    finished = last.kind == "drawn" or " FINISHED" in "".join(m.fields.get("AFTER", "") for m in push.consumed)
    if targets and finished and not any(mark.kind == "tty_error" for mark in push.consumed):
        for target in targets:
            name, _, digest = target.partition("@")
            push.add_mark("digest", last, TAG=split(name)[1] or "latest", DIGEST=digest)
    longest = {m.fields.get("TARGET", ""): elapsed(m.fields["ELAPSED"].strip(" s")) for m in pushed}
    push.clock = client_timestamps(
        [(pushed[0].start, 0.0), (last.start, sum(longest.values()))], resolution=_STEP * len(longest), whole=finished
    )
    return [push]


def _close(text: LogText, pushes: list[PushBuilder], closing: Sequence[Mark]) -> None:
    """Add the excerpt and the error below all steps to the push that failed, or make them a push of their own."""
    for mark in closing:
        if mark.kind != "closing":
            continue
        push = next((push for push in pushes if _ended_by(push, mark)), None)
        if push is None:
            push = PushBuilder(client=Client.BUILDX, why=_WHY)
            pushes.append(push)
        if push.error is None:
            push.error = error_at(text, mark, mark.fields["TEXT"])
            for name in _REFUSED.findall(mark.fields["TEXT"])[:1]:
                push.add_mark("reference", mark, REFERENCE=name)
        above = [m for m in closing if m.line <= mark.line and nearby(m, mark) and m.start > push.error.start]
        push.consumed += [m for m in above if m not in push.consumed] + [mark]


def _ended_by(push: PushBuilder, closing: Mark) -> bool:
    """Return whether the closing error is that of a push."""
    begins = min((m.start for m in push.consumed), default=0)
    if push.error is not None:
        return push.error.start <= closing.start and closing.fields["TEXT"].startswith(
            push.error.text.split("\n", 1)[0]
        )
    return begins < closing.start and not any(m.kind in {"digest", "done"} for m in push.marks)
