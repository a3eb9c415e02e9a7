"""Which bytes the printed figures count.

Two engines hide behind `docker push`. The graphdriver store counts what it reads from disk, before gzip: figures are
larger than what crosses the network, and bytes per second are not network speed. The containerd store counts blobs as
they are stored, normally compressed. The popular claim that Docker always shows compressed bytes is wrong.

Recognised by: progress figures, and the lines that tell the store (`Preparing` and `Retrying` are graphdriver's).

What to do: compare a registry's limit, which is on compressed bytes, with a graphdriver figure only as an upper end.

Source: moby distribution/push_v2.go uploadUsingSession (the figures are taken before compress());
containerd core/remotes/docker/pusher.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.knowledge.wording import words
from pushlog.model import Basis, Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL302"
NAME = "size-figures-basis"
SEVERITY = Severity.INFO
ROLE = Role.CAPTURE
SCOPE = Scope.ANY

_WORDS = {
    Basis.UNCOMPRESSED: (
        "The figures count uncompressed bytes",
        (
            "`Preparing` and `Retrying` lines are printed by the graphdriver store only; it counts what it reads from "
            "disk, before gzip. What crossed the network was less."
        ),
        words(
            engine="For the sizes that the registry sees, look at the manifest: "
            "`docker manifest inspect -v {reference}`",
            others="For the sizes that the registry sees, look at the manifest: `{inspect}`",
        ),
    ),
    Basis.COMPRESSED: (
        "The figures count bytes as stored, normally compressed",
        (
            "The containerd image store copies blobs as they are and counts what it hands to the network. The figures "
            "can be compared with a registry's limits."
        ),
        words(others="Nothing to do: these are the sizes that the registry sees."),
    ),
    Basis.UNKNOWN: (
        "The log does not say which bytes the figures count",
        "One of Docker's two stores counts before gzip, the other what is sent, and nothing here tells them apart.",
        words(engine="See which store the daemon uses: `docker info -f '{{.Driver}} {{.DriverStatus}}'`"),
    ),
}


def check(case: Case) -> Iterator[Finding]:
    """Fire when the log shows a figure."""
    layer = next((layer for layer in case.push.layers if layer.bytes_done is not None), None)
    if layer is None:
        return
    title, explanation, remedy = _WORDS[layer.basis]
    if not case.client.uses_docker_engine:
        explanation = case.client.counts
        if not explanation:
            return
    row = next(row for row in case.rows(layer.id) if case.events.current[row] >= 0)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=title,
        explanation=explanation,
        remedy=case.steps(remedy),
        evidence=(case.row(row),),
        confidence=Confidence.POSSIBLE if layer.basis is Basis.UNKNOWN else Confidence.CERTAIN,
        data={"basis": layer.basis.value},
    )
