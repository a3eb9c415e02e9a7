"""Most layers did not have to be uploaded.

A layer that the registry has is skipped (`Layer already exists`), one that another repository of the same registry has
is mounted from there. Neither sends a byte.

Recognised by: a push that worked, of three layers or more, at least three quarters of them there or mounted.

What to do: nothing; this is what a good order of instructions earns.

Source: moby distribution/push_v2.go (existence check, cross-repository mount); containerd
core/remotes/docker/pusher.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.size_limits import COUNTED
from pushlog.model import Confidence, Finding, Outcome, Severity, State
from pushlog.units import count, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Layer

CODE = "PL206"
NAME = "high-reuse"
SEVERITY = Severity.INFO

LEAST_LAYERS = 3
_SHARE = 0.75


def check(case: Case) -> Iterator[Finding]:
    """Fires on a push that worked and uploaded little or nothing."""
    there, sent = case.layers(State.EXISTS, State.MOUNTED), case.layers(State.PUSHED)
    total = len(there) + len(sent)
    if case.push.outcome is not Outcome.SUCCEEDED or total < LEAST_LAYERS or len(there) < _SHARE * total:
        return
    mounted = case.layers(State.MOUNTED)
    rows = case.rows_of(State.EXISTS, State.MOUNTED)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{len(there)} of {count(total, 'layer')} were in the registry already"
        + (f", {_all_or(len(mounted), len(there))} in another repository" if mounted else ""),
        explanation=_sent(sent),
        remedy=("Nothing to do. It stays so while what changes often comes last in the Dockerfile.",),
        evidence=tuple(case.row(row) for row in dict.fromkeys((rows[0], rows[-1]))),
        confidence=Confidence.CERTAIN,
        layers=tuple(layer.id for layer in there),
        data={"reused": len(there), "mounted": len(mounted), "layers": total, "share": round(len(there) / total, 4)},
    )


def _all_or(some: int, whole: int) -> str:
    return "all of them" if some == whole else f"{some} of them"


def _sent(sent: tuple[Layer, ...]) -> str:
    if not sent:
        return "No layer had to be uploaded, only the manifest."
    sizes = [layer.bytes_total for layer in sent]
    known = [n for n in sizes if n is not None]
    figure = f", {size(sum(known))} {COUNTED[sent[0].basis]}" if len(known) == len(sizes) else ""
    return f"{count(len(sent), 'layer')} had to be uploaded{figure}. How large the others are is not in the log."
