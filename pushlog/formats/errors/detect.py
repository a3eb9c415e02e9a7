"""Detect the lines of an error among other lines: the first one, and those that continue it.

This is strict on purpose: below the last layer a CI log has lines of its own, many of which say `Error:`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.errors.parse import CODE
from pushlog.knowledge.base import shipped
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.knowledge.base import Beginnings, Knowledge

# An address, whose host a person may have hidden behind `<IP address>`.
_URL = r"https?://(?:<[^<>\n]{1,40}>|[^\s<]|<(?![^<>\n]{1,40}>))+"
# How the first line of an error begins.
SHAPES = lazy_pattern(
    rf"(?:{CODE.pattern})(?::(?: .*)?)?$"
    r"|[Ee]rror response from daemon: \S"
    r"|error from registry: |errors:$"
    r"|failed to (?:push \S+|solve|copy|do request|authorize(?: redirect)?|fetch (?:oauth|anonymous) token): "
    r'|failed commit on ref "'
    r"|push access denied, repository does not exist or may require authorization"
    r"|(?:rpc error: code = \w+ desc = )?server message: |authorization failed: "
    r"|(?:[Rr]eceived unexpected HTTP status|unexpected status(?: code)?) ?: \d{3}"
    r"|unexpected status from [A-Z]+ request to "
    r"|[Ee]rror parsing HTTP (?:\d{3} )?response(?: body)?: "
    rf'|(?:Get|Head|Put|Post|Patch|Delete|GET|HEAD|PUT|POST|PATCH|DELETE) (?:"https?://[^"]+"|{_URL}): '
    r"|(?:dial|proxyconnect) (?:tcp|udp|unix)[46]?\b.*: |(?:read|write) (?:tcp|udp)[46]? \S+->\S+: "
    r"|Error pushing to registry: |(?:Received )?HTTP code \d{3} while uploading |Server error: (?:unexpected )?\d{3} "
    r"|Status \d{3} trying to push repository |Failed to upload (?:layer|metadata): |(?:v2|v1) ping attempt failed "
    r"|error during connect: |writing blob: |pushing image \"[^\"\n]{1,400}\"(?: to \S+)?: "
    r"|(?:remote error: )?tls: |x509: |lookup \S+(?: on \S+)?: "
    r"|[Ee]rror parsing reference: \"|error mounting \S+@sha256:\S+ to \S"
)
CLIENT = lazy_pattern(r"(?:ERROR|Error|error): (?=\S)")
STOP = lazy_pattern(
    r"The push refers to (?:a )?repository|[0-9a-f]{12}: |\S+: digest: sha256:|Error response from daemon: "
)
PAGE = lazy_pattern(r"<(?:!doctype|html)\b", re.IGNORECASE)
PAGE_END = lazy_pattern(r"</html>", re.IGNORECASE)
USAGE = lazy_pattern(r"(?:Usage: |See '.*--help'|Run '.*--help'|Push an image|Aliases:|Options:|  +-|  docker )")
USAGE_START = lazy_pattern(r"requires (?:exactly )?1 argument|unknown (?:shorthand )?flag: |docker push --help")
# distribution registry/api/errcode/register.go: containerd joins several registry errors, one message a line.
MESSAGES = (
    "authentication required|blob unknown to registry|blob upload invalid|blob upload unknown to registry|denied"
    "|manifest invalid|manifest unknown|provided digest did not match uploaded content"
    "|provided length did not match content length|repository name not known to registry"
    "|requested access to the resource is denied|service unavailable|too many requests|unauthorized|unknown error"
)
# Errors of several lines: a pattern for the lines so far, and one for the line that continues them.
CONTINUATIONS = (
    (
        lazy_pattern(r"(?:^|: )errors:[ \t]*$", re.MULTILINE),
        lazy_pattern(rf"(?:{CODE.pattern})(?::|$)|<(?:!doctype|html)\b", re.IGNORECASE),
    ),
    (
        lazy_pattern(r"missing content: |push a manifest list/index which"),
        lazy_pattern(r"Note: You're trying to push|Make sure you have all the referenced content"),
    ),
    (lazy_pattern(rf"(?:^|: )(?:{CODE.pattern}):\s*\Z"), lazy_pattern(r"<(?:!doctype|html|\?xml)\b|\Z", re.IGNORECASE)),
    (lazy_pattern(r": <\?xml\b"), lazy_pattern(r"<")),
    (lazy_pattern(r"no token in bearer response:\s*\Z"), lazy_pattern(r"\{")),
    (lazy_pattern(r": \{[^{}]*\Z"), lazy_pattern(r"\"\w+\" ?:|\}")),
    # A name that was refused, and why.
    (
        lazy_pattern(r"(?:is not a valid repository/tag|\binvalid argument \"[^\"\n]*\" for [^\n]*|from daemon):\s*\Z"),
        lazy_pattern(r"invalid reference format|repository name|[Ii]nvalid (?:repository|namespace|tag)"),
    ),
    (lazy_pattern(r"error from registry: "), lazy_pattern(rf"(?:{MESSAGES})(?: - |\Z)")),
)
# The longest error pages of known proxies have about a hundred lines; a page that was cut must not take the whole log.
PAGE_LINES = 300
# A page that Go quotes, its line ends escaped, stands on one line, however much of it was cut out.
PAGE_QUOTED = lazy_pattern(r'"<(?:!doctype|html)\b[^\n]*"\s*\Z', re.IGNORECASE)

# What a program puts before the words of a client or a registry.
_LEVEL = lazy_pattern(r"(?:ERROR|error): (?=\S)")


def starts_error(line: str, knowledge: Knowledge | None = None) -> bool:
    """Return whether a line can be the first line of a push's error, not just a line of a job that mentions one."""
    stripped = line.strip()
    client = CLIENT.match(stripped)
    return begins_error(stripped[client.end() :] if client else stripped, knowledge or shipped())


