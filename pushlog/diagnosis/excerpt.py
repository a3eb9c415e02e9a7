"""The lines of a log that its reports quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pushlog.intake.log_text import LogText
    from pushlog.model import Diagnosis, Finding

_NEIGHBOURS = 2


def excerpt(text: LogText, push: Diagnosis, findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    """The lines of the log itself that findings point at, with their neighbours."""
    proof = (evidence for finding in findings for evidence in finding.evidence)
    points = {evidence.line for evidence in proof if evidence.file is None}
    lines = {
        near
        for line in points
        for near in text.near(line, _NEIGHBOURS)
        if push.lines[0] <= near <= push.lines[1] or near == line
    }
    shown = {line: text.shown(line) for line in sorted(lines) if 1 <= line <= text.lines}
    return tuple(Evidence(line=line, text=text) for line, text in shown.items())
