"""What was asked for on the command line, answered on the terminal: what-if, and the daemon's limit of uploads."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from pushlog.model import Store
from pushlog.report import words
from pushlog.report.text_page import LABEL, QUIET, Page, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.model import Diagnosis, Estimate

FROM_FILE = "daemon-config"


def estimates(page: Page, push: Diagnosis) -> Iterator[Text]:
    """Yield the daemon's limit beside what the log shows, then an answer for every what-if."""
    if push.concurrency.limit_from == FROM_FILE:
        yield from row(page, "uploads", uploads(push))
    if not push.what_if:
        return
    # Rarely asked for: the tables of the page load with it.
    from pushlog.report.tables import change_words

    for number, estimate in enumerate(push.what_if):
        yield from row(page, "" if number else "what if", _answer(push, estimate, change_words(estimate)))
    # What is assumed for several changes alike is said once.
    for assumptions, alike in groupby(push.what_if, key=lambda estimate: estimate.assumptions):
        changes = [change_words(estimate) for estimate in alike]
        lead = f"{'; '.join(changes)}: " if len(push.what_if) > len(changes) else ""
        if assumptions:
            yield from page.wrapped(Text(" " * LABEL), Text(page.line(f"{lead}{' '.join(assumptions)}"), QUIET))


def uploads(push: Diagnosis) -> str:
    """Return what daemon.json allows and what the log shows: a log that shows more is of another daemon."""
    limit, observed = push.concurrency.limit, push.concurrency.observed
    if not limit and observed and push.store is Store.CONTAINERD:
        return (
            f"the log shows {observed} at a time: daemon.json sets no limit, or the containerd image store did not "
            "obey it, as before Docker 29.7.0"
        )
    allowed = "no limit in daemon.json" if not limit else f"daemon.json allows {limit} at a time"
    if observed is None:
        return f"{allowed}; the log does not show how many there were"
    if limit and observed > limit:
        return (
            f"{allowed}, the log shows {observed}: the file is of another daemon, or the daemon did not read it again"
        )
    return f"{allowed}; the log shows {observed}"


def _answer(push: Diagnosis, estimate: Estimate, change: str) -> str:
    between = ""
    if estimate.low is not None and estimate.high is not None and estimate.low < estimate.high:
        between = f"{words.seconds(estimate.low)} to {words.seconds(estimate.high)}"
    took = f" instead of {words.seconds(push.duration.seconds)}" if push.duration.seconds else ""
    if estimate.seconds is None:
        return f"{change}: {between}{took}" if between else f"{change}: can't be estimated from this log"
    return f"{change}: {words.seconds(estimate.seconds)}{f' ({between})' if between else ''}{took}"
