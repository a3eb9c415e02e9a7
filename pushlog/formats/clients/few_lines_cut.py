"""Where the push of a client with a few fixed lines ends, and the next one begins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.events import EventKind
from pushlog.formats.marks import MarkKind
from pushlog.formats.reference import split
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.formats.marks import Mark

# Lines of other programs between two lines of a push; an error that does not say what failed stands nearer.
_BETWEEN = 300
NEAR = 12
# Lines that only a push has, and those that end one that went well.
ROWS = {MarkKind.PUSHING: EventKind.PUSHING, MarkKind.PUSHED: EventKind.PUSHED, MarkKind.EXISTS: EventKind.EXISTS}
BEGUN = {*ROWS, MarkKind.BEGIN, MarkKind.REFERENCE, MarkKind.DONE, MarkKind.LAST_WORD}
_ENDED = {MarkKind.DONE, MarkKind.LAST_WORD, MarkKind.DIGEST}
_BESIDE = {*_ENDED, MarkKind.NOTE, MarkKind.MORE}
# What only a push asks of a registry: to take something, whether it has a blob, or the right for it.
_SENT = lazy_pattern(
    r"(?i:\b(?:post|put|patch) (?:request to )?\"?https?://|\bhead (?:request to )?\"?https?://\S+/blobs/)"
    r"|repository(?:%3A|:)\S+(?:%2C|,)push\b"
)


def groups(marks: Iterable[Mark]) -> Iterator[list[Mark]]:
    """Cut the marks of a log into those of each push."""
    push: list[Mark] = []
    for read in marks:
        mark = _as_refused(read) if _fails_next(push, read) else read
        if push and _begins(push, mark):
            yield [_as_refused(failed) for failed in push] if _goes_on_above(push, mark) else push
            push = []
        push.append(mark)
    if push:
        yield push


def _fails_next(push: Sequence[Mark], mark: Mark) -> bool:
    """Return whether an error right below the proof of success came of a push: of the next one in a loop."""
    is_below = any(above.kind == MarkKind.DONE for above in push) and mark.line - push[-1].line <= NEAR
    return is_below and mark.kind == MarkKind.FAILED and says_sent(mark)


def _goes_on_above(push: Sequence[Mark], mark: Mark) -> bool:
    """Return whether a loop goes on with its next push right below an error that came of one."""
    is_near = mark.kind == MarkKind.DONE and mark.line - push[-1].line <= NEAR
    return is_near and any(map(says_sent, push)) and not {item.kind for item in push} & BEGUN


def _as_refused(mark: Mark) -> Mark:
    return replace(mark, kind=MarkKind.REFUSED) if mark.kind == MarkKind.FAILED and says_sent(mark) else mark


def says_sent(mark: Mark) -> bool:
    """Return whether an error names a request that only a push makes."""
    return (
        mark.kind in (MarkKind.FAILED, MarkKind.REFUSED)
        and _SENT.search(next(iter(mark.fields.values()), "")) is not None
    )


def _begins(push: Sequence[Mark], mark: Mark) -> bool:
    """Return whether a mark belongs to another push than the marks above it."""
    if mark.line - push[-1].line > (NEAR if mark.kind == MarkKind.FAILED else _BETWEEN):
        return True
    signed = next((item for item in reversed(push) if item.kind == MarkKind.LAST_WORD), None)
    if signed and "SUBJECT" in mark.fields and split(mark.fields["SUBJECT"])[0] != split(_name(signed))[0]:
        return True
    kinds = {item.kind for item in push}
    if mark.kind == MarkKind.COMMAND or _goes_on_above(push, mark):
        return True
    if mark.kind in (MarkKind.DONE, MarkKind.LAST_WORD) and kinds & {MarkKind.DONE, MarkKind.LAST_WORD}:
        ended = next(item for item in push if item.kind in _ENDED)
        return _name(mark) != _name(ended) or mark.fields.get("DIGEST") != ended.fields.get("DIGEST")
    is_over = bool(kinds & {*_ENDED, MarkKind.REFUSED, MarkKind.KEPT})
    if mark.kind == MarkKind.REFUSED:
        return MarkKind.DONE in kinds or (MarkKind.REFUSED in kinds and _is_other(push, mark))
    # jib's bar of progress may end below its last word.
    is_rest = "PUSHES" in mark.fields and mark.line - push[-1].line <= NEAR
    return is_over and mark.kind in {*BEGUN, MarkKind.HEADER} - _BESIDE and not is_rest


def _is_other(push: Sequence[Mark], mark: Mark) -> bool:
    """Return whether an error names another image than the error above it."""
    names = {_name(item) for item in push if item.kind == MarkKind.REFUSED}
    return bool(_name(mark)) and _name(mark) not in names


def _name(mark: Mark) -> str:
    return mark.fields.get("REFERENCE", mark.fields.get("TARGETS", ""))
