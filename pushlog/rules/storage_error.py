"""The registry could not write what it got: its disk is full, its storage is read-only, or its object store refused.

The client prints a bare `500 Internal Server Error`, or `blob upload unknown` when it sent the body once more to an
upload that the registry had dropped. The registry's own log has the words of the file system or the object store.

Recognised by: a line of the registry's log (`--with`) on an upload of this push with such words, and its status 500.

What to do: make room or mend the storage, then push again. Layers that are in the registry are skipped.

Source: distribution registry/storage/blobwriter.go, registry/handlers/blobupload.go; errno(3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import FaultKind
from pushlog.diagnosis.hops.telling import finding_of, group_of
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Finding

CODE = "PL701"
NAME = "storage-error"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY


_FULL = ("no space left", "quota")


def check(case: Case) -> Iterator[Finding]:
    """Fire on uploads that the registry's storage broke."""
    group = group_of(case, FaultKind.STORAGE)
    if group is None:
        return
    why = group.first.detail
    full = any(word in why.lower() for word in _FULL)
    yield finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=f"The registry's storage failed on {group.who}: {why}",
        explanation=(
            "The registry answered with an error of its own, and its log says why.",
            "Network, proxy and login are not the cause.",
        ),
        remedy=(
            "Make room on the registry's disk: `df -h` and `df -i` for its data folder, then garbage collection."
            if full
            else "Look at the registry's storage: mount options, permissions, the state of the object store.",
            "Then push again: layers that are in the registry are skipped.",
        ),
        data={"storage": why},
    )
