"""Several pushes on the terminal: those that failed first, refusals in the same words once, the rest a line each."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from pushlog.model import Diagnosis, Log, Outcome
from pushlog.report import words
from pushlog.report.alike import more_like_it, together
from pushlog.report.issues import unfolded_notes
from pushlog.report.text_answer import OUTCOME_STYLES, cause, headline, image, outcome_word, verdict
from pushlog.report.text_findings import place
from pushlog.report.text_page import LABEL, PROSE, QUIET, Page, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_SUCCEEDED = 10
MOST_NOTES = 5
WORST_FIRST = (Outcome.FAILED, Outcome.INTERRUPTED, Outcome.INCOMPLETE, Outcome.SUCCEEDED)


def many(page: Page, logs: Sequence[Log]) -> Iterator[Text]:
    """Yield the tally, then the pushes by how they ended, each kind in the order of the logs."""
    yield from tally(page, logs)
    places = {id(push): log for log in logs for push in log.pushes}
    pushes = [push for log in logs for push in log.pushes]
    for outcome in WORST_FIRST[:-1]:
        for push, *others in together([push for push in pushes if push.outcome is outcome]):
            yield Text()
            yield from _brief(page, places[id(push)], push)
            if others:
                yield from page.wrapped(Text(" " * LABEL), Text(page.line(more_like_it(push, others)), QUIET))
    succeeded = [push for push in pushes if push.outcome is Outcome.SUCCEEDED]
    if succeeded:
        yield Text()
    for push in succeeded[:MOST_SUCCEEDED]:
        yield _line(page, places[id(push)], push, alone=len(logs) == 1)
    if len(succeeded) > MOST_SUCCEEDED:
        yield from page.wrapped(Text(), Text(f"{len(succeeded) - MOST_SUCCEEDED} more succeeded (-v)", QUIET))
    for number, note in enumerate(_notes(logs)):
        if not number:
            yield Text()
        yield from row(page, "note", note)


def _notes(logs: Sequence[Log]) -> Iterator[str]:
    """What is never folded: what could not be read, for the exit status says so too, and lines of yet other pushes."""
    with_push = [log for log in logs if log.pushes]
    yield from dict.fromkeys(note for log in with_push if log.source.incomplete for note in log.source.notes)
    others = [
        note if len(logs) == 1 else f"{log.source.name}: {note}"
        for log in with_push
        if not log.source.incomplete
        for note in unfolded_notes(log.source)
    ]
    yield from others[:MOST_NOTES]
    if len(others) > MOST_NOTES:
        yield f"{words.count(len(others) - MOST_NOTES, 'more log')} with lines of a push that is not told (-v)"


def _line(page: Page, log: Log, push: Diagnosis, *, alone: bool) -> Text:
    """A push that went well, on one line; its place in the log is whole, or left out where it is too long."""
    word = outcome_word(push)
    room = min(page.width, PROSE) - word.cell_len
    where = f" · {words.span(push.lines) if alone else place(page, log, str(push.lines[0]))}"
    if cell_len(where) > room // 2:
        where = f" · {words.span(push.lines)}"
    return word.append(f"{page.cut(headline(page, push), room - cell_len(where))}{page.say(where)}", "not bold")


def _brief(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield one push that did not succeed, in few lines."""
    yield from verdict(page, push)
    yield from cause(page, log, push)
    far = f", {words.reached(push)}" if push.layers else ""
    yield from row(page, "image", f"{image(push)}{far}, {words.span(push.lines)}")


def tally(page: Page, logs: Sequence[Log]) -> Iterator[Text]:
    """Yield how many pushes ended how: the first line of a report on several, and the last one."""
    ends = Counter(push.outcome for push in chain.from_iterable(log.pushes for log in logs))
    total = ends.total()
    without = sum(not log.pushes for log in logs)
    worst = next((outcome for outcome in WORST_FIRST if ends[outcome]), None)
    parts = [f"{ends[outcome]} {outcome.value}" for outcome in WORST_FIRST if ends[outcome]]
    parts += [f"no push in {words.count(without, 'log')}"] if without else []
    sentence = f"{words.count(total, 'push')} in {words.count(len(logs), 'log')}: {', '.join(parts)}"
    if worst is None:
        yield from page.wrapped(Text("NO PUSH  ", "bold magenta"), Text(f"in {words.count(len(logs), 'log')}", "bold"))
    else:
        word = Text(f"{worst.value.upper()}  ", OUTCOME_STYLES[worst])
        yield from page.wrapped(word, Text(page.line(sentence), "bold"))
