"""Logins to a registry above a push: to which host, whether it took them, and whether docker could read any."""

from __future__ import annotations

import re
from collections import deque
from functools import cache
from typing import TYPE_CHECKING

from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.intake.literal_search import LiteralIndex
from pushlog.intake.mapped import release_range
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.intake.log_text import LogText

LINES = LineParser("login.lark")
# Every line of the grammar has one of these words.
_WORDS = (
    b" login",
    b"Login Succeeded",
    b"Logging in",
    b"logged in",
    b"Error response from daemon: ",
    b"logging into ",
    b"creds for ",
    b"GetAuthorizationToken",
    b"locate credentials",
    b"Login did not succeed",
    b"interactive login",
    b"Username and password required",
    b"Must provide --username",
    b"Please run 'az login'",
    b"Removing login credentials",
)
# Words can begin inside one another.
_ANY_WORD = lazy_pattern(rb"(?=(" + b"|".join(map(re.escape, sorted(_WORDS, key=len, reverse=True))) + rb"))")
_LONGEST = max(map(len, _WORDS))
_CONFIG_FILE = " config file"
_BLOCK = 1 << 20
# Of each word so many lines are read, the last ones, and an answer stands so few lines below its command.
_MOST = 1000
_REACH = 30
HUB = "docker.io"
_HUB_NAMES = frozenset(
    {"", "dockerhub", "docker hub", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}
)
_HOST = lazy_pattern(
    r"(?:https?://)?(?P<host>[A-Za-z0-9-]+(?:\.[\w-]+)+(?::\d+)?|localhost(?::\d+)?|[\w-]+:\d+)(?:/.*)?"
)
_WITH_VALUE = frozenset(
    {"-u", "-p", "--username", "--password", "-n", "--name", "--config", "--authfile", "--identity"}
)
_OPERATORS = ("|", "&", ";", ">", "<", "#", ")")
_AZURE = "az acr login"


@record
class Login:
    """One login: `host` is None where the log does not show it, `reason` why it failed; None: it worked."""

    host: str | None
    line: int
    reason: str | None = None
    is_out: bool = False


def is_of_unread_config(line: str) -> bool:
    """Return whether a line warns that docker could not read its configuration, for which no push stops."""
    return _why_unread(line) is not None


def unread_config(text: LogText, first: int, last: int) -> tuple[int, str] | None:
    """Return the first line of these that says that docker could not read its configuration, and why; None without."""
    for line in range(max(1, first), last + 1):
        if (why := _why_unread(text.shown(line))) is not None:
            return line, why
    return None


def _why_unread(line: str) -> str | None:
    mark = LINES.line(line) if _CONFIG_FILE in line else None
    return mark.fields["WHY_UNREAD"].strip() if mark is not None and mark.kind is MarkKind.CONFIG_UNREAD else None


def logins_between(text: LogText, start: int, stop: int) -> tuple[Login, ...]:
    """Return the logins in a log between two offsets, in log order."""
    lines = sorted({text.line_of(offset) for offset in _places(text, start, stop)})
    marks = ((line, LINES.line(text.shown(line))) for line in lines)
    return tuple(_logins((line, mark) for line, mark in marks if mark is not None))


def _places(text: LogText, start: int, stop: int) -> Iterator[int]:
    """Yield where the last words of each kind stand between two offsets."""
    places: dict[bytes, deque[int]] = {word: deque(maxlen=_MOST) for word in _WORDS}
    for block in range(start, stop, _BLOCK):
        end = min(block + _BLOCK, stop)
        for first, last in _index().spans(text.data, block, end)[0].tolist():
            for match in _ANY_WORD.finditer(text.data[first : min(last + _LONGEST, stop)]):
                if first + match.start() < end:
                    places[match[1]].append(first + match.start())
        release_range(text.data, block, end)
    for offsets in places.values():
        yield from offsets


@cache
def _index() -> LiteralIndex:
    return LiteralIndex(map(re.escape, _WORDS))


def _logins(marks: Iterable[tuple[int, Mark]]) -> Iterator[Login]:
    """Yield what became of each login: an answer without a host is that of the command above it."""
    asked: str | None = None
    asked_at = -_REACH
    for line, mark in marks:
        if mark.kind is MarkKind.LOGIN:
            asked, asked_at = _server(mark.fields["TOOL"], mark.fields.get("ARGUMENTS", "")), line
            continue
        if mark.kind is MarkKind.CONFIG_UNREAD:
            continue
        server = mark.fields.get("SERVER") or mark.fields.get("HOST")
        named = host_of(server) if server else None
        if mark.kind is MarkKind.LOGGING_IN:
            asked, asked_at = named, line
            continue
        is_answer = line - asked_at < _REACH
        host = named or (asked if is_answer else None)
        if mark.kind is MarkKind.LOGIN_REFUSED:
            reason = mark.fields.get("REASON") or mark.fields.get("WHY", "")
            if is_answer or "incorrect username or password" in reason or "REASON" not in mark.fields:
                yield Login(host=host, line=line, reason=reason.strip())
        else:
            yield Login(host=host, line=line, is_out=mark.kind is MarkKind.LOGGED_OUT)


def host_of(server: str) -> str | None:
    """Return the host of a registry as a push names it; None for a mask, a variable or anything else."""
    bare = server.strip("\"'`").removeprefix("https://").removeprefix("http://").rstrip("/")
    if bare.partition("/")[0].lower() in _HUB_NAMES:
        return HUB
    match = _HOST.fullmatch(bare)
    return match["host"].lower() if match else None


def _server(tool: str, arguments: str) -> str | None:
    """Return the host that a command logs in to: Docker Hub where it names none."""
    words = iter(arguments.split())
    name = None
    for word in words:
        if word.startswith(_OPERATORS):
            break
        if word in _WITH_VALUE:
            value = next(words, "")
            name = value if word in ("-n", "--name") else name
        elif word.startswith("--name="):
            name = word.partition("=")[2]
        elif not word.startswith("-"):
            return host_of(word)
    if tool.endswith(_AZURE):
        return host_of(f"{name}.azurecr.io") if name and "." not in name else host_of(name or "?")
    return HUB
