"""`pushlog analyze`: the post-mortem of captured logs."""

from __future__ import annotations

from typing import Annotated

import typer

from pushlog.commands.options import (
    DaemonConfig,
    ExitClass,
    FailOn,
    FailOnOption,
    Formats,
    Histories,
    ManifestFile,
    NoColor,
    NoRedact,
    Rules,
    Strict,
    Timezone,
    Timing,
    WhatIf,
)


def analyze(
    logs: Annotated[
        list[str], typer.Argument(metavar="LOG...", help="Captured output of docker push; - is standard input.")
    ],
    formats: Formats = None,
    fail_on: FailOnOption = FailOn.NEVER,
    exit_class: ExitClass = False,
    strict: Strict = False,
    rules_files: Rules = None,
    histories: Histories = None,
    manifest_file: ManifestFile = None,
    daemon_config: DaemonConfig = None,
    what_if: WhatIf = None,
    timing: Timing = None,
    timezone: Timezone = None,
    no_redact: NoRedact = False,
    no_color: NoColor = False,
) -> int:
    """Post-mortem of captured logs: verdict, how far each push got, causes with their lines, what to do."""
    from pushlog.exits import status
    from pushlog.outputs import outputs, write

    wanted = outputs(formats or ["text"])
    from pushlog.formats.rules_file import knowledge
    from pushlog.intake.history import history
    from pushlog.intake.manifest import manifest
    from pushlog.intake.read import read as read_input
    from pushlog.intake.zones import zone
    from pushlog.pipeline import Options
    from pushlog.pipeline import analyze as read
    from pushlog.timeline.changes import change
    from pushlog.timeline.concurrency import setting

    options = Options(
        knowledge=knowledge(rules_files or ()),
        history=history(histories or ()),
        manifest=manifest(manifest_file) if manifest_file is not None else None,
        max_uploads=setting(daemon_config) if daemon_config is not None else None,
        what_if=tuple(change(text) for text in what_if or ()),
        timing=read_input(timing).data.decode("utf-8", "replace") if timing is not None else None,
        zone=zone(timezone) if timezone is not None else None,
        redact=not no_redact,
    )
    results = [read(log, options) for log in logs]
    write(wanted, results, no_color=no_color)
    return int(status(results, fail_on=fail_on.value, classes=exit_class, strict=strict))
