"""JSON Lines: one push a line, each with its log, for jq, DuckDB and log stores; a log without a push is a line too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.report.json import SCHEMA, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Log


def render(logs: Sequence[Log]) -> str:
    """Return the lines, in log order; `push` is null in the line of a log without one."""
    return "".join(f"{line}\n" for log in logs for line in _lines(log))


def _lines(log: Log) -> Iterator[str]:
    source = plain(log.source)
    for push in log.pushes or (None,):
        row = {"schema": SCHEMA, "source": source, "push": None if push is None else plain(push)}
        yield json.dumps(row, ensure_ascii=True, separators=(",", ":"))
