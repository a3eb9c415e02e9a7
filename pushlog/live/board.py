"""The state of a running push: the last event of each layer and its time, updated from the new lines alone."""

from __future__ import annotations

import json
from dataclasses import field, replace
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import UNKNOWN, EventKind, Events, gaps
from pushlog.formats.marks import HEADERS, Mark, MarkKind
from pushlog.formats.reference import reference
from pushlog.intake.log_text import LogText
from pushlog.knowledge.docker import RETRY_DELAY
from pushlog.model import State
from pushlog.record_class import record
from pushlog.timeline.layers import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pushlog.intake.log_text import Int64, Piece
    from pushlog.knowledge.base import Knowledge

# Figures of this many last seconds give the rate; they are kept at least `_APART` seconds apart.
RATE_WINDOW = 30.0
_APART = 0.2
# More failed uploads than an image can have: 127 layers, four retries each.
_CAUSES = 1000


@record
class Row:
    """The state of one layer. Times are seconds of the watch: `since` of its state or upload, `at` of its last line.

    `done` and `total` are bytes as printed, None where none were; `figures` pairs times with `done` for this upload
    only. `retries` counts the countdowns of the layer, the last of which shows `wait` seconds.
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
        """Return whether all bytes were read; the registry has not confirmed them yet."""
        return self.total is not None and self.done is not None and self.done >= self.total


@record
class Board:
    """The state of one push. `began` and `at` are the times of its first and last line, `ended` that of its end so far.

    `tags` are those with a digest line; `failed` says that the end reads like an error; `causes` are the
    reasons of failed uploads since a layer went in last, where the daemon's log is in the same stream; `settled` counts
    the retries before that, `settled_at` is its second. `number` counts the pushes of the log;
    `retries_itself` says that the image store is the one whose daemon retries.
    """

    name: str | None = None
    number: int = 0
    began: float | None = None
    at: float = 0.0
    ended: float | None = None
    layers: Mapping[str, Row] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    failed: bool = False
    causes: tuple[str, ...] = ()
    settled: int = 0
    settled_at: float = -1.0
    retries_itself: bool = False

    @property
    def verb(self) -> str:
        """Return the verb for the figures: `read` where the store counts before compression, else `handed over`."""
        return "read" if self.retries_itself else "handed over"

    @property
    def running(self) -> bool:
        """Return whether the push has begun and not ended."""
        return self.began is not None and self.ended is None

    @property
    def retries(self) -> int:
        """Return the retries of all layers so far."""
        return sum(row.retries for row in self.layers.values())

    @property
    def open(self) -> tuple[Row, ...]:
        """Return the layers that the registry does not have yet."""
        return tuple(r for r in self.layers.values() if not r.state.done and r.state is not State.SKIPPED)


def advance(board: Board, data: bytes, at: float, knowledge: Knowledge) -> Board:
    """Return the board after these lines, which came at second `at`."""
    text = LogText(data)
    reading = docker_lines.read(text)
    for item in _in_order(text, reading, board):
        if isinstance(item, Mark):
            board = _after_mark(board, item, at)
        elif isinstance(item, int):
            board = _after_event(board, reading.events, item, at)
        elif board.running and starts_error(item.text, knowledge):
            board = replace(board, failed=True, ended=at, at=at)
    return board


def _in_order(text: LogText, reading: docker_lines.Reading, board: Board) -> Iterator[Mark | int | Piece]:
    """Yield marks, row numbers of events, and other pieces, in text order; other pieces only where a push runs."""
    events, marks = reading.events, [m for m in reading.marks if m.kind not in {MarkKind.NOTE, MarkKind.NAMELESS}]
    items: list[tuple[int, Mark | int | Piece]] = [(m.start, m) for m in marks]
    items += [(int(events.start[row]), row) for row in _latest_rows(events).tolist()]
    if board.running or any(m.kind in HEADERS for m in marks) or len(events):
        starts = np.append(events.start, [m.start for m in marks]).astype(np.int64)
        stops = np.append(events.stop, [m.stop for m in marks]).astype(np.int64)
        items += [(p.start, p) for a, b in gaps(starts, stops, 0, len(text.data)) for p in text.pieces(a, b)]
    return (item for _, item in sorted(items, key=lambda pair: pair[0]))


def _latest_rows(events: Events) -> Int64:
    """Return the rows that change the board: of redraws that came at once only the last one counts."""
    order = np.argsort(events.layer, kind="stable")
    layer, kind, wait = events.layer[order], events.kind[order], events.wait[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (layer[1:] != layer[:-1]) | (kind[1:] != kind[:-1]) | (wait[1:] >= wait[:-1]) & (wait[1:] != UNKNOWN)
    return np.sort(order[last])


def _after_mark(board: Board, mark: Mark, at: float) -> Board:
    if mark.kind in HEADERS:
        target = reference((mark,))
        name = "/".join(part for part in (target.registry, target.repository) if part)
        return Board(name=name, number=board.number + 1, began=at, at=at)
    if mark.kind == MarkKind.DIGEST and board.began is not None:
        return replace(board, tags=(*board.tags, mark.fields.get("TAG", "")), ended=at, at=at)
    if mark.kind == MarkKind.UPLOAD_FAILED and board.running:
        return replace(board, causes=(*board.causes, unquoted(mark.fields["CAUSE"]))[-_CAUSES:])
    if mark.kind == MarkKind.ERROR:
        return replace(board, failed=True, ended=at, at=at)
    return board


def unquoted(text: str) -> str:
    """Return the value of a field of the daemon's log, which Go quotes."""
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _after_event(board: Board, events: Events, number: int, at: float) -> Board:
    """Return the board after one line of a layer. A layer that goes on after a digest line belongs to the next tag."""
    kind, layer = EventKind(int(events.kind[number])), events.ids[int(events.layer[number])]
    if board.began is None:
        board = replace(board, began=at, number=board.number + 1)
    before = board.layers.get(layer, Row(id=layer, state=State.UNKNOWN, since=at, at=at))
    row = (
        _with_countdown(before, int(events.wait[number]), at)
        if kind == EventKind.RETRYING
        else _in_state(before, kind, at)
    )
    if kind == EventKind.PUSHING:
        row = _with_figure(row, int(events.current[number]), int(events.total[number]), at)
    if kind == EventKind.PUSHED and before.retries and not before.state.done:
        # An upload that failed went in after all: its causes are not those of the others.
        board = replace(board, causes=(), settled=board.retries, settled_at=at)
    return replace(
        board,
        at=at,
        ended=None,
        failed=False,
        layers={**board.layers, layer: row},
        retries_itself=board.retries_itself or kind in (EventKind.PREPARING, EventKind.RETRYING),
    )


