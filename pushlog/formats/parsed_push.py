"""One push in a log, as every dialect hands it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import gaps
from pushlog.formats.marks import MarkKind
from pushlog.model import Client
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.formats.client_timestamps import ClientTimestamps
    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.events import Events
    from pushlog.formats.marks import Mark
    from pushlog.intake.log_text import LogText, Piece

# A log may hold nothing but noise between the lines of a push: so many of its lines are kept.
_MOST_UNREAD = 1000


@record
class ParsedPush:
    """One push in a log: its events and marks, its error, its physical lines, and the lines that were not understood.

    `start` is the offset of its first text, `stop` one inside its last; `after` is the first text below it. `client`
    is who pushed, as far as the lines show, and `why` the evidence. `clock`: times that the client itself printed.
    `quiet`: it is the one line of `docker push --quiet`. `until` is the offset at which the next push starts, None for
    the last of a log. `shares_error`: the error is one of a command that pushes several images, and names none of them.
    `is_mixed`: another push wrote between its lines, and nothing tells them apart. `wrapper`: the program that drove
    the client; `command`: which of the client's commands pushed, empty for the usual one. `unread` are the first of the
    lines that were not understood, `unread_lines` is how many there are.
    """

    client: Client = Client.DOCKER
    why: str = ""
    events: Events
    marks: tuple[Mark, ...]
    error: ErrorLines | None
    lines: tuple[int, int]
    start: int
    stop: int
    unread: tuple[Piece, ...]
    after: Piece | None
    clock: ClientTimestamps | None = None
    quiet: bool = False
    until: int | None = None
    shares_error: bool = False
    is_mixed: bool = False
    wrapper: str | None = None
    command: str = ""
    unread_lines: int = 0

    @property
    def understood(self) -> int:
        """Return how many of its lines were understood."""
        return self.lines[1] - self.lines[0] + 1 - self.unread_lines

    @property
    def mounts(self) -> dict[str, str]:
        """Return the layers that were mounted from another repository, each with its name."""
        return {mark.fields["LAYER"]: mark.fields["FROM"] for mark in self.marks if mark.kind == MarkKind.MOUNT}

    def last(self, *kinds: MarkKind) -> Mark | None:
        """Return the last mark of these kinds."""
        return next((mark for mark in reversed(self.marks) if mark.kind in kinds), None)


def first_unread(pieces: Iterable[Piece]) -> tuple[tuple[Piece, ...], int]:
    """Return the first of some pieces, in order, and on how many lines all of them stand."""
    first: list[Piece] = []
    lines, last = 0, 0
    for piece in pieces:
        if len(first) < _MOST_UNREAD:
            first.append(piece)
        lines += piece.line != last
        last = piece.line
    return tuple(first), lines


def ranges_outside(text: LogText, pushes: Sequence[ParsedPush]) -> list[tuple[int, int]]:
    """Return the byte ranges to read of a log that lie outside the lines of these pushes, in order."""
    starts = np.array([text.start_of(push.lines[0]) for push in pushes], dtype=np.int64)
    stops = np.array([text.start_of(push.lines[1] + 1) for push in pushes], dtype=np.int64)
    outside: list[tuple[int, int]] = []
    for start, stop in text.parts:
        inside = (starts < stop) & (stops > start)
        outside += gaps(np.maximum(starts[inside], start), stops[inside], start, stop)
    return outside


def coverage(pushes: Sequence[ParsedPush]) -> float:
    """Return the share of the lines of pushes that were understood, from 0 to 1; 1 without pushes."""
    lines = sum(push.lines[1] - push.lines[0] + 1 for push in pushes)
    return round(sum(push.understood for push in pushes) / lines, 4) if lines else 1.0
