"""The image that a command pushes, as far as its line names it."""

from __future__ import annotations

import re

# What ends a command inside a line of shell.
_OPERATOR = re.compile(r"^(?:[|&;<>]|\d>|\\$)")
# docker/distribution reference/regexp.go: a path with a host or a namespace before it.
_NAMED = re.compile(r"[A-Za-z0-9][\w.-]*(?::\d+)?(?:/[\w.-]+)+(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?")
_TRANSPORT = "docker://"
_FILES = (".tar", ".tar.gz", ".tgz")


def pushed_by(command: str) -> str | None:
    """The reference in a line that runs a push: the one for `docker://`, else the last name of an image in it.

    None where the line has a variable or a masked value in its place.
    """
    words = [word.strip("\"'") for word in command.split()]
    end = next((number for number, word in enumerate(words) if number and _OPERATOR.match(word)), len(words))
    words = words[:end]
    direct = [word.removeprefix(_TRANSPORT) for word in words if word.startswith(_TRANSPORT)]
    direct = [word for word in direct if _NAMED.fullmatch(word)]
    options = ("-", "/", ".")
    named = [
        word for word in words[1:] if "://" not in word and not word.startswith(options) and _NAMED.fullmatch(word)
    ]
    # A media type or a folder has a slash too; a registry's name has a dot or a port.
    hosted = [word for word in named if re.match(r"[^/]*[.:]|localhost/", word) and not word.endswith(_FILES)]
    return next(iter((*direct[-1:], *hosted[-1:], *named[-1:])), None)
