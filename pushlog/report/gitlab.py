"""GitLab Code Quality: the findings as the list of problems that a merge request shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.model import Confidence, Outcome, Severity
from pushlog.report.issues import details, issues, one_line, path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log
    from pushlog.report.issues import Issue


def _severity(issue: Issue) -> str:
    """GitLab's five words: what ended a push blocks, what else is said of its end is major, a guess is minor."""
    finding = issue.finding
    if finding.severity is Severity.ERROR:
        if issue.cause:
            return "blocker"
        return "major" if issue.push is not None and issue.push.outcome is Outcome.FAILED else "critical"
    if finding.severity is Severity.WARNING:
        return "minor" if finding.confidence is Confidence.POSSIBLE else "major"
    raise ValueError(f"a note is no problem: {finding.name}")


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
    """Return one JSON list for all logs, without notes: they would stand in every merge request."""
    problems = [_problem(issue) for issue in issues(logs) if issue.finding.severity is not Severity.INFO]
    return json.dumps(problems, ensure_ascii=False, indent=1) + "\n"
