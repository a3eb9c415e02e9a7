"""The reference of a push: registry, repository, tags and digests, from every line that names them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.image_names import (
    HUB,
    HUB_HOSTS,
    host,
    host_before_variable,
    is_masked,
    is_masked_name,
    may_be,
    named_by,
    names_in,
    pinged,
    split,
    tag_in,
)
from pushlog.formats.marks import COMMANDS, HEADERS, MarkKind
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.marks import Mark

__all__ = ["host", "names_in", "reference", "split"]

# moby registry/session.go: `PUT /v1/repositories/<name>/tags/<tag>`.
# docker/distribution reference: what is said of a name that is none.
_REFUSED = lazy_pattern(
    r"invalid reference format|not a valid repository/tag|must be lowercase|[Ii]nvalid repository name"
)
# A word that stands for a host.
_HOST_WORD = lazy_pattern(
    r"registry|domain|host|server|harbor|nexus|artifactory|gitlab|gitea|\burl\b|address", re.IGNORECASE
)
# One that stands for nothing more.
_SURELY_HOST = lazy_pattern(r"<[^<>]*(?:host|domain|server|address|\bip\b)[^<>]*>$", re.IGNORECASE)
# A tag behind a name with variables; a port has a path behind it.
_TAGGED = lazy_pattern(r"(/[^/]*):(\w[\w.-]{0,127})$")
_V1_TAG = lazy_pattern(r"/tags/(\w[\w.-]*)$")


def reference(marks: Sequence[Mark], error: str = "") -> Reference:
    """Return the reference that the lines of a push name, and its error where they name less.

    The tags are those of digest lines, else the requested one, else one that the error or a line above names.
    """
    header = next((mark for mark in marks if mark.kind in HEADERS), None)
    # Where the header is lost, the first line of the v1 protocol names the image.
    header = header or next((mark for mark in marks if mark.kind == MarkKind.V1_TAGS), None)
    request = _requested(marks)
    printed = header.fields["NAME"] if header else request
    name, tag = split(printed)
    if header and not name:
        # A variable stands in it.
        name, _, tag = _TAGGED.sub(r"\1\n\2", printed.partition("@")[0]).partition("\n")
    image = _from_name(name, error)
    if header and header.kind == MarkKind.HEADER and image.registry == HUB:
        image = _with_hidden_host(name) or image
    if header and image.registry is None and image.repository is None:
        image = _behind_hidden_host(header, name) or image
    if image == Reference() and (registry := host_before_variable(printed)):
        image = Reference(registry=registry)
    names_hub = name.partition("/")[0] in HUB_HOSTS
    has_more = not header and image.registry == HUB and not names_hub and name.count("/") > 1
    if has_more and any(mark.kind == MarkKind.DIGEST for mark in marks):
        # It was pushed, and a name on Docker Hub has two parts.
        image = _with_hidden_host(name) or image
    digests = _digests(marks)
    tags = tuple(tag for tag in digests if tag) or _other_tags(marks, request, name if header else "", image, error)
    if not tags and header and tag:
        tags = (tag,)
    distinct = {digest for digest in digests.values() if digest}
    tag_masked = not tags and any(is_masked(mark.fields.get("TAG", "")) for mark in marks)
    return replace(
        image,
        tags=tags or image.tags,
        digest=distinct.pop() if len(distinct) == 1 else None,
        digests={tag: digest for tag, digest in digests.items() if tag and digest},
        # A name that was refused for its letters has others than a registry takes, and is whole.
        masked=image.masked
        or (is_masked(name) if _REFUSED.search(error) else is_masked_name(name))
        or tag_masked
        or (not tags and is_masked(request)),
    )


def _with_hidden_host(name: str) -> Reference | None:
    """Return the reference of a name whose host somebody wrote without its domain; None where it has none.

    The header always names the host since 17.06, and a name on Docker Hub has two parts.
    """
    first, _, rest = name.partition("/")
    if first == HUB or not rest or ("/" not in rest and not _HOST_WORD.search(first)):
        return None
    return Reference(registry=first, repository=rest, masked=True)


def _behind_hidden_host(header: Mark, name: str) -> Reference | None:
    """Return the repository of a name in which a person wrote a word for the host: a mask may hide more than that.

    With its number of tags, as up to docker 1.9, a header may name no host.
    """
    first, _, rest = name.partition("/")
    if not rest or "COUNT" in header.fields or not _SURELY_HOST.search(first):
        return None
    return Reference(registry=None, repository=rest, masked=True)


def _from_name(name: str, error: str) -> Reference:
    """Return registry and repository of a name; the host that was asked is right where the name leaves it open."""
    registry, repository = host(name)
    if not name:
        return named_by(error) if error else Reference()
    if error and registry is None and repository is None:
        # The name is hidden; the error can tell its path.
        repository = named_by(error).repository
    if not error or (registry is not None and (registry != HUB or name.startswith(f"{HUB}/"))):
        return Reference(registry=registry, repository=repository)
    asked = names_in([error])
    asked_host = asked.registry or pinged(error)
    if not asked_host or asked_host in HUB_HOSTS:
        return Reference(registry=registry, repository=repository)
    first, slash, rest = name.partition("/")
    # The first part is the host that was asked, or hides it behind a mask; else the daemon has another default.
    is_host = first == asked_host.partition(":")[0] or first == asked_host or registry is None
    path = rest if slash and is_host else name
    return Reference(registry=asked_host, repository=asked.repository or path)


def _other_tags(marks: Sequence[Mark], request: str, header: str, image: Reference, error: str) -> tuple[str, ...]:
    """Return the tags of a push without a digest line."""
    listed = next(
        (mark.fields["TAGS"] for mark in marks if mark.kind == MarkKind.REFERENCE and "TAGS" in mark.fields), ""
    )
    if listed:
        return tuple(listed.split(", "))
    v1_tags = [_V1_TAG.search(mark.fields["URL"]) for mark in marks if mark.kind == MarkKind.V1_TAG]
    if v1_tags:
        return tuple(dict.fromkeys(match[1] for match in v1_tags if match))
    if done := _published(marks, image):
        return (done,)
    is_this = bool(request) and (not header or may_be(request, header))
    tag = split(request)[1] if is_this else None
    if tag is None and any(mark.kind == MarkKind.DEFAULT_TAG for mark in marks):
        tag = "latest"
    if tag is None and error:
        # What the daemon says of this push counts more than a line above, which may tell of another tag.
        tag = tag_in(error, image.repository)
    if tag is None:
        # A command that names the image without a tag pushes all tags, up to 19.03, and `latest` since.
        is_without_tag = is_this and bool(split(request)[0]) and not is_masked(request)
        mentioned = _mentioned(marks)
        tag = None if is_without_tag and mentioned != "latest" else mentioned
    return (tag,) if tag else ()


def _published(marks: Sequence[Mark], image: Reference) -> str | None:
    """Return the tag that the program around docker names when it is done: sbt-native-packager, docker-maven-plugin."""
    done = [mark.fields for mark in marks if mark.kind == MarkKind.DONE]
    names = [fields.get("PUBLISHED") or fields.get("TIMED", "").partition(" ")[0] for fields in done]
    fitting = [split(name) for name in names if name]
    return next((tag for name, tag in fitting if tag and host(name)[1] == image.repository), None)


def _mentioned(marks: Sequence[Mark]) -> str | None:
    """Return the tag that lines above the push name for its image; None where they name several."""
    mentions = [mark for mark in marks if mark.kind == MarkKind.NAME]
    pushes = [mark.fields["TAG"] for mark in mentions if "PUSH" in mark.fields]
    tags = set(pushes) or {mark.fields["TAG"] for mark in mentions}
    if len(tags) == 1:
        return tags.pop()
    if not pushes or not {"NEAR", "PUSH"} <= mentions[-1].fields.keys():
        return None
    # The nearest line counts, unless it names several itself: which of these is meant, it does not say.
    nearest = {mark.fields["TAG"] for mark in mentions if mark.line == mentions[-1].line}
    return nearest.pop() if len(nearest) == 1 else None


def _requested(marks: Sequence[Mark]) -> str:
    """Return the reference that the client named last, else the one that the command asked for."""
    names = [mark.fields["REFERENCE"] for mark in marks if mark.kind == MarkKind.REFERENCE]
    requests = [m.fields["REFERENCE"] for m in marks if m.kind in COMMANDS and "REFERENCE" in m.fields]
    return names[-1] if names else requests[0] if requests else ""


def _digests(marks: Sequence[Mark]) -> dict[str, str]:
    """Return the digest of each tag, in the order of their lines; docker 1.6 and 1.7 print one without its tag.

    Of a digest that is masked or cut, as of a tag alone (BuildKit of 2020), the tag is told.
    """
    return {
        "" if is_masked(tag := mark.fields.get("TAG", "")) else tag: mark.fields.get("DIGEST", "")
        for mark in marks
        if mark.kind == MarkKind.DIGEST or (mark.kind == MarkKind.AUX and "DIGEST" in mark.fields)
    }
