"""The other logs of a push in words: what each gave, and how each broken attempt looked from hop to hop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import HopName
from pushlog.report.quote import file_name
from pushlog.report.words import count
from pushlog.units import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.model import Diagnosis, Hop, SideLog

# From this on a status is an error.
ERROR = 400
_MOST = 12


def log_words(log: SideLog) -> str:
    """Return what a log gave: `log of a registry, 21 lines, its clock is 2.9 s ahead`; and what it could not."""
    parts = [log.format, count(log.lines, "line")]
    if log.ahead:
        parts.append(f"its clock is {seconds(log.ahead)} ahead")
    if log.behind:
        parts.append(f"its clock is {seconds(log.behind)} behind")
    return "; ".join([", ".join(parts), *log.notes])


def attempts(push: Diagnosis) -> Iterator[tuple[str, str]]:
    """Yield each attempt that a hop has an error of, and what the hops had of it, from the client on."""
    shown = 0
    for name, hops in (*((layer.id, layer.hops) for layer in push.layers), ("push", push.hops)):
        for number in sorted({hop.attempt for hop in hops if hop.attempt}):
            same = [hop for hop in hops if hop.attempt == number]
            if not any(is_error(hop) for hop in same):
                continue
            if shown == _MOST:
                return
            shown += 1
            yield f"{name}, attempt {number}", " \N{RIGHTWARDS ARROW} ".join(_chain(same))


def is_error(hop: Hop) -> bool:
    """Whether a hop answered with an error."""
    return (hop.status or 0) >= ERROR


def place(hop: Hop) -> str:
    """Return where a hop says it: `registry.log:12`."""
    return f"{file_name(hop.file)}:{hop.line}"


def _chain(hops: list[Hop]) -> Iterator[str]:
    """Yield what each hop had, once: its status, the bytes that it counted, and where that stands."""
    for name in HopName:
        part = [hop for hop in hops if hop.hop is name]
        if not part:
            continue
        statuses = [hop.status for hop in part if hop.status is not None]
        figures = [hop.bytes for hop in part if hop.bytes is not None]
        telling = next((hop for hop in part if is_error(hop) and hop.bytes is not None), part[0])
        words = [str(max(statuses))] if statuses else []
        words += [f"{min(figures):,} bytes"] if figures else []
        yield f"{name.value} {', '.join(words)} ({place(telling)})" if words else f"{name.value} ({place(telling)})"
