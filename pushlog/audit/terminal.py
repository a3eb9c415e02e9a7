"""What an audit says on the terminal: the result in a few lines, and where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit.index import NAME
from pushlog.audit.words import counted, headline, lasted, number, odds, percent, place, uploaded, would_take
from pushlog.report.visible import visible
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.audit.causes import Cause
    from pushlog.audit.run import Audited
    from pushlog.audit.summary import Summary, Unread
    from pushlog.audit.unknown import MissedLine, NotUnderstood
    from pushlog.audit.where import Where

SHOWN = 5
TEXT = 160
# Kinds that are no family: how a push ended that printed no error.
ENDS = ("failed", "interrupted", "incomplete")


def render(done: Audited, out: str, *, quiet: bool = False) -> str:
    """Return the lines for a terminal; `quiet`: the first of them alone."""
    lines = [headline(done.summary)] if quiet else _lines(done, out)
    return "".join(f"{visible(line).replace(chr(10), ' ')}\n" for line in lines)


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
    incidents = (f"  {number(i.pushes):>6}  {i.family} at {i.registry}, {lasted(i)}" for i in summary.incidents[:SHOWN])
    yield from _titled("incidents", incidents)
    rows: list[tuple[str, Where]] = [(row.family, row) for row in summary.where]
    rows += [("slow pushes", row) for row in summary.slow]
    lines = [f"{number(row.failed):>6}  {what}, {place(row)}: {odds(row)}" for what, row in rows]
    yield from _titled("stands out", _some(lines, 4 * SHOWN))
    yield from _titled("causes", map(_cause, summary.causes[:SHOWN]))
    ends = (f"  {number(kind.pushes):>6}  {kind.family}" for kind in summary.kinds if kind.family in ENDS)
    yield from _titled("no error in the log", ends)
    speaking = list(dict.fromkeys(_name(line) for line in summary.missed))
    yield from _titled("without a push, but with words of one", _some(speaking))
    yield from _titled("what if", (f"  {answer.change}: {would_take(answer)}" for answer in summary.what_if))
    unknown = (f"  {number(text.pushes):>6}  {text.text[:TEXT]}" for text in summary.unknown_texts[:SHOWN])
    yield from _titled("unknown error texts (pushlog rules draft)", unknown)
    strange = [
        f"{number(line.pushes):>6}  {_name(line)}:{line.line}: {line.text[:TEXT]}" for line in summary.not_understood
    ]
    yield from _titled("lines inside pushes that were not understood", _some(strange))
    yield from _titled("not read", _some([f"{_name(log)}: {log.reason}" for log in summary.unread]))


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines below their title; nothing for no lines."""
    for index, line in enumerate(lines):
        if not index:
            yield from ("", title)
        yield line


def _some(lines: Sequence[str], most: int = SHOWN) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:most])
    if len(lines) > most:
        yield f"  and {number(len(lines) - most)} more"


def _cause(cause: Cause) -> str:
    there = f" at {cause.registry}" if cause.registry else ""
    return f"  {number(cause.pushes):>6}  {cause.family}{there}: {cause.title}"


def _name(log: Unread | MissedLine | NotUnderstood) -> str:
    return f"{log.input}/{log.member}" if log.member else log.input


def _fact(term: str, value: str) -> str:
    return f"{term:<10} {value}"
