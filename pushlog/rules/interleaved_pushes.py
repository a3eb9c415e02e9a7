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
from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.formats.marks import MarkKind
from pushlog.model import Capture, Confidence, Finding, Severity, Store
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.model import Evidence
    from pushlog.timeline.event_table import EventTable

CODE = "PL305"
NAME = "interleaved-pushes"
SEVERITY = Severity.WARNING
ROLE = Role.CAPTURE
SCOPE = Scope.DOCKER_ENGINE


@record
class Sign:
    """A sign that lines of two pushes are mixed: a sentence, the lines that show it, the layers, and how sure it is."""

    why: str
    evidence: tuple[Evidence, ...]
    confidence: Confidence = Confidence.CERTAIN
    layers: tuple[str, ...] = ()


def across(cases: Sequence[Case], _: frozenset[int] = frozenset()) -> Iterator[tuple[int, Finding]]:
    """Fire on a push that has lines of another among its own, and on the push before it if they are of that one.

    Pushes in lanes are told apart: only those of one text can be mixed.
    """
    last_of_text: dict[int, int] = {}
    for index, case in enumerate(cases):
        number = last_of_text.get(id(case.text))
        last_of_text[id(case.text)] = index
        previous = None if number is None else cases[number]
        sign = find_sign(case, previous)
        if sign is None:
            continue
        yield index, _finding(case, sign)
        if number is None or previous is None:
            continue
        if previous.parsed.is_mixed or _has_any(previous, sign.layers):
            yield number, _finding(previous, sign)


def _has_any(case: Case, layers: tuple[str, ...]) -> bool:
    return any(layer.id in layers for layer in case.push.layers)


def find_sign(case: Case, previous: Case | None) -> Sign | None:
    """Return the first sign of lines of another push in this one; `previous` is the push above it."""
    if case.source.capture is Capture.SCREEN:
        return None
    if case.parsed.is_mixed and previous is not None and previous.parsed.is_mixed:
        return _is_mixed(case, previous)
    if not len(case.events):
        return None
    return (
        (_goes_on_here(case, previous) if previous else None)
        or _digests_together(case)
        or _goes_on_after_digest(case)
        or _begins_again(case)
    )


def _is_mixed(case: Case, previous: Case) -> Sign:
    headers = (previous.quote(previous.push.lines[0]), case.quote(case.push.lines[0]))
    return Sign(why="A second push began before the first one ended, and both wrote what follows.", evidence=headers)


def _goes_on_here(case: Case, previous: Case) -> Sign | None:
    from pushlog.formats.events import EventKind

    # A push that failed above is over. One that is piped prepares each of its layers first: without any such row, what
    # follows is the last screen of a terminal, where a layer stands once.
    if not len(previous.events) or (previous.parsed.error and previous.parsed.error.stop <= case.parsed.start):
        return None
    if not case.events.is_kind(EventKind.PREPARING).any():
        return None
    prepared = previous.events.layers(previous.events.is_kind(EventKind.PREPARING))
    prepared_ids = {previous.parsed.events.ids[code] for code in prepared}
    open_ids = {layer.id for layer in previous.push.layers if not layer.state.done and layer.id in prepared_ids}
    first_kinds = {code: case.events.kind[rows[0]] for code, rows in case.events.by_layer.items()}
    foreign_layers = [
        layer
        for code, layer in enumerate(case.parsed.events.ids)
        if layer in open_ids and first_kinds[code] != EventKind.PREPARING
    ]
    if not foreign_layers:
        return None
    same_repository = case.push.reference.repository == previous.push.reference.repository
    return Sign(
        why=f"Layer {foreign_layers[0]} began in the push before and goes on here.",
        evidence=(
            previous.row(list(previous.rows(foreign_layers[0]))[-1]),
            case.row(next(case.rows(foreign_layers[0]))),
        ),
        confidence=Confidence.LIKELY if same_repository else Confidence.CERTAIN,
        layers=tuple(foreign_layers),
    )


def _digests_together(case: Case) -> Sign | None:
    for (row, line), (next_row, next_line) in itertools.pairwise(_digests(case)):
        if row == next_row and line.text != next_line.text:
            return Sign(why="Two digest lines stand together, and each ends a push.", evidence=(line, next_line))
    return None


def _goes_on_after_digest(case: Case) -> Sign | None:
    from pushlog.formats.events import EventKind

    if case.push.store is not Store.GRAPHDRIVER:
        return None
    done = (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED, EventKind.SKIPPED, EventKind.FAILED)
    bounds = [0, *(row for row, _ in _digests(case)), len(case.events)]
    for (start, middle), (_, stop) in itertools.pairwise(itertools.pairwise(bounds)):
        above, below = case.events.part(start, middle), case.events.part(middle, stop)
        is_done = above.is_kind(*done).tolist()
        open_layers = {code for code, row in above.last().items() if not is_done[row]}
        if not open_layers:
            continue
        first_rows = {code: int(rows[0]) for code, rows in below.by_layer.items() if code in open_layers}
        code = next((code for code, row in first_rows.items() if below.kind[row] != EventKind.PREPARING), None)
        if code is not None:
            row, layer = middle + first_rows[code], case.parsed.events.ids[code]
            digest = next(line for digest_row, line in _digests(case) if digest_row == middle)
            return Sign(
                why=f"Layer {layer} goes on after a digest line, which comes when all layers of a push are in.",
                evidence=(digest, case.row(row)),
                layers=(layer,),
            )
    return None


def _begins_again(case: Case) -> Sign | None:
    bounds = [0, *(row for row, _ in _digests(case)), len(case.events)]
    for start, stop in itertools.pairwise(bounds):
        restarts = sorted(_pushed_then_prepared(case.events.part(start, stop)))
        if restarts:
            code, pushed, prepared = restarts[0]
            layer = case.parsed.events.ids[code]
            return Sign(
                why=f"Layer {layer} begins again after it was pushed, and no digest line stands between.",
                evidence=(case.row(start + pushed), case.row(start + prepared)),
                confidence=Confidence.LIKELY,
                layers=(layer,),
            )
    return None


def _pushed_then_prepared(part: EventTable) -> Iterator[tuple[int, int, int]]:
    """Yield layers with the row that says `Pushed` and a later row that prepares them again."""
    from pushlog.formats.events import EventKind

    # Hardly any push prepares a layer after one was pushed: for all others this saves the search layer by layer.
    (done,), (begun,) = part.is_kind(EventKind.PUSHED).nonzero(), part.is_kind(EventKind.PREPARING).nonzero()
    if not len(done) or not len(begun) or begun[-1] < done[0]:
        return
    for code, rows in part.by_layer.items():
        pushed, prepared = rows[part.kind[rows] == EventKind.PUSHED], rows[part.kind[rows] == EventKind.PREPARING]
        if len(pushed) and len(prepared) and prepared[-1] > pushed[0]:
            yield code, int(pushed[0]), int(prepared[-1])


def _digests(case: Case) -> list[tuple[int, Evidence]]:
    """Return the digest lines, each with the number of events above it."""
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
        remedy=case.steps(
            "Keep the output of each push apart: `{push} > push-log.txt 2>&1`",
            "Or push one after the other; the daemon's upload slots are shared anyway.",
        ),
        evidence=sign.evidence,
        confidence=sign.confidence,
        layers=sign.layers,
    )
