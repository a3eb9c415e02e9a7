"""Errors of images that are not the one being pushed: a base that could not be read, the source of a copy."""

from __future__ import annotations

import re

from pushlog.formats import image_names
from pushlog.formats.reference import split
from pushlog.lazy_pattern import lazy_pattern

# A request that reads from a registry.
_READ = lazy_pattern(r'(?:GET|HEAD|Get|Head) "?https?://([^/\s"]+)/v2/')
# Errors of what the library writes into the local storage or a file (containers/image storage, docker/archive, oci):
# a pull, a build, a copy to an archive.
_WRITES_HERE = lazy_pattern(
    r"storing blob to file|adding layer with blob|committing the finished image|creating (?:layer with ID|file ')"
    r"|docker-archive doesn't support|[Ww]riting (?:blob|manifest): (?:write|open|mkdir|rename) /"
)
# What podman of before 3.0 says of a push alone, whose blob it could not read from the storage.
_SENDS = lazy_pattern(r"\bto the remote destination: ")


def fails_elsewhere(target: str | None, denied: str) -> bool:
    """Return whether an error names an image that is not the one being pushed: a base image could not be read.

    Where no line says what is pushed, an image of Docker Hub without a namespace is a base.
    """
    image, pushed = (image_names.host(split(name)[0]) for name in (denied, target or ""))
    return image != pushed if target else denied.startswith("docker.io/library/")


def reads_elsewhere(error: str, target: str) -> bool:
    """Return whether an error is that of a registry from which an image is copied."""
    read = _READ.match(error)
    return read is not None and full(f"{read[1]}/").partition("/")[0] != full(target).partition("/")[0]


def stores_here(error: str) -> bool:
    """Return whether an error is one of an image that is written onto this machine, not to a registry."""
    return _WRITES_HERE.search(error) is not None and _SENDS.search(error) is None


def named_below(target: str, error: str) -> str | None:
    """Return the image of an error's request that lies below what a command names: a chart's file can be a variable."""
    asked = image_names.named_by(error)
    above, tag = split(target)
    name = full(f"{asked.registry}/{asked.repository}")
    return name if asked.repository and tag is None and above and name.startswith(f"{above}/") else None


def full(name: str) -> str:
    """Return the name of an image with the host that Docker Hub has elsewhere."""
    for host in ("registry-1.docker.io/", "index.docker.io/"):
        name = name.replace(host, "docker.io/", 1) if name.startswith(host) else name
    # A variable that nobody filled in can hold it, too.
    has_host = re.match(r"[^/]*[.:*${%<]|localhost/", name) is not None
    return name if has_host or "/" not in name else f"docker.io/{name}"
