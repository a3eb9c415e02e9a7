"""An upload broke off, the client tried again, and it went through.

Docker's graphdriver store repeats a failed upload by itself, up to five times, from the first byte. A push that
recovered is whole; it only took longer. Often seen together with a long push: the path to the registry is not reliable.

Recognised by: a layer with `Retrying in …` lines that is in the registry at the end; with another client, lines that
announce a retry in a push that went well.

What to do: nothing for this push. If it happens often, find out where connections break.

Source: moby distribution/xfer/upload.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis import client_retries
from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Severity
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.diagnosis.hops.facts import Fault

CODE = "PL102"
NAME = "retry-recovered"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.ANY

_REASONS = 5
_NEXT = {
    True: ("If it happens often, see to the cause that the other logs name.",),
    False: (
        "If it happens often, read the daemon's log for the same time: `journalctl -u docker --since '1 hour ago'`",
    ),
}


def check(case: Case) -> Iterator[Finding]:
    """Fire on layers that counted down and are in the registry all the same."""
    if not case.client.uses_docker_engine:
        yield from client_retries.recovered(case, CODE, NAME)
        return
    recovered = [layer for layer in case.push.layers if layer.retry_wait > 0 and layer.state.done]
    if not recovered:
        return
    longest = max(layer.retry_wait for layer in recovered)
    ids = tuple(layer.id for layer in recovered)
    who = f"Layer {ids[0]}" if len(ids) == 1 else f"{len(ids)} layers"
    retries = sum(layer.attempts - 1 for layer in recovered)
    faults = [fault for fault in case.side.faults if fault.layer in ids] if case.side else []
    rows = [row for layer in ids for row in case.rows(layer) if case.events.wait[row] > 0]
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{who} broke off and recovered: {count(retries, 'retry')}, {longest:.0f} s of waiting",
        explanation="Docker repeated the upload by itself, from the first byte, and the registry has it now. "
        + (_reasons(faults) or "The log does not say why it broke: the daemon's own log does."),
        remedy=("Nothing for this push.", *_NEXT[bool(faults)]),
        evidence=(case.row(rows[0]), case.row(rows[-1]), *(fault.evidence[0] for fault in faults[:_REASONS])),
        confidence=Confidence.CERTAIN,
        layers=ids,
        data={"retries": retries, "seconds_waited": longest},
    )


def _reasons(faults: Sequence[Fault]) -> str:
    """Return why each attempt broke, as the logs of the other side say it."""
    reasons = dict.fromkeys(
        f"attempt {fault.attempt} of {fault.layer}: {fault.detail or fault.words}" for fault in faults[:_REASONS]
    )
    return f"Why it broke: {'; '.join(reasons)}." if reasons else ""
