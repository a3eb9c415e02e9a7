"""The log ends before the push does: no digest line, no error.

The digest line is the only proof of success that Docker prints, an error the only proof of failure. A client that is
killed prints nothing; a CI that cuts its log keeps nothing; a daemon that dies leaves the client hanging.

Recognised by: a push whose last line is neither. A digest line above the last row of a layer is not the end of a push.

An error farther down that may be that of the push is shown beside it.

What to do: look at what ended the job (time limit, cancelled run, lost runner), then push again.

Source: observed with Docker 28.5.2: after SIGINT, SIGTERM and SIGKILL the client prints nothing.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pushlog.diagnosis.client_retries import met, retries
from pushlog.diagnosis.rule import Role, Scope
from pushlog.formats.errors.wrapped import error_in
from pushlog.formats.marks import MarkKind
from pushlog.model import Confidence, Evidence, Finding, Outcome, Severity
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.formats.marks import Mark

CODE = "PL303"
NAME = "truncated-log"
SEVERITY = Severity.WARNING
ROLE = Role.CAPTURE
SCOPE = Scope.ANY

# So far below the push an error is looked for that may be its own, in bytes and in lines.
_REACH = 1 << 14
_PIECES = 60


def check(case: Case) -> Iterator[Finding]:
    """Fire on every push without an end."""
    push = case.push
    if push.outcome not in (Outcome.INCOMPLETE, Outcome.INTERRUPTED) or case.parsed.quiet or case.parsed.is_mixed:
        return
    interrupt = case.parsed.last(MarkKind.INTERRUPT)
    end, evidence = _end(case, interrupt)
    error_line = None if interrupt else _possible_error(case)
    proof = f"There is neither {case.client.proof_words} nor an error." if push.error is None else ""
    out_of_order = None if interrupt else case.parsed.last(MarkKind.DIGEST)
    if out_of_order:
        proof = (
            "Rows of layers stand below the digest line: it ends the push of another tag or image, or the lines are "
            "out of order."
        )
        evidence = (*evidence, case.quote(out_of_order.line))
    elif error_line:
        proof = f"There is no {case.client.proof_words.partition(' ')[2]}, and line {error_line.line} may be the error."
        evidence = (*evidence, error_line)
    data: dict[str, object] = {"possible_error": error_line.line} if error_line else {"why": end} if interrupt else {}
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="The push was stopped" if interrupt else "The log ends before the push does",
        explanation=f"{proof} {end}{_before(case)}".strip(),
        remedy=case.steps(
            *_look(interrupt),
            (
                "Push again; layers that are in the registry are skipped: `{push}`",
                "Push again; layers that are in the registry are skipped.",
            ),
        ),
        evidence=evidence,
        confidence=Confidence.POSSIBLE if error_line else Confidence.CERTAIN,
        data={"why": proof} if out_of_order else data,
    )


def _look(interrupt: Mark | None) -> tuple[str, ...]:
    """Return where to look for what ended the push; nowhere, where somebody pressed Ctrl-C."""
    if interrupt is None:
        return ("Look at what ended the job: a time limit, a cancelled run, a lost runner.",)
    why = interrupt.fields.get("WHY", "")
    if "limit" in why or "printed nothing" in why:
        return ("Give the job more time, or find out why the push took so long.",)
    if "fails" in why:
        return ("See why the other push failed: this one was stopped because of it.",)
    return (
        ("See who or what ended the job: a person, a newer run, another job that failed, a lost machine.",)
        if why
        else ()
    )


def _possible_error(case: Case) -> Evidence | None:
    """Return the first line below the push that reads like an error, too far from it to be told as its own."""
    stop = min(case.parsed.until or len(case.text.data), case.parsed.stop + _REACH)
    pieces = islice(case.text.pieces(case.parsed.stop + 1, stop), _PIECES)
    return next(
        (
            Evidence(line=piece.line, text=piece.text[:300])
            for piece in pieces
            if error_in(piece.text, case.knowledge, is_near=False)
        ),
        None,
    )


def _end(case: Case, interrupt: Mark | None) -> tuple[str, tuple[Evidence, ...]]:
    """Return a sentence about the end of the push, and the lines that show it."""
    rows, after = len(case.parsed.events), case.parsed.after
    last = case.row(rows - 1) if rows else case.quote(case.push.lines[1])
    if interrupt:
        why = interrupt.fields.get("WHY", "Ctrl-C was pressed while it ran.")
        return why, tuple(dict.fromkeys((last, case.quote(interrupt.line))))
    if after:
        end = (
            "Other output follows, so the client ended: it was stopped, or its error went elsewhere (keep it: `2>&1`)."
        )
        return end, (last, Evidence(line=after.line, text=after.text[:300]))
    words = case.client.words(case.image)
    end = f"The log ends there: the client was stopped, the rest of the log is lost, or {words['sender']} died. "
    return f"{end}{words['Client']} prints nothing in any of these cases, so the log can't tell which.", (last,)


def _before(case: Case) -> str:
    """Return a sentence about the last error that made the client try again; empty without one."""
    retry_marks = retries(case)
    return (
        f" Before that it began again {count(len(retry_marks), 'time')}, last after: {met(retry_marks[-1])}"
        if retry_marks
        else ""
    )
