"""Pushes without a client's log: rebuilt from those of a registry or of a proxy."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.rebuilt import rebuilt_pushes
from pushlog.diagnosis.result_limits import limit_findings
from pushlog.formats.other_side.alone import other_side_of
from pushlog.formats.other_side.table import side_table
from pushlog.intake.side_files import SideFile
from pushlog.model import Capture, HopName, Log, Source
from pushlog.redaction.result import redact_result, without_redaction

if TYPE_CHECKING:
    from pushlog.intake.read import Raw
    from pushlog.pipeline import Options


def analyze_others(options: Options) -> Log:
    """Return the pushes that the logs of `options.with_` show, where there is no client's log. Raises InputError."""
    return _rebuilt(options.with_, options)


def rebuilt_log(source: Raw, options: Options) -> Log | None:
    """Return the pushes of the other side's log that was given as a client's; None for a log of any other kind."""
    file = SideFile(source.name, source.data)
    form = other_side_of(file)
    if form is None or form.hop is HopName.DAEMON:
        return None
    return _rebuilt((file,), options)


def _rebuilt(files: tuple[SideFile, ...], options: Options) -> Log:
    table = side_table(files, None, options.zone)
    main, pushes = rebuilt_pushes(table)
    file = files[main]
    notes = [f"{source.name}: {note}" for source in table.sources for note in source.notes]
    read = [f"{source.name}: {source.formats[0].name}" for source in table.sources if source.formats]
    described = Source(
        name=file.name,
        bytes=len(file.data),
        lines=file.lines,
        sha256=hashlib.sha256(file.data).hexdigest(),
        capture=Capture.PIPED,
        decoration=None,
        coverage=1.0,
        notes=(*read, *notes),
    )
    log = limit_findings(Log(source=described, pushes=pushes), options.limits)
    return redact_result(log, None) if options.redact else without_redaction(log)
