"""The options of an analysis from those of the command line; modules for rare options are loaded on use."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    from pushlog.intake.origin import OriginOptions
    from pushlog.pipeline import Options


@record
class Asked:
    """What the user may ask of an analysis, by the names that the commands give their options."""

    rules_files: Sequence[str] | None = None
    histories: Sequence[str] | None = None
    manifest_file: str | None = None
    with_files: Sequence[str] | None = None
    daemon_config: str | None = None
    what_if: Sequence[str] | None = None
    timing: str | None = None
    timezone: str | None = None
    no_redact: bool = False
    time_limit: float | None = None
    limits: Sequence[str] | None = None
    source_pattern: str | None = None
    metadata_file: str | None = None


def asked(context: typer.Context) -> Asked:
    """Return what the call of a command asks; options that the command does not have are not asked for."""
    names = {field.name for field in fields(Asked)}
    return Asked(**{name: value for name, value in context.params.items() if name in names})


def analysis_options(context: typer.Context) -> Options:
    """Return the options that the user named. Raises UserError for a file that can't be read or a wrong value."""
    wanted = asked(context)
    # numpy would start threads for linear algebra, which is not used.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from pushlog.intake.limit_option import parse_limits
    from pushlog.pipeline import Options
    from pushlog.timeline.changes import change
    from pushlog.timeline.concurrency import setting

    options = Options(
        max_uploads=setting(wanted.daemon_config) if wanted.daemon_config is not None else None,
        what_if=tuple(change(text) for text in wanted.what_if or ()),
        timing=_timing(wanted.timing) if wanted.timing is not None else None,
        redact=not wanted.no_redact,
        limits=parse_limits(wanted.limits or (), wanted.time_limit),
        origin=_origin_options(wanted),
    )
    if wanted.timezone is not None:
        from pushlog.intake.unwrap.time_zones import zone

        options = replace(options, zone=zone(wanted.timezone))
    return _with_files(options, wanted)


def _timing(name: str) -> str:
    """Return the text of a typescript's timing file."""
    from pushlog.intake.read import read
    from pushlog.intake.unwrap.recording import check_timing

    return check_timing(read(name).data[:].decode("utf-8", "replace"), name)


def _with_files(options: Options, wanted: Asked) -> Options:
    if wanted.rules_files:
        from pushlog.rules_file import load_rules

        options = replace(options, knowledge=load_rules(wanted.rules_files))
    if wanted.histories:
        from pushlog.intake.history import history

        options = replace(options, history=history(wanted.histories))
    if wanted.manifest_file is not None:
        from pushlog.intake.manifest import manifests

        options = replace(options, manifests=manifests(wanted.manifest_file))
    if wanted.with_files:
        from pushlog.intake.side_files import side_files

        options = replace(options, with_=tuple(side_files(wanted.with_files)))
    return options


def _origin_options(wanted: Asked) -> OriginOptions:
    """Return what the user says of where logs come from."""
    from pushlog.intake.origin import OriginOptions

    options = OriginOptions()
    if wanted.source_pattern is not None:
        from pushlog.intake.source_pattern import parse_source_pattern

        options = replace(options, pattern=parse_source_pattern(wanted.source_pattern))
    if wanted.metadata_file is not None:
        from pushlog.intake.metadata import read_metadata

        options = replace(options, metadata=read_metadata(wanted.metadata_file))
    return options
