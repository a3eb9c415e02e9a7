"""Where a running push stands: what each layer said last and when, brought up to date from the new lines alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.docker.bind_error import HEADERS
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import UNKNOWN, EventKind, Events, Mark, gaps
from pushlog.formats.reference import reference
from pushlog.intake.log_text import LogText
from pushlog.knowledge.docker import RETRY_DELAY
from pushlog.model import State
from pushlog.timeline.layers import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pushlog.intake.log_text import Int64, Piece
    from pushlog.knowledge.base import Knowledge

# How far back figures are kept for the rate, and how close together, in seconds.
KEPT = 30.0
_APART = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One layer now. Times are seconds of the watch; `since`: of its present state or upload, `at`: of its last line.

    `done` and `total` are bytes as printed, None where not; `figures` pairs times with `done`, of this upload only.
    `retries` counts its countdowns, the last of which shows `wait` seconds.
    """

    id: str
    state: State
    since: float
    at: float
    done: int | None = None
    total: int | None = None
    figures: tuple[tuple[float, int], ...] = ()
    retries: int = 0
    wait: int = 0

    @property
    def through(self) -> bool:
        """Whether all of it was read; the registry's word is still to come."""
        return self.total is not None and self.done is not None and self.done >= self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One push now. `began`, `at`: its first and its last line; `ended`: what reads like its end; None: none so far.

    `tags` have their digest; `failed`: that end reads like an error; `cause`: why an upload failed that
    docker retries, where the daemon's own log is in the same stream. `number` counts the pushes of the log;
    `retries_itself`: this is the store whose daemon retries.
    """

    name: str | None = None
    number: int = 0
    began: float | None = None
    at: float = 0.0
    ended: float | None = None
    layers: Mapping[str, Row] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    failed: bool = False
    cause: str | None = None
    retries_itself: bool = False

    @property
    def verb(self) -> str:
        """What the figures count: what this store reads before it compresses, or what the other one sends."""
        return "read" if self.retries_itself else "sent"

    @property
    def running(self) -> bool:
        """Whether a push has begun and not ended."""
        return self.began is not None and self.ended is None

    @property
    def open(self) -> tuple[Row, ...]:
        """The layers that the registry does not have yet."""
        return tuple(r for r in self.layers.values() if not r.state.done and r.state is not State.SKIPPED)


def advanced(board: Board, data: bytes, at: float, knowledge: Knowledge) -> Board:
    """The board after these lines, which came at `at`."""
    text = LogText(data)
    reading = docker_lines.read(text)
    for item in _in_order(text, reading, board):
        if isinstance(item, Mark):
            board = _marked(board, item, at)
        elif isinstance(item, int):
            board = _stepped(board, reading.events, item, at)
        elif board.running and starts_error(item.text, knowledge):
            board = replace(board, failed=True, ended=at, at=at)
    return board


def _in_order(text: LogText, reading: docker_lines.Reading, board: Board) -> Iterator[Mark | int | Piece]:
    """Marks, numbers of events, and what is neither, in the order of the text; that only where a push runs."""
    events, marks = reading.events, [m for m in reading.marks if m.kind != "note"]
    found: list[tuple[int, Mark | int | Piece]] = [(m.start, m) for m in marks]
    found += [(int(events.start[row]), row) for row in _telling(events).tolist()]
    if board.running or any(m.kind in HEADERS for m in marks) or len(events):
        low = np.append(events.start, [m.start for m in marks]).astype(np.int64)
        high = np.append(events.stop, [m.stop for m in marks]).astype(np.int64)
        found += [(p.start, p) for a, b in gaps(low, high, 0, len(text.data)) for p in text.pieces(a, b)]
    return (item for _, item in sorted(found, key=lambda pair: pair[0]))


def _telling(events: Events) -> Int64:
    """The rows after which something is new: of redraws that came at once, the last one tells all."""
    order = np.argsort(events.layer, kind="stable")
    layer, kind, wait = events.layer[order], events.kind[order], events.wait[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (layer[1:] != layer[:-1]) | (kind[1:] != kind[:-1]) | (wait[1:] >= wait[:-1]) & (wait[1:] != UNKNOWN)
    return np.sort(order[last])


def _marked(board: Board, mark: Mark, at: float) -> Board:
    if mark.kind in HEADERS:
        named = reference((mark,))
        name = "/".join(part for part in (named.registry, named.repository) if part)
        return Board(name=name, number=board.number + 1, began=at, at=at)
    if mark.kind == "digest" and board.began is not None:
        return replace(board, tags=(*board.tags, mark.fields.get("TAG", "")), ended=at, at=at)
    if mark.kind == "upload_failed" and board.running:
        return replace(board, cause=unquoted(mark.fields["CAUSE"]))
    if mark.kind == "error":
        return replace(board, failed=True, ended=at, at=at)
    return board


def unquoted(text: str) -> str:
    """The value of a field of the daemon's log, as Go quotes it."""
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _stepped(board: Board, events: Events, number: int, at: float) -> Board:
    """The board after one line of a layer. A layer that goes on after a digest line belongs to the next tag."""
    kind, layer = EventKind(int(events.kind[number])), events.ids[int(events.layer[number])]
    if board.began is None:
        board = replace(board, began=at, number=board.number + 1)
    before = board.layers.get(layer, Row(id=layer, state=State.UNKNOWN, since=at, at=at))
    row = _counting(before, int(events.wait[number]), at) if kind == EventKind.RETRYING else _moved(before, kind, at)
    if kind == EventKind.PUSHING:
        row = _drawn(row, int(events.current[number]), int(events.total[number]), at)
    return replace(
        board,
        at=at,
        ended=None,
        failed=False,
        layers={**board.layers, layer: row},
        retries_itself=board.retries_itself or kind in (EventKind.PREPARING, EventKind.RETRYING),
    )


def _moved(row: Row, kind: EventKind, at: float) -> Row:
    """A layer pushed with one tag stays pushed when the next tag finds it there."""
    state = STATES[kind]
    if row.state.done and state in (State.EXISTS, State.PREPARING, State.WAITING):
        return replace(row, at=at)
    if state is row.state:
        return replace(row, at=at)
    return replace(row, state=state, since=at, at=at, figures=(), done=row.done if state.done else None)


def _counting(row: Row, wait: int, at: float) -> Row:
    """A countdown names its number by its length, also when lines before it are lost (timeline/event_table.py)."""
    if row.state is State.RETRYING and wait < row.wait:
        return replace(row, wait=wait, at=at)
    retries = max(row.retries + 1, -(-wait // RETRY_DELAY))
    return replace(row, state=State.RETRYING, since=at, at=at, retries=retries, wait=wait, figures=(), done=None)


def _drawn(row: Row, current: int, total: int, at: float) -> Row:
    if current == UNKNOWN:
        return row
    figures = row.figures
    if figures and current < figures[-1][1]:  # sent again from its start
        figures = ()
    if len(figures) > 1 and at - figures[-2][0] < _APART:
        figures = figures[:-1]
    kept = tuple(pair for pair in figures if at - pair[0] <= KEPT)
    # One older figure stays, so that a slow upload has a rate too.
    older = figures[len(figures) - len(kept) - 1 : len(figures) - len(kept)] if len(kept) < len(figures) else ()
    # Docker leaves the size out once more was read than it, for the headers of a tar count too.
    known = max(total, row.total or UNKNOWN)
    known = current if known == UNKNOWN else known
    return replace(row, done=current, total=known if known > 0 else None, figures=(*older, *kept, (at, current)))
