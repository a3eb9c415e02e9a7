"""The push ran with `--quiet`: the log shows that it worked, and nothing else.

With `-q` a push that works prints one line, the full reference; one that fails prints only the error.

Recognised by: that line, alone or below a `docker push -q` command.

What to do: leave `--quiet` out in CI; the lines it hides are the ones that explain a slow or failed push.

Source: docker/cli cli/command/image/push.go; observed with Docker 28.5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.formats.marks import MarkKind
from pushlog.model import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL304"
NAME = "quiet-push"
SEVERITY = Severity.INFO
ROLE = Role.CAPTURE
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on a quiet push."""
    line = case.mark(MarkKind.QUIET)
    if not case.parsed.quiet or line is None:
        return
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="A quiet push: only its success is in the log",
        explanation="Layers, sizes, times and the digest were not printed.",
        remedy=("Leave out `--quiet` where a push may have to be explained later.",),
        evidence=(line,),
        confidence=Confidence.CERTAIN,
    )
