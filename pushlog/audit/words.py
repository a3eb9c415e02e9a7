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
    """Return a number with its thousands apart: `10,000`."""
    return f"{n:,}"


def counted(n: int, noun: str) -> str:
    """Return a number with its noun: `1 push`, `10,000 pushes`."""
    return f"{number(n)} {noun if n == 1 else plural(noun)}"


def percent(part: int, whole: int) -> str:
    """Return a share in whole per cent; 0 % only for none and 100 % only for all."""
    share = 100 * part / whole if whole else 0
    if 0 < share < 1:
        return "under 1 %"
    return "over 99 %" if 99 < share < 100 else f"{share:.0f} %"


def headline(summary: Summary) -> str:
    """Return the headline of an audit."""
    totals = summary.totals
    if not totals.pushes:
        return f"No push in {counted(totals.logs, 'log')}"
    unsuccessful = totals.pushes - totals.succeeded
    if unsuccessful == totals.pushes == 1:
        return "The only push did not succeed"
    if not unsuccessful:
        return f"All {counted(totals.pushes, 'push')} succeeded" if totals.pushes > 1 else "The only push succeeded"
    share = percent(unsuccessful, totals.pushes)
    return f"{number(unsuccessful)} of {counted(totals.pushes, 'push')} did not succeed ({share})"


def lede(summary: Summary) -> str:
    """Return the sentences below the headline: what to look at first."""
    parts = []
    if summary.incidents:
        failed = sum(i.pushes for i in summary.incidents)
        parts.append(f"{counted(failed, 'failed push')} belong to {counted(len(summary.incidents), 'incident')}.")
    if summary.kinds:
        most = summary.kinds[0]
        parts.append(f"The most frequent failure is {most.family}, {counted(most.pushes, 'push')}.")
    if summary.totals.retry_seconds:
        parts.append(f"Retries took {seconds(summary.totals.retry_seconds)} in all.")
    if summary.totals.unread:
        parts.append(f"{counted(summary.totals.unread, 'log')} could not be read, or not whole.")
    return " ".join(parts)


def when(moment: str | None) -> str:
    """Return a moment as a person reads it, in UTC; a dash where it is not known."""
    return moment.replace("T", " ").removesuffix("Z")[:16] if moment else "\u2013"


def lasted(incident: Incident) -> str:
    """Return the time from the first to the last push of an incident."""
    first, last = when(incident.first), when(incident.last)
    return f"{first} to {last[11:] if last[:10] == first[:10] else last} UTC"


def uploaded(again: tuple[Reuploads, ...]) -> str:
    """Return bytes that were uploaded again, in all."""
    sized, unsized = sum(a.bytes for a in again), sum(a.unsized for a in again)
    if not sized:
        return f"{counted(unsized, 'layer')} of unknown size" if unsized else "none seen"
    return f"at least {size(sized)}" if unsized else size(sized)


def seen(habit: Habit) -> str:
    """Return how often a habit was seen, and where."""
    parts = [f"{counted(habit.across, 'time')} from log to log"] if habit.across else []
    if habit.within:
        parts.append(f"{counted(habit.within, 'time')} within a log")
    return ", ".join(parts)


HABITS = {
    "premature-restart": "Pushed again although Docker's own retries were not used up",
    "retrying-the-unretryable": "Pushed again unchanged after a failure that pushing again does not cure",
}
