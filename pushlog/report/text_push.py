"""The order of the terminal report: verdict, facts, reach, layers, findings; a heading where pushes are several."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from rich.text import Text

from pushlog.model import Clock, Diagnosis, Log, Outcome, Severity, Store
from pushlog.report import words
from pushlog.report.alike import more_like_it, runs_alike
from pushlog.report.facts import CAPTURES
from pushlog.report.now import now
from pushlog.report.text_findings import findings, place, unread
from pushlog.report.text_layers import reach, table
from pushlog.report.text_page import CODE, QUIET, QUOTED, Page
from pushlog.report.text_timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# One more column and a digest would not fit on a line of 80.
LABEL = 9
GAP = 4
SHOWN_TAGS = 3
SHOWN_MISSED = 5
OUTCOME_STYLES = {
    Outcome.SUCCEEDED: "bold green",
    Outcome.FAILED: "bold red",
    Outcome.INTERRUPTED: "bold yellow",
    Outcome.INCOMPLETE: "bold yellow",
}
MISSED_ADVICE = (
    "These lines hold words of a push, but too few of them are here to tell what became of it. Keep more of the log, "
    "from the command to the prompt behind it:\n  docker push IMAGE 2>&1 | tee push-log.txt"
)
NO_PUSH_ADVICE = (
    "Is it the right file, and does it hold the push step? Capture the output of the push and read it again:\n"
    "  docker push IMAGE 2>&1 | tee push-log.txt"
)


def report(page: Page, logs: Sequence[Log]) -> Iterator[Text]:
    """Yield the whole report."""
    if not logs:
        yield from page.wrapped(Text("NO PUSH  ", "bold yellow"), Text("No log was read."))
    pushes = sum(len(log.pushes) for log in logs)
    several = sum(max(len(log.pushes), 1) for log in logs) > 1
    if several:
        yield from page.wrapped(Text(), Text(_tally(logs), "bold"))
    for log in logs:
        folded = False
        if several and not log.pushes:
            yield from _heading(page, log.source.name)
        if not log.pushes:
            yield from _no_push(page, log)
        number = 1
        for run in runs_alike(log.pushes):
            push, *others = run
            before, folded = folded, pushes >= words.FOLD_FROM and push.outcome is Outcome.SUCCEEDED
            if folded:
                yield from () if before else [Text()]
                yield _folded(page, log, push, alone=len(logs) == 1)
                number += len(run)
                continue
            if several:
                of = f"push {number} of {len(log.pushes)}, " if len(log.pushes) > 1 else ""
                yield from _heading(page, f"{log.source.name} · {of}{words.span(push.lines)}")
            yield from _push(page, log, push)
            if others:
                yield Text()
                yield from page.wrapped(Text(), Text(page.line(more_like_it(others))))
            number += len(run)


def _folded(page: Page, log: Log, push: Diagnosis, *, alone: bool) -> Text:
    """A push that went well, on one line: among many it is not what one looks for."""
    word = Text(f"{push.outcome.value.upper()}  ", OUTCOME_STYLES[push.outcome])
    where = words.span(push.lines) if alone else place(page, log, "-".join(map(str, push.lines)))
    summary = f"{page.line(push.verdict) or words.outcome(push)} · {where}"
    return word.append(page.cut(summary, page.width - word.cell_len))


def _tally(logs: Sequence[Log]) -> str:
    pushes = list(chain.from_iterable(log.pushes for log in logs))
    ends = Counter(push.outcome for push in pushes)
    outcomes = ", ".join(f"{ends[outcome]} {outcome.value}" for outcome in Outcome if ends[outcome])
    pushed = "No push" if not pushes else f"{len(pushes)} {'push' if len(pushes) == 1 else 'pushes'}"
    return f"{pushed} in {words.count(len(logs), 'log')}{': ' if outcomes else ''}{outcomes}"


def _heading(page: Page, title: str) -> Iterator[Text]:
    rule = page.say("─")
    text = Text(f"{rule * 2} {page.cut(title, page.width - 6)} ", "bold")
    yield Text()
    yield text.append(rule * (page.width - text.cell_len), QUIET)


def _no_push(page: Page, log: Log) -> Iterator[Text]:
    source = log.source
    sentence = f"No push was found in {page.line(source.name)} ({words.count(source.lines, 'line')})."
    yield from page.wrapped(Text("NO PUSH  ", "bold yellow"), Text(sentence, "bold"))
    for entry in source.missed[:SHOWN_MISSED]:
        yield from page.wrapped(Text(f"{entry.line:>7}  ", "dim"), Text(page.line(entry.text)))
    yield from page.prose(9, MISSED_ADVICE if source.missed else NO_PUSH_ADVICE)
    for note in source.notes:
        yield from page.prose(9, f"Note: {note}")


def _push(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield one push, its parts set apart by an empty line."""
    parts = (
        _verdict(page, push),
        _facts(page, log, push),
        reach(page, push, LABEL),
        timeline(page, push, LABEL),
        table(page, push),
        *findings(page, log, push),
        unread(page, log, push),
        _footer(page, push),
    )
    started = False
    for part in parts:
        for index, line in enumerate(part):
            if started and index == 0:
                yield Text()
            yield line
            started = True


