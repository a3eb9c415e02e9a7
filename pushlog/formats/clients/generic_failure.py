"""A failed push that only a line tells of, beside the pushes that other dialects found: which of them it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.formats.reference import split
from pushlog.model import Client
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.formats.errors.wrapped import Wrapped
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import Piece

# One failure is told again in reports further down.
_AGAIN = 80
# A push that another dialect found without its error ends within so many lines.
_ENDS_BELOW = 12


@record(kw_only=False)
class Failure:
    """A line that tells of a failed push."""

    piece: Piece
    error: Wrapped
    registry: str | None
    name: str | None
    client: Client = Client.UNKNOWN


def is_same(push: ParsedPush, failure: Failure) -> bool:
    """Return whether a failed push nearby is the one that a line tells of again."""
    if push.error is None:
        return False
    distance = max(push.lines[0] - failure.piece.line, failure.piece.line - push.lines[1])
    if distance > _AGAIN:
        return False
    same_text = push.error.text.split("\n")[0].strip() in failure.piece.text or failure.error.text in push.error.text
    images = [split(mark.fields["REFERENCE"]) for mark in push.marks if "REFERENCE" in mark.fields]
    headers = {split(mark.fields["NAME"])[0] for mark in push.marks if "NAME" in mark.fields}
    names, tags = {name for name, _ in images} | headers, {tag for _, tag in images}
    named, tag = split(failure.name) if failure.name else (None, None)
    if tag and tags and tag not in tags and None not in tags and push.error.text != failure.error.text:
        return False  # another tag, with a failure of its own
    other = bool(named and names and not any(_alike(named, name) for name in names if name))
    return (same_text and not other) or bool(named and any(_alike(named, name) for name in names if name))


def _alike(one: str, other: str) -> bool:
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def lacks_error(push: ParsedPush, failure: Failure) -> bool:
    """Return whether a push that ends just above has neither an error nor a proof of success."""
    if push.error or push.quiet or push.last(MarkKind.DIGEST, MarkKind.DONE, MarkKind.AUX):
        return False
    names = {split(mark.fields[key])[0] for mark in push.marks for key in ("REFERENCE", "NAME") if key in mark.fields}
    named = split(failure.name)[0] if failure.name else None
    if named and names:
        return any(_alike(named, name) for name in names if name)
    return failure.piece.line - push.lines[1] <= _ENDS_BELOW
