"""The name of the image has no host, so the daemon completed it; it may not be the registry that was meant.

Docker completes `acme/app` to `docker.io/acme/app`. A vendor's build of Docker can have another registry for that.

Recognised by: a `docker push` of a name without a host, whose header names a registry. Where that is not Docker Hub it
is certain; a refusal by Docker Hub in a job that works with Azure makes it possible.

What to do: begin the name with the host of the registry.

Source: distribution/reference (the names that Docker completes); moby registry/config.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.formats.marks import MarkKind
from pushlog.knowledge.wording import fill
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, Family, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL609"
NAME = "missing-host"
SEVERITY = Severity.WARNING
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

_HUB = "docker.io"
# A name as people type it: no variable and no mask in it.
_PLAIN = lazy_pattern(r"[a-z0-9][a-z0-9._/-]*(?::[\w.-]+)?")
# Azure's own jobs, and commands for its registries.
_AZURE = lazy_pattern(rb"^(?:\S+ )?##\[(?:section|command)\]|\.azurecr\.io|az acr ", re.MULTILINE)
_ABOVE = 1 << 16
_REMEDY = "If another registry was meant, begin the name with its host: `docker tag {repository}:{tag} "


def check(case: Case) -> Iterator[Finding]:
    """Fire on a failed push of a name that the daemon completed."""
    failure, registry, repository = case.push.error, case.push.reference.registry, case.push.reference.repository
    command = case.parsed.last(MarkKind.COMMAND)
    typed = command.fields.get("REFERENCE", "") if command else ""
    if failure is None or command is None or not registry or not repository or not _PLAIN.fullmatch(typed):
        return
    first = typed.partition("/")[0]
    if (set(first) & set(".:") and "/" in typed) or first in ("localhost", registry):
        return  # it has a host
    is_hub = registry == _HUB
    refused = failure.family in (Family.PERMISSION, Family.AUTH)
    is_azure = _AZURE.search(case.text.data, max(0, command.start - _ABOVE), command.stop + _ABOVE) is not None
    if is_hub and not (refused and is_azure and "/" in typed):
        return  # nothing speaks for another registry; one without a namespace is `missing_namespace`
    path, _, tag = typed.partition(":")
    owner, _, rest = path.partition("/")
    values = {"repository": path, "app": rest, "tag": tag or None, "registry": f"{owner}.azurecr.io"}
    meant = "{registry}/{app}:{tag}" if is_hub else "HOST/{repository}:{tag}"
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"`{typed}` has no host, so it went to {'Docker Hub' if is_hub else registry}",
        explanation="If another registry was meant, its host is missing at the beginning of the name."
        if is_hub
        else f"This daemon completes such names with {registry} and not with docker.io: a vendor's build of Docker.",
        remedy=(fill(_REMEDY + meant + "`", values),),
        evidence=(case.quote(command.line), *case.error_lines()[:1]),
        confidence=Confidence.POSSIBLE if is_hub else Confidence.CERTAIN,
        data={"typed": typed, "registry": registry},
    )
