"""Nothing was reused, or layers were uploaded again that an earlier push had put there.

A push skips what the registry has. The graphdriver store asks only for layers whose digest the daemon remembers from an
earlier push or pull, so a fresh machine uploads a layer again that is there; the containerd store always asks.

Recognised by: a push of three layers or more that worked and uploaded all of them; or, in a log with several pushes of
one repository, a layer that two of them uploaded. Whether a first push should have found anything no log can tell.

What to do: push from the same daemon, build with a cache, and put what changes rarely first in the Dockerfile.

Source: moby distribution/push_v2.go (layerAlreadyExists, the metadata of a layer); containerd
core/remotes/docker/pusher.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Outcome, Severity, State, Store
from pushlog.rules.high_reuse import LEAST_LAYERS
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.model import Evidence

CODE = "PL207"
NAME = "low-reuse"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

_AGAIN = {
    Store.GRAPHDRIVER: "This store asks only for layers whose digest the daemon remembers: another or a fresh machine "
    "uploads them again.",
    Store.CONTAINERD: "This store asks for every layer, so the registry no longer had them: deleted, or cleaned up "
    "because no manifest named them.",
    Store.UNKNOWN: "Either another machine pushed, which did not know of them, or the registry no longer had them.",
}


def across(cases: Sequence[Case], unclear: frozenset[int]) -> Iterator[tuple[int, Finding]]:
    """Fire on layers that two pushes of a repository uploaded, else on a push that reused nothing."""
    # For each repository the layers uploaded so far, each with the last push that uploaded it.
    uploaded: dict[tuple[str | None, str], dict[str, Case]] = {}
    for index, case in enumerate(cases):
        if index in unclear:
            continue
        target, layers = case.push.reference, [layer.id for layer in case.layers(State.PUSHED)]
        uploaders = (
            uploaded.setdefault((target.registry, target.repository), {}) if target.repository is not None else {}
        )
        uploaded_again = tuple(layer for layer in layers if layer in uploaders)
        if uploaded_again:
            yield index, _again(case, uploaders[uploaded_again[0]], uploaded_again)
        elif _all_sent(case):
            yield index, _nothing(case)
        uploaders.update(dict.fromkeys(layers, case))


def _all_sent(case: Case) -> bool:
    layers = case.push.layers
    worked = case.push.outcome is Outcome.SUCCEEDED and len(layers) >= LEAST_LAYERS
    return worked and all(layer.state is State.PUSHED for layer in layers)


def _again(case: Case, earlier: Case, layers: tuple[str, ...]) -> Finding:
    return Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{count(len(layers), 'layer')} that an earlier push of this log had uploaded went up again",
        explanation=_AGAIN[case.push.store],
        remedy=case.steps(
            "Push from the same daemon, or pull the last image before the build: `docker pull {reference}`"
        ),
        evidence=(_pushed(earlier, layers[0]), _pushed(case, layers[0])),
        confidence=Confidence.CERTAIN,
        layers=layers,
        data={"uploaded_again": len(layers), "layers": len(case.push.layers)},
    )


def _nothing(case: Case) -> Finding:
    rows = case.rows_of(State.PUSHED)
    return Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"Nothing was reused: all {len(case.push.layers)} layers were uploaded",
        explanation="That is normal for the first push to a repository; whether it was one, the log can't tell.",
        remedy=("If it was not the first: build with a cache (`--cache-from`), and put what changes rarely first.",),
        evidence=(case.row(rows[0]), case.row(rows[-1])),
        confidence=Confidence.CERTAIN,
        data={"uploaded_again": 0, "layers": len(case.push.layers)},
    )


def _pushed(case: Case, layer: str) -> Evidence:
    rows = set(case.rows_of(State.PUSHED))
    return case.row(next(row for row in case.rows(layer) if row in rows))
