"""What is said of a build whose cache could not be written to where it is kept: that is no push of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.parsed_push import ranges_outside
from pushlog.intake.mapped import find
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

# BuildKit's plain progress: the step that writes the cache, and the error of a step.
_WORDS = b" exporting cache to "
_STEP = lazy_pattern(rb"(?m)^#(\d+) exporting cache to \w")
_ERROR = lazy_pattern(rb"(?m)^#(\d+) ERROR: ")
# So many are told.
_MOST = 5


def cache_notes(text: LogText, pushes: Sequence[ParsedPush]) -> tuple[str, ...]:
    """Return a note on each cache that could not be written; no line of it is among those of a push by docker."""
    lines = list(_failed_lines(text, ranges_outside(text, [push for push in pushes if push.client is Client.DOCKER])))
    if not lines:
        return ()
    named = ", ".join(map(str, lines[:_MOST])) + (", …" if len(lines) > _MOST else "")
    where = "line" if len(lines) == 1 else "lines"
    return (f"{where} {named}: the build could not export its cache; no image is pushed by that",)


def _failed_lines(text: LogText, ranges: Sequence[tuple[int, int]]) -> Iterator[int]:
    for start, stop in ranges:
        if find(text.data, _WORDS, start, stop) < 0:
            continue
        part = text.data[start:stop]
        steps = {match[1] for match in _STEP.finditer(part)}
        for match in _ERROR.finditer(part):
            if match[1] in steps:
                yield text.line_of(start + match.start())
