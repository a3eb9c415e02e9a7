"""What an audit says on the terminal: the result in a few lines, and where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit.index import NAME
from pushlog.audit.words import counted, headline, lasted, number, percent, uploaded
from pushlog.report.visible import visible
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.run import Audited
    from pushlog.audit.summary import Summary

SHOWN = 5


def render(done: Audited, out: str) -> str:
    """Return the lines for a terminal."""
    return "".join(f"{visible(line).replace(chr(10), ' ')}\n" for line in _lines(done, out))


def _lines(done: Audited, out: str) -> Iterator[str]:
    summary, totals = done.summary, done.summary.totals
    yield headline(summary)
    yield ""
    kept_text = f", {number(done.kept)} known from before" if done.kept else ""
    yield _fact(
        "logs", f"{number(totals.logs)} with {size(totals.bytes)}; {counted(done.read, 'file')} read now{kept_text}"
    )
    if totals.pushes:
        yield _fact("succeeded", f"{number(totals.succeeded)}, {percent(totals.succeeded, totals.pushes)}")
    if totals.retry_seconds:
        yield _fact("retries", f"{seconds(totals.retry_seconds)} waited, {counted(totals.retries, 'retry')}")
    if summary.again:
        yield _fact("again", f"{uploaded(summary.again)} uploaded more than once")
    if totals.unread:
        yield _fact("not read", f"{counted(totals.unread, 'log')}, or not whole")
    yield from _lists(summary)
    yield ""
    yield f"{out}/{NAME}"


def _lists(summary: Summary) -> Iterator[str]:
    if summary.incidents:
        yield from ("", "incidents")
        for incident in summary.incidents[:SHOWN]:
            yield f"  {number(incident.pushes):>6}  {incident.family} at {incident.registry}, {lasted(incident)}"
    if summary.kinds:
        yield from ("", "failures")
        for kind in summary.kinds[:SHOWN]:
            yield f"  {number(kind.pushes):>6}  {kind.family}, {counted(kind.repositories, 'repository')}"
    if summary.unread:
        yield from ("", "not read")
        for log in summary.unread[:SHOWN]:
            name = f"{log.input}/{log.member}" if log.member else log.input
            yield f"  {name}: {log.reason}"
        if len(summary.unread) > SHOWN:
            yield f"  and {number(len(summary.unread) - SHOWN)} more"


def _fact(term: str, value: str) -> str:
    return f"{term:<10} {value}"
