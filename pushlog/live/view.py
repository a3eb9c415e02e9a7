"""A running push on a terminal: every layer with its state, speed and time left, redrawn in place."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from pushlog.live import pace
from pushlog.live.calm import progress_line
from pushlog.live.outlook import Outlook, doing, held_back, image_name
from pushlog.model import State
from pushlog.report.text_layers import MARKS
from pushlog.report.text_page import PROSE, QUIET, Page
from pushlog.report.words import STATES
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.live.board import Board, Row

# The width of the bar by the width of the page: the words beside it need room too.
_BARS = ((110, 20), (80, 10), (0, 0))
_BYTES = 20
# States without figures: their words follow at once.
_PLAIN = (State.RETRYING, State.WAITING, State.PREPARING)
# Lines that are not layers: the head, the sentences below, and one for the cursor.
_AROUND = 8
_FEWEST = 3
# States by their worth of a line when there is no room for all layers.
_ORDER = (State.RETRYING, State.PUSHING, State.FAILED, State.PREPARING, State.WAITING)


class View:
    """Drawer of boards on standard error; it leaves the terminal as it was."""

    def __init__(self, *, color: bool) -> None:
        """Prepare the console; nothing is drawn yet."""
        ascii_only = not (sys.stderr.encoding or "ascii").lower().replace("-", "").startswith("utf")
        self._console = Console(
            file=sys.stderr, no_color=not color, color_system="auto" if color else None, highlight=False, markup=False
        )
        self._ascii_only = ascii_only
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )

    def __enter__(self) -> Self:
        """Hide the cursor."""
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the drawing and show the cursor."""
        self._live.__exit__(None, None, None)

    def show(self, board: Board, now: float, ahead: Outlook | None) -> None:
        """Draw the board over the previous one."""
        columns, rows = self._console.size
        page = Page(width=max(40, columns - 1), ascii_only=self._ascii_only)
        lines = board_lines(page, board, now, ahead, most=max(_FEWEST, rows - _AROUND))
        self._live.update(Group(*lines), refresh=True)

    def say(self, text: str) -> None:
        """Print one line that stays above the drawing."""
        page = Page(width=PROSE, ascii_only=self._ascii_only)
        self._console.print(Text(f"pushlog: {page.line(text)}"))


def board_lines(page: Page, board: Board, now: float, ahead: Outlook | None, *, most: int) -> Iterator[Text]:
    """Yield the lines of a board: at most `most` layers, and the lines around them."""
    if board.began is None:
        yield Text("no line of docker push yet; pushes of other clients are shown when they have ended", QUIET)
        return
    word, style = _status(board)
    head = Text.assemble(
        (word, style), "  ", page.line(image_name(board)), "  ", (seconds(round(now - board.began)), QUIET)
    )
    yield _fit(page, head)
    yield _fit(page, Text(page.line(progress_line(board, now)), QUIET))
    yield Text()
    rows = _shown_rows(list(board.layers.values()), most)
    for row in rows:
        yield _fit(page, _layer(page, board, row, now))
    if rest := len(board.layers) - len(rows):
        yield Text(f"{rest} more layers" if rest > 1 else "1 more layer", QUIET)
    reason = None if ahead and ahead.certain else held_back(board, now)
    below = [text for text in (str(ahead) if ahead else None, reason) if text]
    if below:
        yield Text()
    for text in below:
        yield from page.wrapped(Text(), Text(page.line(text), "magenta"))


def _status(board: Board) -> tuple[str, str]:
    if board.failed:
        return "FAILED", "bold red"
    return ("PUSHING", "bold") if board.ended is None else ("PUSHED", "bold green")


def _shown_rows(rows: Sequence[Row], most: int) -> Sequence[Row]:
    """Return the rows that matter most, in their order."""
    if len(rows) <= most:
        return rows
    rank = {state: number for number, state in enumerate(_ORDER)}
    first = sorted(rows, key=lambda row: (rank.get(row.state, len(_ORDER)), -row.at))[:most]
    keep = {row.id for row in first}
    return [row for row in rows if row.id in keep]


def _layer(page: Page, board: Board, row: Row, now: float) -> Text:
    mark, style = MARKS.get(row.state, (" ", QUIET))
    word = "pushing" if row.state is State.PUSHING else STATES.get(row.state, row.state.value)
    line = Text.assemble(f"{row.id}  ", (f"{page.line(mark):<1} {word:<9}", style), "  ")
    if row.state not in _PLAIN:
        line.append(_figures(page, row))
        line.append("  ")
    speed, left = pace.rate(row, now), pace.row_left(row, now)
    texts = [
        doing(board, row, now),
        pace.rate_text(speed) if speed else "",
        f"{pace.time_text(left)} left" if left else "",
    ]
    return line.append(", ".join(text for text in texts if text))


def _figures(page: Page, row: Row) -> Text:
    """Return the bar and the bytes, or as much blank space."""
    width = next(bar for least, bar in _BARS if page.width >= least)
    if row.done is None or row.total is None or row.state.done:
        return Text(f"{size(row.total) if row.total else '':<{width + 1 + _BYTES}}")
    full, empty = ("#", ".") if page.ascii_only else ("█", "░")
    cells = int(min(1.0, row.done / row.total) * width)
    figures = size(row.total) if row.through else f"{size(row.done)} of {size(row.total)}"
    return Text.assemble((full * cells, "magenta"), (empty * (width - cells), QUIET), f" {figures:<{_BYTES}}")


def _fit(page: Page, line: Text) -> Text:
    line.rstrip()
    line.truncate(page.width, overflow="ellipsis" if not page.ascii_only else "crop")
    return line
