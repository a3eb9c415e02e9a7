"""A failed push of a client that nobody knows: one line with a word for pushing, an image or a registry, and a cause.

It is looked for last, where no dialect found a push.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder, parsed_push
from pushlog.formats.clients.generic_failure import Failure, is_same, lacks_error
from pushlog.formats.clients.generic_words import (
    ADDRESS,
    ANNOUNCED,
    ANSWERED,
    BUILDKIT,
    BUILT,
    CODED,
    ENDED,
    FAILS,
    OLD_ANSWER,
    OWN_WORDS,
    PUSHES_IMAGE,
    PUSHES_TAGGED,
    PUSHES_THING,
    REQUEST,
    SERVERS,
    STATED,
    target,
)
from pushlog.formats.docker.error_lines import join_error_lines
from pushlog.formats.engine_address import asked_push
from pushlog.formats.errors.bystanders import goes_to_no_registry, is_of_cache, is_otherwise, is_prose, is_source
from pushlog.formats.errors.classify import classify
from pushlog.formats.errors.wrapped import GO_REQUEST, LABEL, Wrapped, error_in, without_marks
from pushlog.formats.marked_up import may_quote, quoted_lines
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.parsed_push import ranges_outside
from pushlog.formats.quoting.document import is_documented
from pushlog.formats.reference import split
from pushlog.formats.wrapper import wrapper_of
from pushlog.intake.start_pattern import StartPattern, places
from pushlog.knowledge.signatures import Verified
from pushlog.model import Client, Family

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText, Piece
    from pushlog.knowledge.base import Knowledge
    from pushlog.knowledge.wrappers import Wrapper

OPENING = StartPattern(
    signs=(
        rb"ushing (?!\[)",  # not the bars of docker, which come by the million
        rb"to push ",
        rb"not push ",
        rb"docker push",
        rb"running push",
        rb"/blobs/uploads",
        rb"/manifests/",
        rb"scope=repository",
        rb"ynchroniz",
        rb"publish(?:ing)? ",
        rb"push failed",
        rb"Put (?:list-type )?manifest to ",
        rb"Put blob sha256:",
        rb"upload failed",
        rb"push status stream",
        rb"/push\?tag=",
        rb"uild artifact: ",
        rb"\] failed: ",
        rb"\| failed: ",
        rb"push errored",
        rb"docker(?:BuildAnd)?Push\) ",
        rb"rror building image '",
    ),
    # A word for pushing, or a request, and something behind a colon.
    pattern=rb"(?i:push|publish)(?i:ing|ed)?\b[^\n]{1,300}?: |push errored\. |[Pp]ush status stream: "
    rb"|\bPut (?:(?:list-type )?manifest|blob \S+) to \S+ (?:error|failed): "
    rb"|\bFailed to run 'docker push' on image \S|\bto push image to docker registry\. Please "
    rb"|(?:image|push|upload) failed: "
    rb"|DockerClientException: Could not push image(?=\r?\n|\Z)"
    rb"|docker(?:BuildAnd)?Push\) [^\n]{0,40}Failed to push(?=\r?\n|\Z)"
    rb"|rror building image '[^'\n]{1,300}': build failed: "
    rb"|\b(?i:put|post|patch|head|get)\b[^\n]{0,16}https?://[^\s\"]{1,300}/(?:blobs/uploads|manifests)/"
    rb"|scope=(?:[^\s\"]{0,300}[=&+])?repository(?::|%3A)[^\s\"]{1,300}push\b|[Ss]ynchroniz(?:e|ing) [^\n]{1,300}?: "
    rb"|/images/[^\s?]{1,300}/push\b|\bbuild(?:ing)? \[[^\]\s]{1,300}\](?: failed)?: ",
)
# What a command printed stands within so many lines above the word of how it ended.
_ENDS_BELOW = 12
_LONGEST = 8000
# A text that a person writes has so many bytes at most.
_SHORT_TEXT = 1 << 16
# A program says so of the push that failed just above it, and names no other one.
_TOLD_BELOW = 3
# A header that a program prints behind the error of its push; and lines in which it names the image before.
_HEADER_BELOW = 2
_NAMED_ABOVE = 20


def generic_pushes(text: LogText, knowledge: Knowledge, others: Sequence[ParsedPush]) -> tuple[ParsedPush, ...]:
    """Return all pushes of a log: the others, and the failed ones that only a line of an unknown client tells of."""
    pushes = list(others)
    for line_failure in _failures(text, knowledge, others):
        line = line_failure.piece.line
        if any(push.lines[0] <= line <= push.lines[1] for push in pushes):
            continue
        failure = line_failure if line_failure.name else replace(line_failure, name=_named_above(text, line))
        above = max((push for push in pushes if push.lines[1] < line), key=lambda push: push.lines[1], default=None)
        if any(is_same(push, failure) for push in pushes) or _is_of_manual(text, failure):
            continue
        if above and above.error and not (failure.name or failure.registry) and line - above.lines[1] <= _TOLD_BELOW:
            continue
        error = _printed_above(text, failure, above, knowledge) or join_error_lines(
            text, failure.piece, _below(text, failure.piece), failure.error
        )
        if above and lacks_error(above, failure):
            pushes[next(n for n, push in enumerate(pushes) if push is above)] = replace(
                above, error=error, lines=(above.lines[0], error.lines[1]), stop=max(above.stop, error.stop - 1)
            )
            continue
        below = min((push for push in pushes if push.lines[0] > line), key=lambda push: push.lines[0], default=None)
        if below and below.lines[0] - line <= _HEADER_BELOW and lacks_error(below, failure):
            pushes[next(n for n, push in enumerate(pushes) if push is below)] = replace(
                below, error=error, lines=(error.lines[0], below.lines[1]), start=error.start
            )
            continue
        wrapper = wrapper_of(text, error.start, error.stop)
        push = PushBuilder(client=_client(failure, wrapper), why="the line says that a push failed", error=error)
        name = _name(failure, _named_above(text, line))
        if name:
            push.marks.append(
                Mark(
                    kind=MarkKind.REFERENCE,
                    start=failure.piece.start,
                    stop=failure.piece.stop,
                    line=line,
                    fields={"REFERENCE": name},
                )
            )
        pushes.append(parsed_push(text, push))
    return tuple(sorted(pushes, key=lambda push: push.start))


def _client(failure: Failure, wrapper: Wrapper | None) -> Client:
    """Return who pushed: the client that the program around it drives, unless the error has a form of another one."""
    is_told = failure.client is Client.CRANE  # GoReleaser drives docker, or is ko itself
    if is_told or wrapper is None or wrapper.client is None or GO_REQUEST.match(failure.error.text):
        return failure.client
    return wrapper.client


def _printed_above(
    text: LogText, failure: Failure, above: ParsedPush | None, knowledge: Knowledge
) -> ErrorLines | None:
    """Return the error that a command printed, where a line below it only says how the command ended."""
    if not ENDED.match(failure.error.text):
        return None
    first = max(1, failure.piece.line - _ENDS_BELOW, above.lines[1] + 1 if above else 1)
    pieces = list(text.pieces(text.start_of(first), failure.piece.start))
    for number, piece in reversed(list(enumerate(pieces))):
        wrapped = error_in(piece.text, knowledge, is_near=False)
        if wrapped and _is_known(wrapped.text, knowledge):
            return join_error_lines(text, piece, pieces[number + 1 :], wrapped)
    return None


def _name(failure: Failure, announced: str | None) -> str | None:
    """Return the image of a failed push; a line above may tell the tag that a request does not have."""
    if failure.name is None or announced is None or split(failure.name)[1]:
        return failure.name or announced
    return announced if split(announced)[0] == split(failure.name)[0] else failure.name


def _named_above(text: LogText, line: int) -> str | None:
    """Return the image that the nearest line above says is being pushed."""
    start = text.start_of(max(1, line - _NAMED_ABOVE))
    names = [
        match["name"] for piece in text.pieces(start, text.start_of(line)) if (match := ANNOUNCED.search(piece.text))
    ]
    return names[-1] if names else None


def _below(text: LogText, piece: Piece) -> Iterator[Piece]:
    return text.pieces(piece.stop, min(len(text.data), piece.stop + (1 << 15)))


def _failures(text: LogText, knowledge: Knowledge, others: Sequence[ParsedPush]) -> Iterator[Failure]:
    """Return the lines outside other pushes that tell of a failed push."""
    stop = -1
    for part in ranges_outside(text, others):
        for offset in places((OPENING,), text.data, *part):
            if offset < stop:
                continue
            line = text.line_of(offset)
            start, stop = text.start_of(line), text.start_of(line + 1)
            if stop - start <= _LONGEST:
                yield from filter(None, (_failure_in(piece, knowledge) for piece in text.pieces(start, stop)))


def _failure_in(piece: Piece, knowledge: Knowledge) -> Failure | None:
    """Return the failed push that a line tells of, or what a person quotes in it."""
    failure = _in_own_words(piece) or _failure(piece, knowledge)
    quoted = quoted_lines(piece.text) if failure is None and may_quote(piece.text) and not is_source(piece.text) else ()
    return failure or next(filter(None, (_failure(replace(piece, text=line), knowledge) for line in quoted)), None)


def _failure(piece: Piece, knowledge: Knowledge) -> Failure | None:
    """Return the failed push that a line tells of."""
    line = piece.text
    words = ADDRESS.sub(" ", line)
    asked = asked_push(line, is_quoted=False)
    old_answer = OLD_ANSWER.search(line)
    is_request = REQUEST.search(line) is not None or asked is not None or old_answer is not None
    is_push = any(form.search(words) for form in (PUSHES_THING, PUSHES_IMAGE, PUSHES_TAGGED)) and FAILS.search(words)
    built = BUILT.search(line)
    is_of_document = is_prose(SERVERS.sub("", words))
    is_elsewhere = is_of_cache(line) or goes_to_no_registry(line)
    if not (is_request or is_push or built) or is_elsewhere or is_of_document or is_source(words):
        return None
    name, registry = target(line)
    if asked:
        name = asked.image
    coded = CODED.search(line) if is_push and not is_request else None
    error = error_in(line, knowledge, behind=built.end() if built else 0)
    if coded and (error is None or error.text in coded["cause"]):
        error = Wrapped(text=without_marks(coded["cause"]), head=line[: coded.start("cause")])
    if built or old_answer:  # an old answer names no host, and is read where the error is
        name = built["name"] if built else None
    is_of_build = built is not None and not is_push and (error is None or len(error.head) > built.end())
    if is_of_build or is_otherwise(ADDRESS.sub(" ", error.head if error else line)) or "pull access denied" in line:
        return None
    is_go = is_request and not (is_push or asked or old_answer)
    if is_go and error and _is_of_go(error):
        return None  # Go's own words for a request, as docker and others print them
    if error and _is_known(error.text, knowledge):
        is_of_buildkit = BUILDKIT.search(line) is not None
        client = Client.DOCKER if old_answer else Client.BUILDX if is_of_buildkit else Client.UNKNOWN
        return Failure(piece, error, registry, name, client)
    # Nobody knows the cause, but the line says that this image was not pushed.
    stated = STATED.search(line) if is_push and name else None
    if stated is None:
        return None
    cause = ANSWERED.sub("", without_marks(stated["cause"]))
    return Failure(piece, Wrapped(text=cause, head=""), registry, name)


def _is_of_manual(text: LogText, failure: Failure) -> bool:
    """Return whether a line is one of a short text that only explains what can happen."""
    if len(text.data) > _SHORT_TEXT:
        return False
    lines = [piece.text for piece in text.pieces(0, len(text.data))]
    return is_documented(failure.piece.text, lines, is_named=bool(failure.name or failure.registry))


def _in_own_words(piece: Piece) -> Failure | None:
    """Return the failed push that a program tells of in words of its own."""
    for client, form in OWN_WORDS:
        if match := form.search(piece.text):
            return Failure(piece, Wrapped(text=match["cause"], head=""), None, match["name"] or None, client)
    return None


def _is_of_go(error: Wrapped) -> bool:
    """Return whether an error is nothing but a label and what Go and containerd say of a request."""
    is_bare = LABEL.fullmatch(error.head) is not None and '"' in error.text
    return is_bare and GO_REQUEST.search(error.text) is None


def _is_known(text: str, knowledge: Knowledge) -> bool:
    """Return whether the catalogue explains an error, by a row that rests on more than a guess."""
    classified = classify(text, catalogue=knowledge.signatures)
    row = classified.signature
    return row is not None and row.verified is not Verified.INFERRED and classified.family is not Family.UNKNOWN
