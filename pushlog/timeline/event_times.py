"""When each event of a push happened and how long it took: by whichever clock the log has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker.image_store import redraws_throttled
from pushlog.formats.marks import MarkKind
from pushlog.model import Client, Clock, Duration, Family
from pushlog.record_class import record
from pushlog.timeline.clock import countdown_seconds, infer_clock
from pushlog.timeline.measured import Timestamps, is_contradicted, measure
from pushlog.timeline.waits import proven_wait

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pushlog.formats.client_timestamps import ClientTimestamps
    from pushlog.formats.errors.classify import Classified
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.model import Store


# Stamps in whole seconds stand on few lines of a log, and say nothing of the rows between them.
_COARSE = 1.0


@record
class EventTimes:
    """The seconds of every event and of the end of the push, where they come from, and how long it took."""

    kind: Clock
    at: NDArray[np.float64]
    end: float
    duration: Duration


def event_times(
    text: LogText,
    section: ParsedPush,
    timestamps: Timestamps | None,
    *,
    store: Store,
    error: Classified | None,
    uses_docker_engine: bool,
) -> EventTimes:
    """The times that the log carries, else those that the client prints, else the earliest that its lines allow.

    `uses_docker_engine`: Docker's engine did the work, so that its countdowns and redraws prove time.
    """
    earliest = infer_clock(
        section.events,
        store=store,
        throttled=section.client is Client.DOCKER and redraws_throttled(text, section.events, section.marks),
        breaks=np.array([m.stop for m in section.marks if m.kind == MarkKind.DIGEST], dtype=np.int64),
        failed=error is not None and error.family is not Family.CANCELLED,
        waited=proven_wait(error, store),
        counts_down=uses_docker_engine,
    )
    printed = section.clock
    waits = countdown_seconds(section.events) if uses_docker_engine else ()
    clocks = [measure(section, clock) for clock in (timestamps, printed if printed and printed.whole else None)]
    dated = [clock for clock in clocks if clock is not None]
    measured = next((clock for clock in dated if not is_contradicted(clock, earliest.end, waits)), None)
    if measured is None:
        began = next((clock.began for clock in dated), None)
        proven = max(earliest.end, round(printed.span, 3)) if printed else earliest.end
        kind = Clock.INFERRED if proven > 0 else Clock.NONE
        return EventTimes(
            kind=kind,
            at=_no_earlier(earliest.at, section, printed),
            end=proven,
            duration=Duration(seconds=None, at_least=proven, began=began),
        )
    # A coarse stamp is cut off, not rounded: the push may have been shorter by one step of it.
    bound = min(max(earliest.end, measured.seconds - measured.resolution, 0.0), measured.seconds)
    duration = Duration(seconds=round(measured.seconds, 3), at_least=round(bound, 3), began=measured.began)
    return EventTimes(kind=measured.kind, at=measured.at, end=measured.seconds, duration=duration)


def _no_earlier(at: NDArray[np.float64], section: ParsedPush, printed: ClientTimestamps | None) -> NDArray[np.float64]:
    """Return the earliest times, none before what had passed by then since the first time that the client printed."""
    if printed is None or printed.resolution >= _COARSE or not len(at):
        return at
    seconds = np.array(printed.times((), section.events.start.tolist()).seconds)
    return np.fmax(at, seconds - printed.seconds[0] - printed.resolution)
