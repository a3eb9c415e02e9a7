"""The log in its own words: evidence with its neighbours, and which of its lines a page can link to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.model import Diagnosis, Evidence

NEIGHBOURS = 1
# A quote longer than this shows its beginning and its end: fifty countdown lines say no more than five.
LONGEST = 12
HEAD, TAIL = 6, 4


@record
class Line:
    """One line of a quote; `skipped` counts the lines left out before it, `first` is false for its further texts.

    `file`: the other log that it stands in, as people call it; None for the log itself.
    """

    number: int
    text: str
    marked: bool
    skipped: int
    first: bool
    file: str | None = None


@record
class Link:
    """Lines that a sentence points at: `lines 57-61`, and the anchor of the first one if the page quotes it."""

    text: str
    anchor: str | None


def _numbered(evidence: Sequence[Evidence], marked: frozenset[Evidence]) -> tuple[Line, ...]:
    lines: list[Line] = []
    before: Evidence | None = None
    for item in evidence:
        is_next = before is not None and before.file == item.file
        skipped = max(item.line - before.line - 1, 0) if before is not None and is_next and item.file is None else 0
        lines.append(
            Line(
                number=item.line,
                text=item.text,
                marked=item in marked,
                skipped=skipped,
                first=not (before is not None and is_next and before.line == item.line),
                file=None if item.file is None else file_name(item.file),
            )
        )
        before = item
    return tuple(lines)


def _in_order(items: Iterable[Evidence]) -> list[Evidence]:
    """Each line once, by number. A terminal draws one line of its capture many times: all texts of it are kept.

    Lines of other logs come behind those of the log itself, in the order in which they prove something.
    """
    lines = list(dict.fromkeys(items))
    lines_of_log = sorted((item for item in lines if item.file is None), key=lambda item: item.line)
    return [*lines_of_log, *(item for item in lines if item.file is not None)]


def file_name(path: str) -> str:
    """Return how a log is called beside its lines: without its folders."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def quote(evidence: Iterable[Evidence], excerpt: Iterable[Evidence]) -> tuple[Line, ...]:
    """Return the evidence in log order, marked, with the neighbours that the excerpt holds."""
    proof = tuple(evidence)
    proven = {item.line for item in proof if item.file is None}
    near = {line + step for line in proven for step in range(-NEIGHBOURS, NEIGHBOURS + 1)} - proven
    lines = _in_order((*proof, *(item for item in excerpt if item.line in near)))
    if len(lines) > LONGEST:
        lines = [*lines[:HEAD], *lines[-TAIL:]]
    return _numbered(lines, frozenset(proof))


def whole(push: Diagnosis) -> tuple[Line, ...]:
    """Return every quoted line of a push once, those that findings point at marked."""
    proof = tuple(item for finding in push.findings for item in finding.evidence if item.file is None)
    return _numbered(_in_order((*push.excerpt, *proof)), frozenset(proof))


def anchors(push: Diagnosis, prefix: str) -> dict[int, str]:
    """Return the anchor of each line that the page quotes for this push."""
    return {line.number: f"{prefix}-L{line.number}" for line in whole(push)}


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def links(numbers: Iterable[int], anchored: dict[int, str]) -> tuple[Link, ...]:
    """Return the lines as ranges, each linked to the quoted log; the first eight ranges are enough to find the rest."""
    runs = _runs(numbers)
    targets = [Link(text=dashed(run), anchor=anchored.get(run[0])) for run in runs[:8]]
    if len(runs) > 8:
        targets.append(Link(text=f"and {len(runs) - 8} more", anchor=None))
    return tuple(targets)


def dashed(lines: tuple[int, int]) -> str:
    """Return `57` or `57-61`, with an en dash."""
    first, last = lines
    return str(first) if first == last else f"{first}\u2013{last}"


def link(lines: tuple[int, int], anchored: dict[int, str]) -> Link:
    """Return a range linked to the first of its lines that the page quotes."""
    anchors = (anchored[number] for number in sorted(anchored) if lines[0] <= number <= lines[1])
    return Link(text=dashed(lines), anchor=next(anchors, None))
