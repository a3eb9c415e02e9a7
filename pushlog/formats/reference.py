"""What a push was about: registry, repository, tags and digests, from its header, digest lines and command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.model import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.formats.events import Mark

# The daemon prints names in full; a name without a host is one that an old client or a command line left short.
_HUB = "docker.io"
_HUB_API = "registry-1.docker.io"
# distribution-spec: requests of a push go to `/v2/<name>/blobs/…` and `/v2/<name>/manifests/<tag>`.
_REQUEST = re.compile(
    r"https?://(?P<host>[^/\s\"\\]+)/v2/(?P<name>[a-z0-9][\w./-]*?)/(?:blobs/|manifests/(?P<tag>\w[\w.-]*(?![\w.:-]))?)"
)
# containers/image docker/docker_image_dest.go, errors.go.
_PLACES = (
    re.compile(r" upload to /v2/(?P<name>\S+)/blobs/uploads/\S* in (?P<host>[^\s/]+)(?P<tag>): "),
    re.compile(r" exists in (?P<host>[^\s/]+)/(?P<name>[^\s:]+)(?P<tag>): "),
    re.compile(r"uploading manifest (?P<tag>\w[\w.-]*) to (?P<host>[^\s/]+)/(?P<name>[^\s:]+): "),
)


def reference(marks: Sequence[Mark]) -> Reference:
    """The reference, as far as the lines name it; tags are those with a digest line, else the one asked for."""
    header = next((m for m in marks if m.kind in ("header", "old_header")), None)
    asked = _asked(marks)
    named = split(header.fields["NAME"])[0] if header else ""
    name, tag = split(asked.strip('"'))
    registry, repository = host(named or name)
    if named and name and host(name)[1] != repository:
        tag = None  # another image: the command above is not this push's
    digests = _digests(marks)
    default = "latest" if any(m.kind == "default_tag" for m in marks) else None
    tags = tuple(t for t in digests if t) or ((tag or default,) if tag or default else ())
    only = set(digests.values())
    return Reference(
        registry=registry,
        repository=repository,
        tags=tuple(t for t in tags if t),
        digest=only.pop() if len(only) == 1 else None,
        digests={t: d for t, d in digests.items() if t},
    )


def _asked(marks: Sequence[Mark]) -> str:
    """The reference as the client itself names it, the last time it does, else as the command asked for it."""
    named = [m.fields["REFERENCE"] for m in marks if m.kind == "reference"]
    asked = [
        m.fields["REFERENCE"] for m in marks if m.kind in ("command", "composed", "quiet") and "REFERENCE" in m.fields
    ]
    return named[-1] if named else asked[0] if asked else ""


def names_in(texts: Iterable[str]) -> Reference:
    """The reference that errors name by the requests they tell of; empty where they name none."""
    for text in texts:
        if found := next(filter(None, (form.search(text) for form in (*_PLACES, _REQUEST))), None):
            host = _HUB if found["host"] == _HUB_API else found["host"]
            tags = (found["tag"],) if found["tag"] else ()
            return Reference(registry=host, repository=found["name"], tags=tags)
    return Reference()


def _digests(marks: Sequence[Mark]) -> dict[str, str]:
    """The digest of each tag, in the order of their lines; docker 1.6 and 1.7 print one without its tag."""
    return {
        m.fields.get("TAG", ""): m.fields["DIGEST"]
        for m in marks
        if m.kind in ("digest", "aux") and "DIGEST" in m.fields
    }


def split(text: str) -> tuple[str, str | None]:
    """Name and tag of `host:5000/path:tag@digest`; nothing for a name with a variable or a masked value in it."""
    name = text.partition("@")[0]
    if "$" in name or "*" in name or "{" in name:
        return "", None
    path, colon, tag = name.rpartition(":")
    return (path, tag) if colon and "/" not in tag else (name, None)


def host(name: str) -> tuple[str | None, str | None]:
    """Registry and repository of a name, by Docker's own rule: a host has a dot, a colon, or is localhost.

    Source: distribution/reference normalize.go splitDockerDomain.
    """
    if not name or "*" in name:
        return None, None
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return _HUB, name if slash else f"library/{name}"
