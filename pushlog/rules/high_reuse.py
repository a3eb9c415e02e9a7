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

from pushlog.diagnosis.rule import Role, Scope
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
ROLE = Role.DETAIL
SCOPE = Scope.ANY

LEAST_LAYERS = 3
_SHARE = 0.75


def check(case: Case) -> Iterator[Finding]:
    """Fire on a push that worked and uploaded little or nothing."""
    reused, uploaded = case.layers(State.EXISTS, State.MOUNTED), case.layers(State.PUSHED)
    total = len(reused) + len(uploaded)
    if case.push.outcome is not Outcome.SUCCEEDED or total < LEAST_LAYERS or len(reused) < _SHARE * total:
        return
    mounted = case.layers(State.MOUNTED)
    rows = case.rows_of(State.EXISTS, State.MOUNTED)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{len(reused)} of {count(total, 'layer')} were in the registry already"
        + (f", {_all_or(len(mounted), len(reused))} in another repository" if mounted else ""),
        explanation=_sent(uploaded),
        remedy=("Nothing to do. Keep frequently changing steps last in the Dockerfile.",),
        evidence=tuple(case.row(row) for row in dict.fromkeys((rows[0], rows[-1]))),
        confidence=Confidence.CERTAIN,
        layers=tuple(layer.id for layer in reused),
        data={"reused": len(reused), "mounted": len(mounted), "layers": total, "share": round(len(reused) / total, 4)},
    )


def _all_or(part: int, whole: int) -> str:
    return "all of them" if part == whole else f"{part} of them"


def _sent(uploaded: tuple[Layer, ...]) -> str:
    if not uploaded:
        return "No layer had to be uploaded, only the manifest."
    sizes = [layer.bytes_total for layer in uploaded]
    known_sizes = [n for n in sizes if n is not None]
    figure = f", {size(sum(known_sizes))} {COUNTED[uploaded[0].basis]}" if len(known_sizes) == len(sizes) else ""
    return f"{count(len(uploaded), 'layer')} had to be uploaded{figure}. How large the others are is not in the log."
