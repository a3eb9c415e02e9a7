"""The index page: what is wrong with our pushes, and a link to the page of every push that went wrong.

Whatever it shows was written by strangers: everything is escaped and made visible, nothing is fetched, and it reads
the same without its script, which only sorts and filters.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from pushlog.audit import words
from pushlog.audit.chart import Chart, chart
from pushlog.audit.files import put
from pushlog.audit.push_list import SHOWN, data, fitting, push_rows
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.report.html import environment
from pushlog.report.prose import prose
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pushlog.audit.frames import Frames
    from pushlog.audit.push_list import PushRow
    from pushlog.audit.summary import Summary
    from pushlog.audit.totals import Repository

NAME = "index.html"
DATA = "pushes.js"
ASIDE = ("audit.css", "audit.js")
TOP = 10
_DATE = lazy_pattern(r"\b(\d{4}-\d\d-\d\d)\b")
LISTED = 200
DASH = "\u2013"


@record
class Page:
    """The content of the page."""

    summary: Summary
    headline: str
    lede: str
    facts: tuple[tuple[str, str, str], ...]
    chart: Chart | None
    slowest: tuple[Repository, ...]
    biggest: tuple[Repository, ...]
    rows: tuple[PushRow, ...]
    listed_pushes: int
    left_out: int
    dated_by: str
    listed: int = LISTED
    top: int = TOP


def write(summary: Summary, frames: Frames, out: Path) -> None:
    """Write the page, its style, its script and the data of the list. Raises StoppedError."""
    for name in ASIDE:
        put(out / name, files("pushlog.templates").joinpath(name).read_text(encoding="utf-8"))
    template = environment().get_template("audit.html.jinja")
    rows = tuple(fitting(push_rows(frames)))
    if len(rows) > SHOWN:
        put(out / DATA, data(rows))
    else:
        (out / DATA).unlink(missing_ok=True)
    content = page(summary, frames, rows)
    helpers = {"words": words, "size": size, "seconds": seconds, "dash": DASH, "prose": prose, "split": _DATE.split}
    put(out / NAME, template.render(page=content, **helpers))


def page(summary: Summary, frames: Frames, rows: tuple[PushRow, ...]) -> Page:
    """Return the content of the page."""
    slow = sorted((r for r in summary.repositories if r.seconds is not None), key=lambda r: -(r.seconds or 0))
    big = sorted((r for r in summary.repositories if r.bytes is not None), key=lambda r: -(r.bytes or 0))
    return Page(
        summary=summary,
        headline=words.headline(summary),
        lede=words.lede(summary),
        facts=tuple(_facts(summary)),
        chart=chart(summary.periods),
        slowest=tuple(slow[:TOP]),
        biggest=tuple(big[:TOP]),
        rows=rows[:SHOWN],
        listed_pushes=len(rows),
        dated_by=words.dated_by(summary.totals),
        left_out=len(frames.pushes) - len(rows),
    )


def _facts(summary: Summary) -> Iterator[tuple[str, str, str]]:
    totals = summary.totals
    other = [f"{words.number(n)} {word}" for n, word in _ends(summary) if n]
    yield "Pushes", words.number(totals.pushes), ", ".join(other)
    copies = f", {words.number(totals.duplicates)} of them copies" if totals.duplicates else ""
    yield "Logs", words.number(totals.logs), f"{size(totals.bytes)}{copies}"
    yield "Lost in retries", seconds(totals.retry_seconds), words.counted(totals.retries, "retry")
    uploads = sum(a.uploads for a in summary.again)
    if any(a.bytes for a in summary.again):
        yield (
            "Uploaded again",
            words.uploaded(summary.again),
            f"{words.counted(uploads, 'layer')} that the registry had",
        )
    if totals.without_push:
        spoken = sum(log.words > 0 for log in summary.without_push)
        note = f"{words.number(spoken)} hold words of one" if spoken else "nothing to judge: not a success"
        yield "Logs without a push", words.number(totals.without_push), note
    if totals.unread:
        yield "Not read, or not whole", words.number(totals.unread), "listed below with the reason"


def _ends(summary: Summary) -> Iterator[tuple[int, str]]:
    totals = summary.totals
    yield totals.succeeded, "succeeded"
    yield totals.failed, "failed"
    yield totals.interrupted, "interrupted"
    yield totals.incomplete, "incomplete"
