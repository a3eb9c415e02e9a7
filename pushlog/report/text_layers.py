"""Progress of the push on the terminal: the waterline bar with its legend, and the table of layers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from pushlog.model import Basis, Diagnosis, Fate, Layer, Outcome, Severity, State
from pushlog.record_class import record
from pushlog.report import words
from pushlog.report.text_page import LABEL, PROSE, QUIET, Page, row
from pushlog.report.waterline import FILLS, cells
from pushlog.report.words import Band, Stand
from pushlog.units import blob, instruction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROWS = 20
LARGEST = 5
# Layers that failed, by their ids in the legend.
MOST_NAMED = 2
# The last rank: done at once, with nothing to tell.
PLAIN = 3
SHORT_ID = 12
# The columns that may be missing, the least missed first: waited, attempts, bytes.
TELLING = (3, 2, 4)
GAP = "   "
NONE = "\N{EN DASH}"


@record(kw_only=False)
class Ink:
    """Look of a kind of layer: its fill in the bar, with and without colour, and its style."""

    fill: str
    plain: str
    style: str


INKS = {
    Stand.EXISTED: Ink(FILLS[Stand.EXISTED], "=", "green"),
    Stand.MOUNTED: Ink(FILLS[Stand.MOUNTED], "+", "green"),
    Stand.PUSHED: Ink(FILLS[Stand.PUSHED], "#", "bold green"),
    Stand.SKIPPED: Ink(FILLS[Stand.SKIPPED], "-", QUIET),
    Stand.REFUSED: Ink(FILLS[Stand.REFUSED], "x", "bold red"),
    Stand.IN_FLIGHT: Ink(FILLS[Stand.IN_FLIGHT], ">", "magenta"),
    Stand.NEVER: Ink(FILLS[Stand.NEVER], ".", QUIET),
    Stand.UNKNOWN: Ink(FILLS[Stand.UNKNOWN], "?", QUIET),
}

MARKS = {
    **dict.fromkeys((State.PUSHED, State.EXISTS, State.MOUNTED), ("✓", "green")),
    State.FAILED: ("✗", "bold red"),
    State.PUSHING: ("▸", "magenta"),
    State.RETRYING: ("↻", "magenta"),
    State.SKIPPED: (NONE, QUIET),
    State.UNKNOWN: ("?", QUIET),
}


def reach(page: Page, push: Diagnosis) -> Iterator[Text]:
    """Yield the bar and what its parts mean."""
    bands = words.waterline(push)
    words_reached = words.reached(push)
    line = Text.assemble(("layers".ljust(LABEL), QUIET))
    if bands:
        room = min(page.width, PROSE) - LABEL - len(words_reached) - 1
        for band, number in zip(bands, cells(bands, room), strict=True):
            line.append(_fill(page, band) * number, INKS[band.stand].style)
        line.append(" ")
    yield line.append(words_reached)
    indent = Text(" " * LABEL)
    for entries in _legend(page, push, bands, min(page.width, PROSE) - LABEL):
        yield from page.wrapped(indent, entries)


def basis(page: Page, push: Diagnosis) -> Iterator[Text]:
    """Yield what is known of sizes, and what is not."""
    if note := " ".join((_percent(push), push.progress.why)).strip():
        yield from row(page, "sizes", note)


def _fill(page: Page, band: Band) -> str:
    ink = INKS[band.stand]
    return ink.plain if page.ascii_only else ink.fill


def _legend(page: Page, push: Diagnosis, bands: Sequence[Band], room: int) -> Iterator[Text]:
    """Yield what the fills mean; a line breaks between entries, never inside one."""
    dot = page.say(" · ")
    line = Text()
    state = words.manifest(push)
    is_telling = push.outcome is not Outcome.SUCCEEDED and (bool(push.layers) or state != "unknown")
    manifest = (Text(f"manifest {state}"),) if is_telling else ()
    for entry in (*(_entry(page, push, band) for band in bands), *manifest):
        if line and line.cell_len + len(dot) + entry.cell_len > room:
            yield line
            line = Text()
        line = Text.assemble(line, dot if line else "", entry)
    if line:
        yield line


def _entry(page: Page, push: Diagnosis, band: Band) -> Text:
    description = f" {band.layers} {band.word}"
    if band.bytes is not None:
        description += f" {'' if band.exact else 'at least '}{words.size(band.bytes)}"
    if band.stand is Stand.REFUSED:
        ids = [blob(layer.id) for layer in push.layers if words.stand_of(layer) is band.stand]
        description += f" ({', '.join(ids)})" if len(ids) <= MOST_NAMED else ""
    return Text.assemble((_fill(page, band), INKS[band.stand].style), page.line(f"x{description}")[1:])


def _percent(push: Diagnosis) -> str:
    fraction = push.progress.fraction
    if fraction is None or fraction >= 1:
        return ""
    # Nothing is resumed after a failure: there the share is that of finished layers.
    where = " are in the registry" if push.outcome is Outcome.FAILED else ""
    # Rounded down: 100 % is said of a whole only.
    return f"{'' if push.progress.exact else 'About '}{int(fraction * 100)} % of the bytes{where}."


def table(page: Page, push: Diagnosis) -> Iterator[Text]:
    """Yield a row per layer; of many, those with a story, and the rest counted."""
    if not push.layers:
        return
    ids = _shown(push)
    named = [layer for layer in push.layers if layer.id in ids]
    rows = [_cells(page, layer, push) for layer in named]
    heads = ("layer", "state", "attempts", "waited", _basis(push), "lines")
    widths = [max(cell_len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    columns = _columns(page, rows, widths)
    if rows:
        yield Text(page.cut(_joined(page, heads, columns, widths), page.width), QUIET)
    for layer, texts in zip(named, rows, strict=True):
        line = Text(page.cut(_joined(page, texts, columns, widths), page.width))
        offset = widths[0] + len(GAP)
        line.stylize(_mark(layer)[1], offset, offset + widths[1])
        yield line
        if layer.created_by:
            yield Text(page.cut(f"  {page.line(instruction(layer.created_by))}", min(page.width, PROSE)), QUIET)
    yield from _rest(page, push, [layer for layer in push.layers if layer.id not in ids])


def _columns(page: Page, rows: Sequence[tuple[str, ...]], widths: list[int]) -> list[int]:
    """Choose the columns: none that tells nothing, and none too many for the page; a long id gives way first."""
    blank = page.say(NONE)
    columns = [
        column for column in range(len(widths)) if column not in TELLING or any(row[column] != blank for row in rows)
    ]
    for dropped in TELLING:
        spare = page.width - sum(widths[column] + len(GAP) for column in columns[1:])
        if spare >= min(widths[0], SHORT_ID):
            break
        columns = [column for column in columns if column != dropped]
    spare = page.width - sum(widths[column] + len(GAP) for column in columns[1:])
    widths[0] = min(widths[0], max(spare, SHORT_ID))
    return columns


def _shown(push: Diagnosis) -> set[str]:
    """Choose the layers that get a row: all when they are few, else those with a story and the largest."""
    if len(push.layers) <= MOST_ROWS:
        return {layer.id for layer in push.layers}
    grave = [f for f in push.findings if f.severity is not Severity.INFO and len(f.layers) <= MOST_ROWS]
    accused = {layer for finding in grave for layer in finding.layers}
    telling = sorted((layer for layer in push.layers if _rank(layer, accused) < PLAIN), key=lambda x: _rank(x, accused))
    plain = [layer for layer in push.layers if _rank(layer, accused) == PLAIN and layer.bytes_total is not None]
    largest = sorted(plain, key=lambda layer: -(layer.bytes_total or 0))[:LARGEST]
    return {layer.id for layer in (*telling, *largest)[:MOST_ROWS]}


def _rank(layer: Layer, accused: set[str]) -> int:
    if layer.fate in (Fate.FAILED, Fate.GAVE_UP) or layer.id in accused:
        return 0
    if layer.attempts > 1 or layer.retry_wait > 0:
        return 1
    return PLAIN if layer.state.done else PLAIN - 1


def _basis(push: Diagnosis) -> str:
    bases = {layer.basis for layer in push.layers if layer.bytes_total is not None or layer.bytes_done is not None}
    return bases.pop().value if len(bases) == 1 and Basis.UNKNOWN not in bases else "bytes"


def _mark(layer: Layer) -> tuple[str, str]:
    state = State.FAILED if words.stand_of(layer) is Stand.REFUSED else layer.state
    return MARKS.get(state, ("·", QUIET))


def _cells(page: Page, layer: Layer, push: Diagnosis) -> tuple[str, ...]:
    first, last = layer.lines
    cells = (
        blob(layer.id),
        f"{_mark(layer)[0]} {words.state_word(layer, push)}",
        str(layer.attempts or NONE),
        words.seconds(layer.retry_wait) if layer.retry_wait > 0 else NONE,
        _bytes(layer),
        f"{first}-{last}" if last != first else str(first),
    )
    return tuple(page.line(cell) for cell in cells)


def _bytes(layer: Layer) -> str:
    done, total = layer.bytes_done, layer.bytes_total
    if layer.state.done or total is None:
        figure = done if total is None else total
        return NONE if figure is None else words.size(figure)
    return words.part(done, total)


def _joined(page: Page, row: Sequence[str], columns: Sequence[int], widths: Sequence[int]) -> str:
    cells = [page.cut(row[column], widths[column]) for column in columns]
    fills = [" " * (widths[column] - cell_len(cell)) for column, cell in zip(columns, cells, strict=True)]
    # Figures are set to the right, so that their digits line up; names to the left.
    sided = [
        fill + cell if column in (2, 3, 4) else cell + fill
        for column, cell, fill in zip(columns, cells, fills, strict=True)
    ]
    return GAP.join(sided).rstrip()


def _rest(page: Page, push: Diagnosis, layers: Sequence[Layer]) -> Iterator[Text]:
    """Yield the layers without a row in one sentence: `18 more: 12 pushed, 6 existed`."""
    counts = Counter(words.state_word(layer, push) for layer in layers).most_common()
    if counts:
        states = counts[0][0] if len(counts) == 1 else ", ".join(f"{number} {word}" for word, number in counts)
        head = f"{len(layers)} more" if len(layers) < len(push.layers) else words.count(len(layers), "layer")
        yield from page.wrapped(Text(), Text(page.line(f"{head}: {states}"), QUIET))
