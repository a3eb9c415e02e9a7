"""The requests for a push that a library of the Engine API logs: they name the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.engine_address import last_asked_push
from pushlog.formats.marks import Mark, MarkKind
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import LogText

# Words around a message of the Engine: requests (moby client/), what a library says that it does, output of a build.
_OF_PUSH = lazy_pattern(r"/images/\S+/push\b|(?<!git )\b[Pp]ush(?:ing|ed)?\b|[a-z]Push[A-Z]|\bPush[A-Z]|[a-z]Push\b")
_OTHERWISE = lazy_pattern(r"/images/create\b|/build\?|\b[Pp]ull(?:ing|ed)?\b|PullImage|\"stream\" ?: ?\"")


def answers_push(lines: Sequence[str]) -> bool:
    """Return whether the lines of a log tell that the message of the Engine among them answered a push."""
    return any(map(_OF_PUSH.search, lines)) and not any(map(_OTHERWISE.search, lines))


def requested(text: LogText, stop: int) -> Iterator[Mark]:
    """Return the last request for a push before an offset, as the command of that push."""
    asked = last_asked_push(text.data, stop)
    if asked is not None:
        yield Mark(
            kind=MarkKind.COMMAND,
            start=asked.start,
            stop=asked.stop,
            line=text.line_of(asked.start),
            fields={"REFERENCE": asked.image},
        )
