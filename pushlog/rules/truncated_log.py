"""The log ends before the push does: no digest line, no error.

The digest line is the only proof of success that Docker prints, an error the only proof of failure. A client that is
killed prints nothing; a CI that cuts its log keeps nothing; a daemon that dies leaves the client hanging.

Recognised by: a push whose last line is neither.

What to do: look at what ended the job (time limit, cancelled run, lost runner), then push again.

Source: observed with Docker 28.5.2: after SIGINT, SIGTERM and SIGKILL the client prints nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.client_retries import met, retries
from pushlog.formats.marks import MarkKind
from pushlog.model import Client, Confidence, Evidence, Finding, Outcome, Severity
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.formats.marks import Mark

CODE = "PL303"
NAME = "truncated-log"
SEVERITY = Severity.WARNING

_PROOF = {True: "a digest line", False: "a line that proves success"}


def check(case: Case) -> Iterator[Finding]:
    """Fires on every push without an end."""
    push = case.push
    if push.outcome not in (Outcome.INCOMPLETE, Outcome.INTERRUPTED) or case.parsed.quiet:
        return
    stopped = case.parsed.last(MarkKind.INTERRUPT)
    how, shown = _end(case, stopped)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="The push was stopped" if stopped else "The log ends before the push does",
        explanation=f"There is neither {_PROOF[case.push.client is Client.DOCKER]} nor an error. {how}{_before(case)}",
        remedy=(
            "Look at what ended the job: a time limit, a cancelled run, a lost runner.",
            f"Push again; layers that are in the registry are skipped: `docker push {case.image}`",
        ),
        evidence=shown,
        confidence=Confidence.CERTAIN,
    )


def _end(case: Case, stopped: Mark | None) -> tuple[str, tuple[Evidence, ...]]:
    """What the end of the push looks like, and the lines that show it."""
    rows, after = len(case.parsed.events), case.parsed.after
    last = case.row(rows - 1) if rows else case.quote(case.push.lines[1])
    if stopped:
        why = stopped.fields.get("WHY", "Ctrl-C was pressed while it ran.")
        return why, tuple(dict.fromkeys((last, case.quote(stopped.line))))
    if after:
        how = (
            "Other output follows, so the client ended: it was stopped, or its error went elsewhere (keep it: `2>&1`)."
        )
        return how, (last, Evidence(line=after.line, text=after.text[:300]))
    how = "The log ends there: the client was stopped, the rest of the log is lost, or the daemon died. "
    return f"{how}Docker prints nothing in any of these cases, so the log can't tell which.", (last,)


def _before(case: Case) -> str:
    """What a client that was trying again had met."""
    tried = retries(case)
    return f" Before that it began again {count(len(tried), 'time')}, last after: {met(tried[-1])}" if tried else ""
