"""The requests for a push that a library of the Engine API logs: they name the image."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from pushlog.formats.marks import Mark, MarkKind
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.log_text import LogText

# moby client/image_push.go, and docker-java, which escapes the name.
_REQUEST = lazy_pattern(
    rb"/images/(?P<name>[^\s\"'?]{1,400}?)/push(?:\?(?:[^\s\"'&]*&)*?tag=(?P<tag>\w[\w.-]*))?(?![\w/])"
)


def requested(text: LogText, stop: int) -> Iterator[Mark]:
    """Return the last request for a push before an offset, as the command of that push."""
    last = None
    for match in _REQUEST.finditer(text.data, 0, stop):
        last = match
    if last is not None:
        tag = f":{last['tag'].decode()}" if last["tag"] else ""
        yield Mark(
            kind=MarkKind.COMMAND,
            start=last.start(),
            stop=last.end(),
            line=text.line_of(last.start()),
            fields={"REFERENCE": unquote(last["name"].decode("utf-8", "replace")) + tag},
        )
