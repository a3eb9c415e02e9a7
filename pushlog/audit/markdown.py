"""The audit as Markdown, for job summaries and merge requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit.words import (
    HABITS,
    headline,
    lasted,
    lede,
    number,
    odds,
    percent,
    place,
    seen,
    uploaded,
    when,
    would_take,
)
from pushlog.report.markdown_page import code, inline, paragraph, table
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.audit.summary import Summary

# The worst of each list: a summary is looked at, not searched; that keeps it far below GitHub's 1 MiB.
SHOWN = 20
TEXT = 160


def render(summary: Summary) -> str:
    """Return the page."""
    return "\n\n".join(part for part in _parts(summary) if part) + "\n"


def _parts(summary: Summary) -> Iterator[str]:
    totals = summary.totals
    yield f"# {inline(headline(summary))}"
    yield paragraph(lede(summary))
    facts = [
        ("Logs", f"{number(totals.logs)}, {size(totals.bytes)}"),
        ("Succeeded", f"{number(totals.succeeded)} of {number(totals.pushes)}"),
        ("Waited for retries", seconds(totals.retry_seconds)),
        ("Uploaded again", uploaded(summary.again)),
        ("Not read, or not whole", number(totals.unread)),
    ]
    yield table(("", ""), [[inline(term), inline(value)] for term, value in facts])
    rows = [
        [code(i.registry), code(i.family), number(i.pushes), inline(lasted(i)), number(i.repositories_total)]
        for i in summary.incidents
    ]
    yield _list("Incidents", ("Registry", "Failure", "Pushes", "When", "Repositories"), rows)
    rows = [[code(w.family), inline(place(w)), inline(odds(w))] for w in summary.where]
    rows += [["slow pushes", inline(place(w)), inline(odds(w))] for w in summary.slow]
    yield _list("What stands out", ("Failure", "Where", "Logs"), rows)
    rows = [
        [
            number(c.pushes),
            code(c.family),
            code(c.registry or ""),
            inline(c.title),
            code(c.text[:TEXT]),
            _first(c.remedy),
        ]
        for c in summary.causes
    ]
    yield _list("Causes", ("Pushes", "Kind", "Registry", "What", "Error", "What now"), rows)
    rows = [
        [code(k.family), number(k.pushes), number(k.repositories), inline(when(k.last)), ", ".join(map(code, k.causes))]
        for k in summary.kinds
    ]
    yield _list("Failures", ("Kind", "Pushes", "Repositories", "Last", "Rules"), rows)
    yield from _others(summary)


def _others(summary: Summary) -> Iterator[str]:
    """Yield what is no failure of a push, or not known to be one."""
    rows = [
        [code(r.registry), number(r.pushes), percent(r.pushes - r.failed, r.pushes), seconds(r.retry_seconds)]
        for r in summary.registries
    ]
    yield _list("Registries", ("Registry", "Pushes", "Succeeded", "Waited"), rows)
    rows = [[inline(HABITS[h.habit]), code(h.repository), inline(seen(h))] for h in summary.habits]
    yield _list("Habits", ("Habit", "Repository", "Seen"), rows)
    rows = [
        [code(f"{m.input}/{m.member}" if m.member else m.input), number(m.line), code(m.text)] for m in summary.missed
    ]
    yield _list("Logs without a push that hold words of one", ("Log", "Line", "Text"), rows)
    rows = [[inline(a.change), inline(would_take(a))] for a in summary.what_if]
    yield _list("What if", ("Change", "All pushes together"), rows)
    rows = [[number(u.pushes), code(u.text[:TEXT])] for u in summary.unknown_texts]
    yield _list("Unknown error texts", ("Pushes", "Text"), rows)
    rows = [
        [number(n.pushes), code(f"{n.input}/{n.member}" if n.member else n.input), number(n.line), code(n.text[:TEXT])]
        for n in summary.not_understood
    ]
    yield _list("Lines inside pushes that were not understood", ("Pushes", "Log", "Line", "Text"), rows)
    rows = [[code(f"{u.input}/{u.member}" if u.member else u.input), inline(u.reason)] for u in summary.unread]
    yield _list("Not read, or not whole", ("Log", "Why"), rows)


def _first(remedy: Sequence[str]) -> str:
    return inline(remedy[0]) if remedy else ""


def _list(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    more = f"\n\nAnd {number(len(rows) - SHOWN)} more, in `audit.json`." if len(rows) > SHOWN else ""
    return f"## {title}\n\n{table(heads, rows[:SHOWN])}{more}"
