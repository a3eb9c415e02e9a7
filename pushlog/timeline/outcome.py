"""How a push ended, by the only two proofs that a log can hold: a digest line, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Family, Outcome

if TYPE_CHECKING:
    from pushlog.formats.errors import Classified
    from pushlog.formats.section import Section


def outcome(section: Section, classified: Classified | None) -> Outcome:
    """Succeeded only with a digest line that no layer follows; failed only with an error; otherwise not known."""
    if section.quiet:
        return Outcome.SUCCEEDED
    if classified is not None:
        return Outcome.INTERRUPTED if classified.family is Family.CANCELLED else Outcome.FAILED
    digest = section.last("digest", "aux")
    last_layer = int(section.events.stop[-1]) if len(section.events) else 0
    if digest is not None and "DIGEST" in digest.fields and digest.start >= last_layer:
        return Outcome.SUCCEEDED
    return Outcome.INTERRUPTED if section.last("interrupt") else Outcome.INCOMPLETE