def _verdict(page: Page, push: Diagnosis) -> Iterator[Text]:
    word = Text(f"{push.outcome.value.upper()}  ", OUTCOME_STYLES[push.outcome])
    headline = page.line(push.verdict) or f"{words.outcome(push)}: {words.reached(push)}."
    yield from page.wrapped(word, Text(headline, "bold"))
    yield from page.prose(word.cell_len, push.advice)
    if (leading := now(push)) is not None:
        body = Text.assemble(("What now: ", "bold"), page.line(leading.remedy[0]))
        body.highlight_regex(QUOTED, CODE)
        yield from page.wrapped(Text(" " * word.cell_len), body)


def _image(push: Diagnosis) -> str:
    reference = push.reference
    name = "/".join(part for part in (reference.registry, reference.repository) if part)
    if not name:
        return "not named in the log"
    if not reference.tags:
        return name
    rest = len(reference.tags) - SHOWN_TAGS
    others_count = f" and {words.count(rest, 'more tag')}" if rest > 0 else ""
    return f"{name}:{', '.join(reference.tags[:SHOWN_TAGS])}{others_count}"


def _engine(push: Diagnosis) -> str:
    return push.client.value if push.store is Store.UNKNOWN else f"{push.client.value}, {push.store.value} store"


def _time(push: Diagnosis) -> str:
    took = words.duration(push.duration, push.clock)
    return took if push.clock is Clock.NONE else f"{push.clock.value}, {took}"


def _row(page: Page, label: str, text: str) -> Iterator[Text]:
    yield from page.wrapped(Text(label.ljust(LABEL), QUIET), Text(page.line(text)))


def _facts(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield what was pushed, with what and when: short facts share a line where there is room."""
    yield from _row(page, "image", _image(push))
    if push.reference.digest:
        yield from _row(page, "digest", push.reference.digest)
    yield from _grid(page, _grid_facts(log, push))
    if push.error is not None and not _proven(push):
        lead = Text(f"{'error'.ljust(LABEL)}{place(page, log, str(push.error.line))}  ", QUIET)
        yield lead.append(page.cut(push.error.text, page.width - lead.cell_len), "not dim")
    for note in log.source.notes:
        yield from _row(page, "note", note)


def _grid_facts(log: Log, push: Diagnosis) -> list[tuple[str, str]]:
    capture = CAPTURES[log.source.capture] + (f", {log.source.decoration}" if log.source.decoration else "")
    facts = [("engine", _engine(push)), ("time", _time(push)), ("registry", push.registry_kind), ("log", capture)]
    return [fact for fact in facts if fact != ("registry", "unknown")]


def _grid(page: Page, facts: list[tuple[str, str]]) -> Iterator[Text]:
    """Yield short facts two to a line, one to a line where the page is too narrow for that."""
    facts = [(label, page.line(text)) for label, text in facts]
    left_width = max(len(text) for _, text in facts[::2]) + GAP
    right = max(len(text) for _, text in facts[1::2])
    if 2 * LABEL + left_width + right > page.width:
        for label, text in facts:
            yield from _row(page, label, text)
        return
    for index in range(0, len(facts), 2):
        line = Text()
        for label, text in facts[index : index + 2]:
            line.append(label.ljust(LABEL), QUIET).append(text.ljust(left_width))
        yield line


def _proven(push: Diagnosis) -> bool:
    """Whether a finding quotes the line of the error already."""
    return push.error is not None and any(
        proof.line == push.error.line for finding in push.findings for proof in finding.evidence
    )


def _footer(page: Page, push: Diagnosis) -> Iterator[Text]:
    first, last = push.lines
    coverage = f"{push.lines_understood} of {words.count(last - first + 1, 'line')} understood"
    named = [finding.name for finding in push.findings if finding.severity is Severity.ERROR]
    named += [finding.name for finding in push.findings]
    hint = f" · pushlog explain {named[0]}" if named else ""
    yield from page.wrapped(Text(), Text(page.line(coverage + hint), QUIET))
