"""Findings from what other logs prove: which faults ended a push, and how each attempt is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import FaultKind
from pushlog.model import Confidence, Finding, Outcome, Severity
from pushlog.record_class import record
from pushlog.units import count, seconds, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pushlog.diagnosis.case import Case
    from pushlog.diagnosis.hops.facts import Fault
    from pushlog.model import Evidence

# Of many attempts the first ones are told one by one.
_ATTEMPTS = 5
_EVIDENCE = 6
_SURE = tuple(Confidence)


@record
class FaultGroup:
    """Faults of one sort. `ended`: they ended the push; else the client went on after them."""

    faults: tuple[Fault, ...]
    ended: bool

    @property
    def first(self) -> Fault:
        """The first of them."""
        return self.faults[0]

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that they broke."""
        return tuple(dict.fromkeys(fault.layer for fault in self.faults if fault.layer))

    @property
    def who(self) -> str:
        """What they broke: `layer 638d9e83cd66`, `2 layers`, `an upload`."""
        if not self.layers:
            return "an upload" if len(self.faults) == 1 else count(len(self.faults), "upload")
        return f"layer {self.layers[0]}" if len(self.layers) == 1 else count(len(self.layers), "layer")


def group_of(case: Case, *kinds: FaultKind) -> FaultGroup | None:
    """Return the faults of these kinds; None where there is none, or where another one ended the push."""
    if case.side is None:
        return None
    faults = case.side.of(*kinds)
    if not faults:
        return None
    ending = ending_fault(case)
    if case.push.outcome is Outcome.FAILED:
        is_ending = ending is not None and ending.kind in kinds and not _is_doubted(case, ending)
        return FaultGroup(faults=faults, ended=True) if is_ending else None
    return FaultGroup(faults=faults, ended=False)


def _is_doubted(case: Case, fault: Fault) -> bool:
    """Return whether the client's own error names another status than a fault that is only likely."""
    status = case.push.error.http_status if case.push.error else None
    return fault.confidence is not Confidence.CERTAIN and status is not None and status != fault.status


def ending_fault(case: Case) -> Fault | None:
    """Return the fault that a push failed for: the last one of a layer that is not in the registry."""
    if case.side is None or case.push.outcome is not Outcome.FAILED or not case.side.faults:
        return None
    done = {layer.id for layer in case.push.layers if layer.state.done}
    final = [fault for fault in case.side.faults if fault.layer not in done]
    status = case.push.error.http_status if case.push.error else None
    same = [fault for fault in final if status is not None and fault.status == status]
    candidates = same or final
    return candidates[-1] if candidates else None


def is_proven(case: Case) -> bool:
    """Return whether other logs say for certain what ended a push: other meanings of its error don't matter then."""
    fault = ending_fault(case)
    return fault is not None and fault.confidence is Confidence.CERTAIN and fault.kind is not FaultKind.DAEMON_WORD


def attempts_in_words(group: FaultGroup) -> str:
    """Return how far each of the attempts came, in a sentence; empty where no log tells."""
    reached = [fault for fault in group.faults if fault.attempt and fault.received is not None]
    if not reached:
        return ""
    several = len({fault.layer for fault in reached}) > 1
    parts = [
        f"attempt {fault.attempt}{f' of {fault.layer}' if several else ''} {fault.received:,} bytes{_over(fault)}"
        for fault in reached[:_ATTEMPTS]
    ]
    more = f" and {count(len(reached) - _ATTEMPTS, 'more attempt')}" if len(reached) > _ATTEMPTS else ""
    return f"Of the blob had arrived: {', '.join(parts)}{more}."


def _over(fault: Fault) -> str:
    if not fault.seconds or fault.received is None or fault.seconds < 0.05:
        return ""
    return f" in {seconds(fault.seconds)} ({size(int(fault.received / fault.seconds))}/s)"


def evidence_of(case: Case, group: FaultGroup) -> tuple[Evidence, ...]:
    """Return the client's own line of the first fault, or that of its error, and the lines that prove the group."""
    lines = [line for fault in group.faults[:2] for line in fault.evidence]
    lines += [fault.evidence[0] for fault in group.faults[2:]]
    return tuple(dict.fromkeys((client_line(case, group.first), *lines[:_EVIDENCE])))


def client_line(case: Case, fault: Fault | None = None) -> Evidence:
    """Return the client's line that a fact of another log is about: its retry, its error, or where the push begins."""
    if fault is not None and fault.line is not None:
        return case.quote(fault.line)
    return case.quote(case.push.error.line if case.push.error is not None else case.push.lines[0])


def finding_of(
    group: FaultGroup,
    case: Case,
    *,
    rule: str,
    name: str,
    title: str,
    explanation: tuple[str, ...],
    remedy: tuple[str, ...],
    data: Mapping[str, object] | None = None,
) -> Finding:
    """Return a finding on a group: an error where it ended the push, a warning where the push went on."""
    is_whole = not group.ended and case.push.outcome is Outcome.SUCCEEDED
    went_on = "Docker tried again, and it went through." if is_whole else ""
    return Finding(
        rule=rule,
        name=name,
        severity=Severity.ERROR if group.ended else Severity.WARNING,
        title=title,
        explanation=" ".join(filter(None, (*explanation, attempts_in_words(group), went_on))),
        remedy=remedy,
        evidence=evidence_of(case, group),
        confidence=max((fault.confidence for fault in group.faults), key=_SURE.index),
        layers=group.layers,
        data={
            "hop": group.first.hop.value,
            "server": group.first.server,
            "attempts": [
                {"layer": f.layer, "attempt": f.attempt, "status": f.status, "bytes": f.received} for f in group.faults
            ],
            **(data or {}),
        },
    )
