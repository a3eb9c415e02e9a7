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
    """One line of a quote; `skipped` counts the lines left out before it, `first` is false for its further texts."""

    number: int
    text: str
    marked: bool
    skipped: int
    first: bool


@record
class Link:
    """Lines that a sentence points at: `lines 57-61`, and the anchor of the first one if the page quotes it."""

    text: str
    anchor: str | None


def _numbered(evidence: Sequence[Evidence], marked: frozenset[Evidence]) -> tuple[Line, ...]:
    lines: list[Line] = []
    before = None
    for item in evidence:
        skipped = 0 if before is None else max(item.line - before - 1, 0)
        first = item.line != before
        lines.append(Line(number=item.line, text=item.text, marked=item in marked, skipped=skipped, first=first))
        before = item.line
    return tuple(lines)


def _in_order(items: Iterable[Evidence]) -> list[Evidence]:
    """Each line once, by number. A terminal draws one line of its capture many times: all texts of it are kept."""
    return sorted(dict.fromkeys(items), key=lambda item: item.line)


def quote(evidence: Iterable[Evidence], excerpt: Iterable[Evidence]) -> tuple[Line, ...]:
    """Return the evidence in log order, marked, with the neighbours that the excerpt holds."""
    proof = tuple(evidence)
    proven = {item.line for item in proof}
    near = {line + step for line in proven for step in range(-NEIGHBOURS, NEIGHBOURS + 1)} - proven
    lines = _in_order((*proof, *(item for item in excerpt if item.line in near)))
    if len(lines) > LONGEST:
        lines = [*lines[:HEAD], *lines[-TAIL:]]
    return _numbered(lines, frozenset(proof))


def whole(push: Diagnosis) -> tuple[Line, ...]:
    """Return every quoted line of a push once, those that findings point at marked."""
    proof = tuple(item for finding in push.findings for item in finding.evidence)
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
