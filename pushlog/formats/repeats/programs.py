"""Leave out pushes that are only told again: an exception, or a summary at the end, repeats what a client printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.marks import HEADERS, MarkKind
from pushlog.formats.reference import reference
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

    Pair = tuple[ParsedPush, LogText]

# What programs print a command's output again with: SSHKit, Node's child_process and execa, Python's subprocess, whose
# bytes a program may show as they are.
_AGAIN = lazy_pattern(
    rb"(?<!\w)b['\"]|\b(?:std(?:out|err)|STD(?:OUT|ERR)): |\bCommand failed(?: with exit code \d+)?: "
)
_ABOVE = 2
_LONGEST = 1 << 14
# What Terraform says at its end of a provisioner that failed, with all that its command printed, and how one begins.
# Source: hashicorp/terraform internal/builtin/provisioners/local-exec and internal/command/views/hook_ui.go.
_PROVISIONER_FAILED = b"Error running command '"
_PROVISIONER = b": Provisioning with 'local-exec'..."
_REACH = 1 << 20
# Two that stand so near tell of one failure, if both are told so.
_NEAR = 12
# A tail has so many lines at most.
_TAIL = 500


def told_once(log: LogText, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pushes of a log in order but for those that repeat one above, and of which nothing shows a try."""
    failed: dict[tuple[str | None, str], Pair] = {}
    once: list[Pair] = []
    terraform = _Terraform(log)
    for push, text in pairs:
        if once and terraform.tells(push, once):
            continue
        if push.error is not None:
            words = (reference(push.marks, push.error.text).repository, push.error.text)
            if words[0] is None and any(_is_tail_of(first, (push, text)) for first in failed.values()):
                continue
            if words in failed and _is_told_again(log, failed[words], (push, text), is_named=words[0] is not None):
                continue
            failed[words] = (push, text)
        once.append((push, text))
    return once


def _is_told_again(log: LogText, first: Pair, again: Pair, *, is_named: bool) -> bool:
    """Return whether a push is what a program says of another; `is_named`: both name the image."""
    push = again[0]
    if not len(push.events) and not _begins_line(*again):
        return True
    if not is_named or push.client is not first[0].client:
        return False
    if _is_only_named(push) and not _is_only_named(first[0]):
        return True
    is_near = push.lines[0] - first[0].lines[1] <= _NEAR
    return _is_printed_again(log, push) and (is_near or not _is_printed_again(log, first[0]))


def _is_tail_of(first: Pair, again: Pair) -> bool:
    """Return whether a push has no header, and all its lines are the last ones of one that has: a tail of the log."""
    push, above = again[0], first[0]
    count = push.lines[1] - push.lines[0]
    if push.lines[0] <= above.lines[1] or not len(push.events) or push.last(*HEADERS) or not above.last(*HEADERS):
        return False
    if count > min(_TAIL, above.lines[1] - above.lines[0]):
        return False
    return all(
        first[1].shown(above.lines[1] - back) == again[1].shown(push.lines[1] - back) for back in range(count + 1)
    )


class _Terraform:
    """Finds the pushes that stand in what Terraform prints again of a command, in the order of the log.

    It looks at what stands between two pushes, near the second, and names pushes only where it found something.
    """

    def __init__(self, log: LogText) -> None:
        self.log = log
        self.seen = 0
        self.place = -1
        self.named = 0
        # Where the first push of an image ended, and of any: one that went well (`True`), or did not.
        self.ends: dict[tuple[bool, str | None], int] = {}

    def tells(self, push: ParsedPush, above: Sequence[Pair]) -> bool:
        """Return whether a push is told again, and one like it stands above what tells it."""
        start, stop = self.log.bounds(push.lines[0])
        new = max(self.seen, start - _REACH)
        self.seen = max(self.seen, start)
        self.place = max(self.place, self.log.data.rfind(_PROVISIONER_FAILED, new, stop))
        if self.place < 0:
            return False
        if start - self.place > _REACH or self.log.data.find(_PROVISIONER, max(new, self.place), start) >= 0:
            self.place = -1
            return False
        for first, _ in above[self.named :]:
            end = self.log.stop_of(first.lines[1])
            for image in (_repository(first), None):
                self.ends.setdefault((first.error is None, image), end)
        self.named = len(above)
        return self.ends.get((push.error is None, _repository(push)), stop) < self.place


def _repository(push: ParsedPush) -> str | None:
    return reference(push.marks, push.error.text if push.error else "").repository


def _begins_line(push: ParsedPush, text: LogText) -> bool:
    # A line above that names the image is none of its own, nor what names the command above docker's header.
    header = push.last(*HEADERS)
    marks = [header] if header else [mark for mark in push.marks if mark.kind != MarkKind.NAME]
    first = min((mark.start for mark in marks), default=push.start)
    return first == 0 or text.data[first - 1 : first] in (b"\n", b"\r")


def _is_only_named(push: ParsedPush) -> bool:
    """Return whether docker, which prints a header at every push, shows none, nor a shell that it was called."""
    return (
        push.client is Client.DOCKER
        and not len(push.events)
        and not any(mark.kind in HEADERS or "PROMPT" in mark.fields for mark in push.marks)
    )


def _is_printed_again(log: LogText, push: ParsedPush) -> bool:
    """Return whether a push stands below words that announce what a command printed, or beside them."""
    start = log.start_of(max(1, push.lines[0] - _ABOVE))
    return _AGAIN.search(log.data, start, min(log.stop_of(push.lines[1]), start + _LONGEST)) is not None
