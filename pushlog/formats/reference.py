"""The reference of a push: registry, repository, tags and digests, from its header, digest lines and command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.model import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.formats.marks import Mark

# The daemon prints full names; an old client or a command line may leave the host out.
_HUB = "docker.io"
_HUB_API = "registry-1.docker.io"
# distribution-spec: requests of a push go to `/v2/<name>/blobs/…` and `/v2/<name>/manifests/<tag>`.
_REQUEST = re.compile(
    r"https?://(?P<host>[^/\s\"\\]+)/v2/(?P<name>[a-z0-9][\w./-]*?)/(?:blobs/|manifests/(?P<tag>\w[\w.-]*(?![\w.-]|:\w))?)"
)
# containers/image docker/docker_image_dest.go, errors.go.
_PLACES = (
    re.compile(r" upload to /v2/(?P<name>\S+)/blobs/uploads/\S* in (?P<host>[^\s/]+)(?P<tag>): "),
    re.compile(r" exists in (?P<host>[^\s/]+)/(?P<name>[^\s:]+)(?P<tag>): "),
    re.compile(r"uploading manifest (?P<tag>\w[\w.-]*) to (?P<host>[^\s/]+)/(?P<name>[^\s:]+): "),
)


def reference(marks: Sequence[Mark]) -> Reference:
    """Return the reference that the lines name; the tags are those of digest lines, else the requested one."""
    header = next((mark for mark in marks if mark.kind in (MarkKind.HEADER, MarkKind.OLD_HEADER)), None)
    request = _requested(marks)
    header_name = split(header.fields["NAME"])[0] if header else ""
    name, tag = split(request.strip('"'))
    registry, repository = host(header_name or name)
    if header_name and name and host(name)[1] != repository:
        tag = None  # the command above pushes another image
    digests = _digests(marks)
    default = "latest" if any(mark.kind == MarkKind.DEFAULT_TAG for mark in marks) else None
    tags = tuple(digest_tag for digest_tag in digests if digest_tag) or ((tag or default,) if tag or default else ())
    distinct = set(filter(None, digests.values()))
    return Reference(
        registry=registry,
        repository=repository,
        tags=tuple(tag for tag in tags if tag),
        digest=distinct.pop() if len(distinct) == 1 else None,
        digests={tag: digest for tag, digest in digests.items() if tag and digest},
    )


def _requested(marks: Sequence[Mark]) -> str:
    """Return the reference that the client named last, else the one that the command asked for."""
    names = [mark.fields["REFERENCE"] for mark in marks if mark.kind == MarkKind.REFERENCE]
    commands = (MarkKind.COMMAND, MarkKind.COMPOSED, MarkKind.QUIET)
    requests = [m.fields["REFERENCE"] for m in marks if m.kind in commands and "REFERENCE" in m.fields]
    return names[-1] if names else requests[0] if requests else ""


def names_in(texts: Iterable[str]) -> Reference:
    """Return the reference in the requests that error texts quote; empty where they quote none."""
    for text in texts:
        if match := next(filter(None, (form.search(text) for form in (*_PLACES, _REQUEST))), None):
            host = _HUB if match["host"] == _HUB_API else match["host"]
            tags = (match["tag"],) if match["tag"] else ()
            return Reference(registry=host, repository=match["name"], tags=tags)
    return Reference()


def _digests(marks: Sequence[Mark]) -> dict[str, str]:
    """Return the digest of each tag, in the order of their lines.

    docker 1.6 and 1.7 print one without its tag, BuildKit of 2020 a tag without its digest.
    """
    return {
        mark.fields.get("TAG", ""): mark.fields.get("DIGEST", "")
        for mark in marks
        if mark.kind == MarkKind.DIGEST or (mark.kind == MarkKind.AUX and "DIGEST" in mark.fields)
    }


def split(text: str) -> tuple[str, str | None]:
    """Return name and tag of `host:5000/path:tag@digest`; an empty name for one with a variable or a masked value."""
    name = text.partition("@")[0]
    if "$" in name or "*" in name or "{" in name:
        return "", None
    path, colon, tag = name.rpartition(":")
    return (path, tag) if colon and "/" not in tag else (name, None)


def host(name: str) -> tuple[str | None, str | None]:
    """Return registry and repository of a name, by Docker's own rule: a host has a dot, a colon, or is localhost.

    Source: distribution/reference normalize.go splitDockerDomain.
    """
    if not name or "*" in name:
        return None, None
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest or None
    return _HUB, name if slash else f"library/{name}"
