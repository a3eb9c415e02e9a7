"""What all readers of BuildKit's lines share: the grammar, the kinds of its marks, and the names in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder
from pushlog.formats.errors.bystanders import is_of_local_store
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import host, names_in, split
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

LINES = LineParser("buildkit.lark")
CANCELED = "BuildKit canceled the step: another step of the build failed, or the build was stopped."
# The seconds of a status are rounded to one decimal (progressui/printer.go).
STEP = 0.1
_WHY = "the lines are BuildKit's progress"
_HUB_API = "registry-1.docker.io"
# util/push/push.go, buildx commands/imagetools/create.go.
_REFUSED = lazy_pattern(
    r"failed to push (?!can't )(\S+?)(?::\s|:?\s*\Z)|can't push tagged ref (\S+) by digest"
    r"|publish sha256:\S+ to (\S+?): |copy sha256:\S+ from \S+ to (\S+?): "
)
_WRAPPERS = lazy_pattern(r"^(?:failed to (?:build|solve): |target \S+: |rpc error: code = \w+ desc = )*")
# Errors that only a push has. A pull reads, and never writes: `failed to copy: httpReadSeeker: …` is one's.
_PUSH_ERROR = lazy_pattern(
    r"^denied: (?:permission_denied: write_package|installation not allowed to (?:Create|Write) |requested access to )"
    r"|^can't push tagged ref |failed to copy: (?!httpReadSeeker)"
    # containerd's pusher alone adds nothing to the status (remotes/docker/pusher.go; who fetches says `status code`).
    r"|^(?:failed to solve: )?(?:rpc error: code = \w+ desc = )?unexpected status: \d{3} [A-Z][A-Za-z ]*(?:\n|\Z)"
    # A reference, whole or hidden: others fail to push data, branches and charts.
    r"|failed to push (?:can't push tagged ref |(?=\S*[./*$<{\[]|\S+:[^\s:])\S+(?:: |\Z))"
    r"|failed to copy after \d+ retries"
    # buildx build/opt.go, before it builds.
    r"|^(?:failed to (?:build|solve): |target \S+: )*tag is needed when pushing to registry"
    r'|failed commit on ref "[^"]*": (?!"|unexpected commit)'
    r"|(?:POST|PUT|PATCH) request to \S+/v2/|(?:Post|Put|Patch) \"[^\"\s]+/v2/|/blobs/uploads/|/v2/\S+: 413 "
)


def is_push_error(text: str) -> bool:
    """Return whether an error is one that only a push has."""
    return _PUSH_ERROR.search(text) is not None and not is_of_local_store(text)


def new_push() -> PushBuilder:
    """Return an empty push of BuildKit."""
    return PushBuilder(client=Client.BUILDX, why=_WHY)


def refused_name(text: str) -> str | None:
    """Return the reference that an error of BuildKit or of imagetools names, None where it names none."""
    match = _REFUSED.search(text)
    return next(filter(None, match.groups()), None) if match else None


def name_in_error(text: str) -> str | None:
    """Return the reference in an error text: as BuildKit names it, else from the request that it quotes."""
    if name := refused_name(text):
        return name
    quoted = names_in([text])
    if quoted.repository is None or quoted.registry is None:
        return None
    return ":".join([f"{quoted.registry}/{quoted.repository}", *quoted.tags[:1]])


def first_line(text: str) -> str:
    """Return the first line of an error without its wrappers: what a step and the closing line have in common."""
    return _WRAPPERS.sub("", text.split("\n", 1)[0]).strip()


def repository_of(name: str) -> tuple[str | None, str | None]:
    """Return registry and repository of a reference."""
    return host(split(name)[0])


def tag_of(name: str) -> str | None:
    """Return the tag that BuildKit pushes to: it defaults `latest`, which a masked name may hide."""
    tag = split(name)[1]
    return tag or (None if re.search(r"[*$\[{]", name) else "latest")


def name_of_token(marks: Sequence[Mark]) -> str | None:
    """Return the repository of the only token to push in a build, without a tag; None where there is not one."""
    names = {(mark.fields["HOST"], mark.fields["REPOSITORY"]) for mark in marks if mark.kind == MarkKind.AUTH}
    if len(names) != 1:
        return None
    registry, repository = next(iter(names))
    return f"{'docker.io' if registry == _HUB_API else registry}/{repository}"


def is_open(push: PushBuilder) -> bool:
    """Return whether no line tells how a push ended."""
    ends = {MarkKind.DIGEST, MarkKind.DONE, MarkKind.INTERRUPT}
    return push.error is None and not any(mark.kind in ends for mark in push.marks)


def reference_of(push: PushBuilder) -> str | None:
    """Return the reference of a push, None where it has none."""
    return next((mark.fields["REFERENCE"] for mark in push.marks if mark.kind == MarkKind.REFERENCE), None)
