"""The index page: what is wrong with our pushes, and a link to the page of every push that went wrong.

Whatever it shows was written by strangers: everything is escaped and made visible, nothing is fetched, and it reads
the same without its script, which only sorts and filters.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from pushlog.audit import words
from pushlog.audit.chart import Chart, chart
from pushlog.audit.files import put
from pushlog.report.html import environment
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pushlog.audit.frames import Frames
    from pushlog.audit.summary import Summary
    from pushlog.audit.totals import Repository

NAME = "index.html"
ASIDE = ("audit.css", "audit.js")
# The page must open at once and stay below 5 MB: rows beyond this are in the dataset only.
BUDGET = 4_000_000
# What a row costs beside its own words.
ROW = 110
TOP = 10
LISTED = 200
DASH = "\u2013"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRow:
    """One push in the list of all."""

    outcome: str
    image: str
    registry: str
    why: str
    began: str
    took: str
    sort: float
    log: str
    page: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
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
    left_out: int
    listed: int = LISTED
    top: int = TOP


def write(summary: Summary, frames: Frames, out: Path) -> None:
    """Write the page, its style and its script. Raises StoppedError."""
    for name in ASIDE:
        put(out / name, files("pushlog.templates").joinpath(name).read_text(encoding="utf-8"))
    template = environment().get_template("audit.html.jinja")
    put(out / NAME, template.render(page=page(summary, frames), words=words, size=size, seconds=seconds, dash=DASH))


def page(summary: Summary, frames: Frames) -> Page:
    """Return the content of the page."""
    rows = tuple(_fitting(_rows(frames)))
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
        rows=rows,
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
    yield "Uploaded again", words.uploaded(summary.again), f"{words.counted(uploads, 'layer')} that the registry had"
    if totals.without_push:
        yield "Logs without a push", words.number(totals.without_push), "nothing to judge: not a success"
    if totals.unread:
        yield "Not read, or not whole", words.number(totals.unread), "listed below with the reason"


def _ends(summary: Summary) -> Iterator[tuple[int, str]]:
    totals = summary.totals
    yield totals.succeeded, "succeeded"
    yield totals.failed, "failed"
    yield totals.interrupted, "interrupted"
    yield totals.incomplete, "not seen to the end"


def _rows(frames: Frames) -> Iterator[PushRow]:
    """Yield pushes that went wrong first, the newest first of them, those without a date last."""
    pushes = frames.pushes
    ordered = pushes.assign(good=pushes["outcome"].eq("succeeded")).sort_values(
        ["good", "moment"], ascending=[True, False], kind="stable", na_position="last"
    )
    names = ["outcome", "repository", "tags", "registry", "family", "http_status", "began", "seconds", "at_least"]
    names += ["input", "member", "page"]
    cells = ordered[names].astype(object)
    for values in cells.where(cells.notna(), None).itertuples(index=False, name=None):
        yield _row(dict(zip(names, values, strict=True)))


def _row(push: dict[str, object]) -> PushRow:
    tags, repository = push["tags"], push["repository"]
    tag = f":{tags[0]}" if isinstance(tags, list) and len(tags) == 1 else ""
    took, bound = push["seconds"], push["at_least"]
    seconds_shown = took if took is not None else bound or None
    assert seconds_shown is None or isinstance(seconds_shown, int | float)
    status = f" {push['http_status']}" if push["http_status"] is not None else ""
    began = push["began"]
    return PushRow(
        outcome=str(push["outcome"]),
        image=f"{repository}{tag}" if repository else "",
        registry=str(push["registry"] or ""),
        why=f"{push['family']}{status}" if push["family"] else "",
        began=str(began).replace("T", " ")[:16] if began else "",
        took="" if seconds_shown is None else f"{'' if took is not None else '≥ '}{seconds(seconds_shown)}",
        sort=seconds_shown or 0.0,
        log=f"{push['input']}/{push['member']}" if push["member"] else str(push["input"]),
        page=push["page"] if isinstance(push["page"], str) else None,
    )


def _fitting(rows: Iterator[PushRow]) -> Iterator[PushRow]:
    room = BUDGET
    for row in rows:
        room -= ROW + sum(len(text.encode("utf-8", "replace")) for text in _texts(row))
        if room < 0:
            return
        yield row


def _texts(row: PushRow) -> Sequence[str]:
    return (row.outcome, row.image, row.registry, row.why, row.began, row.took, row.log, row.page or "")
