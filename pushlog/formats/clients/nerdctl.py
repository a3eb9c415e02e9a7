"""nerdctl and ctr: every object of the image with its bytes, drawn again and again, and the seconds since the start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, answers, error_at, parsed_push, pushes_of
from pushlog.formats.errors.page import unquoted
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.figures import binary, elapsed
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.push_command import is_help, operands, pushed_by, short_name, with_default_tag
from pushlog.intake.start_pattern import StartPattern
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("nerdctl.lark")
# What only a push asks of a registry, and how its answer is told; a pull commits what it fetched, too.
_SENT = (
    r"failed commit on ref \"[a-z]+-sha256:\w+\": (?:unexpected status|no response)"
    r"|(?:failed to copy: )?failed to do request: (?:Post|Put|Patch|Head \"?https?://\S+/blobs/)"
)
OPENING = StartPattern(
    signs=(
        rb"-sha256:",
        rb"pushing as a reduced-platform image ",
        rb"Pushing to OCI Registry ",
        rb"ctr: failed ",
        rb"\] failed (?:commit on ref|to (?:do request|copy))",
    ),
    pattern=rb"(?:manifest|layer|config|index)-sha256:[0-9a-f]{64}:? |INFO\[\d+\] pushing as a reduced-platform image "
    rb"|Pushing to OCI Registry \(|(?:ctr:|FATA\[\d+\]) (?:" + _SENT.encode() + rb")",
)
# A push can end before it says anything but its error: then its command tells.
COMMAND = StartPattern(signs=(rb"nerdctl ", rb"ctr "), pattern=rb"\b(?:nerdctl|ctr) (?:[^\n]{0,160} )?push ")
INSIDE = None
WHERE = (OPENING, COMMAND)
REDRAWN = frozenset(
    {
        MarkKind.WAITING,
        MarkKind.PUSHING,
        MarkKind.PUSHED,
        MarkKind.EXISTS,
        MarkKind.TO_REGISTRY,
        MarkKind.ROOT,
        MarkKind.IMAGE,
        MarkKind.ELAPSED,
    }
)
_IS_SENT = lazy_pattern(_SENT)
_QUIET = lazy_pattern(r" (?:-q|--quiet)\b")
_NODE = lazy_pattern(r"([a-z]+) \(([0-9a-f]{12})\)$")
_TIMED = {MarkKind.ELAPSED, MarkKind.TO_REGISTRY, MarkKind.COMPLETED}
# What it does behind the push (pkg/signutil, pkg/snapshotter/sociutil).
_AFTERWARDS = lazy_pattern(
    r"(?:cosign|notation|soci) executable not found in path|exit status \d+$"
    r"|exec: \"(?:cosign|notation|soci)\": executable file not found"
)
# Objects that name the image; the index comes before the manifests in it.
_IMAGE = ("index", "manifest")


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes that containerd's progress shows in a log."""
    found_pushes = (_push(text, marks) for marks in pushes_of(LINES.marks(text, WHERE), starts=_starts))
    return tuple(parsed_push(text, push) for push in found_pushes if push)


def _starts(push: Sequence[Mark], mark: Mark) -> bool:
    """Return whether a mark begins another push: after an error, at a command, or where the elapsed time falls."""
    if push[-1].kind == MarkKind.FATAL:
        return mark.kind != MarkKind.NOTE
    if mark.kind in _TIMED:
        before = next((m for m in reversed(push) if m.kind in _TIMED), None)
        return before is not None and (
            elapsed(mark.fields["SECONDS"]) < elapsed(before.fields["SECONDS"])
            or mark.fields.get("REFERENCE") != before.fields.get("REFERENCE")
        )
    return (
        mark.kind == MarkKind.COMMAND
        or _is_fetching(mark)
        or (_is_first(mark) and push[-1].kind not in {MarkKind.NOTE, MarkKind.COMMAND})
    )


def _is_first(mark: Mark) -> bool:
    return mark.kind == MarkKind.NOTE and "SINCE" in mark.fields


def _is_fetching(mark: Mark) -> bool:
    return mark.kind == MarkKind.FETCHED and "FETCHING" in mark.fields


