"""The answer for one push: verdict, error, what to do, how far, which image, how long, and what else is known."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from pushlog.model import Clock, Diagnosis, Log, Outcome, Severity
from pushlog.report import words
from pushlog.report.issues import unfolded_notes
from pushlog.report.now import now
from pushlog.report.prose import remedy
from pushlog.report.rule_links import more
from pushlog.report.text_estimates import estimates
from pushlog.report.text_findings import ARROW, command_lines, place
from pushlog.report.text_layers import reach
from pushlog.report.text_page import CODE, LABEL, PROSE, QUIET, QUOTED, Page, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Failure, Finding

SHOWN_TAGS = 3
# An error page of a proxy has many short lines; more than these are set one behind the other.
MOST_ERROR_LINES = 3
# The second step is shown beside the first only while both are soon read.
MOST_STEP_LINES = 5
OUTCOME_STYLES = {
    Outcome.SUCCEEDED: "bold green",
    Outcome.FAILED: "bold red",
    Outcome.INTERRUPTED: "bold magenta",
    Outcome.INCOMPLETE: "bold magenta",
}
AGAIN = {True: "pushing again may help", False: "pushing again will not help", None: ""}
COUNTED = {Severity.ERROR: "more error", Severity.WARNING: "warning", Severity.INFO: "note"}


def headline(page: Page, push: Diagnosis) -> str:
    """Return the verdict in one sentence."""
    return page.line(push.verdict) or f"{words.outcome(push)}: {words.reached(push)}"


def verdict(page: Page, push: Diagnosis) -> Iterator[Text]:
    """Yield how the push ended and why; a push whose end is not seen has its advice below."""
    word = outcome_word(push)
    yield from page.wrapped(word, Text(headline(page, push), "bold"))
    if push.outcome in (Outcome.INTERRUPTED, Outcome.INCOMPLETE):
        yield from page.prose(word.cell_len, push.advice)


def outcome_word(push: Diagnosis) -> Text:
    """Return the outcome as it leads a line."""
    return Text(f"{push.outcome.value.upper()}  ", OUTCOME_STYLES[push.outcome])


def answer(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield the rows below the verdict: what ended the push, what to do, how far it got, what it was."""
    why = list(cause(page, log, push))
    yield from why
    if why:
        yield Text()
    yield from reach(page, push)
    yield from row(page, "image", image(push))
    if push.reference.digest:
        yield from row(page, "digest", push.reference.digest)
    if took := _time(push):
        yield from row(page, "time", took)
    yield from estimates(page, push)


