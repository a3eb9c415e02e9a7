"""Why and what now, on the terminal: each finding with its proof and its remedies, and the lines nobody could read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Diagnosis, Evidence, Finding, Log, Severity
from pushlog.report import words
from pushlog.report.prose import remedy
from pushlog.report.quote import file_name
from pushlog.report.text_page import CODE, QUIET, Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_PROOF = 6
MOST_UNREAD = 3
# Longer ones are not commands that one pastes.
LONGEST_COMMAND = 400
ARROW = "--> "
MORE = " \\"
SHELL_WORD = lazy_pattern(r"""(?:'[^']*'|"[^"]*"|\S)++""")
SEVERITIES = {
    Severity.ERROR: ("ERROR", "bold red"),
    Severity.WARNING: ("WARNING", "bold magenta"),
    Severity.INFO: ("NOTE", "bold"),
}


def findings(page: Page, log: Log, push: Diagnosis, shown: Mapping[str, Sequence[int]]) -> list[Iterator[Text]]:
    """Return a part for each finding, in the order given: the cause leads. `shown`: remedies that stand above."""
    return [_finding(page, log, push, finding, shown.get(finding.name, ())) for finding in push.findings]


def _finding(page: Page, log: Log, push: Diagnosis, finding: Finding, shown: Sequence[int]) -> Iterator[Text]:
    word, style = SEVERITIES[finding.severity]
    numbers = sorted(proof.line for proof in finding.evidence if proof.file is None)
    noted = finding.severity is Severity.INFO and bool(numbers)
    name = Text.assemble((page.line(finding.name), "bold"), page.say(f" · {finding.confidence.value}"))
    where = (
        place(page, log, f"{numbers[0]}-{numbers[-1]}" if numbers[0] != numbers[-1] else str(numbers[0]))
        if noted
        else ""
    )
    yield from page.wrapped(Text(f"{word}  ", style), name)
    title = f"{finding.title.strip().rstrip('.')}. " if _adds(finding.title, push.verdict, finding.explanation) else ""
    yield from page.prose(2, title + finding.explanation)
    # Findings of low severity name their lines without quoting them.
    yield from (Text.assemble((f"  {ARROW}{where}", QUIET)),) if noted else _proof(page, log, finding.evidence, push)
    for number, text in enumerate(finding.remedy):
        if number not in shown:
            yield from _remedy(page, number + 1, text)


def _adds(title: str, *texts: str) -> bool:
    """Whether the title says what is not said beside it already."""
    words = title.strip().rstrip(".").casefold()
    return bool(words) and not any(words in text.casefold() for text in texts)


def _remedy(page: Page, number: int, text: str) -> Iterator[Text]:
    """Yield one thing to do; the command that it ends with stands on lines of its own, ready to paste."""
    lead = f"  {number}. "
    step = remedy(text)
    for index, line in enumerate(page.prose(len(lead), step.sentence)):
        yield Text.assemble(lead, line[len(lead) :]) if index == 0 else line
    if step.command is not None:
        yield from command_lines(page, len(lead), step.command, width=page.width)


def command_lines(page: Page, indent: int, command: str, *, width: int) -> Iterator[Text]:
    """Yield the command; where it is too long for a line, the shell is told that it goes on."""
    lead = Text(" " * indent)
    room = width - indent - len(MORE)
    for part in page.say(command).splitlines():
        if len(part) > LONGEST_COMMAND:
            yield from page.wrapped(lead, Text(part, CODE), width=width)
            continue
        lines = _broken(part, room)
        for number, line in enumerate(lines, 1):
            yield Text.assemble(lead, (line, CODE), MORE if number < len(lines) else "")


def _broken(command: str, room: int) -> list[str]:
    """The command in lines that can be pasted: a word or what is quoted is never broken, however long it is."""
    if cell_len(command) <= room + len(MORE):
        return [command]
    lines = [""]
    for word in SHELL_WORD.findall(command):
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def place(page: Page, log: Log, lines: str) -> str:
    """Return where in the log, whole so that an editor can follow it: `push-log.txt:57`."""
    name = "stdin" if log.source.name == "-" else page.line(log.source.name)
    return f"{name}:{lines}"


def _runs(evidence: tuple[Evidence, ...]) -> list[tuple[int, int, Evidence]]:
    """First line, last line, and one of them: lines in a row that read the same are one entry."""
    runs: list[tuple[int, int, Evidence]] = []
    for proof in evidence:
        before = runs[-1] if runs else None
        is_same = before is not None and (before[2].text, before[2].file) == (proof.text, proof.file)
        if before is not None and is_same and before[1] == proof.line - 1:
            runs[-1] = (before[0], proof.line, proof)
        else:
            runs.append((proof.line, proof.line, proof))
    return runs


def _numbers(page: Page, first: int, last: int, proof: Evidence) -> str:
    """Return the number of a line, or of several; of another log, with its name."""
    lines = str(first) if first == last else f"{first}-{last}"
    return lines if proof.file is None else f"{page.line(file_name(proof.file))}:{lines}"


def _proof(page: Page, log: Log, evidence: tuple[Evidence, ...], push: Diagnosis | None = None) -> Iterator[Text]:
    """Yield the place of the first line, then the quoted lines by number; of many, the first ones and the last."""
    runs = _runs(evidence)
    left_out = len(runs) - MOST_PROOF + 1 if len(runs) > MOST_PROOF else 0
    quoted = [
        (_numbers(page, first, last, proof), proof.text)
        for index, (first, last, proof) in enumerate(runs)
        if not left_out or index < MOST_PROOF - 2 or index == len(runs) - 1
    ]
    numbers = max(len(lines) for lines, _ in quoted)
    error = push.error.text if push is not None and push.error is not None else ""
    yield Text(f"  {ARROW}{place(page, log, str(runs[0][0]))}", QUIET)
    for index, (lines, text) in enumerate(quoted):
        if left_out and index == MOST_PROOF - 2:
            yield Text(page.say(f"  {' ' * numbers}   … {words.count(left_out, 'more line')}"), QUIET)
        lead = Text(f"  {lines:>{numbers}} | ", QUIET)
        # The error stands above, whole.
        room = page.width - lead.cell_len
        yield lead.append(page.cut(text, room) if text in error else page.cut_inside(text, room), "not dim")


def unread(page: Page, log: Log, push: Diagnosis) -> Iterator[Text]:
    """Yield the first lines that were not understood, if there are any."""
    if push.unread:
        yield Text("not understood", QUIET)
        yield from _proof(page, log, push.unread[:MOST_UNREAD])