def _in_state(row: Row, kind: EventKind, at: float) -> Row:
    """Return the row in a new state; a layer pushed with one tag stays pushed when the next tag finds it there."""
    state = STATES[kind]
    if row.state.done and state in (State.EXISTS, State.PREPARING, State.WAITING):
        return replace(row, at=at)
    if state is row.state:
        return replace(row, at=at)
    return replace(row, state=state, since=at, at=at, figures=(), done=row.done if state.done else None)


def _with_countdown(row: Row, wait: int, at: float) -> Row:
    """Return the row after a countdown line, whose length tells its number even if lines are lost (event_table.py)."""
    if row.state is State.RETRYING and wait < row.wait:
        return replace(row, wait=wait, at=at)
    retries = max(row.retries + 1, -(-wait // RETRY_DELAY))
    return replace(row, state=State.RETRYING, since=at, at=at, retries=retries, wait=wait, figures=(), done=None)


def _with_figure(row: Row, current: int, total: int, at: float) -> Row:
    if current == UNKNOWN:
        return row
    figures = row.figures
    if figures and current < figures[-1][1]:  # the upload began again
        figures = ()
    if len(figures) > 1 and at - figures[-2][0] < _APART:
        figures = figures[:-1]
    recent = tuple(pair for pair in figures if at - pair[0] <= RATE_WINDOW)
    # One older figure stays, so that a slow upload has a rate too.
    older = figures[len(figures) - len(recent) - 1 : len(figures) - len(recent)] if len(recent) < len(figures) else ()
    # Docker leaves the size out once more bytes than it were read, because the headers of a tar count too.
    size = max(total, row.total or UNKNOWN)
    size = current if size == UNKNOWN else size
    return replace(row, done=current, total=size if size > 0 else None, figures=(*older, *recent, (at, current)))
