"""pushlog reads captured `docker push` output and says what happened.

    >>> import pushlog
    >>> log = pushlog.analyze("push-log.txt")  # in a notebook, `log` alone shows its report
    >>> log.pushes[0].verdict
    >>> pushlog.layers(log)  # a DataFrame, as `pushes`, `findings`, `timeline` and `events` are
    >>> pushlog.pushes(["logs/", "other/*.txt"])  # many logs at once

The heavy parts load on first use, so that `import pushlog` costs nothing.
"""

from __future__ import annotations

# As `typing.TYPE_CHECKING`, but without an import: `python -m pushlog` finds modules of the working directory first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from pushlog.faults import InputError as InputError
    from pushlog.faults import UserError as UserError
    from pushlog.formats.other_side.shared import SharedTable as SharedTable
    from pushlog.intake.history import History as History
    from pushlog.intake.history import history as read_history
    from pushlog.intake.limits import Limits as Limits
    from pushlog.intake.manifest import Manifest as Manifest
    from pushlog.intake.manifest import manifests as read_manifests
    from pushlog.intake.origin import OriginOptions as OriginOptions
    from pushlog.intake.side_files import SideFile as SideFile
    from pushlog.intake.side_files import side_files as read_side_files
    from pushlog.intake.unwrap.time_zones import zone as read_zone
    from pushlog.knowledge.base import Knowledge as Knowledge
    from pushlog.library.notebook import Log as Log
    from pushlog.library.notebook import Logs as Logs
    from pushlog.library.notebook import analyze as analyze
    from pushlog.library.notebook import load as load
    from pushlog.library.tables import events as events
    from pushlog.library.tables import findings as findings
    from pushlog.library.tables import layers as layers
    from pushlog.library.tables import pushes as pushes
    from pushlog.library.tables import timeline as timeline
    from pushlog.pipeline import Options as Options
    from pushlog.rules_file import load_rules as read_rules
    from pushlog.timeline.changes import Change as Change
    from pushlog.timeline.changes import change as read_change
    from pushlog.timeline.concurrency import setting as read_daemon_config
    from pushlog.timeline.measured import Timestamps as Timestamps

    __version__: str

# Each name with its module, and its name there where that is another one.
_MODULES = {
    "Change": "timeline.changes",
    "History": "intake.history",
    "InputError": "faults",
    "Knowledge": "knowledge.base",
    "Limits": "intake.limits",
    "Log": "library.notebook",
    "Logs": "library.notebook",
    "Manifest": "intake.manifest",
    "Options": "pipeline",
    "SharedTable": "formats.other_side.shared",
    "SideFile": "intake.side_files",
    "OriginOptions": "intake.origin",
    "Timestamps": "timeline.measured",
    "UserError": "faults",
    "analyze": "library.notebook",
    "events": "library.tables",
    "findings": "library.tables",
    "layers": "library.tables",
    "load": "library.notebook",
    "pushes": "library.tables",
    "read_change": "timeline.changes:change",
    "read_daemon_config": "timeline.concurrency:setting",
    "read_history": "intake.history:history",
    "read_manifests": "intake.manifest:manifests",
    "read_side_files": "intake.side_files:side_files",
    "read_rules": "rules_file:load_rules",
    "read_zone": "intake.unwrap.time_zones:zone",
    "timeline": "library.tables",
}

__all__ = [
    "Change",
    "History",
    "InputError",
    "Knowledge",
    "Limits",
    "Log",
    "Logs",
    "Manifest",
    "Options",
    "OriginOptions",
    "SharedTable",
    "SideFile",
    "Timestamps",
    "UserError",
    "__version__",
    "analyze",
    "events",
    "findings",
    "layers",
    "load",
    "pushes",
    "read_change",
    "read_daemon_config",
    "read_history",
    "read_manifests",
    "read_rules",
    "read_side_files",
    "read_zone",
    "timeline",
]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        from importlib import import_module

        module, _, other_name = _MODULES[name].partition(":")
        attribute: object = getattr(import_module(f"pushlog.{module}"), other_name or name)
        return attribute
    if name == "__version__":
        from importlib.metadata import version

        return version("pushlog")
    raise AttributeError(f"module 'pushlog' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