def without_level(line: str) -> str:
    """Return the first line of an error without the level that a program put before it, as `ERROR: ` or `error: `.

    `Error: ` stays: clients print it themselves, docker of the first protocol among them.
    """
    while level := _LEVEL.match(line):
        line = line[level.end() :]
    return line


def begins_error(text: str, knowledge: Knowledge) -> bool:
    """Return whether a text begins as errors do, without any client's word before it."""
    text = text.partition("\n")[0]
    return bool(text) and (SHAPES.match(text) is not None or _begins_known(text, knowledge.beginnings))


def begins_whole_error(text: str, knowledge: Knowledge) -> bool:
    """Return whether an error that is a line as a whole may stand in a text before something else."""
    return (
        not text[:1].isalpha()
        or text.startswith((*knowledge.beginnings.lines, "errors:"))
        or CODE.match(text) is not None
    )


def _begins_known(line: str, beginnings: Beginnings) -> bool:
    if line in beginnings.lines or line.removesuffix(".") in beginnings.lines:
        return True
    literals = beginnings.literals(line)
    lowered = line.lower() if literals else ""
    return any(literal in lowered for has in literals for literal in has)


def continues(first_lines: str, line: str) -> bool:
    """Return whether a line continues the error that begins with `first_lines`, joined by newlines."""
    if STOP.match(line):
        return False
    if PAGE.search(first_lines):
        return _continues_page(first_lines, line)
    if USAGE_START.search(first_lines):
        return _continues_usage(first_lines, line)
    stripped = line.strip()
    return any(begun.search(first_lines) and next_line.match(stripped) for begun, next_line in CONTINUATIONS)


def _continues_page(first_lines: str, line: str) -> bool:
    """Return whether a page continues: to its last tag, the comments that nginx pads it with, and one blank line."""
    if PAGE_QUOTED.search(first_lines) or line.lstrip().startswith("```"):
        return False
    end_tags = list(PAGE_END.finditer(first_lines))
    if not end_tags or line.startswith("<!-- "):
        return first_lines.count("\n") < PAGE_LINES
    return not line.strip() and "\n" not in first_lines[end_tags[-1].end() :]


def _continues_usage(first_lines: str, line: str) -> bool:
    if re.search(r"Run '.*--help'.*\Z", first_lines):
        return False
    return not line.strip() or USAGE.match(line) is not None


def is_beside_page(error: str, line: str) -> bool:
    """Return whether a line without a tag follows a page whose last line ended with one."""
    return error.endswith(">") and "<" not in line and PAGE.search(error) is not None
