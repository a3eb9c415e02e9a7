"""The sentences of an audit, the same on the page, in Markdown and on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.units import plural, seconds, size

if TYPE_CHECKING:
    from pushlog.audit.causes import Cause
    from pushlog.audit.estimates import Answer
    from pushlog.audit.habits import Habit
    from pushlog.audit.incidents import Incident
    from pushlog.audit.reuse import Reuploads
    from pushlog.audit.summary import Summary
    from pushlog.audit.totals import Totals
    from pushlog.audit.where import Where


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
        belong = "belongs" if failed == 1 else "belong"
        parts.append(f"{counted(failed, 'failed push')} {belong} to {counted(len(summary.incidents), 'incident')}.")
    if summary.where:
        first = summary.where[0]
        counts = f"{number(first.failed)} of {counted(first.of, 'log')}"
        parts.append(f"What stands out most is {first.family}: {place(first)}, {counts}.")
    if summary.causes:
        most = summary.causes[0]
        there = f" at {most.registry}" if most.registry else ""
        parts.append(f"The most frequent cause is {most.family}{there}, {counted(most.pushes, 'push')}.")
    elif summary.kinds:
        most_frequent = summary.kinds[0]
        parts.append(f"The most frequent end is {most_frequent.family}, {counted(most_frequent.pushes, 'push')}.")
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
    if incident.first is None or incident.last is None:
        return "undated, in the order of the log"
    first, last = when(incident.first), when(incident.last)
    if first == last:
        return f"at {first} UTC"
    return f"{first} to {last[11:] if last[:10] == first[:10] else last} UTC"


def marked(dimension: str, value: str) -> str:
    """Return a value of a dimension as a person says it: `runner agent-7`, `2026-10-09 to 2026-10-10`."""
    if dimension == "day":
        return value.replace("/", " to ")
    if dimension == "hour":
        begins, _, ends = value.partition("/")
        return f"between {begins} and {ends or f'{(int(value[:2]) + 1) % 24:02}:00'} UTC"
    return f"{DIMENSIONS.get(dimension, dimension)} {value}"


def place(row: Where) -> str:
    """Return what explains failures, and within what: `runner agent-7`."""
    inside = f", within {marked(row.within.dimension, row.within.value)}" if row.within else ""
    return f"{marked(row.dimension, row.value)}{inside}"


def odds(row: Where) -> str:
    """Return the counts: `42 of 90 logs (47 %), elsewhere 3 of 900 (under 1 %)`."""
    here = f"{number(row.failed)} of {counted(row.of, 'log')} ({percent(row.failed, row.of)})"
    there = f"elsewhere {number(row.elsewhere_failed)} of {number(row.elsewhere_of)}"
    return f"{here}, {there} ({percent(row.elsewhere_failed, row.elsewhere_of)})"


def healed(cause: Cause) -> str:
    """Return how often pushing again went well, as far as the logs show it."""
    if cause.healed is None:
        return ""
    again, of = cause.healed.again, cause.healed.of
    return f"{number(again)} of {number(of)} next pushes of the same image went through ({percent(again, of)})"


def dated_by(totals: Totals) -> str:
    """Return who dates the pushes, where that is not their own logs alone."""
    parts = [f"{number(n)} by {BY.get(by, by)}" for by, n in totals.dated_by.items()]
    undated = totals.pushes - totals.dated
    if undated:
        parts.append(f"{number(undated)} undated, in no bar")
    return "" if not undated and set(totals.dated_by) <= {"stamps", "recording"} else f"Dates: {', '.join(parts)}."


def would_take(answer: Answer) -> str:
    """Return what pushes would have taken: `1 h 20 min to 1 h 40 min instead of 2 h 05 min, 90 of 120 pushes`."""
    which = f"{number(answer.pushes)} of {counted(answer.of, 'push')}"
    if not answer.pushes:
        return f"can't be estimated from these logs ({which})"
    low, high = seconds(answer.low), seconds(answer.high)
    return f"{low if low == high else f'{low} to {high}'} instead of {seconds(answer.seconds)} ({which} can tell)"


def uploaded(again: tuple[Reuploads, ...]) -> str:
    """Return bytes that were uploaded again, in all."""
    sized, unsized = sum(a.bytes for a in again), sum(a.unsized for a in again)
    if not sized:
        return f"{counted(unsized, 'layer')} of unknown size" if unsized else "none seen"
    return f"at least {size(sized)}" if unsized else size(sized)


def seen(habit: Habit) -> str:
    """Return how often a habit was seen, and where."""
    parts = [f"{habit.across:,} across logs"] if habit.across else []
    if habit.within:
        parts.append(f"{habit.within:,} within one log")
    return ", ".join(parts)


BY = {
    "stamps": "stamps in the log",
    "recording": "the recording",
    "registry": "the registry's word",
    "path": "a date in the path",
    "archive": "the time of the archive's member",
    "file": "the time of the file",
}
DIMENSIONS = {"ci": "CI", "ref": "branch or tag"}
HABITS = {
    "premature-restart": "Pushed again although Docker's own retries were not used up",
    "retrying-the-unretryable": "Pushed again unchanged after a failure that pushing again does not cure",
}
