"""Several replicas of the registry behind one balancer do not share what they must: the secret, or the storage.

An upload begins at one replica and goes on at another. Without a common `http.secret` the second does not take the
upload's URL for genuine; without a common storage it does not know the upload. The client prints the same two words
for both, `blob upload unknown`, and trying again only draws lots once more.

Recognised by: the registry's log (`--with`): `invalid secret`; or an upload that one registry began and that another
one does not know, with no server error before.

What to do: give all replicas the same secret and the same storage.

Source: distribution registry/handlers/hmac.go, blobupload.go; distribution docs, configuration `http.secret`.
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

CODE = "PL707"
NAME = "replicas-differ"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on uploads that another replica of the registry does not take for its own."""
    group = group_of(case, FaultKind.REPLICA_SECRET, FaultKind.REPLICA_STORAGE)
    if group is None:
        return
    if group.first.kind is FaultKind.REPLICA_SECRET:
        title = (
            f"Replicas of the registry have different secrets: one did not take the upload of {group.who} from another"
        )
        why = "The registry's log says `invalid secret`: the upload's URL was signed by another replica."
        remedy = "Give all replicas the same secret: `http.secret`, or `REGISTRY_HTTP_SECRET`."
    else:
        title = f"Replicas of the registry do not share their storage: one did not know the upload of {group.who}"
        why = "Another registry began that upload, and no server error came before."
        remedy = "Give all replicas the same storage."
    yield finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=title,
        explanation=(why,),
        remedy=(remedy, "Until then send each client to one replica: `ip_hash` (nginx), `balance source` (HAProxy)."),
    )
