"""GitHub annotations: workflow commands on standard output that the runner shows beside the job.

GitHub keeps ten of each kind per step and drops the rest without a word, so the best come first and a plain line
counts the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Severity
from pushlog.report.issues import best, details, is_file, issues, one_line, place, tally
from pushlog.report.rule_links import address
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log
    from pushlog.report.issues import Issue

MOST = 10
# A note is nothing to interrupt anyone for: a push that went well has no annotation.
KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}
DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = DATA | str.maketrans({":": "%3A", ",": "%2C"})


def _command(issue: Issue) -> str:
    properties = {"title": one_line(f"{issue.finding.title} ({issue.finding.name})")}
    if is_file(issue.source):
        properties = {"file": visible(issue.source.name), "line": str(issue.line), **properties}
    arguments = ",".join(f"{name}={value.translate(PROPERTY)}" for name, value in properties.items())
    link = address(issue.finding.rule, issue.finding.name)
    message = "\n".join(text for text in (*details(issue), place(issue), link) if text)
    return f"::{KINDS[issue.finding.severity]} {arguments}::{message.translate(DATA)}"


def render(logs: Sequence[Log]) -> str:
    """Return a line that counts the pushes and a command for each finding, at most ten of each kind."""
    all_issues = issues(logs)
    lines = [tally(logs)]
    for severity, kind in KINDS.items():
        of_kind = best(issue for issue in all_issues if issue.finding.severity is severity)
        lines += [_command(issue) for issue in of_kind[:MOST]]
        if len(of_kind) > MOST:
            lines.append(f"{len(of_kind) - MOST} more of kind {kind} are not shown: GitHub shows {MOST} of each kind.")
    return "".join(f"{line}\n" for line in lines)
