"""Sentences as the report sets them: words, code in backticks, and the command that a remedy ends with."""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

# Backticks mark code; a bare short id is a layer, which is set like code wherever it stands. Inside a name, as in
# 123456789012.dkr.ecr.eu-central-1.amazonaws.com, twelve digits are an account.
CODE = lazy_pattern(r"`([^`]+)`|(?<![\w./@:-])([0-9a-f]{12})(?![\w/]|[.:-]\w)")
SHORT = 120
FIRST = lazy_pattern(rf"(?P<first>.{{1,{SHORT}}}?[.!?])\s+(?P<rest>\S.*)", re.DOTALL)
LONGEST = 2000


@record
class Piece:
    """A run of words or of code."""

    text: str
    code: bool = False


@record
class Remedy:
    """One thing to do: a sentence and, where it ends with one, the command to paste."""

    sentence: str
    command: str | None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The sentence as prose."""
        return prose(self.sentence)


def clip(text: str, limit: int = LONGEST) -> str:
    """Return the text, or its beginning and how much more there is: one line must not swell a report."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"


def prose(text: str) -> tuple[Piece, ...]:
    """Return the sentence in pieces, code apart from words."""
    pieces: list[Piece] = []
    offset = 0
    for match in CODE.finditer(text):
        if match.start() > offset:
            pieces.append(Piece(text=text[offset : match.start()]))
        pieces.append(Piece(text=match[1] or match[2], code=True))
        offset = match.end()
    if offset < len(text):
        pieces.append(Piece(text=text[offset:]))
    return tuple(pieces)


def sentences(text: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the first sentence and the rest, each as prose; one that is too long to stand out is all rest."""
    match = FIRST.match(text)
    if match is None and len(text) <= SHORT:
        return prose(text), ()
    if match is None or match["first"].count("`") % 2:
        return (), prose(text)
    return prose(match["first"]), prose(match["rest"])


def remedy(text: str) -> Remedy:
    """Return what to do, with the command that ends it on its own: several words in backticks, then at most a stop."""
    body = text.rstrip().removesuffix(".")
    if body.endswith("`") and body.count("`") % 2 == 0:
        lead, _, command = body[:-1].rpartition("`")
        if len(command.split()) > 1:
            return Remedy(sentence=lead.rstrip(), command=command)
    return Remedy(sentence=text, command=None)
