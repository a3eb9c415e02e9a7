"""Azure Pipelines: logging commands on standard output, which the agent shows with the job.

Source: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands. Values in brackets and the message
are escaped, so that no line of the log becomes a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Severity
from pushlog.report.issues import best, details, is_file, issues, one_line, path, place, tally
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log
    from pushlog.report.issues import Issue

# The agent shows ten issues of a kind on the summary of a run.
MOST = 10
KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}
DATA = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
PROPERTY = DATA | str.maketrans({";": "%3B", "]": "%5D"})
# The agent takes a command anywhere in a line.
COMMAND = lazy_pattern(r"##(?=vso\[|\[)")


def render(logs: Sequence[Log]) -> str:
    """Return a line that counts the pushes and a command for each problem, at most ten of each kind."""
    all_issues = issues(logs)
    lines = [_broken(tally(logs))]
    for severity, kind in KINDS.items():
        of_kind = best(issue for issue in all_issues if issue.finding.severity is severity)
        lines += [_command(kind, issue) for issue in of_kind[:MOST]]
        if len(of_kind) > MOST:
            lines.append(f"{len(of_kind) - MOST} more of kind {kind} are not shown.")
    return "".join(f"{line}\n" for line in lines)


def _command(kind: str, issue: Issue) -> str:
    properties = {"type": kind}
    if is_file(issue.source):
        properties |= {"sourcepath": path(issue.source), "linenumber": str(issue.line)}
    properties["code"] = visible(issue.finding.rule)
    text_of_properties = "".join(f"{name}={_broken(value).translate(PROPERTY)};" for name, value in properties.items())
    title = one_line(f"{issue.finding.title} ({issue.finding.name})")
    message = "\n".join(text for text in (title, *details(issue), place(issue)) if text)
    return f"##vso[task.logissue {text_of_properties}]{_broken(message).translate(DATA)}"


def _broken(text: str) -> str:
    """Return the text with a space in whatever an agent would take for a command."""
    return COMMAND.sub("# #", text)
