"""Pushes without a client's log: rebuilt from those of a registry or of a proxy."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.rebuilt import rebuilt_pushes
from pushlog.diagnosis.result_limits import limit_findings
from pushlog.formats.other_side.table import side_table
from pushlog.model import Capture, Log, Source
from pushlog.redaction.result import redact_result, without_redaction

if TYPE_CHECKING:
    from pushlog.pipeline import Options


def analyze_others(options: Options) -> Log:
    """Return the pushes that the logs of `options.with_` show, where there is no client's log. Raises InputError."""
    table = side_table(options.with_, None, options.zone)
    main, pushes = rebuilt_pushes(table)
    file = options.with_[main]
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
