"""The verdict as JSON, handed to a command of the user as soon as it is certain.

{ "schema": "pushlog-verdict/1",
  "certain": "ended" | "foreseen",       the push has ended so, or it will and docker still retries
  "outcome": "succeeded" | "failed",
  "verdict": str, "advice": str,         the two sentences that a report leads with
  "family": FAMILY | null, "retry_helps": true | false | null,
  "layer": str | null, "uploads_left": int, "seconds_left": float,       of one that is foreseen
  "push": null | { … } }                 the push as `analyze -f json` writes it, once it has ended
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import subprocess
import sys
from typing import TYPE_CHECKING

from pushlog.model import Diagnosis, Family, Outcome
from pushlog.record_class import record
from pushlog.report.json import harmless, plain

if TYPE_CHECKING:
    from pushlog.live.outlook import Outlook

SCHEMA = "pushlog-verdict/1"


@record
class Verdict:
    """The certain facts of a push; the fields are those of the JSON."""

    certain: str
    outcome: Outcome
    verdict: str
    advice: str
    family: Family | None
    retry_helps: bool | None
    layer: str | None = None
    uploads_left: int = 0
    seconds_left: float = 0.0
    push: Diagnosis | None = None


def final_verdict(push: Diagnosis) -> Verdict | None:
    """Return the verdict on a push; None for one whose end is not in the log."""
    if push.outcome not in (Outcome.SUCCEEDED, Outcome.FAILED):
        return None
    return Verdict(
        certain="ended",
        outcome=push.outcome,
        verdict=push.verdict,
        advice=push.advice,
        family=push.error.family if push.error else None,
        retry_helps=push.error.retry_helps if push.error else None,
        push=push,
    )


def early_verdict(outlook: Outlook) -> Verdict:
    """Return the verdict on a push that goes on in vain."""
    return Verdict(
        certain="foreseen",
        outcome=Outcome.FAILED,
        verdict=str(outlook),
        advice="Stop it and mend the cause; pushing again will not help.",
        family=outlook.family,
        retry_helps=False,
        layer=outlook.layer,
        uploads_left=outlook.retry.uploads,
        seconds_left=float(outlook.retry.waiting),
    )


class Hook:
    """A shell command that is run once for a push, with the verdict on its standard input; nothing waits for it."""

    def __init__(self, command: str) -> None:
        """Keep the command; nothing runs yet."""
        self._command = command
        self._running: list[subprocess.Popen[bytes]] = []

    def run(self, verdict: Verdict) -> None:
        """Start the command. Its output goes to standard error, because standard output is for the report."""
        fields = {f.name: plain(getattr(verdict, f.name)) for f in dataclasses.fields(verdict)}
        text = harmless(json.dumps({"schema": SCHEMA, **fields}, ensure_ascii=False)).encode("utf-8", "replace") + b"\n"
        process = subprocess.Popen(self._command, shell=True, stdin=subprocess.PIPE, stdout=sys.stderr)  # noqa: S602 - the user's own command
        self._running.append(process)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # the command does not read its input
            process.stdin.write(text)
            process.stdin.close()

    def finish(self) -> tuple[int, ...]:
        """Wait for all started commands and return their exit statuses."""
        return tuple(process.wait() for process in self._running)
