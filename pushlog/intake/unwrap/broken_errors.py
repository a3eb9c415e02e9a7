"""Errors of other clients than docker that a person, an editor or a page broke between words: whole again.

A grammar reads a line. What of an error stands in the next one is lost, and with it the name or the cause. Docker's own
errors are bare, and joined where they are bound to their push.
"""

from __future__ import annotations

import re
from functools import cache
from heapq import merge
from typing import TYPE_CHECKING

from pushlog.intake.literal_search import LiteralIndex
from pushlog.intake.unwrap.line_prefix import ZEROED_DIGITS
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# How Amazon names the user that it refuses.
_USER = b"User: arn:aws"
# How the errors of a push begin; each client goes on in the same line. Sources: the grammars of the clients.
_SIGNS = (
    b"failed to push",
    b"failed to solve:",
    b"failed to perform ",
    b"layer upload to",
    b'ushing image "',
    b"Build image failed, perhaps",
    b"reuse blob",
    b"rror: signing ",
    b"ploading manifest ",
    b"ploading layer to ",
    b"error pushing image",
    b"Error pushing image",
    b"rror copying image",
    b"failed to write image to ",
    b"Failed to push ",
    b"unexpected status from ",
    b"push permissions --",
    _USER,
)
# No such error ends so: with a colon, a word that asks for another, the address of an upload, half a name.
_IS_OPEN = lazy_pattern(
    rb"(?:(?<!errors)(?<!exit status \d):|/blobs/uploads/|/blobs/uploads/\S{0,300}[&?=]|\bto destination"
    rb"|\b(?:a|an|and|at|be|blob|by|for|from|image|in|initiating|is|make|manifest|not|of|on|or|please|pushing|reuse|should"
    rb"|sure|that|the|to|uploading|with|writing|your|GET|HEAD|PATCH|POST|PUT)|desc =| --)[ \t]*\r?\Z"
)
# A clause with another one below.
_IS_CLAUSE = lazy_pattern(rb"[a-z],[ \t]*\r?\Z")
# A word or an address that goes on without a blank.
_IN_WORD = lazy_pattern(rb"[/\w](?:-|/)\r?\Z|https?://[^\s\"']{1,100}/v2/[^\s\"']{0,300}\Z")
_IN_ADDRESS = lazy_pattern(rb"https?:(?:/|//[^\s\"']{0,300})?\Z")
_ADDRESS = lazy_pattern(rb"https?://[^\s\"]{1,300}/\r?\Z")
_REST_OF_WORD = lazy_pattern(rb"(?:[a-z0-9]|/\w)[^\s]")
# The name of the image stands in the next line.
_NAMELESS = lazy_pattern(rb"ailed to push(?: image)?[ \t]*\r?\Z")
_NAME = lazy_pattern(rb"[ \t]*[\"']?[\w.-]+[/:][\w./:@-]+[\"']?: ")
# Harbor's words for a full project, with figures in them.
_OF_QUOTA = lazy_pattern(rb"\b(?:updated to current usage of|adding) [\d.]{1,12} [kMGTPEi]{0,3}B[ \t]*\r?\Z")
_GOES_ON = (b"will exceed the configured upper limit of", b"of storage resource, which")
# How Amazon goes on behind the name of a user, which is long.
_OF_USER = lazy_pattern(rb"User: arn:aws\S{1,300}[ \t]*\r?\Z")
_REFUSES_USER = b"is not authorized to perform: "
# The next line is one of its own: a title, an item, a command, a log line, another error, output of docker.
_IS_ANOTHER = lazy_pattern(
    rb"[ \t]*+(?:[^\w/\"'{<(]|\Z|\d{4}[-/]\d\d|\d\d:\d\d|(?:time|level|ts)=|[A-Z]{4}\[|exit (?:code|status)"
    rb"|(?i:err(?:or|o)?|warn(?:ing)?|info|fatal?|caused by|note|solution|fix|cause|reason|step \d+)\b"
    rb"(?=[:\[]| {1,9}\S+:)"
    rb"|(?:make|npm|docker|podman|skopeo|crane|helm)(?:\[\d+\])?: |Copying |Getting |Writing manifest "
    rb"|The push refers to |Using default tag: |[0-9a-f]{12}: [A-Z]|\w[\w.-]{0,127}: digest: sha256:)"
)
# What ends such errors, whole sentences: broken anywhere, the first half looks over. Sources: Go's net and net/http,
# moby and distribution.
_SENTENCES = (
    b"unauthorized: authentication required",
    b"unauthorized: incorrect username or password",
    b"denied: requested access to the resource is denied",
    b"does not exist locally with the tag:",
    b"requested access to the resource is denied",
    b"access to the requested resource is not authorized",
    b"authentication required",
    b"authorization failed",
    b"incorrect username or password",
    b"no basic auth credentials",
    b"blob upload unknown to registry",
    b"blob unknown to registry",
    b"connection refused",
    b"connection reset by peer",
    b"context deadline exceeded",
    b"i/o timeout",
    b"no such host",
    b"no route to host",
    b"net/http: TLS handshake timeout",
    b"x509: certificate signed by unknown authority",
    b"http: server gave HTTP response to HTTPS client",
)
_HALVES = tuple(
    (sentence[: blank.start()], sentence[blank.end() :])
    for sentence in _SENTENCES
    for blank in re.finditer(b" ", sentence)
)
# One look for all of them: a job may say in each of its lines that a push failed.
_FIRST_HALVES = tuple({first for first, _ in _HALVES})
# A comment, a quoted mail, the box around an error of Terraform, and the stack before it in CDK for Terraform.
_MARK = lazy_pattern(rb"[ \t]*(#|//|>|--|(?:[\w.-]{1,80} {1,9})?\xe2\x94\x82) +(?=\S)")
_MOST_LINES, _LONGEST = 8, 2000
_FIRST_WORD = lazy_pattern(rb"[ \t]*[^ \t\r\n]+[ \t]")


