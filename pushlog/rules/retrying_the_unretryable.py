"""Docker waited to retry an error that retrying can't cure.

The graphdriver store repeats most errors five times over 50 seconds, whether or not they can heal: an HTML page with
413 since Docker 25, and `denied` or `unauthorized` when the registry sends the bare code without a message.

Recognised by: an error for which pushing again does not help, after `Retrying in …` lines.

What to do: fix the cause; don't put a retry loop around the push. In CI, stop when the failure is of such a kind.

Source: moby distribution/errors.go retryOnError; docker/distribution errcode.Errors.UnmarshalJSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Confidence, Finding, Severity
from pushlog.rules.attempts import MAX_ATTEMPTS, exhausted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.rules.case import Case

CODE = "PL401"
NAME = "retrying-the-unretryable"
SEVERITY = Severity.WARNING


def check(case: Case) -> Iterator[Finding]:
    """Fires within one push: countdowns that ran out before an error that can't heal."""
    failure, ids = case.push.error, exhausted(case)
    if failure is None or failure.retry_helps is not False or not ids:
        return
    layers = [layer for layer in case.push.layers if layer.id in ids]
    waited = max(layer.retry_wait for layer in layers)
    rows = [row for row in case.rows(ids[0]) if case.table["wait"].iloc[row] > 0]
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"Docker spent {waited:.0f} s retrying what could not succeed",
        explanation=f"{MAX_ATTEMPTS} uploads with waits of 5, 10, 15 and 20 s in between, for an error that stays the "
        "same until its cause is fixed.",
        remedy=("Fix the cause first. A retry loop around this push only multiplies the wait.",),
        evidence=(case.row(rows[0]), case.row(rows[-1])),
        confidence=Confidence.CERTAIN,
        layers=ids,
        data={"seconds_waited": waited, "attempts": MAX_ATTEMPTS},
    )
