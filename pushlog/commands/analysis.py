"""The options of an analysis from those of the command line; modules for rare options are loaded on use."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.origin import OriginOptions
    from pushlog.pipeline import Options


def analysis_options(
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
    source_pattern: str | None = None,
    metadata_file: str | None = None,
    with_files: Sequence[str] | None = None,
) -> Options:
    """Return the options that the user named. Raises UserError for a file that can't be read or a wrong value."""
    # numpy would start threads for linear algebra, which is not used.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from pushlog.intake.limit_option import parse_limits
    from pushlog.intake.read import read
    from pushlog.intake.unwrap.recording import check_timing
    from pushlog.pipeline import Options
    from pushlog.timeline.changes import change
    from pushlog.timeline.concurrency import setting

    options = Options(
        max_uploads=setting(daemon_config) if daemon_config is not None else None,
        what_if=tuple(change(text) for text in what_if or ()),
        timing=check_timing(read(timing).data[:].decode("utf-8", "replace"), timing) if timing is not None else None,
        redact=redact,
        limits=parse_limits(other_limits or (), time_limit),
    )
    options = replace(options, origin=origin_options(source_pattern, metadata_file))
    if with_files:
        from pushlog.intake.side_files import side_files

        options = replace(options, with_=tuple(side_files(with_files)))
    if timezone is not None:
        from pushlog.intake.unwrap.time_zones import zone

        options = replace(options, zone=zone(timezone))
    return _with_files(options, rules_files, histories, manifest_file)


def _with_files(
    options: Options, rules_files: Sequence[str] | None, histories: Sequence[str] | None, manifest_file: str | None
) -> Options:
    if rules_files:
        from pushlog.rules_file import load_rules

        options = replace(options, knowledge=load_rules(rules_files))
    if histories:
        from pushlog.intake.history import history

        options = replace(options, history=history(histories))
    if manifest_file is not None:
        from pushlog.intake.manifest import manifests

        options = replace(options, manifests=manifests(manifest_file))
    return options


def origin_options(source_pattern: str | None, metadata_file: str | None) -> OriginOptions:
    """Return what the user says of where logs come from. Raises UserError."""
    from pushlog.intake.origin import OriginOptions

    options = OriginOptions()
    if source_pattern is not None:
        from pushlog.intake.source_pattern import parse_source_pattern

        options = replace(options, pattern=parse_source_pattern(source_pattern))
    if metadata_file is not None:
        from pushlog.intake.metadata import read_metadata

        options = replace(options, metadata=read_metadata(metadata_file))
    return options
