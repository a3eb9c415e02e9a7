"""Pushes that ran at the same time into one log without a prefix: which lines are whose, nobody can tell.

Docker prints a header, the layers and the end of a push. Where two headers stand together, or layers of one push go on
behind the header of the next, what follows is of both: neither gets a tag, a digest line or an error that may be the
other's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.docker.error_lines import ErrorLines
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import EventKind
from pushlog.formats.marks import HEADERS, MarkKind
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.knowledge.base import Knowledge

# Two headers with no more lines between them stand together.
_NEAR = 2
_DONE = (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED, EventKind.SKIPPED, EventKind.FAILED)


def without_doubtful_ends(pushes: Sequence[ParsedPush], knowledge: Knowledge) -> list[ParsedPush]:
    """Return the pushes of a log in order; those that are mixed have only what is surely theirs."""
    result = list(pushes)
    for number in range(len(result) - 1):
        first, second = result[number], result[number + 1]
        if _are_mixed(first, second):
            result[number], result[number + 1] = _divided(first, second, knowledge)
    return result


def _are_mixed(first: ParsedPush, second: ParsedPush) -> bool:
    if first.client is not Client.DOCKER or second.client is not Client.DOCKER or first.error is not None:
        return False
    headers = [push.last(*HEADERS) for push in (first, second)]
    if None in headers or first.last(MarkKind.DIGEST, MarkKind.AUX) is not None:
        return False
    return _stand_together(first, second) if not len(first.events) else _goes_on(first, second)


def _stand_together(first: ParsedPush, second: ParsedPush) -> bool:
    return second.lines[0] - first.lines[1] <= _NEAR


def _goes_on(first: ParsedPush, second: ParsedPush) -> bool:
    """Return whether a layer of the first push that was prepared and not done goes on in the second."""
    last = dict(zip(first.events.layer.tolist(), first.events.kind.tolist(), strict=True))
    open_ids = {first.events.ids[layer] for layer, kind in last.items() if kind not in _DONE}
    begun: dict[int, int] = {}
    for layer, kind in zip(second.events.layer.tolist(), second.events.kind.tolist(), strict=True):
        begun.setdefault(layer, kind)
    return any(second.events.ids[layer] in open_ids and kind != EventKind.PREPARING for layer, kind in begun.items())


def _divided(first: ParsedPush, second: ParsedPush, knowledge: Knowledge) -> tuple[ParsedPush, ParsedPush]:
    """Return both pushes with the ends that they can't have from each other."""
    digests = [mark for mark in second.marks if mark.kind == MarkKind.DIGEST]
    errors = [second.error] if second.error else []
    errors += [
        ErrorLines(text=piece.text, start=piece.start, stop=piece.stop, lines=(piece.line, piece.line))
        for piece in (*second.unread, *([second.after] if second.after else []))
        if starts_error(piece.text, knowledge)
    ]
    if len(digests) + len(errors) < 2:
        return first, second
    if not digests and len({error.text for error in errors}) == 1:
        # Both were refused in the same words: each has one of the lines.
        return replace(first, error=errors[0], is_mixed=True), replace(second, error=errors[-1], is_mixed=True)
    if not errors:
        return replace(first, is_mixed=True), replace(second, marks=_without_tags(second.marks), is_mixed=True)
    marks = tuple(mark for mark in second.marks if mark.kind != MarkKind.DIGEST)
    return replace(first, is_mixed=True), replace(second, marks=marks, error=None, is_mixed=True)


def _without_tags(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The marks with digest lines that prove an end and name nothing."""
    return tuple(replace(mark, fields={}) if mark.kind == MarkKind.DIGEST else mark for mark in marks)
