"""The one cause of a failed push: of the rules that explain its error the most specific leads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Specificity
from pushlog.model import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.model import Diagnosis, Finding

# The key of a finding's data that names the cause into which it was folded.
FOLDED = "folded_into"
_SURE = {Confidence.CERTAIN: 2, Confidence.LIKELY: 1, Confidence.POSSIBLE: 0}


def one_cause(explanations: Iterable[tuple[Specificity, Finding]]) -> tuple[Finding, ...]:
    """Return what the rules that name causes said: the cause first and as an error, and no other error.

    A general finding stays as a note, so that its name is there for those who look for it; what to do stands under the
    cause. Where a rule read the same text closer than the catalogue does, the catalogue's word on it is left out.
    """
    entries = _closest(list(explanations))
    leader = max(filter(_can_lead, entries), key=lambda entry: (entry[0], _SURE[entry[1].confidence]), default=None)
    if leader is None:
        return tuple(finding for _, finding in entries)
    cause = replace(leader[1], severity=Severity.ERROR)
    return (cause, *(_folded(entry[1], cause) for entry in entries if entry is not leader))


def agreed(push: Diagnosis) -> Diagnosis:
    """Return the diagnosis with retry advice that agrees with the cause: the catalogue speaks of the error alone."""
    error, cause = push.error, next(iter(push.findings), None)
    if error is None or cause is None or not error.retry_helps or cause.severity is not Severity.ERROR:
        return push
    if cause.name == error.family.value:
        return push
    return replace(push, error=replace(error, retry_helps=None))


def _closest(entries: Sequence[tuple[Specificity, Finding]]) -> list[tuple[Specificity, Finding]]:
    """Return the entries with one reading of the error's text, the closest, where there are several."""
    of_text = (Specificity.FAMILY, Specificity.READING)
    is_close = (entry for entry in entries if entry[0] is Specificity.READING and entry[1].severity is Severity.ERROR)
    closest = next(is_close, None)
    return [entry for entry in entries if closest is None or entry is closest or entry[0] not in of_text]


def _can_lead(entry: tuple[Specificity, Finding]) -> bool:
    """Return whether a finding can be the cause: an error, or another meaning of it that is more than a possibility."""
    specificity, finding = entry
    is_sure = specificity is Specificity.CAUSE and finding.confidence is not Confidence.POSSIBLE
    return finding.severity is Severity.ERROR or is_sure


def _folded(finding: Finding, cause: Finding) -> Finding:
    """Return a second error on the same event as a note; a possibility beside the cause stays what it is."""
    if finding.severity is not Severity.ERROR:
        return finding
    remedy = (f"See {cause.name} above.",)
    return replace(finding, severity=Severity.INFO, remedy=remedy, data={**finding.data, FOLDED: cause.name})
