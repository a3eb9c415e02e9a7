"""The order of the terminal report: the answer, all else where that is asked for, and the verdict again at the end."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from rich.text import Text

from pushlog.model import Client, Clock, Diagnosis, Log, Severity, Store
from pushlog.report import words
from pushlog.report.facts import CAPTURES, CLOCK_WORDS
from pushlog.report.hops import attempts, log_words
from pushlog.report.issues import notes_beside, what_it_is
from pushlog.report.now import now
from pushlog.report.quote import file_name
from pushlog.report.rule_links import more
from pushlog.report.text import Detail
from pushlog.report.text_answer import alone, answer, closing, folded, steps_shown, verdict
from pushlog.report.text_findings import findings, place, unread
from pushlog.report.text_layers import basis, table
from pushlog.report.text_many import many, tally
from pushlog.report.text_page import QUIET, Page, row
from pushlog.report.text_timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SHOWN_MISSED = 5
MISSED_ADVICE = (
    "These lines hold words of a push, but too few of them are here to tell what became of it. Keep more of the log, "
    "from the command to the prompt behind it:\n  docker push IMAGE 2>&1 | tee push-log.txt"
)
NO_PUSH_ADVICE = (
    "Is it the right file, and does it hold the push step? Capture the output of the push and read it again:\n"
    "  docker push IMAGE 2>&1 | tee push-log.txt"
)


def report(page: Page, logs: Sequence[Log], detail: Detail) -> Iterator[Text]:
    """Yield the whole report."""
    if not logs:
        yield from page.wrapped(Text("NO PUSH  ", "bold magenta"), Text("No log was read."))
    elif detail is Detail.VERDICT:
        yield from _verdicts(page, logs)
    elif sum(max(len(log.pushes), 1) for log in logs) == 1:
        (log,) = logs
        yield from _alone(page, log, detail) if log.pushes else _no_push(page, log)
    elif detail is Detail.EVERYTHING:
        yield from _everything(page, logs)
    else:
        yield from many(page, logs)
        for log in logs:
            if not log.pushes:
                yield from (Text(), *_no_push(page, log))
        yield from (Text(), *tally(page, logs))


def _verdicts(page: Page, logs: Sequence[Log]) -> Iterator[Text]:
    for log in logs:
        yield from (alone(page, push) for push in log.pushes)
        if not log.pushes:
            yield Text(_without_push(page, log))


def _alone(page: Page, log: Log, detail: Detail) -> Iterator[Text]:
    (push,) = log.pushes
    yield from _parts(_push(page, log, push, detail))
    if detail is Detail.ANSWER:
        yield from folded(page, log, push)
    yield from closing(page, push)


def _everything(page: Page, logs: Sequence[Log]) -> Iterator[Text]:
    """Yield every push in full, in the order of the logs, between two tallies."""
    yield from tally(page, logs)
    for log in logs:
        if not log.pushes:
            yield from _heading(page, log.source.name)
            yield from _no_push(page, log)
        for number, push in enumerate(log.pushes, 1):
            of = f"push {number} of {len(log.pushes)}, " if len(log.pushes) > 1 else ""
            yield from _heading(page, f"{log.source.name} · {of}{words.span(push.lines)}")
            yield from _parts(_push(page, log, push, Detail.EVERYTHING))
    yield from (Text(), *tally(page, logs))


def _parts(parts: Iterable[Iterable[Text]]) -> Iterator[Text]:
    """Yield the parts, those that say something set apart by an empty line."""
    started = False
    for part in parts:
        for index, line in enumerate(part):
            if started and index == 0:
                yield Text()
            yield line
            started = True
    yield Text()


def _heading(page: Page, title: str) -> Iterator[Text]:
    rule = page.say("─")
    text = Text(f"{rule * 2} {page.cut(title, page.width - 6)} ", "bold")
    yield Text()
    yield text.append(rule * (page.width - text.cell_len), QUIET)


def _without_push(page: Page, log: Log) -> str:
    return f"NO PUSH  {page.line(log.source.name)} ({words.count(log.source.lines, 'line')})"


def _no_push(page: Page, log: Log) -> Iterator[Text]:
    source = log.source
    sentence = f"No push was found in {page.line(source.name)} ({words.count(source.lines, 'line')})."
    yield from page.wrapped(Text("NO PUSH  ", "bold magenta"), Text(sentence, "bold"))
    for entry in source.missed[:SHOWN_MISSED]:
        yield from page.wrapped(Text(f"{entry.line:>7}  ", "dim"), Text(page.line(entry.text)))
    yield from page.prose(9, what_it_is(source) or (MISSED_ADVICE if source.missed else NO_PUSH_ADVICE))
    for note in notes_beside(source):
        yield from page.prose(9, f"Note: {note}")


def _push(page: Page, log: Log, push: Diagnosis, detail: Detail) -> Iterator[Iterable[Text]]:
    """Yield the parts of one push."""
    yield verdict(page, push)
    yield answer(page, log, push)
    if detail is not Detail.EVERYTHING:
        return
    leading = now(push)
    shown = {leading.name: steps_shown(page, leading)} if leading else {}
    yield chain(basis(page, push), _reading(page, log, push))
    yield timeline(page, push)
    yield table(page, push)
    yield from findings(page, log, push, shown)
    yield unread(page, log, push)
    yield _footer(page, push)


def _engine(push: Diagnosis) -> str:
    if push.client is Client.UNKNOWN:
        return "unknown"
    return push.client.value if push.store is Store.UNKNOWN else f"{push.client.value}, {push.store.value} image store"


def _reading(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield what pushed, to what kind of registry, and how the log was read."""
    capture = CAPTURES[log.source.capture] + (f", {log.source.decoration}" if log.source.decoration else "")
    yield from row(page, "client", _engine(push))
    if push.registry_kind != "unknown":
        yield from row(page, "registry", push.registry_kind)
    yield from row(page, "log", f"{capture}, {place(page, log, '-'.join(map(str, push.lines)))}")
    yield from row(page, "clock", _clock(push))
    for note in log.source.notes:
        yield from row(page, "note", note)
    for other in push.other_side:
        yield from row(page, "with", f"{file_name(other.name)}: {log_words(other)}")
    for name, chain_of_hops in attempts(push):
        yield from row(page, "hops", f"{name}: {chain_of_hops}")


def _clock(push: Diagnosis) -> str:
    return CLOCK_WORDS[push.clock] if push.clock is not Clock.NONE else "no timestamps in the log"


def _footer(page: Page, push: Diagnosis) -> Iterator[Text]:
    first, last = push.lines
    coverage = f"{push.lines_understood} of {words.count(last - first + 1, 'line')} understood"
    leading = sorted(push.findings, key=lambda finding: finding.severity is not Severity.ERROR)
    hint = f" · {more(leading[0].rule, leading[0].name)}" if leading else ""
    yield from page.wrapped(Text(), Text(page.line(coverage + hint), QUIET))
