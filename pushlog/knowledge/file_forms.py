"""The forms of the TOML files that users write: every key with its kind and meaning, for references and JSON Schemas.

The loaders read the files; tests prove that they take these keys and no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.file_keys import Key, Kind
from pushlog.knowledge.registries import BASES, UNITS
from pushlog.knowledge.signatures import FAMILIES, RETRIED, RETRY_HELPS, STORES, VERIFIED
from pushlog.knowledge.wording import COMMANDS, GROUPS, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence


def _key(name: str, kind: Kind, meaning: str, *, required: bool = False, choices: Sequence[str] = ()) -> Key:
    return Key(name=name, kind=kind, meaning=meaning, required=required, choices=tuple(choices))


_SOURCE = _key("source", Kind.TEXT, "where that is documented; left out: this file")
_VERIFIED = _key("verified", Kind.FLAG, "false: not read there, so it never speaks as a fact")

_MATCH = (
    _key("has", Kind.TEXTS, "one of these stands in the text, in lower case; tried first, and it saves the rest"),
    _key("code", Kind.TEXTS, "one of these registry codes, in capitals, such as DENIED"),
    _key("without_message", Kind.FLAG, "the code stands alone, without words of the registry, or does not"),
    _key("bare", Kind.FLAG, "older name of without_message"),
    _key("retried", Kind.FLAG, "countdowns (Retrying in …) stand above the error, or do not"),
    _key("status", Kind.TEXTS, "one of these HTTP statuses, such as '413'; '5xx' for a class"),
    _key("stage", Kind.TEXTS, "all of these wrappers, such as daemon, authorize or upload"),
    _key("message", Kind.PATTERN, "searched in the registry's words, ignoring case"),
    _key("cause", Kind.PATTERN, "searched in the innermost words"),
    _key("text", Kind.PATTERN, "searched in the whole text"),
)
_ERROR = (
    _key(
        "id", Kind.TEXT, "a name of its own; that of one of pushlog's rows replaces that row, key by key", required=True
    ),
    _key("family", Kind.TEXT, "the kind of failure", required=True, choices=FAMILIES),
    Key(
        name="match",
        kind=Kind.TABLE,
        meaning="what the text must have; all keys that are given must fit, and one is needed",
        required=True,
        keys=_MATCH,
    ),
    _key("title", Kind.WORDS, "the fault in a line", required=True),
    _key("cause", Kind.ALL_WORDS, "what happened, in sentences", required=True),
    _key("remedy", Kind.ALL_WORDS, "what to do, likeliest first; commands in `backquotes`", required=True),
    _key("retry_helps", Kind.TEXT, "would simply pushing again help", choices=tuple(RETRY_HELPS)),
    _key("retried", Kind.TEXT, "what Docker does about it by itself", choices=tuple(RETRIED)),
    _key("daemon", Kind.TEXT, "the same in words behind 'Such an error is', where no word of retried fits"),
    _key("store", Kind.TEXT, "the only image store that prints it", choices=STORES),
    _key("standalone", Kind.FLAG, "printed without any line of a push before it"),
    _key("starts", Kind.TEXTS, "how the first line begins, where the text has no known form"),
    _key("line", Kind.TEXTS, "whole first lines, for texts of a word or two"),
    _key("sample", Kind.TEXTS, "texts that the row must match; tried when the file is read"),
    _key("lookalike", Kind.TEXTS, "texts that come close and mean something else"),
    _SOURCE,
    _key("verified", Kind.TEXT, "how well it is known; left out: read", choices=VERIFIED),
)
_LIMIT = (
    _key("id", Kind.TEXT, "layer-size, upload-time, … ; one that exists is replaced", required=True),
    _key("value", Kind.NUMBER, "the figure", required=True),
    _key("unit", Kind.TEXT, "what it counts", required=True, choices=UNITS),
    _key("words", Kind.TEXT, "the figure as documented", required=True),
    _key("basis", Kind.TEXT, "which bytes it counts", choices=BASES),
    _SOURCE,
    _VERIFIED,
)
_REGISTRY = (
    _key("kind", Kind.TEXT, "a name of its own; that of a known registry changes some of its keys", required=True),
    _key("name", Kind.TEXT, "the same in a sentence"),
    _key("hosts", Kind.PATTERNS, "searched in the host; needed for a new kind; named groups become placeholders"),
    _key("login", Kind.WORDS, "the command that logs in"),
    _key("token_seconds", Kind.NUMBER, "how long a login or its token lives"),
    _key("token_source", Kind.TEXT, "where that is documented"),
    _key("token_verified", Kind.FLAG, "false: not read there"),
    _key("right", Kind.TEXT, "what an account needs to push; reads well after 'The account needs'"),
    _key("right_source", Kind.TEXT, "where that is documented"),
    Key(name="limit", kind=Kind.ROWS, meaning="documented figures, one table each", keys=_LIMIT),
    _key("notes", Kind.TEXTS, "what else is documented"),
    _key("source", Kind.TEXT, "where it is documented"),
)
_PROXY = (
    _key("id", Kind.TEXT, "a name of its own", required=True),
    _key("name", Kind.TEXT, "the same in a sentence"),
    _key("server", Kind.PATTERN, "searched in the name that signs its error pages; needed for a new proxy"),
    _key("value", Kind.NUMBER, "its limit on request bodies, in bytes"),
    _key("words", Kind.TEXT, "the limit as documented"),
    _key("setting", Kind.TEXT, "the one thing to set there; reads well after 'set'"),
    _SOURCE,
    _VERIFIED,
)
RULES_FILE = (
    Key(name="error", kind=Kind.ROWS, meaning="errors: which text, what it means, what helps", keys=_ERROR),
    Key(name="registry", kind=Kind.ROWS, meaning="registries: whose host, which limits", keys=_REGISTRY),
    Key(name="proxy", kind=Kind.ROWS, meaning="servers between client and registry", keys=_PROXY),
    Key(name="hop", kind=Kind.ROWS, meaning="older name of proxy", keys=_PROXY),
)
RULES_EXAMPLE = """
[[error]]
id = "acme-freeze"
family = "permission"
match.has = "release freeze"
title = "The registry is frozen for a release"
cause = "Acme's registry takes no pushes during a release freeze."
remedy = ["Ask #releases, then push again: `{push}`."]
retry_helps = "no"
sample = ["denied: release freeze until Monday"]

[[registry]]
kind = "acme"
hosts = '^registry\\.acme\\.example$'

[[registry.limit]]
id = "layer-size"
value = 5000000000
unit = "bytes"
words = "5 GB per layer"
basis = "compressed"
"""
RULES_NOTES = (
    (
        "A rules file (--rules FILE, repeatable) adds rows to those of pushlog, and changes them. Later files go "
        "before earlier ones, and all of them before pushlog's own; the first error that matches wins. A row whose id "
        "or kind is one of pushlog's may give some keys only. Check a file with: pushlog rules lint FILE"
    ),
    (
        f"Placeholders of texts, filled from the log: {', '.join(f'{{{word}}}' for word in WORDS)}. Commands of the "
        f"client that pushed: {', '.join(f'{{{word}}}' for word in COMMANDS)}. What the log does not tell is a word in "
        "capitals in a command."
    ),
    (
        'Texts by scope: { engine = "Docker waits.", others = "{Client} does not." }. A scope is a client (docker, '
        f"podman, …), a group ({', '.join(GROUPS)}), on-KIND for a kind of registry, or others."
    ),
    "Regular expressions run on RE2, in linear time: pip install 'pushlog[rules]'.",
)
