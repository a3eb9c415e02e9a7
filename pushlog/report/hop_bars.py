"""What each hop had of each upload, drawn on one clock: bars as coordinates that the template only places.

Across, everything is in percent, so that the drawing fills any width; down, in pixels.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pushlog.model import HopName, Phase
from pushlog.record_class import record
from pushlog.report.hops import ERROR, is_error, place
from pushlog.report.quote import file_name
from pushlog.report.waterfall import LEAST, PLOT, Tick, ticks
from pushlog.report.waterline import percent
from pushlog.report.words import count, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Diagnosis, Hop, Layer

_TOP, _PITCH, _HEIGHT = 30, 20, 12
# More uploads than this are told in the tables; those that broke come first.
_MOST = 12
_NAMES = {name: name.value for name in HopName}


@record
class HopBar:
    """One hop's part of one upload; `label`: what it answered, behind its end."""

    name: str
    x: str
    width: str
    y: int
    text_y: int
    label_x: str
    label: str
    bad: bool
    title: str


@record
class HopGroup:
    """One upload: which, and a bar for each hop that tells when it had it."""

    layer: str
    which: str
    text_y: int
    bars: tuple[HopBar, ...]


@record
class HopChart:
    """The drawing. `notes`: what it leaves out, and whose clocks it sets right."""

    groups: tuple[HopGroup, ...]
    ticks: tuple[Tick, ...]
    height: int
    plot_height: int
    bar_height: int
    description: str
    notes: tuple[str, ...]


@record
class _Span:
    hop: HopName
    start: float
    end: float
    hops: tuple[Hop, ...]


def hop_chart(push: Diagnosis) -> HopChart | None:
    """Return the uploads of a push from hop to hop; None where no other log tells when they were."""
    uploads = [
        (layer.id, f"upload {attempt}{f' of {layer.attempts}' if layer.attempts > 1 else ''}", spans)
        for layer in push.layers
        for attempt in sorted({hop.attempt for hop in layer.hops if hop.attempt})
        if (spans := tuple(_spans(push, layer, attempt)))
    ]
    # Moments alone, as access logs of whole seconds have them, are no drawing.
    uploads = [item for item in uploads if any(span.end > span.start for span in item[2])]
    if not uploads:
        return None
    broken = [item for item in uploads if any(is_error(hop) for span in item[2] for hop in span.hops)]
    shown = [item for item in uploads if item in broken[:_MOST] or len(uploads) <= _MOST]
    shown = shown or uploads[:_MOST]
    start = min(span.start for *_, spans in shown for span in spans)
    total = max(max(span.end for *_, spans in shown for span in spans) - start, 0.001)
    groups, y = [], _TOP
    for layer, which, spans in shown:
        bars = tuple(_bar(span, start, total, y + n * _PITCH) for n, span in enumerate(spans, 1))
        groups.append(HopGroup(layer=layer, which=which, text_y=y + 14, bars=bars))
        y += (1 + len(spans)) * _PITCH
    return HopChart(
        groups=tuple(groups),
        ticks=tuple(ticks(total)),
        height=y + 6,
        plot_height=y,
        bar_height=_HEIGHT,
        description=". ".join(_sentence(f"{layer}, {which}", spans, start) for layer, which, spans in shown) + ".",
        notes=tuple(_notes(push, len(uploads) - len(shown))),
    )


def _spans(push: Diagnosis, layer: Layer, attempt: int) -> Iterator[_Span]:
    """Yield what each hop had of an upload, from the client on, by the clock that all logs were compared with."""
    clocks = {log.name: (log.ahead or 0.0) - (log.behind or 0.0) for log in push.other_side}
    for name in HopName:
        hops = [hop for hop in layer.hops if hop.attempt == attempt and hop.hop is name]
        times = [
            (start if start is not None else end, end)
            for hop in hops
            for start, end in [(_at(hop.began, clocks.get(hop.file, 0.0)), _at(hop.at, clocks.get(hop.file, 0.0)))]
            if end is not None
        ]
        times += _client_times(push, layer, attempt) if name is HopName.CLIENT else []
        if times:
            start, end = min(start for start, _ in times), max(end for _, end in times)
            yield _Span(hop=name, start=start, end=end, hops=tuple(hops))


def _client_times(push: Diagnosis, layer: Layer, attempt: int) -> list[tuple[float, float]]:
    """Return when the client uploaded, where its log has a date."""
    began = _at(push.duration.began, 0.0)
    if began is None:
        return []
    return [
        (began + interval.start, began + interval.end)
        for interval in layer.intervals
        if interval.attempt == attempt and interval.phase is Phase.UPLOADING
    ]


def _at(stamp: str | None, ahead: float) -> float | None:
    if stamp is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment.timestamp() - ahead if moment.tzinfo else None


def _bar(span: _Span, start: float, total: float, y: int) -> HopBar:
    left, right = (PLOT * (moment - start) / total for moment in (span.start, span.end))
    width = max(right - left, LEAST)
    left = min(left, PLOT - width)
    status = _status(span.hops)
    return HopBar(
        name=_NAMES[span.hop],
        x=percent(left),
        width=percent(width),
        y=y + 4,
        text_y=y + 14,
        label_x=percent(left + width),
        label=status,
        bad=any(map(is_error, span.hops)),
        title=f"{_NAMES[span.hop]}: {_words(span, start)}",
    )


def _status(hops: Sequence[Hop]) -> str:
    """Return the error that a hop answered with, or its last answer."""
    statuses = [hop.status for hop in sorted(hops, key=lambda hop: hop.at or "") if hop.status is not None]
    errors = [status for status in statuses if status >= ERROR]
    return str((errors or statuses)[-1]) if statuses else ""


def _words(span: _Span, start: float) -> str:
    """Return `0.2 s to 2.4 s, 504, 7,255,078 bytes (registry.log:12)`."""
    figures = [hop.bytes for hop in span.hops if hop.bytes is not None]
    telling = next((hop for hop in span.hops if is_error(hop)), span.hops[0] if span.hops else None)
    parts = [f"{seconds(span.start - start)} to {seconds(span.end - start)}", _status(span.hops)]
    parts += [f"{max(figures):,} bytes"] if figures else []
    words = ", ".join(part for part in parts if part)
    return f"{words} ({place(telling)})" if telling else words


def _sentence(title: str, spans: Sequence[_Span], start: float) -> str:
    return f"{title}: " + "; ".join(f"{_NAMES[span.hop]} {_words(span, start)}" for span in spans)


def _notes(push: Diagnosis, left_out: int) -> Iterator[str]:
    if left_out:
        yield f"Not drawn: {count(left_out, 'more upload')}; those that broke come first."
    if _at(push.duration.began, 0.0) is None:
        yield "The client's log has no date: its part of an upload is not drawn."
    whole = [file_name(log.name) for log in push.other_side if _knows_whole_seconds(push, log.name)]
    if whole:
        yield f"Bars may be up to a second early by logs that know whole seconds only: {', '.join(whole)}."
    moved = [file_name(log.name) for log in push.other_side if log.ahead or log.behind]
    if moved:
        yield f"Clocks that differ were set right by what stands in two logs: {', '.join(moved)}."


def _knows_whole_seconds(push: Diagnosis, file: str) -> bool:
    hops = (*push.hops, *(hop for layer in push.layers for hop in layer.hops))
    ends = [hop.at for hop in hops if hop.file == file and hop.at]
    return bool(ends) and all(end.endswith(".000Z") for end in ends)
