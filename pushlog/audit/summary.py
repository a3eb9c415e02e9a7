"""All that an audit says, as one record: pages, JSON, Markdown and the terminal are drawn from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.audit.causes import Cause, causes
from pushlog.audit.estimates import Answer, answers
from pushlog.audit.habits import Habit, habits
from pushlog.audit.incidents import Incident, incidents
from pushlog.audit.reuse import Reuploads, reuploads
from pushlog.audit.schema import VERSION
from pushlog.audit.totals import (
    Kind,
    Period,
    Registry,
    Repository,
    Totals,
    kinds,
    periods,
    registries,
    repositories,
    totals,
)
from pushlog.audit.unknown import (
    MissedLine,
    NotUnderstood,
    PushlessLog,
    UnknownText,
    missed,
    not_understood,
    pushless,
    unknown_texts,
)
from pushlog.audit.where import FailedWhere, Where, where
from pushlog.record_class import record
from pushlog.report.json import harmless, plain

if TYPE_CHECKING:
    from pushlog.audit.frames import Frames

BAD = ("unreadable", "partial")


@record
class Unread:
    """A log that could not be read, or not whole, and why."""

    input: str
    member: str
    status: str
    reason: str


@record
class Summary:
    """All results, the worst first in each list."""

    totals: Totals
    periods: tuple[Period, ...]
    causes: tuple[Cause, ...]
    incidents: tuple[Incident, ...]
    where: tuple[FailedWhere, ...]
    slow: tuple[Where, ...]
    kinds: tuple[Kind, ...]
    registries: tuple[Registry, ...]
    repositories: tuple[Repository, ...]
    again: tuple[Reuploads, ...]
    habits: tuple[Habit, ...]
    what_if: tuple[Answer, ...]
    unread: tuple[Unread, ...]
    missed: tuple[MissedLine, ...]
    without_push: tuple[PushlessLog, ...]
    unknown_texts: tuple[UnknownText, ...]
    not_understood: tuple[NotUnderstood, ...]


def summary(frames: Frames) -> Summary:
    """Return the summary of all tables."""
    explained, slow = where(frames)
    return Summary(
        totals=totals(frames),
        periods=periods(frames),
        causes=causes(frames),
        incidents=incidents(frames),
        where=explained,
        slow=slow,
        kinds=kinds(frames),
        registries=registries(frames),
        repositories=repositories(frames),
        again=reuploads(frames),
        habits=habits(frames),
        what_if=answers(frames),
        unread=tuple(_unread(frames)),
        missed=missed(frames),
        without_push=pushless(frames),
        unknown_texts=unknown_texts(frames),
        not_understood=not_understood(frames),
    )


def _unread(frames: Frames) -> list[Unread]:
    sources = frames.sources[frames.sources["status"].isin(BAD)]
    columns = sources[["input", "member", "status", "reason"]].astype(object).to_numpy().tolist()
    return [Unread(input=i, member=m, status=s, reason=r or "") for i, m, s, r in columns]


def document(summary: Summary) -> str:
    """Return the summary as JSON: `audit.json`. The same results give the same text."""
    body = plain(summary)
    assert isinstance(body, dict)
    body["totals"]["failure_rate"] = round(summary.totals.failure_rate, 6)
    return harmless(json.dumps({"schema": VERSION, **body}, ensure_ascii=False, indent=1)) + "\n"
