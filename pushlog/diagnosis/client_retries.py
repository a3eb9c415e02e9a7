"""Retries of clients other than docker, which say so in a line of their own and not in countdowns of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.model import Confidence, Finding, Outcome, Severity
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.formats.marks import Mark
    from pushlog.model import Evidence

_LONGEST = 160


def retries(case: Case) -> tuple[Mark, ...]:
    """The lines in which the client says that it begins again."""
    return tuple(mark for mark in case.parsed.marks if mark.kind == MarkKind.RETRY)


def met(mark: Mark) -> str:
    """The error that a retry answered, short."""
    line = mark.fields["TEXT"].split("\n", 1)[0].replace('\\"', '"').rstrip('"')
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def recovered(case: Case, code: str, name: str) -> Iterator[Finding]:
    """Fires on a push that went well after the client began again."""
    tried = retries(case)
    if not tried or case.push.outcome is not Outcome.SUCCEEDED:
        return
    yield Finding(
        rule=code,
        name=name,
        severity=Severity.INFO,
        title=f"{case.client.name} broke off and recovered: {count(len(tried), 'retry')}",
        explanation=f"{case.client.retry} It met: {met(tried[0])}",
        remedy=("Nothing for this push.", "If it happens often, look at the line and the registry at that time."),
        evidence=_shown(case, tried),
        confidence=Confidence.CERTAIN,
        layers=tuple(layer.id for layer in case.push.layers if layer.attempts > 1),
        data={"retries": len(tried), "seconds_waited": _longest(case)},
    )


def exhausted(case: Case, code: str, name: str) -> Iterator[Finding]:
    """Fires on a push that failed although the client began again, with an error that another try can cure."""
    tried, failure = retries(case), case.push.error
    if not tried or failure is None or failure.retry_helps is False:
        return
    waited = _longest(case)
    title = f"{case.client.name} tried again {count(len(tried), 'time')} and gave up"
    yield Finding(
        rule=code,
        name=name,
        severity=Severity.ERROR,
        title=title,
        explanation=f"{case.client.retry} The last try failed with: {failure.text.split(chr(10), 1)[0][:_LONGEST]}",
        remedy=case.steps(
            (
                "Push again once the registry answers; what is there is skipped: `{push}`",
                "Push again once the registry answers; what is there is skipped.",
            ),
            "If it fails again, ask whoever runs the registry or the network for the time of this push.",
        ),
        evidence=(
            *_shown(case, tried),
            *case.error_lines()[:1],
        ),
        confidence=Confidence.CERTAIN,
        layers=tuple(layer.id for layer in case.push.layers if layer.attempts > 1),
        data={"retries": len(tried), "seconds_waited": waited},
    )


def _shown(case: Case, tried: tuple[Mark, ...]) -> tuple[Evidence, ...]:
    """The first and the last line that announce a retry."""
    return tuple(case.quote(line) for line in dict.fromkeys((tried[0].line, tried[-1].line)))


def _longest(case: Case) -> float:
    """Seconds of waiting of the blob that waited longest, as printed; 0 where the client prints none."""
    return max((layer.retry_wait for layer in case.push.layers), default=0.0)
