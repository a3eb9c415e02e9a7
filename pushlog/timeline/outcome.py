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
    is_proof = digest is not None and (digest.kind == MarkKind.DIGEST or "DIGEST" in digest.fields)
    if digest is not None and is_proof and digest.start >= last_layer:
        return Outcome.SUCCEEDED
    if _is_v1_done(section):
        return Outcome.SUCCEEDED
    word = section.last(MarkKind.DONE, MarkKind.LAST_WORD)
    if word is not None and word.stop >= last_layer:
        return Outcome.SUCCEEDED
    return Outcome.INTERRUPTED if section.last(MarkKind.INTERRUPT) else Outcome.INCOMPLETE


def _is_v1_done(section: ParsedPush) -> bool:
    """Return whether all tags of a push to a v1 registry were sent, and all its layers are there.

    moby graph/push.go: `Pushing repository NAME (N tags)`, then a line for each tag, before the images or behind them.
    A tag is sent when its image is there, whose row docker up to 0.10 leaves as it is.
    """
    tags = [mark for mark in section.marks if mark.kind == MarkKind.V1_TAG]
    sent = {mark.fields["URL"] for mark in tags}
    counts = [int(mark.fields["COUNT"]) for mark in section.marks if mark.kind == MarkKind.V1_TAGS]
    if not sent or len(sent) < max(counts, default=1):
        return False
    from pushlog.formats.events import EventKind

    events = section.events
    states = dict(
        zip(events.layer.tolist(), zip(events.kind.tolist(), events.start.tolist(), strict=True), strict=True)
    )
    return all(
        state in (EventKind.PUSHED, EventKind.EXISTS) or (state == EventKind.PUSHING and start < tags[-1].start)
        for state, start in states.values()
    )


def proof(section: ParsedPush) -> str:
    """What tells that a push went well, the surest first: a digest line, a last word that proves it, one that may."""
    if section.quiet:
        return "quiet"
    if section.last(MarkKind.DIGEST, MarkKind.AUX) is not None:
        return "digest"
    last = next((kind for kind in (MarkKind.DONE, MarkKind.LAST_WORD) if section.last(kind)), None)
    return last or ("v1" if _is_v1_done(section) else "digest")