def _push(text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
    if any(mark.kind == MarkKind.FETCHED for mark in marks):
        return None
    marks = [mark for mark in marks if mark.kind != MarkKind.COMMAND or not is_help(mark.fields["COMMAND"])]
    opening = next((mark for mark in reversed(marks) if _is_first(mark) or mark.kind == MarkKind.COMMAND), None)
    error = next((mark for mark in marks if mark.kind == MarkKind.FATAL), None)
    is_tree = any(mark.kind in {MarkKind.TO_REGISTRY, MarkKind.COMPLETED} for mark in marks)
    is_refused = error is not None and _IS_SENT.match(_message(error)) is not None
    is_begun = is_tree or is_refused or _is_begun(marks) or any("OBJECT" in mark.fields for mark in marks)
    if not (is_begun or answers(opening, error)):
        return None
    if opening is None and error is None and not is_tree and all(map(_may_be_fetched, marks)):
        return None
    push = PushBuilder(
        client=Client.NERDCTL,
        why="the rows are containerd's progress, as nerdctl and ctr draw it",
        consumed=[mark for mark in marks if is_tree or "NODE" not in mark.fields],
    )
    states: dict[str, Mark] = {}
    for mark in push.consumed:
        if name := _object(mark):
            states[name] = mark
            if name.startswith("layer-"):
                push.rows.append(_row(mark, name))
        else:
            _tell(text, push, mark)
    is_there = states and all(mark.kind in {MarkKind.PUSHED, MarkKind.EXISTS} for mark in states.values())
    if is_there and push.error and _AFTERWARDS.match(push.error.text):
        push.error = None
    if is_there and push.error is None:
        _done(push, states, marks[-1])
    push.clock = client_timestamps([(marks[0].start, 0.0), *_times(push.consumed)], resolution=0.1)
    return push


def _is_begun(marks: Sequence[Mark]) -> bool:
    """Return whether a push has said its first word below its command; a quiet one says no more."""
    commands = [mark.fields["COMMAND"] for mark in marks if mark.kind == MarkKind.COMMAND]
    return bool(commands) and _QUIET.search(commands[0]) is None and any(map(_is_first, marks))


def _may_be_fetched(mark: Mark) -> bool:
    """Return whether a row stands below a pull as well: a layer that is there, whose image is named further up."""
    return mark.kind in {MarkKind.PUSHED, MarkKind.EXISTS, *_TIMED} and not mark.fields.get("OBJECT", "").startswith(
        tuple(f"{kind}-" for kind in ("index", "manifest", "config"))
    )


def _object(mark: Mark) -> str | None:
    """Return the object that a row is about, as `layer-sha256:…` or, from a tree, `layer-` and twelve digits."""
    if node := _NODE.search(mark.fields.get("NODE", "")):
        return f"{node[1]}-{node[2]}"
    return mark.fields.get("OBJECT")


def _tell(text: LogText, push: PushBuilder, mark: Mark) -> None:
    """Add a line that is no row of an object in the common words."""
    if mark.kind == MarkKind.COMMAND and (name := _named(mark.fields["COMMAND"])):
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)
    elif mark.kind in {MarkKind.TO_REGISTRY, MarkKind.COMPLETED} and not any(
        m.kind == MarkKind.REFERENCE for m in push.marks
    ):
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=mark.fields["REFERENCE"])
    elif mark.kind == MarkKind.FATAL:
        push.error = error_at(text, mark, _message(mark))
    if mark.kind == MarkKind.COMPLETED:
        push.add_mark(MarkKind.DONE, mark)


def _message(error: Mark) -> str:
    return unquoted(error.fields["QUOTED"]) if "QUOTED" in error.fields else error.fields["TEXT"]


def _named(command: str) -> str | None:
    """Return the reference in a command: nerdctl completes a name as docker does, ctr wants it in full.

    Where ctr has two, the first is that of the registry.
    """
    if re.search(r"\bnerdctl ", command) is None:
        words = operands(command)
        return pushed_by(f"ctr push {words[0]}" if len(words) > 1 and "/" in words[0] else command)
    name = pushed_by(command)
    name = name or short_name(command)
    return with_default_tag(name) if name else None


def _times(marks: Sequence[Mark]) -> Iterator[tuple[int, float]]:
    """Yield the offset at which each frame begins and its seconds: the elapsed time stands below the rows."""
    frame: int | None = None
    for mark in marks:
        if _object(mark):
            frame = mark.start if frame is None else frame
        elif mark.kind in _TIMED and frame is not None:
            yield frame, elapsed(mark.fields["SECONDS"])
            frame = None


def _row(mark: Mark, name: str) -> EventRow:
    figures = {key: binary(mark.fields[key.upper()]) for key in ("current", "total") if key.upper() in mark.fields}
    blob = name.partition("-")[2]
    return EventRow(start=mark.start, stop=mark.stop, layer=blob, kind=EventKind[mark.kind.upper()], **figures)


def _done(push: PushBuilder, states: dict[str, Mark], last: Mark) -> None:
    """Add the digest of the image: all objects are there, which proves success."""
    image = next((mark.fields["DIGEST"] for mark in reversed(push.consumed) if mark.kind == MarkKind.IMAGE), None)
    names = [name for kind in _IMAGE for name in states if name.startswith(f"{kind}-sha256:")]
    digest = image or next((name.partition("-")[2] for name in names), None)
    if digest:
        push.add_mark(MarkKind.DIGEST, last, DIGEST=digest)
