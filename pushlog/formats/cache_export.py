"""What is said of a build whose cache could not be written to where it is kept: that is no push of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.mapped import find
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.log_text import LogText

# BuildKit's plain progress: the step that writes the cache, and the error of a step.
_WORDS = b" exporting cache to "
_STEP = lazy_pattern(rb"(?m)^#(\d+) exporting cache to \w")
_ERROR = lazy_pattern(rb"(?m)^#(\d+) ERROR: ")
# So many are told.
_MOST = 5


def cache_notes(text: LogText) -> tuple[str, ...]:
    """Return a note on each cache that could not be written."""
    lines = list(_failed_lines(text))
    if not lines:
        return ()
    named = ", ".join(map(str, lines[:_MOST])) + (", …" if len(lines) > _MOST else "")
    where = "line" if len(lines) == 1 else "lines"
    return (f"{where} {named}: the build could not export its cache; no image is pushed by that",)


def _failed_lines(text: LogText) -> Iterator[int]:
    for start, stop in text.parts:
        if find(text.data, _WORDS, start, stop) < 0:
            continue
        part = text.data[start:stop]
        steps = {match[1] for match in _STEP.finditer(part)}
        for match in _ERROR.finditer(part):
            if match[1] in steps:
                yield text.line_of(start + match.start())
