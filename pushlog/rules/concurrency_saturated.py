"""Layers waited for a free upload slot: the daemon sends only so many at a time.

The graphdriver store uploads five layers at a time unless `max-concurrent-uploads` says otherwise. The slots belong to
the daemon: all its pushes share them, and a layer that counts down to a retry keeps its slot. The containerd store has
no such limit before Docker 29.7.

Recognised by: three or more layers with a `Waiting` line in a push of ten layers or of at least 30 s.

What to do: raise the limit where the line and the registry have room. It helps images of many layers of like size; it
does not help when one large layer holds the push back.

Source: moby daemon/config/config.go (max-concurrent-uploads), distribution/xfer/transfer.go; docs.docker.com dockerd,
configuration reload behavior.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Severity, State, Store
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL202"
NAME = "concurrency-saturated"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

DEFAULT = 5
_LEAST_WAITING = 3
_MANY_LAYERS = 10
_LONG = 30.0


def setting(uploads: int) -> str:
    """Return how to set the daemon's limit, as the end of a remedy."""
    return f'`"max-concurrent-uploads": {uploads}` in `/etc/docker/daemon.json`, then `sudo systemctl reload docker`'


def check(case: Case) -> Iterator[Finding]:
    """Fire when uploads queued in a push that was long or had many layers."""
    push = case.push
    rows = case.rows_of(State.WAITING)
    duration = push.duration.seconds or push.duration.at_least
    if push.store is not Store.GRAPHDRIVER or not rows or (len(push.layers) < _MANY_LAYERS and duration < _LONG):
        return
    codes = list(dict.fromkeys(case.events.layer[rows].tolist()))
    waiting_layers = tuple(case.parsed.events.ids[code] for code in codes)
    slots = len(push.layers) - len(waiting_layers)
    if len(waiting_layers) < _LEAST_WAITING or slots < 1:
        return
    whose = (
        "Docker's default"
        if slots == DEFAULT
        else "not the default of 5: set in the daemon, or shared with other pushes"
    )
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{len(waiting_layers)} of {count(len(push.layers), 'layer')} waited for a free upload slot",
        explanation=f"{count(slots, 'slot')} were free at the start: {whose}. All pushes of the daemon share them.",
        remedy=(f"If bandwidth and the registry allow it, raise the limit: {setting(10)}",),
        evidence=(case.row(rows[0]), case.row(rows[-1])),
        confidence=Confidence.CERTAIN,
        layers=waiting_layers,
        data={"waited": len(waiting_layers), "slots": slots, "default": DEFAULT},
    )
