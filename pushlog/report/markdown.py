"""Markdown for a job summary or a merge request: the verdict, how far the push got, why, what now, then all layers."""

from __future__ import annotations

from enum import IntEnum
from itertools import takewhile
from typing import TYPE_CHECKING

from pushlog.model import Diagnosis, Finding, Outcome, Severity
from pushlog.record_class import record
from pushlog.report.facts import about_facts, progress_facts, reading_facts, time_facts
from pushlog.report.issues import image, no_push, notes_beside, tally
from pushlog.report.markdown_page import code, fenced, folded, inline, paragraph, table
from pushlog.report.now import now
from pushlog.report.prose import remedy
from pushlog.report.quote import dashed, quote
from pushlog.report.rule_links import address
from pushlog.report.tables import estimates, layer_rows
from pushlog.report.waterline import FILLS, cells
from pushlog.report.words import count, outcome, reached, waterline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.model import Evidence, Log, Source
    from pushlog.report.facts import Fact
    from pushlog.report.quote import Line

# GitHub drops a summary of more than 1 MiB - 2 bytes without a word; GitLab takes a million characters.
LIMIT = 1_000_000
# Room for the sentence that says what was left out.
RESERVE = 400
SEVERITIES = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"}
MARKS = {Outcome.SUCCEEDED: "\N{CHECK MARK}", Outcome.FAILED: "\N{BALLOT X}"}
BAR = 40
RING = "\N{WHITE CIRCLE}"


class Rank(IntEnum):
    """The order in which blocks are kept when not all of them fit."""

    ENDED_BADLY = 0
    WHY = 1
    SUCCEEDED = 2
    NOTED = 3
    DETAILS = 4


WHAT = {
    Rank.ENDED_BADLY: "push",
    Rank.WHY: "finding",
    Rank.SUCCEEDED: "push",
    Rank.NOTED: "finding",
    Rank.DETAILS: "layer table",
}


@record(kw_only=False)
class Block:
    """A part of the page that is kept or left out as a whole."""

    rank: Rank
    text: str


def _facts(facts: Iterable[Fact]) -> str:
    rows = [[inline(fact.term), inline(fact.value), inline(fact.note)] for fact in facts]
    return table(("", "What is known", "What it means"), rows)


def _bar(push: Diagnosis) -> str:
    """Progress of the push as a bar of letters, with its legend."""
    bands = waterline(push)
    if not bands:
        return ""
    bar = "".join(FILLS[band.stand] * number for band, number in zip(bands, cells(bands, BAR), strict=True))
    legend = ", ".join(f"`{FILLS[band.stand]}` {band.layers} {band.word}" for band in bands)
    return f"`{bar}` {reached(push)}: {legend}"


def _head(log: Log, push: Diagnosis, level: str) -> str:
    named = code(image(push))
    parts = [
        f"{level} {MARKS.get(push.outcome, RING)} {outcome(push)}{': ' if named else ''}{named}",
        f"**{paragraph(push.verdict or f'{outcome(push)}: {reached(push)}')}**",
        *_error(log, push),
        *_now(push),
        paragraph(push.advice),
        _bar(push),
        _facts((*about_facts(push, log.source), *progress_facts(push), *time_facts(push))),
        f"From {code(log.source.name)}, lines {dashed(push.lines)}.",
    ]
    return "\n\n".join(part for part in parts if part)


def _error(log: Log, push: Diagnosis) -> Iterator[str]:
    """The error as the client printed it, and where it stands."""
    if push.error is not None:
        first, *others = push.error.text.splitlines() or [""]
        number = str(push.error.line)
        yield fenced([f"{number} | {first}", *(f"{' ' * len(number)} | {line}" for line in others)])
        yield code(f"{log.source.name}:{push.error.line}")


def _now(push: Diagnosis) -> Iterator[str]:
    """The one thing to do first, with its command."""
    leading = now(push)
    if leading is not None:
        advice = remedy(leading.remedy[0])
        yield f"**What now:** {paragraph(advice.pieces)}"
        if advice.command is not None:
            yield fenced([advice.command], "sh")


def _quoted(finding: Finding, excerpt: tuple[Evidence, ...]) -> str:
    """The evidence with its neighbours; `>` marks the lines that prove it."""
    quoted_lines = quote(finding.evidence, excerpt)
    width = max(len(_place(line)) for line in quoted_lines)
    lines: list[str] = []
    for line in quoted_lines:
        if line.skipped:
            lines.append(f"  {'…':>{width}} | {count(line.skipped, 'line')} not shown")
        number = _place(line) if line.first else ""
        # One line of the log stays one line here, whatever is in it.
        lines.append(f"{'>' if line.marked else ' '} {number:>{width}} | {line.text}".replace("\n", "\u2424"))
    return fenced(lines)


def _place(line: Line) -> str:
    return str(line.number) if line.file is None else f"{line.file}:{line.number}"


