"""The log has no progress figures, because a pipe drops them.

`docker push` writes `Pushing … 12 MB/90 MB` only to a terminal; into a pipe or a file it writes the states alone. Such
a log tells which layers are in the registry, but not how many bytes, how fast, or where an upload broke off.

Recognised by: layers that were uploaded, and not a single figure, in output that did not come from a terminal. (On a
terminal, layers that are uploaded within a tenth of a second show no figure either.)

What to do: next time keep the output of a terminal (`script`), or of the Engine API; both carry the figures.

Source: docker/cli and moby pkg/jsonmessage: messages with progress are skipped where standard output is no terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Capture, Confidence, Evidence, Finding, Severity, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL301"
NAME = "no-progress-captured"
SEVERITY = Severity.INFO
ROLE = Role.CAPTURE
SCOPE = Scope.DOCKER_ENGINE

_THERE = (State.EXISTS, State.MOUNTED, State.SKIPPED)


def check(case: Case) -> Iterator[Finding]:
    """Fire when there was something to upload and no figure was kept."""
    uploads = [layer for layer in case.push.layers if layer.state not in _THERE]
    figures = any(layer.bytes_done is not None or layer.bytes_total is not None for layer in case.push.layers)
    if not uploads or figures or case.source.capture is not Capture.PIPED:
        return
    row = next(iter(case.rows(uploads[0].id)))
    first_line: Evidence = case.row(row)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="No progress was captured: a pipe drops Docker's figures",
        explanation="Which layers are in the registry is known; how many bytes, how fast and where an upload broke off "
        "is not.",
        remedy=case.steps("Next time keep what a terminal shows: `script -qefc '{push}' push-log.txt`"),
        evidence=(first_line,),
        confidence=Confidence.CERTAIN,
    )
