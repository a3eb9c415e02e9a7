"""The advice that a report leads with, chosen from all remedies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Outcome, Severity

if TYPE_CHECKING:
    from pushlog.model import Diagnosis, Finding


def now(push: Diagnosis) -> Finding | None:
    """Return the finding whose first remedy comes first: the cause's; None where the push went well."""
    if push.outcome is Outcome.SUCCEEDED:
        return None
    helpful = [finding for finding in push.findings if finding.remedy]
    for severity in (Severity.ERROR, Severity.WARNING):
        if leading := next((finding for finding in helpful if finding.severity is severity), None):
            return leading
    return None
