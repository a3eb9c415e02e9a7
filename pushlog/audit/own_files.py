"""The files that an audit writes beside its results and pages, none of which may be a file that it reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.audit import index
from pushlog.audit.exports import NAMES
from pushlog.audit.schema import TABLES
from pushlog.audit.table_files import KINDS
from pushlog.overwriting import refuse_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.audit.exports import Export

DOCUMENT, MARKDOWN = "audit.json", "audit.md"
# In the folder of the audit; tables of other kinds are removed, and exports are written there unless a path is named.
_NAMES = frozenset(
    {
        *(index.NAME, index.DATA, *index.ASIDE, DOCUMENT, MARKDOWN, *NAMES.values()),
        *(f"{table}.{kind}" for table in TABLES for kind in KINDS),
    }
)
# How an export of each kind begins: an earlier one is written over, and read as a log that tells nothing.
_BEGINS = {"prometheus": b"# HELP pushlog_", "otlp": b'{"resourceSpans"', "grafana": b'{\n "title": "pushlog'}


def keep_inputs(out: Path, exports: Sequence[Export], inputs: Sequence[str], beside: Iterable[str]) -> None:
    """Refuse what would be written over a log, or over a file that was named beside the logs. Raises OutputError."""
    named = [e.path for e in exports if e.path is not None and Path(e.path).exists() and not _is_earlier(e)]
    written = [str(path) for name in _NAMES if (path := out / name).exists()]
    beside = tuple(beside)
    refuse_inputs(written, [*beside, *(name for name in inputs if os.path.basename(name) in _NAMES)])  # noqa: PTH119 - fast
    refuse_inputs(named, [*beside, *inputs])


def _is_earlier(export: Export) -> bool:
    """Return whether a file is what an earlier audit exported there."""
    assert export.path is not None
    try:
        with Path(export.path).open("rb") as file:
            return Path(export.path).is_file() and file.read(32).startswith(_BEGINS[export.name])
    except OSError:
        return False
