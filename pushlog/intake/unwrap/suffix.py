"""What a logger put behind every line: recognised because the lines of a push end in words that are known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.intake.unwrap.line_prefix import LinePrefix
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.witnesses import Witness

# Lines whose end is certain, and what follows it on the line.
_WHOLE = lazy_pattern(
    rb"(?:The push refers to (?:a )?repository \[(?:\[[^\s\[\]]{1,60}\]|[^\]\s])++\]"
    rb"|[0-9a-f]{12}: (?:Preparing|Waiting|Pushed|Layer already exists|Skipped foreign layer|Retrying in \d+ seconds?"
    rb"|Image (?:successfully pushed|already exists|push failed))"
    rb"|\w[\w.-]{0,127}: digest: sha256:[0-9a-f]{64} size: \d+)(?P<rest>[^\r\n]*)"
)
_OLD_HEADER = lazy_pattern(rb" \(len: \d+\)")
_LEAST = 2
_LONGEST = 2000
# The last tag or sign before a line: what closes it may stand behind the line.
_OPENS = lazy_pattern(
    rb"(?:<(\w{1,20})[^<>\n]{0,200}>|\[(\w{1,20})[^\[\]\n]{0,80}\]|\{(\w{1,20})(?::[^{}\n]{0,80})?\}"
    rb"|([(\[{<\"'`*]|\xc2\xab|\xe2\x80[\x98\x9c]|\xe3\x80\x8c))[ \t]*\Z"
)
# What may stand behind that: other signs and tags that close, but no words, which would say something of the line.
_NO_WORDS = lazy_pattern(rb"(?:</?\w{1,20}[ /]{0,2}>|\[/\w{1,20}\]|[^\w<\[])*\Z")
_CLOSERS = {
    b"(": b")",
    b"[": b"]",
    b"{": b"}",
    b"<": b">",
    b"\xc2\xab": b"\xc2\xbb",
    b"\xe2\x80\x98": b"\xe2\x80\x99",
    b"\xe2\x80\x9c": b"\xe2\x80\x9d",
    b"\xe3\x80\x8c": b"\xe3\x80\x8d",
}


def with_suffix(text: LogText, pairs: Sequence[tuple[Witness, LinePrefix]]) -> dict[LinePrefix, LinePrefix]:
    """The prefixes behind whose lines the same words always stand, each with the prefix that knows them."""
    rests: dict[LinePrefix, list[tuple[bytes, bytes]]] = {}
    for witness, prefix in pairs:
        if prefix.suffix is None:
            begin = witness.start + len(witness.prefix)
            match = _WHOLE.match(text.data, begin, begin + _LONGEST)
            if match:
                rests.setdefault(prefix, []).append((witness.prefix, _OLD_HEADER.sub(b"", match["rest"])))
    suffixes = ((prefix, _shared(ends)) for prefix, ends in rests.items())
    return {prefix: _ending(prefix, suffix) for prefix, suffix in suffixes if suffix}


def _shared(ends: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    """The pattern of what ends all of these lines. `ends`: what stands before the words of a line, and behind them."""
    shapes = Counter(_shape(rest) for _, rest in ends)
    if len(shapes) != 1 or not ends[0][1].strip():
        return None
    return next(iter(shapes)) if len(ends) >= _LEAST or _closes(*ends[0]) else None


def _closes(prefix: bytes, rest: bytes) -> bool:
    """Whether what stands behind a line closes what stands before it."""
    opener = _OPENS.search(prefix[-_LONGEST:])
    if opener is None:
        return False
    tag, block, macro, sign = opener.groups()
    if tag or block:
        closer = b"</" + tag + b">" if tag else b"[/" + block + b"]"
    else:
        closer = b"{" + macro + b"}" if macro else _CLOSERS.get(sign, sign)
    end = rest.strip()
    return end.startswith(closer) and _NO_WORDS.match(end, len(closer)) is not None


def _shape(rest: bytes) -> bytes:
    words = rest.split()
    return b" *" + b" +".join(re.sub(rb"\\?\d+", rb"\\d+", re.escape(word)) for word in words) + b" *"


def _ending(prefix: LinePrefix, suffix: bytes) -> LinePrefix:
    *outer, last = prefix.forms
    return LinePrefix((*outer, replace(last, suffix=suffix.decode("utf-8", "replace"))))
