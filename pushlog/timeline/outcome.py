"""How a push ended, by what a log can prove it with: a digest line or the client's last word, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.model import Family, Outcome

if TYPE_CHECKING:
    from pushlog.formats.errors.classify import Classified
    from pushlog.formats.parsed_push import ParsedPush


def outcome(section: ParsedPush, classified: Classified | None) -> Outcome:
    """Succeeded only with a digest line or a last word that no layer follows; failed only with an error.

    Otherwise it is not known.
    """
    if section.quiet:
        return Outcome.SUCCEEDED
    if classified is not None:
        return Outcome.INTERRUPTED if classified.family is Family.CANCELLED else Outcome.FAILED
    digest = section.last(MarkKind.DIGEST, MarkKind.AUX)
    last_layer = int(section.events.stop[-1]) if len(section.events) else 0
    if digest is not None and "DIGEST" in digest.fields and digest.start >= last_layer:
        return Outcome.SUCCEEDED
    word = section.last(MarkKind.DONE, MarkKind.LAST_WORD)
    if word is not None and word.stop >= last_layer:
        return Outcome.SUCCEEDED
    return Outcome.INTERRUPTED if section.last(MarkKind.INTERRUPT) else Outcome.INCOMPLETE


def proof(section: ParsedPush) -> str:
    """What tells that a push went well, the surest first: a digest line, a last word that proves it, one that may."""
    last = next((kind for kind in (MarkKind.DONE, MarkKind.LAST_WORD) if section.last(kind)), None)
    return last if last is not None and section.last(MarkKind.DIGEST, MarkKind.AUX) is None else "digest"
