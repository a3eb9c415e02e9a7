"""BuildKit's plain progress: the numbered steps of a build, and the pushes in each of them."""

from __future__ import annotations

from itertools import accumulate, groupby, takewhile
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients import buildkit_rawjson
from pushlog.formats.clients.builder import error_at
from pushlog.formats.clients.buildkit_lines import (
    CANCELED,
    STEP,
    is_push_error,
    name_in_error,
    new_push,
    refused_name,
    repository_of,
    tag_of,
)
from pushlog.formats.errors.bystanders import is_of_cache
from pushlog.formats.errors.classify import classify, starts_error
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.figures import elapsed, go_seconds, size
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import split
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Family

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.formats.clients.builder import PushBuilder
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

_STATUSES = {
    MarkKind.LAYERS,
    MarkKind.LAYERS_DONE,
    MarkKind.MANIFEST,
    MarkKind.MANIFEST_DONE,
    MarkKind.LAYER,
    MarkKind.LAYER_DONE,
    MarkKind.MOBY,
    MarkKind.TOOL,
}
_MANIFESTS = {MarkKind.MANIFEST, MarkKind.MANIFEST_DONE}
_ENDS = {MarkKind.FINISHED, MarkKind.ERROR, MarkKind.CANCELED}
# What people put behind what they paste.
_PASTED = b" \t\r\n`~-"
_BLOB = lazy_pattern(r'failed commit on ref "layer-(sha256:[0-9a-f]{64})"')
# Failures of an export that never reached a registry.
_LOCAL = {Family.UNKNOWN, Family.LOCAL_STORAGE, Family.DAEMON_UNREACHABLE, Family.CANCELLED}


def steps_of(marks: Iterable[Mark]) -> list[list[Mark]]:
    """Return the marks of each step; a number that has ended begins anew in the next build of the log."""
    steps: dict[str, list[Mark]] = {}
    for mark in marks:
        if "STEP" not in mark.fields:
            continue
        number = mark.fields["STEP"]
        while number in steps and steps[number][-1].kind in _ENDS:
            number += "'"
        steps.setdefault(number, []).append(mark)
    return list(steps.values())


def step_pushes(text: LogText, step: Sequence[Mark], knowledge: Knowledge) -> list[PushBuilder]:
    """Return the pushes of a step, one for each repository that it pushes to."""
    if any(mark.kind in _STATUSES or _is_failed_try(mark) for mark in step) or _fails_before_its_first_status(
        step, knowledge
    ):
        return [_push(text, step, unit, name) for unit, name in _targets(step)]
    return []


def failed_step_push(text: LogText, step: Sequence[Mark]) -> PushBuilder:
    """Return the push of a step that has no word of one but its error; other lines say that it was one."""
    return _push(text, step, step, name_in_error(step[-1].fields["TEXT"]))


def _is_failed_try(mark: Mark) -> bool:
    """Return whether a line tells of a try to push that failed, which BuildKit makes again."""
    return mark.kind == MarkKind.FAILED and is_push_error(mark.fields["TEXT"])


def _fails_before_its_first_status(step: Sequence[Mark], knowledge: Knowledge) -> bool:
    """Return whether the error of a step is that of a push: it says so, or the export of an image met a registry."""
    error = step[-1]
    if error.kind != MarkKind.ERROR:
        return False
    message = error.fields["TEXT"]
    if is_of_cache(message):
        return False
    is_all_that_was_kept = len(step) == 1
    if refused_name(message) or (is_all_that_was_kept and is_push_error(message)):
        return True
    if not any(mark.kind == MarkKind.EXPORT for mark in step) or not starts_error(message, knowledge):
        return False
    return classify(message, catalogue=knowledge.signatures).family not in _LOCAL


