"""The log ends before the push does: no digest line, no error.

The digest line is the only proof of success that Docker prints, an error the only proof of failure. A client that is
killed prints nothing; a CI that cuts its log keeps nothing; a daemon that dies leaves the client hanging.

Recognised by: a push whose last line is neither.

What to do: look at what ended the job (time limit, cancelled run, lost runner), then push again.

Source: observed with Docker 28.5.2: after SIGINT, SIGTERM and SIGKILL the client prints nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Confidence, Evidence, Finding, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.rules.case import Case

CODE = "PL303"
NAME = "truncated-log"
SEVERITY = Severity.WARNING


def check(case: Case) -> Iterator[Finding]:
    """Fires on every push without an end."""
    push = case.push
    if push.outcome not in (Outcome.INCOMPLETE, Outcome.INTERRUPTED) or case.section.quiet:
        return
    rows = len(case.section.events)
    last = case.row(rows - 1) if rows else case.quote(push.lines[1])
    evidence: tuple[Evidence, ...] = (last,)
    stopped = case.mark("interrupt")
    after = case.section.after
    if stopped:
        how = "Ctrl-C was pressed while it ran."
        evidence = (last, stopped)
    elif after:
        how = (
            "Other output follows, so the client ended: it was stopped, or its error went elsewhere (keep it: `2>&1`)."
        )
        evidence = (last, Evidence(line=after.line, text=after.text[:300]))
    else:
        how = "The log ends there: the client was stopped, the rest of the log is lost, or the daemon died. "
        how += "Docker prints nothing in any of these cases, so the log can't tell which."
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="The push was stopped" if stopped else "The log ends before the push does",
        explanation=f"There is neither a digest line nor an error. {how}",
        remedy=(
            "Look at what ended the job: a time limit, a cancelled run, a lost runner.",
            f"Push again; layers that are in the registry are skipped: `docker push {case.image}`",
        ),
        evidence=evidence,
        confidence=Confidence.CERTAIN,
    )
