"""The sentences of an audit, the same on the page, in Markdown and on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.units import plural, seconds, size

if TYPE_CHECKING:
    from pushlog.audit.habits import Habit
    from pushlog.audit.incidents import Incident
    from pushlog.audit.reuse import Reuploads
    from pushlog.audit.summary import Summary


def number(n: int) -> str:
    """Thousands apart: `10,000`."""
    return f"{n:,}"


def counted(n: int, noun: str) -> str:
    """`1 push`, `10,000 pushes`."""
    return f"{number(n)} {noun if n == 1 else plural(noun)}"


def percent(part: int, whole: int) -> str:
    """A share as a whole per cent; never 0 % or 100 % of what is not none or all."""
    share = 100 * part / whole if whole else 0
    if 0 < share < 1:
        return "under 1 %"
    return "over 99 %" if 99 < share < 100 else f"{share:.0f} %"


def headline(told: Summary) -> str:
    """What an audit leads with."""
    totals = told.totals
    if not totals.pushes:
        return f"No push in {counted(totals.logs, 'log')}"
    bad = totals.pushes - totals.succeeded
    if bad == totals.pushes == 1:
        return "The only push did not succeed"
    if not bad:
        return f"All {counted(totals.pushes, 'push')} succeeded" if totals.pushes > 1 else "The only push succeeded"
    return f"{number(bad)} of {counted(totals.pushes, 'push')} did not succeed ({percent(bad, totals.pushes)})"


def lede(told: Summary) -> str:
    """What to look at first."""
    parts = []
    if told.incidents:
        held = sum(i.pushes for i in told.incidents)
        parts.append(f"{counted(held, 'failed push')} belong to {counted(len(told.incidents), 'incident')}.")
    if told.kinds:
        most = told.kinds[0]
        parts.append(f"The most frequent failure is {most.family}, {counted(most.pushes, 'push')}.")
    if told.totals.retry_seconds:
        parts.append(f"Retries took {seconds(told.totals.retry_seconds)} in all.")
    if told.totals.unread:
        parts.append(f"{counted(told.totals.unread, 'log')} could not be read, or not whole.")
    return " ".join(parts)


def when(moment: str | None) -> str:
    """A moment as a person reads it, in UTC; a dash where it is not known."""
    return moment.replace("T", " ").removesuffix("Z")[:16] if moment else "\u2013"


def lasted(incident: Incident) -> str:
    """From the first to the last push of an incident."""
    first, last = when(incident.first), when(incident.last)
    return f"{first} to {last[11:] if last[:10] == first[:10] else last} UTC"


def uploaded(again: tuple[Reuploads, ...]) -> str:
    """Bytes that were uploaded again, in all."""
    known, unsized = sum(a.bytes for a in again), sum(a.unsized for a in again)
    if not known:
        return f"{counted(unsized, 'layer')} of unknown size" if unsized else "none seen"
    return f"at least {size(known)}" if unsized else size(known)


def seen(habit: Habit) -> str:
    """How often a habit was seen, and where."""
    parts = [f"{counted(habit.across, 'time')} from log to log"] if habit.across else []
    if habit.within:
        parts.append(f"{counted(habit.within, 'time')} within a log")
    return ", ".join(parts)


HABITS = {
    "premature-restart": "Pushed again although Docker's own retries were not used up",
    "retrying-the-unretryable": "Pushed again unchanged after a failure that pushing again does not cure",
}
