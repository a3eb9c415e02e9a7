"""Tell errors of other things that are pushed, and of other commands of docker, from those of a push."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.errors.told import is_told
from pushlog.formats.quoting.document import is_in_document
from pushlog.knowledge.push_words import push_words
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.intake.log_text import Piece

# The title of a change that mends an error.
_CHANGE = lazy_pattern(
    r"\W*(?:[Ff]ix(?:e[sd])?|[Rr]esolve[sd]?|[Hh]andle[sd]?|[Aa]void(?:s|ed)?|[Ww]ork around)\b"
    r"|\W*(?:feat|fix|chore|docs|refactor|perf)(?:\([^()\n]{1,40}\))?!?: "
    # A program may have these names.
    r"|\W*(?:ci|build|test)(?:\([^()\n]{1,40}\)!?: |: (?:add|allow|bump|fix|handle|ignore|make|remove|retry|use)\b)"
)
# A program says `push failed` of many things; the word of an image or a registry beside it tells which.
_OF_AN_IMAGE = lazy_pattern(
    r"docker|image|registry|repositor|container|manifest|digest|layer|blob|artifact|oci\b|/v[12]/|\bHTTP status\b"
    r"|requested access|authentication required|credentials|unauthenticated|ghcr|gcr\b|\becr\b|quay|harbor"
    r"|insufficient_scope"
    r"|(?<![\w.-])[\w.-]{1,255}\.\w{1,63}/[\w./-]+:",
    re.IGNORECASE,
)
_OF_OTHER_THINGS = lazy_pattern(
    r"push(?!ing:| failed:|:)\b|^\{"
    r"|\b(?:apns|fcm|kafka|notifications?|events?|queue|topic|metrics?|\w*gateway|git|commits?|branch|refs?|webhooks?"
    r"|subscriptions?|mobile|device|messages?|config|changes|chart|helm|npm|nuget|gem|loki|spans?|traces?|otlp|prometheus"
    r"|redis|sms|e-?mail|websocket|firebase)\b",
    re.IGNORECASE,
)
# Services that push messages to devices.
_OF_DEVICES = lazy_pattern(r"\b(?:apns|fcm|firebase\w*|webpush|onesignal|pushwoosh)\b", re.IGNORECASE)
_LISTED = lazy_pattern(r"(?:\w{1,40}:\s+)?([\"'`]).*\1,?$")
_CALL = lazy_pattern(r"\.?\w+\($|\.\w+\(|\w\s+:?=\s+[\[({]$|[\w, ]{1,80}\s:=\s|\w+\.\w{1,40}\([^\n]{0,200}[({]$")
_OF_GIT = lazy_pattern(r"\bgit repositor(?:y|ies)\b|\bcommit and push\b", re.IGNORECASE)
# A command of docker that answers with errors of its own; and those that people add below.
_ANSWERS = lazy_pattern(
    r"(?:[^\n]{0,80}[$#%>\u276f\u279c] *|\+ +)?(?:sudo )?docker "
    rf"(?!{push_words()}\b|-)(?P<verb>[a-z]+)(?: |$)"
)
_ADDED = {"version", "info", "images", "ps"}


def is_change(line: str) -> bool:
    """Return whether a line is the title of a change that mends an error."""
    return _CHANGE.match(line.strip()) is not None


def speaks_of_push(error: ErrorLines, line: str, others: Sequence[str]) -> bool:
    """Return whether the words before an error are none of a person or a program that does or pushes something else."""
    is_told_of_push = any("push" in text.lower() for text in (line, *others))
    if is_told(line[: max(0, line.find(error.text))]) and not is_told_of_push:
        return False
    if _OF_GIT.search(line) or is_in_document(line, others):
        return False
    if _LISTED.match(line) and any(map(_CALL.match, others)):
        return False
    if _OF_DEVICES.search(line):
        return False
    return _OF_AN_IMAGE.search(line) is not None or _OF_OTHER_THINGS.search(line) is None


def answers_other(error: ErrorLines, pieces: Sequence[Piece]) -> bool:
    """Return whether another command of docker stands above an error, or one that people do not add below it."""
    commands = ((piece.line, _ANSWERS.match(piece.text)) for piece in pieces)
    return any(command and (line < error.lines[0] or command["verb"] not in _ADDED) for line, command in commands)