def _targets(step: Sequence[Mark]) -> Iterator[tuple[list[Mark], str | None]]:
    """Yield the marks and the name of each repository that a step pushes to.

    BuildKit pushes to one name after the other, in the order in which it named the image; the tags of one repository
    are one push.
    """
    units: list[list[Mark]] = [[]]
    has_manifest = False
    target = ""
    for mark in step:
        is_other = mark.kind in _MANIFESTS and target not in ("", mark.fields["TARGET"])
        if is_other or (mark.kind in {MarkKind.LAYERS, MarkKind.LAYERS_DONE} and has_manifest):
            units.append([])
            has_manifest, target = False, ""
        has_manifest = has_manifest or mark.kind == MarkKind.MANIFEST_DONE
        target = mark.fields["TARGET"] if mark.kind in _MANIFESTS else target
        units[-1].append(mark)
    names = [mark.fields["REFERENCE"] for mark in step if mark.kind == MarkKind.NAMING]
    names = list(dict.fromkeys(names))
    each = [(unit, _name(unit, names, number, len(units))) for number, unit in enumerate(units)]
    for _, same in groupby(each, key=lambda pair: repository_of(pair[1]) if pair[1] else (None, None)):
        pairs = list(same)
        yield [mark for unit, _ in pairs for mark in unit], pairs[-1][1]


def _name(unit: Sequence[Mark], names: Sequence[str], number: int, count: int) -> str | None:
    """Return the reference that a unit pushes to: from its own lines, else by its turn among the names of the image."""
    error = next((mark.fields["TEXT"] for mark in unit if mark.kind == MarkKind.ERROR), "")
    pushed = [mark.fields["TARGET"].partition("@")[0] for mark in unit if "TARGET" in mark.fields]
    started = [mark.fields["REFERENCE"] for mark in unit if mark.kind in {MarkKind.MOBY, MarkKind.TOOL}]
    started += [mark.fields["REFERENCE"] for mark in unit if mark.kind == MarkKind.TOOL_MANIFEST]
    by_turn = names[-1:] if count == 1 else names[number : number + 1] if len(names) > 1 else []
    named = [refused_name(error), *reversed(pushed), *reversed(started), *by_turn, name_in_error(error)]
    return next(filter(None, named), None)


def _push(text: LogText, step: Sequence[Mark], unit: Sequence[Mark], name: str | None) -> PushBuilder:
    first = next((mark for mark in unit if mark.kind in _STATUSES), unit[0])
    push = new_push()
    push.consumed += [mark for mark in unit if mark.start >= first.start]
    if name:
        push.add_mark(MarkKind.REFERENCE, first, REFERENCE=name, **_tags(unit, name))
    stored = _stored(step)
    forced = _forced_rows(unit)
    for mark in push.consumed:
        _tell(text, push, mark, stored, forced)
    # Depot's builders list the configuration among the layers.
    configs = {mark.fields["BLOB"] for mark in step if mark.kind == MarkKind.CONFIG}
    push.rows = [row for row in push.rows if row.layer not in configs]
    _attempts(push)
    # The wait for the next try is printed at once: a log without it ends with this error.
    if unit[-1] is step[-1] and _is_failed_try(unit[-1]) and not text.data[unit[-1].stop :].strip(_PASTED):
        push.error = error_at(text, unit[-1], unit[-1].fields["TEXT"])
    _time(push, unit)
    return push


def _tags(unit: Sequence[Mark], name: str) -> dict[str, str]:
    """Return all tags of a list of manifests that is put together from those of several builders."""
    others = next((mark.fields["OTHERS"] for mark in unit if "OTHERS" in mark.fields), "")
    names = [name, *others.split(",")[1:]]
    tags = [tag_of(other) or "" for other in names if repository_of(other) == repository_of(name)]
    return {"TAGS": ", ".join(filter(None, tags))} if others else {}


def _forced_rows(unit: Sequence[Mark]) -> set[int]:
    """Return where the docker driver wrote `done` behind layers only because the push had failed (pushWithMoby)."""
    if unit[-1].kind != MarkKind.ERROR:
        return set()
    rows = takewhile(lambda mark: mark.kind == MarkKind.LAYER_DONE, reversed(unit[:-1]))
    return {mark.start for mark in rows}


