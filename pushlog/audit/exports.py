"""What an audit writes for other programs: the kinds of tables, metrics for Prometheus, spans, a dashboard."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.audit import dataset, metrics, otlp, table_files
from pushlog.audit.files import put
from pushlog.audit.table_files import CSV, JSONL, KINDS, PARQUET
from pushlog.faults import OutputError
from pushlog.record_class import record
from pushlog.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.audit.frames import Frames
    from pushlog.audit.tables import Tables

# Each with the name of its file in the folder of the audit.
NAMES = {"prometheus": "pushlog.prom", "otlp": "otlp.json", "grafana": "grafana.json"}
DASHBOARD = "grafana.json"


@record
class Export:
    """One export and its file; None: in the folder of the audit."""

    name: str
    path: str | None


def parsed_exports(items: Sequence[str]) -> tuple[Export, ...]:
    """Return the exports named by `FORMAT[=PATH]`. Raises OutputError."""
    exports = []
    for item in items:
        name, equals_sign, path = item.partition("=")
        if name not in NAMES:
            hint = did_you_mean(name, NAMES) or f"; there are {', '.join(NAMES)}"
            raise OutputError(f"no export of an audit is called {name!r}{hint}")
        if equals_sign and not path:
            raise OutputError(f"{item!r}: a path is missing after '='")
        exports.append(Export(name=name, path=path or None))
    return tuple(exports)


def parsed_kinds(items: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds of tables that are asked for; none named: Parquet if it can be written. Raises OutputError."""
    kinds = tuple(dict.fromkeys(kind.strip() for item in items for kind in item.split(",")))
    for kind in kinds:
        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS) or f"; there are {', '.join(KINDS)}"
            raise OutputError(f"no kind of tables is called {kind!r}{hint}")
    if PARQUET in kinds and not dataset.available():
        raise OutputError("--tables parquet needs pyarrow: pip install 'pushlog[audit]'; jsonl and csv need nothing")
    return kinds or ((PARQUET,) if dataset.available() else ())


def write_tables(tables: Tables, kinds: Sequence[str], folder: Path) -> None:
    """Write the tables. Raises StoppedError."""
    writers = {PARQUET: dataset.write, JSONL: table_files.write_jsonl, CSV: table_files.write_csv}
    for kind in kinds:
        writers[kind](tables, folder)
    table_files.remove(folder, tuple(kinds))


def write_exports(frames: Frames, exports: Sequence[Export], folder: Path) -> None:
    """Write the exports, each file whole or not at all. Raises StoppedError."""
    for export in exports:
        put(Path(export.path) if export.path else folder / NAMES[export.name], _render(export.name, frames))


def _render(name: str, frames: Frames) -> str:
    if name == "grafana":
        return files("pushlog.audit").joinpath(DASHBOARD).read_text(encoding="utf-8")
    return metrics.render(frames) if name == "prometheus" else otlp.render(frames)
