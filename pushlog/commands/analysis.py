"""The options of an analysis from those of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.rules_file import knowledge
from pushlog.intake.history import history
from pushlog.intake.manifest import manifest
from pushlog.intake.own_limits import limits
from pushlog.intake.read import read
from pushlog.intake.zones import zone
from pushlog.pipeline import Options
from pushlog.timeline.changes import change
from pushlog.timeline.concurrency import setting

if TYPE_CHECKING:
    from collections.abc import Sequence


def analysis(
    *,
    rules_files: Sequence[str] | None,
    histories: Sequence[str] | None,
    manifest_file: str | None,
    daemon_config: str | None,
    what_if: Sequence[str] | None,
    timezone: str | None,
    timing: str | None = None,
    redact: bool = True,
    time_limit: float | None = None,
    other_limits: Sequence[str] | None = None,
) -> Options:
    """What the user told and asked. Raises UserError for a file that can't be read or a value that is none."""
    return Options(
        knowledge=knowledge(rules_files or ()),
        history=history(histories or ()),
        manifest=manifest(manifest_file) if manifest_file is not None else None,
        max_uploads=setting(daemon_config) if daemon_config is not None else None,
        what_if=tuple(change(text) for text in what_if or ()),
        timing=read(timing).data[:].decode("utf-8", "replace") if timing is not None else None,
        zone=zone(timezone) if timezone is not None else None,
        redact=redact,
        limits=limits(other_limits or (), time_limit),
    )
