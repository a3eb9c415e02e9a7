"""Join what tells of one push: tries of a program that runs its client again, and an error that names the image."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.docker.bind_error import LOGS_IN
from pushlog.formats.image_names import has_open_tag, host, named_by, names_in, split
from pushlog.formats.marks import COMMANDS, HEADERS, MarkKind
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush

# spotify/docker-maven-plugin Utils.java (pushImage): the only line that it prints of the error.
_AGAIN = lazy_pattern(r"Failed to push \S+, retrying in \d+ seconds \(\d+/\d+\)\.?$")
# zarf and others: the error of a try, and that there will be another.
_TRIED = lazy_pattern(r"(?P<error>[^\n]{12,}?)[.,;:]? \(?[Rr]etrying (?:in \d|after \d)[^\n]{0,40}$")
# werf/werf pkg/docker/image.go (doCliPushWithRetries), below what docker printed of a try.
_BEGINS_ANEW = lazy_pattern(r"\bRetrying docker push in \d+\.\d+ seconds \(\d+/\d+\) \.\.\.$")
# A script says below a push that it will try again.
_TRIES_AGAIN = lazy_pattern(r"\b[Rr]e-?try(?:ing)?\b|\b[Aa]ttempt \d|\b(?:try|trying|pushing) again\b")
_NAMES_TAG = (MarkKind.NAME, MarkKind.COMMAND)
_PROOF = (MarkKind.DIGEST, MarkKind.AUX, MarkKind.QUIET, MarkKind.INTERRUPT)
# The next attempt begins so many lines below, and an error stands so near.
_NEAR, _BELOW = 12, 3


def joined(pushes: Sequence[ParsedPush]) -> list[ParsedPush]:
    """Return pushes in order, with each that is begun again as the beginning of the next."""
    joined_pushes: list[ParsedPush] = []
    for push in pushes:
        if joined_pushes and _is_same_error(joined_pushes[-1], push):
            continue
        if joined_pushes and _is_next_attempt(joined_pushes[-1], push):
            first = joined_pushes.pop()
            joined_pushes.append(replace(push, start=first.start, lines=(first.lines[0], push.lines[1])))
        elif joined_pushes and _ends(joined_pushes[-1], push):
            first = joined_pushes.pop()
            lines = (first.lines[0], push.lines[1])
            joined_pushes.append(replace(first, error=push.error, lines=lines, stop=push.stop, after=push.after))
        else:
            joined_pushes.append(_with_tag_of(joined_pushes[-1], push) if joined_pushes else push)
    return joined_pushes


def _ends(first: ParsedPush, push: ParsedPush) -> bool:
    """Return whether a push is nothing but an error, right below one without an end, and of the same image."""
    if first.client is not Client.DOCKER or first.error is not None or push.error is None or len(push.events):
        return False
    if push.lines != push.error.lines or not 0 < push.lines[0] - first.lines[1] <= _BELOW:
        return False
    if any(mark.kind in _PROOF for mark in first.marks):
        return False
    named = named_by(push.error.text)
    return named.repository is not None and (named.registry, named.repository) in {
        host(split(name)[0]) for name in _names(first)
    }


def _with_tag_of(first: ParsedPush, push: ParsedPush) -> ParsedPush:
    """Return a push with the tag of the failed one above it, where a line says that it is tried again.

    The same command may say so as well.
    """
    after = first.after.text if first.error and first.after else ""
    is_asked_again = first.error is not None and bool(_requests(push)) and _requests(first) == _requests(push)
    if not (_TRIES_AGAIN.search(after) or is_asked_again) or not _names(push) or _names(first) != _names(push):
        return push
    has_tag = any(_has_tag(mark) for mark in push.marks)
    if has_tag or push.lines[0] - first.lines[1] > _NEAR:
        return push
    return replace(push, marks=(*(mark for mark in first.marks if mark.kind in _NAMES_TAG), *push.marks))


def _is_same_error(first: ParsedPush, push: ParsedPush) -> bool:
    """Return whether a push is nothing but the error of the one above, which a person or a program tells again."""
    if first.error is None or push.error is None or first.client != push.client:
        return False
    if push.error.text != first.error.text:
        return False
    is_near = push.lines[0] - first.lines[1] <= _NEAR and names_in([push.error.text]).repository is not None
    return (_is_bare(first) and _is_bare(push)) or (is_near and push.lines == push.error.lines and not len(push.events))


def _is_bare(push: ParsedPush) -> bool:
    """Return whether nothing is known of a push but its error; a recording has a header and an error in one line."""
    return (
        push.error is not None
        and push.lines == push.error.lines
        and not len(push.events)
        and not _names(push)
        and not _references(push)
    )


def _is_next_attempt(first: ParsedPush, push: ParsedPush) -> bool:
    if first.error is None or push.lines[0] - first.lines[1] > _NEAR:
        return False
    tried = _TRIED.match(first.error.text)
    if tried and push.error and push.error.text.startswith(tried["error"]):
        return _references(first) == _references(push)
    is_begun_anew = first.after is not None and _BEGINS_ANEW.search(first.after.text) is not None
    if first.error.text != LOGS_IN and not _AGAIN.search(first.error.text) and not is_begun_anew:
        return False
    return _names(first) == _names(push)


def _has_tag(mark: Mark) -> bool:
    name = mark.fields.get("REFERENCE", "")
    is_named = "TAG" in mark.fields or mark.kind == MarkKind.DEFAULT_TAG
    return is_named or split(name)[1] is not None or has_open_tag(name)


def _requests(push: ParsedPush) -> set[str]:
    return {mark.fields["REFERENCE"] for mark in push.marks if mark.kind in COMMANDS and "REFERENCE" in mark.fields}


def _references(push: ParsedPush) -> set[str]:
    return {mark.fields["REFERENCE"] for mark in push.marks if "REFERENCE" in mark.fields}


def _names(push: ParsedPush) -> set[str]:
    return {mark.fields["NAME"] for mark in push.marks if mark.kind in HEADERS}
