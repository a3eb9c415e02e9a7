"""The waterline drawn: the bands of `words.waterline` as bars by layers and by bytes, in percent of the width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Basis, State
from pushlog.record_class import record
from pushlog.report.words import Band, Stand, count, part, reached, size, stand_of, waterline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Diagnosis, Layer

# One refused layer among sixty must still be seen.
NARROWEST = 1.2
NUMBERED = 7.0
# A label fits a part of so many percent for each of its letters, on a page of 790 px and on a telephone.
LETTER_WIDE, LETTER_NARROW = 0.98, 3.1
# A sign for each band, so that colour is never alone in telling them apart.
SIGNS = {
    Stand.EXISTED: "=",
    Stand.MOUNTED: "\u21aa",
    Stand.PUSHED: "\u2713",
    Stand.SKIPPED: "\u2013",
    Stand.REFUSED: "\u2715",
    Stand.IN_FLIGHT: "\u2191",
    Stand.NEVER: "\u25cb",
    Stand.UNKNOWN: "?",
}
# The same where a bar is made of letters.
FILLS = {
    Stand.EXISTED: "▓",
    Stand.MOUNTED: "▒",
    Stand.PUSHED: "█",
    Stand.SKIPPED: "─",
    Stand.REFUSED: "\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}",
    Stand.IN_FLIGHT: "▸",
    Stand.NEVER: "░",
    Stand.UNKNOWN: "?",
}
# Docker prints no size for what it does not send.
ARRIVED = (Stand.EXISTED, Stand.MOUNTED, Stand.PUSHED)
UNSENT = (Stand.EXISTED, Stand.MOUNTED, Stand.SKIPPED)


@record
class Segment:
    """A band's part of a bar; `x` and `width` in percent.

    `label` says how many layers and bytes; it is empty where it never fits, `roomy` where it only fits a wide page.
    There `number` stands for it, where that fits.
    """

    stand: Stand
    x: str
    width: str
    middle: str
    number: str
    label: str
    roomy: bool


@record
class Bar:
    """One bar and what its length counts."""

    name: str
    segments: tuple[Segment, ...]


@record
class Entry:
    """A band in the legend."""

    stand: Stand
    sign: str
    text: str
    detail: str


@record
class Waterline:
    """The drawing, its legend and its description for those who can't see it."""

    bars: tuple[Bar, ...]
    legend: tuple[Entry, ...]
    description: str
    note: str


def percent(value: float) -> str:
    """Return a coordinate in percent, as short as it can be."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _segments(bands: Sequence[Band], weights: Sequence[float]) -> tuple[Segment, ...]:
    total = sum(weights)
    widths = [max(100 * weight / total, NARROWEST) for weight in weights]
    scale = 100 / sum(widths)
    segments: list[Segment] = []
    x = 0.0
    for band, width in zip(bands, (width * scale for width in widths), strict=True):
        number = f"{SIGNS[band.stand]} {band.layers}" if width >= NUMBERED else ""
        label = f"{band.layers} {band.word}"
        # What was refused or never started has arrived nowhere: its size would read as progress.
        if band.bytes is not None and band.exact and band.stand in ARRIVED:
            label += f" \N{MIDDLE DOT} {size(band.bytes)}"
        segments.append(
            Segment(
                stand=band.stand,
                x=percent(x),
                width=percent(width),
                middle=percent(x + width / 2),
                number=number,
                label=label if width >= LETTER_WIDE * len(label) else "",
                roomy=width < LETTER_NARROW * len(label),
            )
        )
        x += width
    return tuple(segments)


def _sent(push: Diagnosis, stand: Stand, whole: int) -> str:
    """The bytes that layers of an unfinished band sent before the log ended; empty where the log shows none."""
    layers = [layer for layer in push.layers if stand_of(layer) is stand and layer.bytes_done is not None]
    if not layers:
        return ""
    verb = "read" if {layer.basis for layer in layers} == {Basis.UNCOMPRESSED} else "handed over"
    sent = sum(min(layer.bytes_done or 0, layer.bytes_total or whole) for layer in layers)
    return f"{part(sent, whole)} {verb}"


def _bytes(band: Band, push: Diagnosis) -> str:
    if band.bytes is None:
        return "size not printed" if band.stand in UNSENT else "size unknown"
    total = size(band.bytes) if band.exact else f"{size(band.bytes)} known of {band.sized}"
    sent = _sent(push, band.stand, band.bytes) if band.stand in (Stand.IN_FLIGHT, Stand.REFUSED) else ""
    return sent if sent and band.exact else total


def _entry(band: Band, push: Diagnosis) -> Entry:
    return Entry(stand=band.stand, sign=SIGNS[band.stand], text=f"{band.layers} {band.word}", detail=_bytes(band, push))


def _note(bands: Sequence[Band], by_bytes: bool) -> str:
    unknown = sum(band.layers - band.sized for band in bands)
    if not unknown:
        return ""
    if unknown == sum(band.layers for band in bands):
        return "Drawn by number of layers: the log shows the size of none."
    missing = f"{count(unknown, 'layer')} {'has' if unknown == 1 else 'have'} no printed size"
    return f"The bar by size covers the others: {missing}." if by_bytes else f"Drawn by number of layers: {missing}."


def drawing(push: Diagnosis) -> Waterline | None:
    """Return the waterline of a push, None for a push without layers."""
    bands = waterline(push)
    if not bands:
        return None
    bars = [Bar(name="layers", segments=_segments(bands, [band.layers for band in bands]))]
    sized = [band for band in bands if band.bytes]
    # A bar by bytes is honest only if every layer that was to be sent is in it.
    by_bytes = len(sized) > 1 and all(band.exact or band.stand in UNSENT for band in bands)
    if by_bytes:
        bars.append(Bar(name="size", segments=_segments(sized, [float(band.bytes or 0) for band in sized])))
    legend = tuple(_entry(band, push) for band in bands)
    parts = "; ".join(f"{entry.text}, {entry.detail}" for entry in legend)
    return Waterline(
        bars=tuple(bars),
        legend=legend,
        description=f"{reached(push)} in the registry: {parts}.",
        note=_note(bands, by_bytes),
    )


def cells(bands: Sequence[Band], room: int) -> list[int]:
    """Return cells for each band by its layers: no band is without one, and all add up to the room."""
    room = max(room, len(bands))
    total = sum(band.layers for band in bands)
    exact = [band.layers * room / total for band in bands]
    cells = [max(int(share), 1) for share in exact]
    while sum(cells) < room:
        cells[max(range(len(cells)), key=lambda index: exact[index] - cells[index])] += 1
    while sum(cells) > room:
        cells[max(range(len(cells)), key=lambda index: cells[index] - exact[index] if cells[index] > 1 else -room)] -= 1
    return cells


def marks(layer: Layer) -> str:
    """Return the shape that goes with a layer: a tick, a cross or an open ring."""
    if layer.state.done or layer.state is State.SKIPPED:
        return "tick"
    return "cross" if stand_of(layer) is Stand.REFUSED else "ring"