def cause(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield the error, what to do, and whether pushing again helps."""
    yield from _error(page, log, push)
    yield from _fix(page, push)
    yield from _again(page, push)


def _error(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield the error as the client printed it, whole, and where it stands."""
    if push.error is None:
        return
    lines = _error_lines(page, push.error)
    where = place(page, log, str(push.error.line))
    shown = [
        part
        for number, text in enumerate(lines)
        for part in page.wrapped(
            Text(("" if number else "error").ljust(LABEL), QUIET), Text(text, "not dim"), width=page.width
        )
    ]
    *before, last = shown
    yield from before
    room = min(page.width, PROSE) - last.cell_len - cell_len(where)
    if room >= 2:
        yield Text.assemble(last, " " * room, (where, QUIET))
        return
    yield last
    # A long place begins at the edge: a terminal that breaks it makes two of it.
    indent = LABEL if LABEL + len(ARROW) + cell_len(where) <= page.width else 0
    yield Text.assemble(" " * indent, (ARROW, QUIET), (where, QUIET))


def _error_lines(page: Page, error: Failure) -> list[str]:
    lines = [line.strip() for line in page.say(error.text).expandtabs(4).splitlines() if line.strip()] or [""]
    return lines if len(lines) <= MOST_ERROR_LINES else [" ".join(lines)]


def _fix(page: Page, push: Diagnosis) -> Iterator[Text]:
    """Yield the first thing to do, and the next one that is a command where the first is none."""
    leading = now(push)
    if leading is None:
        return
    lines = [line for index in steps_shown(page, leading) for line in _step(page, leading.remedy[index])]
    for number, line in enumerate(lines):
        yield Text.assemble((("" if number else "fix").ljust(LABEL), QUIET), line)


def steps_shown(page: Page, finding: Finding) -> tuple[int, ...]:
    """Return which remedies of the leading finding the answer shows."""
    first, *others = finding.remedy
    if remedy(first).command is not None:
        return (0,)
    following = next((at for at, text in enumerate(others, 1) if remedy(text).command is not None), None)
    if following is None:
        return (0,)
    lines = sum(len(list(_step(page, finding.remedy[at]))) for at in (0, following))
    return (0, following) if lines <= MOST_STEP_LINES else (0,)


def _step(page: Page, text: str) -> Iterator[Text]:
    step = remedy(text)
    body = Text(page.line(step.sentence))
    body.highlight_regex(QUOTED.pattern, CODE)
    yield from page.wrapped(Text(), body, width=min(page.width, PROSE) - LABEL)
    if step.command is not None:
        yield from command_lines(page, 2, step.command, width=page.width - LABEL)


def _again(page: Page, push: Diagnosis) -> Iterator[Text]:
    if push.outcome is Outcome.FAILED and push.advice:
        yield from row(page, "again", push.advice)


def image(push: Diagnosis) -> str:
    """Return what was pushed, with its tags as far as the log shows them."""
    reference = push.reference
    name = "/".join(part for part in (reference.registry, reference.repository) if part)
    rest = len(reference.tags) - SHOWN_TAGS
    others_count = f" and {words.count(rest, 'more tag')}" if rest > 0 else ""
    tags = f"{', '.join(reference.tags[:SHOWN_TAGS])}{others_count}"
    if not name:
        return f"not named in the log (tag {tags})" if tags else "not named in the log"
    if not tags:
        return name if reference.digest else f"{name} (tag not in the log)"
    return f"{name}:{tags}"


def _time(push: Diagnosis) -> str:
    """How long the push took: measured, or a bound that is long enough to say something."""
    took = push.duration
    bottleneck = next(
        (finding.title.rstrip(".") for finding in push.findings if finding.name == "bottleneck-layer"), ""
    )
    if took.seconds is not None:
        basis = "recorded with the output" if push.clock is Clock.RECORDED else "by the log's time stamps"
        return f"{words.seconds(took.seconds)}, {basis}{f'. {bottleneck}' if bottleneck else ''}"
    if push.outcome is Outcome.FAILED and words.seconds(took.at_least) in push.advice:
        return ""
    counted = any(layer.retry_wait > 0 for layer in push.layers)
    if took.telling or (counted and took.at_least > 0):
        return f"at least {words.seconds(took.at_least)}{', by the retry countdowns' if counted else ''}"
    return ""


def folded(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield one line that names what else was found: `-v` shows it."""
    leading = now(push)
    others = [finding for finding in push.findings if finding is not leading]
    counts = Counter(finding.severity for finding in others)
    parts = [words.count(counts[severity], word) for severity, word in COUNTED.items() if counts[severity]]
    steps = len(leading.remedy) - len(steps_shown(page, leading)) if leading else 0
    parts = [words.count(steps, "more step")] * bool(steps) + parts
    lines = push.lines[1] - push.lines[0] + 1
    parts += [f"{words.count(lines - push.lines_understood, 'line')} not understood"] * bool(push.unread)
    for note in unfolded_notes(log.source):
        yield from row(page, "note", note)
    if parts:
        names = list(dict.fromkeys(finding.name for finding in others))
        yield Text(page.line(_listed(f"{', '.join(parts)} (-v)", names, min(page.width, PROSE))), QUIET)


def _listed(lead: str, names: Sequence[str], width: int) -> str:
    """The names behind the lead, as many as one line holds: a name that is cut can't be looked up."""
    line = lead
    for number, name in enumerate(names):
        longer = f"{line}{', ' if number else ': '}{name}"
        if len(longer) > width - len(" and 99 more") * (number < len(names) - 1):
            return f"{line} and {len(names) - number} more" if number else line
        line = longer
    return line


def closing(page: Page, push: Diagnosis) -> Iterator[Text]:
    """Yield the last line, where the prompt will be: the verdict again, and where to read on."""
    leading = now(push)
    extras = [more(leading.rule, leading.name)] if leading else []
    extras += [AGAIN[push.error.retry_helps]] if push.error and AGAIN[push.error.retry_helps] else []
    word = outcome_word(push)
    dot = page.say(" · ")
    line = Text(_sum(page, push) if push.outcome is Outcome.SUCCEEDED else headline(page, push), "bold")
    for extra in extras:
        if word.cell_len + line.cell_len + len(dot) + len(extra) <= min(page.width, PROSE):
            line = Text.assemble(line, (dot + page.line(extra), QUIET))
    yield from page.wrapped(word, line)


def _sum(page: Page, push: Diagnosis) -> str:
    """What a push that went well comes down to, in figures."""
    parts = [f"{band.layers} {band.word}" for band in words.waterline(push)]
    if not parts:
        return headline(page, push)
    took = f" in {words.seconds(push.duration.seconds)}" if push.duration.seconds is not None else ""
    return page.line(f"{words.count(len(push.layers), 'layer')}: {', '.join(parts)}{took}")


def alone(page: Page, push: Diagnosis) -> Text:
    """Return the verdict on one line, with the image: all that `-q` prints."""
    again = {True: "again: may help", False: "again: no", None: ""}[push.error.retry_helps if push.error else None]
    parts = (image(push), headline(page, push), again)
    return outcome_word(push).append(page.line(page.say(" · ").join(part for part in parts if part)))
