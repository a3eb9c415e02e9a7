"""Results within the limits: no more pushes than a log may hold, none with more layers than an image can have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.intake.log_text import LogText
from pushlog.model import Capture, Log, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.limits import Limits
    from pushlog.intake.read import Raw


def limit_pushes(pushes: Sequence[ParsedPush], limits: Limits) -> tuple[tuple[ParsedPush, ...], tuple[str, ...]]:
    """The pushes to analyze, and what had to be left out of them."""
    within = tuple(_with_layers(section, limits.layers) for section in pushes[: limits.pushes])
    notes = [
        f"the push on line {old.lines[0]} names {len(old.events.ids):,} layers: the first {limits.layers:,} are kept"
        for old, new in zip(pushes, within, strict=False)
        if old is not new
    ]
    if len(pushes) > len(within):
        notes.append(f"the log holds {len(pushes):,} pushes: only the first {len(within):,} were analyzed")
    return within, tuple(notes)


def limit_findings(log: Log, limits: Limits) -> Log:
    """The result with no more findings on a push than the limit, the graver first, and a note if some were left out."""
    if all(len(push.findings) <= limits.findings for push in log.pushes):
        return log
    note = f"more than {limits.findings:,} findings on a push: the rest was left out"
    pushes = tuple(replace(push, findings=push.findings[: limits.findings]) for push in log.pushes)
    return Log(source=replace(log.source, notes=(*log.source.notes, note), incomplete=True), pushes=pushes)


def _with_layers(section: ParsedPush, most: int) -> ParsedPush:
    """Return the push with its first layers alone."""
    events = section.events
    return section if len(events.ids) <= most else replace(section, events=events.first_layers(most))


def timed_out_log(raw: Raw, seconds: float) -> Log:
    """What is known of a log whose analysis was not done in time, wherever it was."""
    source = Source(
        name=raw.name,
        bytes=raw.size,
        lines=LogText(raw.data).lines,
        sha256=raw.sha256,
        capture=Capture.MIXED,
        decoration=None,
        coverage=0.0,
        notes=(*raw.all_notes, f"given up after {seconds:g} s: nothing in it was analyzed"),
        incomplete=True,
    )
    return Log(source=source, pushes=())
