"""Tell whether a push is only a text in a table of texts: of translations, of messages by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.marks import HEADERS, MarkKind
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

# What a program puts a name in place of: no push prints it, and people mask names by other signs.
_FORMAT = lazy_pattern(
    rb"The push refers to (?:a )?repository \[(?:%(?:\d\$)?[sv@]|%[{(]\w+[})]s?|\{\d*\}|\{\{ ?\w+ ?\}\})\]"
)
# gettext; Java's properties, whose names have dots; XLIFF, Android's and .NET's resources.
_ENTRY = lazy_pattern(
    rb"[ \t]*(?:msg(?:id|str|id_plural)(?:\[\d\])? \"|[\w-]+(?:\.[\w-]+)+ ?= ?(?=\S)"
    rb"|<(?:source|target|string(?: [^<>\n]*)?|value)>)"
)
# A name and a text in quotes, and the names of texts that programs tell in JSON and YAML.
_NAMED = lazy_pattern(rb"(?P<indent>[ \t]*)[\"']?(?P<name>[\w.-]+)[\"']?: ?(?P<quote>[\"'])[^\n]*(?P=quote),?\s*\Z")
_TOLD = lazy_pattern(
    rb"(?i)err|msg|mess|reason|detail|out|log|stat|text|desc|cause|fail|result|line|content|body|data|title|exception"
    rb"|summary|warn|info|response|note|comment|push|cmd|command|event|stream|value|name"
)
_PROOF = {MarkKind.DIGEST, MarkKind.AUX, MarkKind.QUIET}
_LONGEST = 1000


def is_translated(text: LogText, push: ParsedPush) -> bool:
    """Return whether all that tells of a push is a text beside others, each with its name."""
    if len(push.events) or any(mark.kind in _PROOF for mark in push.marks):
        return False
    headers = [mark.line for mark in push.marks if mark.kind in HEADERS]
    line = min([*headers, *(push.error.lines[:1] if push.error else ())], default=push.lines[0])
    data = text.beginning(line, _LONGEST)
    if _ENTRY.match(data) or (headers and _FORMAT.search(data)):
        return True
    entry = _NAMED.match(data)
    if entry is None or _TOLD.search(entry["name"]):
        return False
    beside = (_NAMED.match(text.beginning(near, _LONGEST)) for near in text.near(line, 1) if near != line)
    return any(other is not None and other["indent"] == entry["indent"] for other in beside)
