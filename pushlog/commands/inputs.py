"""The files that a call names to be read, over which none of its outputs may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.commands.options import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import typer

    from pushlog.outputs import Output
    from pushlog.settings import Settings

# The parameters of all commands whose values are files to read.
LOGS = ("logs", "log", "result", "old", "new", "paths")
BESIDE = ("rules_files", "histories", "manifest_file", "with_files", "daemon_config", "timing", "metadata_file", "key")


def named_inputs(context: typer.Context, parameters: Sequence[str] = (*LOGS, *BESIDE)) -> Iterator[str]:
    """Yield the files that a call reads, its settings among them."""
    from pushlog.overwriting import STDIN

    settings: Settings | None = context.meta.get(SETTINGS)
    if settings is not None and settings.path is not None:
        yield settings.path
    for name in parameters:
        value = context.params.get(name) or (STDIN if name == "logs" and name in context.params else ())
        yield from [value] if isinstance(value, str) else value


def keep_inputs(context: typer.Context, targets: Iterable[Output]) -> None:
    """Refuse outputs that would be written over what the call reads. Raises OutputError."""
    from pushlog.overwriting import refuse_inputs

    refuse_inputs((file for target in targets for file in target.files), named_inputs(context))
