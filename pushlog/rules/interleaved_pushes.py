"""The lines of two pushes are mixed in this log.

Docker does not say which push a layer's line belongs to. When two run at the same time into one log, what follows the
second header belongs to either of them, so the layers told here may be those of both.

Recognised by: a layer of the push before that goes on here without a `Preparing` of its own; a layer that goes on after
a digest line though it was not done; a layer that begins again without a digest line after it was pushed; two digest
lines with nothing between them. A `Preparing` twice at the start is a layer that the image has twice, and `--all-tags`
repeats layers after each digest line: neither is a mixture.

What to do: keep the output of each push apart, or push one after the other.

Source: moby distribution/push_v2.go: `Preparing` is printed for each layer first, the digest line last.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.model import Capture, Confidence, Finding, Severity, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.model import Evidence
    from pushlog.timeline.event_table import EventTable

CODE = "PL305"
NAME = "interleaved-pushes"
SEVERITY = Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What gives a mixture away: the sentence, the lines that prove it, the layers, and how sure it is."""

    why: str
    evidence: tuple[Evidence, ...]
    confidence: Confidence = Confidence.CERTAIN
    layers: tuple[str, ...] = ()


def across(cases: Sequence[Case]) -> Iterator[tuple[int, Finding]]:
    """Fires on a push among whose lines stand those of another, and on the one before whose lines those are."""
    for index, case in enumerate(cases):
        before = cases[index - 1] if index else None
        sign = mixed(case, before)
        if sign is None:
            continue
        yield index, _finding(case, sign)
        if before is not None and set(sign.layers) & {layer.id for layer in before.push.layers}:
            yield index - 1, _finding(before, sign)


def mixed(case: Case, before: Case | None) -> Sign | None:
    """The first sign that lines of another push stand among those of this one; `before` is the push above it."""
    if not len(case.events) or case.source.capture is Capture.SCREEN:
        return None
    return (
        (_goes_on_here(case, before) if before else None)
        or _digests_together(case)
        or _goes_on_after_digest(case)
        or _begins_again(case)
    )


def _goes_on_here(case: Case, before: Case) -> Sign | None:
    from pushlog.formats.events import EventKind

    if not len(before.events):
        return None
    prepared = before.events.layers(before.events.kind == EventKind.PREPARING)
    ids = {before.parsed.events.ids[code] for code in prepared}
    open_there = {layer.id for layer in before.push.layers if not layer.state.done and layer.id in ids}
    first = {code: case.events.kind[rows[0]] for code, rows in case.events.by_layer.items()}
    foreign = [
        layer
        for code, layer in enumerate(case.parsed.events.ids)
        if layer in open_there and first[code] != EventKind.PREPARING
    ]
    if not foreign:
        return None
    same = case.push.reference.repository == before.push.reference.repository
    return Sign(
        why=f"Layer {foreign[0]} began in the push before and goes on here.",
        evidence=(before.row(list(before.rows(foreign[0]))[-1]), case.row(next(case.rows(foreign[0])))),
        confidence=Confidence.LIKELY if same else Confidence.CERTAIN,
        layers=tuple(foreign),
    )


def _digests_together(case: Case) -> Sign | None:
    for (row, one), (next_row, other) in itertools.pairwise(_digests(case)):
        if row == next_row and one.text != other.text:
            return Sign(why="Two digest lines stand together, and each ends a push.", evidence=(one, other))
    return None


def _goes_on_after_digest(case: Case) -> Sign | None:
    from pushlog.formats.events import EventKind

    if case.push.store is not Store.GRAPHDRIVER:
        return None
    done = (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED, EventKind.SKIPPED, EventKind.FAILED)
    bounds = [0, *(row for row, _ in _digests(case)), len(case.events)]
    for (low, middle), (_, high) in itertools.pairwise(itertools.pairwise(bounds)):
        above, later = case.events.part(low, middle), case.events.part(middle, high)
        open_layers = {code for code, row in above.last().items() if above.kind[row] not in done}
        begins = {code: int(rows[0]) for code, rows in later.by_layer.items() if code in open_layers}
        again = next((code for code, row in begins.items() if later.kind[row] != EventKind.PREPARING), None)
        if again is not None:
            row, layer = middle + begins[again], case.parsed.events.ids[again]
            digest = next(line for at, line in _digests(case) if at == middle)
            return Sign(
                why=f"Layer {layer} goes on after a digest line, which comes when all layers of a push are in.",
                evidence=(digest, case.row(row)),
                layers=(layer,),
            )
    return None


def _begins_again(case: Case) -> Sign | None:
    bounds = [0, *(row for row, _ in _digests(case)), len(case.events)]
    for low, high in itertools.pairwise(bounds):
        both = sorted(_pushed_then_prepared(case.events.part(low, high)))
        if both:
            code, pushed, again = both[0]
            layer = case.parsed.events.ids[code]
            return Sign(
                why=f"Layer {layer} begins again after it was pushed, and no digest line stands between.",
                evidence=(case.row(low + pushed), case.row(low + again)),
                confidence=Confidence.LIKELY,
                layers=(layer,),
            )
    return None


def _pushed_then_prepared(part: EventTable) -> Iterator[tuple[int, int, int]]:
    """Layers with the row that says pushed and a later one that prepares them again."""
    from pushlog.formats.events import EventKind

    # Hardly any push has a row that prepares after one that says pushed: the layers of the rest are not looked at.
    (done,), (begun,) = part.is_kind(EventKind.PUSHED).nonzero(), part.is_kind(EventKind.PREPARING).nonzero()
    if not len(done) or not len(begun) or begun[-1] < done[0]:
        return
    for code, rows in part.by_layer.items():
        pushed, prepared = rows[part.kind[rows] == EventKind.PUSHED], rows[part.kind[rows] == EventKind.PREPARING]
        if len(pushed) and len(prepared) and prepared[-1] > pushed[0]:
            yield code, int(pushed[0]), int(prepared[-1])


def _digests(case: Case) -> list[tuple[int, Evidence]]:
    """The digest lines, each with the number of events above it."""
    starts = case.parsed.events.start
    return [
        (int(starts.searchsorted(m.start)), case.quote(m.line)) for m in case.parsed.marks if m.kind == MarkKind.DIGEST
    ]


def _finding(case: Case, sign: Sign) -> Finding:
    return Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="Lines of two pushes are mixed here",
        explanation=f"{sign.why} Which layers are whose, the log can't tell; what is said of this push may be about "
        "the other.",
        remedy=(
            f"Keep the output of each push apart: `docker push {case.image} > push-log.txt 2>&1`",
            "Or push one after the other; the daemon's upload slots are shared anyway.",
        ),
        evidence=sign.evidence,
        confidence=sign.confidence,
        layers=sign.layers,
    )
