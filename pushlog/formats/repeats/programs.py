"""Leave out pushes that are only told again: an exception, or a summary at the end, repeats what a client printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.marks import HEADERS
from pushlog.formats.reference import reference
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

    Pair = tuple[ParsedPush, LogText]

# What programs print a command's output again with: SSHKit, Node's child_process and execa, Python's subprocess.
_AGAIN = lazy_pattern(rb"\b(?:std(?:out|err)|STD(?:OUT|ERR)): |\bCommand failed(?: with exit code \d+)?: ")
_ABOVE = 2
_LONGEST = 1 << 14
# What Terraform says at its end of a provisioner that failed, with all that its command printed, and how one begins.
# Source: hashicorp/terraform internal/builtin/provisioners/local-exec and internal/command/views/hook_ui.go.
_PROVISIONER_FAILED = b"Error running command '"
_PROVISIONER = b": Provisioning with 'local-exec'..."
# Two that stand so near tell of one failure, if both are told so.
_NEAR = 12


def told_once(log: LogText, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pushes of a log in order but for those that repeat one above, and of which nothing shows a try."""
    failed: dict[tuple[str | None, str], Pair] = {}
    once: list[Pair] = []
    for push, text in pairs:
        if _is_told_by_terraform(log, once, push):
            continue
        if push.error is not None:
            words = (reference(push.marks, push.error.text).repository, push.error.text)
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


def _is_told_by_terraform(log: LogText, above: Sequence[Pair], push: ParsedPush) -> bool:
    """Return whether a push stands in what Terraform prints again of a command, and one like it above that."""
    start = log.start_of(push.lines[0])
    place = log.data.rfind(_PROVISIONER_FAILED, 0, log.stop_of(push.lines[0])) if above else -1
    if place < 0 or log.data.find(_PROVISIONER, place, start) >= 0:
        return False
    name = _repository(push)
    return any(
        (first.error is None) == (push.error is None)
        and (name is None or name == _repository(first))
        and log.start_of(first.lines[1]) < place
        for first, _ in above
    )


def _repository(push: ParsedPush) -> str | None:
    return reference(push.marks, push.error.text if push.error else "").repository


def _begins_line(push: ParsedPush, text: LogText) -> bool:
    first = min((mark.start for mark in push.marks), default=push.start)
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
