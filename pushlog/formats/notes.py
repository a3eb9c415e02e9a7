"""What is said of a log beside its pushes: lines of none, a text that quotes them, a build's cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.cache_export import cache_notes
from pushlog.formats.quoting.quoted import is_shown
from pushlog.model.source import PART_OF_NONE, WHAT_IT_IS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.intake.side_files import SideFile
    from pushlog.model import Missed

# So many lines are named.
_MOST = 5
_QUOTES = (
    f"{WHAT_IT_IS}a text that quotes a push, not the output of one; capture that: "
    "`docker push IMAGE 2>&1 | tee push-log.txt`"
)


def notes_on(text: LogText, missed: Sequence[Missed], pushes: Sequence[ParsedPush], file: SideFile) -> tuple[str, ...]:
    """Return what a report says of these lines or of the whole log, and of a cache that could not be exported.

    `file`: the log as it was given, which may be one of the other side.
    """
    if not pushes:
        from pushlog.formats.other_side.alone import other_side_notes

        if notes := other_side_notes(file):
            return notes
    return *cache_notes(text, pushes), *_on_missed(text, missed, pushes)


def _on_missed(text: LogText, missed: Sequence[Missed], pushes: Sequence[ParsedPush]) -> tuple[str, ...]:
    if not missed:
        return ()
    lines = ", ".join(str(entry.line) for entry in missed[:_MOST]) + (", …" if len(missed) > _MOST else "")
    one = len(missed) == 1
    where = f"line {lines} holds" if one else f"lines {lines} hold"
    words = f"{where} words of a push, but {'is' if one else 'are'} {PART_OF_NONE}"
    return (words,) if pushes or not is_shown(text) else (_QUOTES, words)
