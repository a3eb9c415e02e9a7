"""Where the time went, on the terminal: a line for each layer that took longest, on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from rich.text import Text

from pushlog.model import Diagnosis, Layer, Phase
from pushlog.record_class import record
from pushlog.report import words
from pushlog.report.text_page import LABEL, PROSE, QUIET, Page
from pushlog.report.waterfall import AXES, PHASE_WORDS, begin, end, last_second
from pushlog.units import blob

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROWS = 8
# Below a second the order of things is noise.
SHORTEST = 1.0
NAME = 14


@record(kw_only=False)
class Ink:
    """Look of a phase: its fill, in ASCII too, and its style."""

    fill: str
    plain: str
    style: str


# The later ones are drawn over the earlier: an upload of a moment between two waits is to be seen.
INKS = {
    Phase.WAITING: Ink("·", ".", QUIET),
    Phase.UNSEEN: Ink("▁", "_", QUIET),
    Phase.FINISHING: Ink("▒", "=", "green"),
    Phase.RETRYING: Ink("░", "~", "magenta"),
    Phase.UPLOADING: Ink("█", "#", ""),
}


def timeline(page: Page, push: Diagnosis) -> Iterator[Text]:
    """Yield the drawing, its axis and its legend; nothing where the log tells no times worth drawing."""
    total = last_second(push)
    layers = [layer for layer in push.layers if layer.intervals]
    room = min(page.width, PROSE) - LABEL - NAME
    if total is None or total < SHORTEST or not layers or room < NAME:
        return
    longest = {layer.id for layer in sorted(layers, key=lambda x: begin(x) - end(x))[:MOST_ROWS]}
    rows = sorted((layer for layer in layers if layer.id in longest), key=begin)
    for index, layer in enumerate(rows):
        label = ("when" if index == 0 else "").ljust(LABEL)
        name = set_cell_size(page.cut(blob(layer.id), NAME - 2), NAME)
        yield Text.assemble((label, QUIET), name, _bar(page, layer, total, room))
    indent = " " * LABEL
    yield Text(f"{indent}{' ' * NAME}{_axis(page, push, total, room)}", QUIET)
    yield from page.wrapped(Text(indent), _legend(page, rows, len(layers) - len(rows)))


def _bar(page: Page, layer: Layer, total: float, room: int) -> Text:
    phases: list[Phase | None] = [None] * room
    for phase in INKS:
        for interval in layer.intervals:
            if interval.phase is phase:
                first = min(int(interval.start / total * room), room - 1)
                last = max(first + 1, round(interval.end / total * room))
                phases[first:last] = [phase] * (min(last, room) - first)
    bar = Text()
    for cell in phases:
        bar.append(*((" ", "") if cell is None else (_fill(page, cell), INKS[cell].style)))
    return bar


def _fill(page: Page, phase: Phase) -> str:
    return INKS[phase].plain if page.ascii_only else INKS[phase].fill


def _axis(page: Page, push: Diagnosis, total: float, room: int) -> str:
    """The ends of the axis, and between them whether it is measured where that fits."""
    last = words.seconds(total)
    title = page.line(AXES[push.clock])
    space = room - len("0 s") - len(last)
    return f"0 s{title.center(space) if len(title) + 2 <= space else ' ' * space}{last}"


def _legend(page: Page, rows: Sequence[Layer], left_out: int) -> Text:
    present = {interval.phase for layer in rows for interval in layer.intervals}
    legend = Text()
    for phase in (phase for phase in Phase if phase in present):
        legend.append(page.say(" · ") if legend else "")
        legend.append(_fill(page, phase), INKS[phase].style).append(f" {PHASE_WORDS[phase]}")
    if left_out:
        legend.append(page.say(f" · {left_out} shorter not drawn"))
    return legend
