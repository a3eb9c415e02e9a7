"""The pages of the pushes of a log that went wrong: they lead back to the index, and on to what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit.schema import PUSHES
from pushlog.report.html import linked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.audit.rows import Row, Rows
    from pushlog.model import Log

_PLACES = {column.name: place for place, column in enumerate(PUSHES)}
_INDEX = "../index.html"


def push_pages(log: Log, log_rows: Rows) -> dict[str, str]:
    """Return the pages of a log by their path in the folder of the audit; `log_rows`: its rows."""
    pushes = [(push, row) for push, row in zip(log.pushes, log_rows["pushes"], strict=True) if _of(row, "page")]
    own_rows = [row for _, row in pushes]
    return {
        str(_of(row, "page")): linked(log, push, tuple(_links(log, own_rows, place)))
        for place, (push, row) in enumerate(pushes)
    }


def _links(log: Log, own_rows: Sequence[Row], place: int) -> Iterator[tuple[str, str]]:
    """Yield the words and addresses of the links of one page."""
    yield "All pushes of the audit", _INDEX
    if cause := _of(own_rows[place], "fingerprint"):
        yield "Others with this cause", f"{_INDEX}#cause-{cause}"
    if place:
        yield "Failed before in this log", _beside(own_rows[place - 1])
    if place + 1 < len(own_rows):
        yield "Failed next in this log", _beside(own_rows[place + 1])
    url = log.source.origin.run_url
    if url and url.startswith(("https://", "http://")):
        yield "The CI job", url


def _of(row: Row, column: str) -> object:
    return row[_PLACES[column]]


def _beside(row: Row) -> str:
    return str(_of(row, "page")).rpartition("/")[2]
