"""One push in a log, as every dialect hands it over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.client_timestamps import ClientTimestamps
    from pushlog.formats.docker.bind_error import ErrorLines
    from pushlog.formats.events import Events, Mark
    from pushlog.intake.log_text import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPush:
    """One push in a log: its events and marks, its error, the physical lines it spans, and what was not understood.

    `start` is the offset of its first text, `stop` one inside its last; `after` is the first text that follows it.
    `client` is who pushed, as far as the lines tell, and `why` what tells it. `clock`: times that the client itself
    printed. `quiet`: it is the one line that `docker push --quiet` prints. `until` is where the next push begins, None
    for the last of a log.
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

    @property
    def understood(self) -> int:
        """How many of its lines were understood."""
        return self.lines[1] - self.lines[0] + 1 - len({piece.line for piece in self.unread})

    @property
    def mounts(self) -> dict[str, str]:
        """The layers that were mounted from another repository, with its name."""
        return {m.fields["LAYER"]: m.fields["FROM"] for m in self.marks if m.kind == "mount"}

    def last(self, *kinds: str) -> Mark | None:
        """The last mark of these kinds."""
        return next((m for m in reversed(self.marks) if m.kind in kinds), None)


def coverage(sections: Sequence[ParsedPush]) -> float:
    """The share of the lines of some pushes that were understood, from 0 to 1; all of none."""
    lines = sum(section.lines[1] - section.lines[0] + 1 for section in sections)
    return round(sum(section.understood for section in sections) / lines, 4) if lines else 1.0
