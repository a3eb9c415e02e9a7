"""The image that a command line pushes."""

from __future__ import annotations

import re

# The end of a command inside a line of shell.
_OPERATOR = re.compile(r"^(?:[|&;<>]|\d>|\\$)")
# docker/distribution reference/regexp.go: a path with a host or a namespace before it.
_NAMED = re.compile(r"[A-Za-z0-9][\w.-]*(?::\d+)?(?:/[\w.-]+)+(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?")
_TRANSPORT = "docker://"
_FILES = (".tar", ".tar.gz", ".tgz")


def pushed_by(command: str) -> str | None:
    """Return the reference in a line that runs a push: the one after `docker://`, else the last name of an image.

    None where the line has a variable or a masked value instead.
    """
    words = [word.strip("\"'") for word in command.split()]
    end = next((number for number, word in enumerate(words) if number and _OPERATOR.match(word)), len(words))
    words = words[:end]
    direct = [word.removeprefix(_TRANSPORT) for word in words if word.startswith(_TRANSPORT)]
    direct = [word for word in direct if _NAMED.fullmatch(word)]
    options = ("-", "/", ".")
    names = [
        word for word in words[1:] if "://" not in word and not word.startswith(options) and _NAMED.fullmatch(word)
    ]
    # A media type or a folder has a slash too; a registry's name has a dot or a port.
    hosted = [word for word in names if re.match(r"[^/]*[.:]|localhost/", word) and not word.endswith(_FILES)]
    return next(iter((*direct[-1:], *hosted[-1:], *names[-1:])), None)