def _remedies(finding: Finding) -> Iterator[str]:
    for number, text in enumerate(finding.remedy, 1):
        lead = f"{number}. "
        advice = remedy(text)
        yield f"{lead}{paragraph(advice.pieces)}"
        if advice.command is not None:
            yield fenced([advice.command], "sh", " " * len(lead))


def _finding(finding: Finding, push: Diagnosis, level: str) -> str:
    link = address(finding.rule, finding.name)
    name = f"[{code(finding.name)}](<{link}>)" if link else code(finding.name)
    kind = f"{code(finding.rule)} {name}, {finding.confidence.value}"
    title = f"{SEVERITIES[finding.severity]}: {finding.title}"
    noted = finding.severity is Severity.INFO
    parts = (
        "" if noted else f"{level} {inline(title)}",
        kind.strip(),
        paragraph(finding.explanation),
        _quoted(finding, push.excerpt),
        *_remedies(finding),
    )
    # Findings of low severity are folded.
    return folded(title, *parts) if noted else "\n\n".join(part for part in parts if part)


def _layers(push: Diagnosis) -> str:
    heads = ("Layer", "State", "Bytes", "Attempts", "Waited", "Lines", "Made by")
    rows = [
        [
            code(row.id),
            inline(" ".join(part for part in (row.state, row.detail) if part)),
            inline(", ".join(part for part in (row.size, row.stored) if part)),
            row.attempts,
            row.waited,
            row.lines.text,
            code(row.created_by),
        ]
        for row in layer_rows(push, {})
    ]
    # The last column is there for those who gave the image's history.
    columns = len(heads) if any(row[-1] for row in rows) else len(heads) - 1
    return table(heads[:columns], [row[:columns] for row in rows]) if rows else ""


def _what_if(push: Diagnosis) -> str:
    answers = estimates(push)
    rows = [[inline(row.change), inline(row.seconds), inline(row.range)] for row in answers.rows]
    return table(("What a change would have brought", "Time", "Range"), rows) if rows else ""


def _details(push: Diagnosis, source: Source) -> str:
    notes = "\n".join(f"- {paragraph(note)}" for note in source.notes)
    unread = fenced([f"{line.line} | {line.text}" for line in push.unread])
    return folded(
        f"{count(len(push.layers), 'layer')}, and how the log was read" if push.layers else "How the log was read",
        _layers(push),
        _what_if(push),
        paragraph(push.progress.why),
        _facts(reading_facts(push, source)),
        notes,
        f"Not understood:\n\n{unread}" if push.unread else "",
    )


def _blocks(log: Log, level: str) -> Iterator[Block]:
    for push in log.pushes:
        good = push.outcome is Outcome.SUCCEEDED
        yield Block(Rank.SUCCEEDED if good else Rank.ENDED_BADLY, _head(log, push, level))
        for finding in push.findings:
            yield Block(Rank.NOTED if good else Rank.WHY, _finding(finding, push, f"{level}#"))
        yield Block(Rank.DETAILS, _details(push, log.source))
    if not log.pushes:
        finding = no_push(log.source)
        notes = "\n".join(f"- {paragraph(note)}" for note in notes_beside(log.source))
        parts = (
            f"{level} {RING} No push found: {code(log.source.name)}",
            inline(f"{finding.explanation} {finding.remedy[0]}"),
            *([fenced([f"{entry.line} | {entry.text}" for entry in log.source.missed])] if log.source.missed else []),
        )
        yield Block(Rank.ENDED_BADLY, "\n\n".join((*parts, notes) if notes else parts))


def _fitted(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """The blocks that fit, in order, and those left out; after the first that is too large none is taken."""
    order = sorted(range(len(blocks)), key=lambda index: blocks[index].rank)
    room = LIMIT - RESERVE
    sizes = {index: len(blocks[index].text.encode("utf-8")) + 2 for index in order}
    used = 0

    def fits(index: int) -> bool:
        nonlocal used
        used += sizes[index]
        return used <= room

    fitting = set(takewhile(fits, order))
    return [blocks[index] for index in sorted(fitting)], [
        block for index, block in enumerate(blocks) if index not in fitting
    ]


def _left_out(blocks: Sequence[Block]) -> str:
    words = dict.fromkeys(WHAT.values(), 0)
    for block in blocks:
        words[WHAT[block.rank]] += 1
    counts = ", ".join(count(number, word) for word, number in words.items() if number)
    return f"Left out, because a job summary has a limit of 1 MiB: {counts}. The HTML and JSON outputs have all of it."


def render(logs: Sequence[Log]) -> str:
    """Return one page for all logs, under GitHub's limit."""
    several = sum(max(len(log.pushes), 1) for log in logs) != 1
    blocks = [block for log in logs for block in _blocks(log, "##" if several else "#")]
    fitting, left_out = _fitted(blocks)
    parts = [f"# {tally(logs)}"] if several else []
    parts += [block.text for block in fitting]
    if left_out:
        parts.append(_left_out(left_out))
    return "\n\n".join(parts) + "\n"
