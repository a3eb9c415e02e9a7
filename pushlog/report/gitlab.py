"""GitLab Code Quality: the findings as the list of problems that a merge request shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.model import Confidence, Severity
from pushlog.report.issues import details, issues, one_line, path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log
    from pushlog.report.issues import Issue


def _severity(issue: Issue) -> str:
    """GitLab's five words: what ended a push blocks, a guess is minor."""
    finding = issue.finding
    if finding.severity is Severity.ERROR:
        return "blocker" if issue.cause else "critical"
    if finding.severity is Severity.WARNING:
        return "minor" if finding.confidence is Confidence.POSSIBLE else "major"
    return "info"


def _problem(issue: Issue) -> dict[str, object]:
    title = one_line(issue.finding.title).rstrip(".")
    return {
        "description": ". ".join((title, " ".join(details(issue)))) if details(issue) else title,
        "check_name": one_line(issue.finding.name),
        "fingerprint": issue.fingerprint,
        "severity": _severity(issue),
        "location": {"path": path(issue.source), "lines": {"begin": issue.line}},
    }


def render(logs: Sequence[Log]) -> str:
    """Return one JSON list for all logs."""
    return json.dumps([_problem(issue) for issue in issues(logs)], ensure_ascii=False, indent=1) + "\n"