def with_whole_errors(text: bytes) -> bytes:
    """Return the text with such errors in one line each, and as many line feeds behind as it had."""
    parts: list[bytes] = []
    done = 0
    signs = [_SIGNS[number] for number in _index().groups(text, 0, len(text))]
    for place in merge(*(_places(text, sign) for sign in signs)):
        if place < done:
            continue
        start = text.rfind(b"\n", 0, place) + 1
        stop, line = _whole_line(text, start, place)
        if line is not None:
            parts += [text[done:start], line]
            done = stop
    return b"".join([*parts, text[done:]]) if parts else text


@cache
def _index() -> LiteralIndex:
    return LiteralIndex.of_words(_SIGNS)


def _places(text: bytes, sign: bytes) -> Iterator[int]:
    """Yield the offsets of some words, in order; one of each line is enough."""
    place = text.find(sign)
    while place >= 0:
        yield place
        end = text.find(b"\n", place)
        place = text.find(sign, end) if end >= 0 else -1


def _whole_line(text: bytes, start: int, place: int) -> tuple[int, bytes | None]:
    """Return where the last line of an error ends, and the error in one line; None where it is whole."""
    stop = _line_end(text, place)
    if text.startswith(_USER, place) and text[start:place].strip():
        return stop, None  # docker's own error
    line, feeds = text[start:stop], 0
    while feeds < _MOST_LINES and stop < len(text) and len(line) < _LONGEST:
        below = text[stop + 1 : _line_end(text, stop + 1)]
        joined = _joined(line, below)
        if joined is None:
            break
        line, stop, feeds = joined, stop + 1 + len(below), feeds + 1
    return stop, line + b"\n" * feeds if feeds else None


def _joined(line: bytes, below: bytes) -> bytes | None:
    """Return a line with the one below, where the first is not over; both may stand behind a mark."""
    mark, below_mark = _MARK.match(line), _MARK.match(below)
    if mark and below_mark and mark[1] == below_mark[1]:
        below = below[below_mark.end() :]
    elif _begin_alike(line, below):
        return None
    if _IS_ANOTHER.match(below):
        return None
    end = line[-_LONGEST:]
    if (_IN_WORD.search(end) and _REST_OF_WORD.match(below)) or (below.startswith(b"/") and _IN_ADDRESS.search(end)):
        return line.rstrip(b"\r") + below
    if _ADDRESS.search(end):
        return line.rstrip() + below.lstrip()
    is_nameless = _NAMELESS.search(end) and _NAME.match(below)
    is_of_quota = below.lstrip().startswith(_GOES_ON) and _OF_QUOTA.search(end)
    is_clause = below.lstrip().startswith(b"and ") and _IS_CLAUSE.search(end)
    is_broken = _IS_OPEN.search(end) or is_half(end, below) or is_nameless or is_of_quota or is_clause
    is_refused = below.lstrip().startswith(_REFUSES_USER) and _OF_USER.search(end)
    return line.rstrip() + b" " + below.lstrip() if is_broken or is_refused else None


def _begin_alike(line: bytes, below: bytes) -> bool:
    """Return whether both lines begin with one word: that of a prefix, which is taken off later, or a second error."""
    word = _FIRST_WORD.match(line)
    return word is not None and below.translate(ZEROED_DIGITS).startswith(word[0].translate(ZEROED_DIGITS))


def is_half(line: bytes, below: bytes) -> bool:
    """Return whether a line ends in the first words of a sentence, and the one below begins with the others."""
    end, words = line.rstrip(), below.strip()
    if not end.endswith(_FIRST_HALVES):
        return False
    return any(end.endswith(first) and words.startswith(rest) for first, rest in _HALVES)


def _line_end(text: bytes, offset: int) -> int:
    end = text.find(b"\n", offset)
    return end if end >= 0 else len(text)
