"""Which program of those built on containers/image pushed: they share all lines but the command and an error's form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.marks import Mark

# The lines of a copy.
COPY = {
    MarkKind.BEGIN,
    MarkKind.IMAGE,
    MarkKind.COPYING,
    MarkKind.COPIED,
    MarkKind.EXISTS,
    MarkKind.CONFIG,
    MarkKind.MANIFEST,
    MarkKind.STORED,
    MarkKind.PRESENT,
}
# Lines of the builder of OpenShift 3, which pushes by docker, and of 4.
OPENSHIFT = {MarkKind.TARGET, MarkKind.PROGRESS, MarkKind.BUILD_ERROR, MarkKind.SUCCESSFUL}
# `pushing image "X" to "docker://X": …` is how buildah wraps every error; podman and skopeo have no such words.
BUILDAH = lazy_pattern(r'(?:Error: |error )pushing image "[^"]+" to "(?:docker://)?([^"]+)": ')
OLD_BUILDAH = lazy_pattern(r'error copying layers and metadata for container "docker://([^"]+)": ')
# containers/libpod libpod/image/image.go, before 3.0.
_OLD_PODMAN = lazy_pattern(r"[Ee]rror copying image to the remote destination: ")
# What the builder of OpenShift 4 tells of its library; that of 3 had docker push.
_OF_LIBRARY = lazy_pattern(r"Failed to push image: (?:[Ee]rror )?(?:copying|writing|initiating|trying to reuse) ")
# How the error of Buildah goes on behind the words that name it, where these were cut off.
_CUT = ('"docker://', "error copying layers and metadata from ")
_SKOPEO = "the line above is that of `skopeo sync`, or of a program that runs skopeo"
_FAMILY = "the lines are those of containers/image, which podman, buildah and skopeo share"


def client_of(marks: Sequence[Mark], command: Mark | None, error: Mark | None, message: str) -> tuple[Client, str]:
    """Return the program that pushed, and why it is that one."""
    if command:
        name = re.search(r"\b(podman|buildah|skopeo) ", command.fields["COMMAND"])
        if name:
            return Client(name[1]), f"the command is `{name[1]}`"
        return Client.PODMAN, "the command is `docker`, and the lines below it are Podman's"
    destination = next((mark for mark in marks if mark.kind == MarkKind.TO_REGISTRY), None)
    if destination:
        return (Client.UNKNOWN, _FAMILY) if "PROGRAM" in destination.fields else (Client.SKOPEO, _SKOPEO)
    if any(mark.kind == MarkKind.EMULATED or _names_podman(mark) for mark in marks):
        return Client.PODMAN, "a line above names Podman"
    if any(mark.kind in OPENSHIFT for mark in marks):
        is_copied = any(mark.kind in COPY for mark in marks) or _OF_LIBRARY.search(message) is not None
        client = Client.BUILDAH if is_copied else Client.UNKNOWN
        uses = ", which uses Buildah" if is_copied else ""
        return client, f"the lines around are those of the OpenShift builder{uses}"
    return _client_of_error(error, message) if error else (Client.UNKNOWN, _FAMILY)


def _client_of_error(error: Mark, message: str) -> tuple[Client, str]:
    if error.kind == MarkKind.FATAL:
        return Client.SKOPEO, "its error is logged as `fatal`, as only skopeo does of these"
    if BUILDAH.match(message) or OLD_BUILDAH.match(message):
        return Client.BUILDAH, "its error begins as Buildah's do"
    if message.startswith((*_CUT, "rpc error: ")) or "PART" in error.fields:
        return Client.UNKNOWN, _FAMILY
    if "BARE_ERROR" in error.fields or message.startswith("Error copying tag "):
        return Client.SKOPEO, "its error stands without `Error:` before it, as only those of skopeo do"
    if error.kind != MarkKind.OLD_ERROR:
        return Client.PODMAN, "its error begins with `Error:` and not with Buildah's words"
    is_podman = _OLD_PODMAN.match(message) is not None
    return (
        (Client.PODMAN, "its error begins as those of Podman before 3.0 do") if is_podman else (Client.UNKNOWN, _FAMILY)
    )


def _names_podman(mark: Mark) -> bool:
    return mark.kind == MarkKind.LOG and "Podman v" in mark.fields.get("QUOTED", mark.fields.get("TEXT", ""))
