"""oc: the commands that mirror images to a registry. They name each blob that is sent and each manifest that is there.

One run fills many repositories at once, and the lines of several take turns; what goes to one of them is one push.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import Interleaved, PushBuilder, error_at, parsed_push, pushes_of
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import MarkKind
from pushlog.formats.reference import split
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("oc_mirror.lark")
OPENING = StartPattern(
    signs=(
        rb"uploading: ",
        rb"mounted: ",
        rb"info: Mirroring completed in ",
        rb"error: unable to ",
        rb"error: failed to commit blob ",
    ),
    pattern=rb"(?:uploading|mounted): [\w.-]+(?::\d+)?/\S+ sha256:|info: Mirroring completed in "
    rb"|error: (?:unable to (?:push manifest to [\w.-]+[:/]|(?:upload blob|copy layer) sha256:"
    rb"|push [^\s:]+(?::\d+)?[^\s:]*: failed to upload blob sha256:)|failed to commit blob sha256:)",
)
INSIDE = None
WHERE = (OPENING,)
REDRAWN: frozenset[MarkKind] = frozenset()
_ROWS = {MarkKind.PUSHING: EventKind.PUSHING, MarkKind.MOUNTED: EventKind.MOUNTED}
# Lines of a mirror only. A digest and a name stand side by side elsewhere, too.
_OWN = {*_ROWS, MarkKind.ERROR, MarkKind.DONE}


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return a push for each repository that a run of oc filled, or failed to."""
    runs = pushes_of(LINES.marks(text, WHERE), starts=_starts, ends=(MarkKind.DONE,))
    return tuple(parsed_push(text, push) for marks in runs for push in _pushes(text, marks))


def _starts(run: Sequence[Mark], mark: Mark) -> bool:
    """Return whether the plan of another run begins."""
    return mark.kind == MarkKind.TARGET and run[-1].kind != MarkKind.TARGET


def _pushes(text: LogText, run: Sequence[Mark]) -> list[PushBuilder]:
    if not any(mark.kind in _OWN for mark in run):
        return []
    planned = {mark.fields["PLANNED"].replace(" ", "/") for mark in run if mark.kind == MarkKind.TARGET}
    named = {_repository(mark) for mark in run if "IMAGE" in mark.fields}
    only = next(iter(planned | named)) if len(planned | named) == 1 else ""
    turns = Interleaved.of(text, run)
    builders: dict[str, PushBuilder] = {}
    for mark in run:
        if mark.kind in {MarkKind.TARGET, MarkKind.DONE}:
            continue
        name = _repository(mark) or only
        push = builders.setdefault(
            name,
            PushBuilder(client=Client.UNKNOWN, why="the lines are those of oc image mirror", interleaved=turns),
        )
        push.consumed.append(mark)
        _tell(text, push, mark, name)
    return [_failed(push) if push.error else push for push in builders.values()]


def _failed(push: PushBuilder) -> PushBuilder:
    """Return a push with an error; manifests beside the one that failed do not say what became of that."""
    push.marks = [mark for mark in push.marks if mark.kind == MarkKind.REFERENCE]
    return push


def _repository(mark: Mark) -> str:
    return split(mark.fields.get("IMAGE", ""))[0] or ""


def _tell(text: LogText, push: PushBuilder, mark: Mark, name: str) -> None:
    """Add one line in the common words."""
    fields = mark.fields
    is_first_error = mark.kind == MarkKind.ERROR and push.error is None
    if is_first_error:
        push.marks = [above for above in push.marks if above.kind != MarkKind.REFERENCE]
    if name and not any(above.kind == MarkKind.REFERENCE for above in push.marks):
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=fields.get("IMAGE", name) if is_first_error else name)
    if mark.kind in _ROWS:
        push.rows.append(EventRow(start=mark.start, stop=mark.stop, layer=fields["LAYER"], kind=_ROWS[mark.kind]))
    elif mark.kind == MarkKind.RESULT:
        tag = split(fields["IMAGE"])[1]
        push.add_mark(MarkKind.DIGEST, mark, DIGEST=fields["DIGEST"], **({"TAG": tag} if tag else {}))
    elif is_first_error:
        push.error = error_at(text, mark, fields["TEXT"])
