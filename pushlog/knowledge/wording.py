"""Placeholders in titles, causes and remedies, and what stands there when the log does not tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
COMMAND = re.compile(r"(`[^`]*`)")
# The words of a sentence where the log does not tell; in a command the name itself stands in capitals, to be replaced.
WORDS = {
    "registry": "the registry",
    "repository": "the repository",
    "reference": "the image",
    "tag": "the tag",
    "host": "the host",
    "server": "a proxy",
    "status": "an error status",
    "object": "a blob",
}


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its placeholders filled; those without a value read well in prose and stand out in commands."""
    parts = COMMAND.split(text)
    return "".join(_filled(part, values, command=index % 2 == 1) for index, part in enumerate(parts))


def _filled(text: str, values: Mapping[str, str | None], *, command: bool) -> str:
    def value(hit: re.Match[str]) -> str:
        name = hit[1]
        if name not in WORDS:
            return hit[0]
        return values.get(name) or (name.upper() if command else WORDS[name])

    return PLACEHOLDER.sub(value, text)


def unknown_placeholder(text: str) -> str | None:
    """A placeholder that nothing fills; braces inside commands may be JSON and are left alone."""
    return next((hit[0] for hit in PLACEHOLDER.finditer(text) if hit[1] not in WORDS), None)