def _stored(step: Sequence[Mark]) -> set[int]:
    """Return where the last line of each manifest stands that went through.

    One that was refused says `done` too: only what stands below proves it, the next name or the end of the step.
    """
    last = {mark.fields["TARGET"]: mark for mark in step if mark.kind in _MANIFESTS}
    finished = max((mark.start for mark in step if mark.kind == MarkKind.FINISHED), default=0)
    names = [mark.start for mark in list(last.values())[-1:]]
    layers = [mark.start for mark in step if mark.kind in {MarkKind.LAYERS, MarkKind.LAYERS_DONE}]
    below = max([finished, *names, *layers])
    # Where the log does not say that the transfer is over, the next name may be of another build.
    return {
        mark.start
        for mark in last.values()
        if mark.start < (below if mark.kind == MarkKind.MANIFEST_DONE else finished)
    }


def _tell(text: LogText, push: PushBuilder, mark: Mark, stored: set[int], forced: set[int]) -> None:
    """Add one line of a step in the common words."""
    if mark.start in stored:
        _add_target(push, mark, mark.fields["TARGET"])
    elif mark.kind == MarkKind.FINISHED:
        for tool in [m for m in push.consumed if m.kind == MarkKind.TOOL_MANIFEST]:
            push.add_mark(
                MarkKind.DIGEST, mark, TAG=tag_of(tool.fields["REFERENCE"]) or "", DIGEST=tool.fields["DIGEST"]
            )
        if not any(m.kind == MarkKind.DIGEST and "DIGEST" in m.fields for m in push.marks):
            push.add_mark(MarkKind.DONE, mark)
    elif mark.kind == MarkKind.ERROR:
        push.error = error_at(text, mark, mark.fields["TEXT"])
    elif mark.kind == MarkKind.CANCELED:
        push.add_mark(MarkKind.INTERRUPT, mark, WHY=CANCELED)
    elif mark.kind in {MarkKind.LAYER, MarkKind.LAYER_DONE}:
        figures = {key: size(mark.fields[key.upper()]) for key in ("current", "total") if key.upper() in mark.fields}
        is_done = mark.kind == MarkKind.LAYER_DONE and mark.start not in forced
        kind = EventKind.PUSHED if is_done else EventKind.PUSHING
        push.rows.append(EventRow(start=mark.start, stop=mark.stop, layer=mark.fields["BLOB"], kind=kind, **figures))


def _add_target(push: PushBuilder, mark: Mark, target: str) -> None:
    """Add the digest of a manifest that is there; BuildKit prints its name alone where it pushes no tag (util/push)."""
    name, _, digest = target.partition("@")
    tag = split(name)[1]
    fields = {"TAG": tag} if tag else {}
    push.add_mark(MarkKind.DIGEST, mark, **fields, **({"DIGEST": digest} if digest else {}))
    if not digest:
        push.add_mark(MarkKind.DONE, mark)


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
    within = [moment for start, moment in inner if spans and start < spans[0].start]
    # The start of the push in seconds of its step: by its share of the step, else by when its blobs were done.
    began = whole - took if whole is not None else within[-1] - first_layers if within else 0.0
    stamps = [(start, max(0.0, moment - began)) for start, moment in inner]
    last = max(m.stop - 1 for m in push.consumed)
    if spans:
        ends = zip(spans, accumulate(elapsed(m.fields.get("SECONDS", "0")) for m in spans), strict=True)
        stamps = [(start, min(moment, took)) for start, moment in stamps]
        stamps += [(push.consumed[0].start, 0.0), *((m.stop - 1, moment) for m, moment in ends), (last, took)]
    push.clock = client_timestamps(stamps, resolution=STEP * max(1, len(spans)), whole=bool(spans) and closed)
