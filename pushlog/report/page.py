"""The content of the HTML page, ready to be placed: one view for each push, each log without one, and the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Confidence, Diagnosis, Finding, Outcome, Severity
from pushlog.record_class import record
from pushlog.report.facts import (
    CAPTURE_ADVICE,
    NAMES_LAYERS,
    NO_TIMES,
    Fact,
    about_facts,
    no_layers,
    progress_facts,
    reading_facts,
    source_facts,
    time_facts,
)
from pushlog.report.growth import Growth, growth
from pushlog.report.now import now
from pushlog.report.prose import Piece, Remedy, prose, remedy, sentences
from pushlog.report.quote import Line, Link, anchors, dashed, links, quote, whole
from pushlog.report.tables import Estimates, LayerTable, PhaseRow, estimates, layer_table, phase_rows
from pushlog.report.waterfall import Waterfall, waterfall
from pushlog.report.waterline import Waterline, drawing
from pushlog.report.words import FOLD_FROM, count, duration, outcome, reached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Evidence, Log, Missed, Source

# Folder and file tell one log from the others.
SHORT_PATH = 2
SEVERITIES = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"}
OUTCOME_MARKS = {Outcome.SUCCEEDED: "tick", Outcome.FAILED: "cross"}


@record
class FindingView:
    """One finding, its quote and its links."""

    anchor: str
    severity: str
    label: str
    title: tuple[Piece, ...]
    rule: str
    name: str
    explanation: tuple[Piece, ...]
    evidence: tuple[Line, ...]
    remedies: tuple[Remedy, ...]
    confidence: str
    lines: tuple[Link, ...]


@record
class DigestRow:
    """A tag and the digest that the log proves for it."""

    tag: str
    digest: str


@record
class PushView:
    """Everything that the page says of one push."""

    anchor: str
    number: int
    outcome: Outcome
    outcome_word: str
    mark: str
    source: str
    image: str
    lines: str
    headline: tuple[Piece, ...]
    point: tuple[Piece, ...]
    lede: tuple[Piece, ...]
    now: Remedy | None
    about: tuple[Fact, ...]
    reached: str
    took: str
    waterline: Waterline | None
    progress: tuple[Fact, ...]
    why: tuple[Piece, ...]
    waterfall: Waterfall | None
    growth: Growth | None
    no_layers: str
    no_times: str
    capture_advice: tuple[Piece, ...]
    time: tuple[Fact, ...]
    phases: tuple[PhaseRow, ...]
    estimates: Estimates
    findings: tuple[FindingView, ...]
    error_text: str
    layers: LayerTable
    reading: tuple[Fact, ...]
    digests: tuple[DigestRow, ...]
    notes: tuple[str, ...]
    unread: tuple[Evidence, ...]
    excerpt: tuple[Line, ...]
    anchors: dict[int, str]
    folded: bool


@record
class EmptyView:
    """A log in which no push was found."""

    anchor: str
    name: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    missed: tuple[Missed, ...]


@record
class SourceView:
    """One input in the footer."""

    name: str
    sha256: str


@record
class Page:
    """The whole page."""

    title: str
    heading: str
    pushes: tuple[PushView, ...]
    empty: tuple[EmptyView, ...]
    sources: tuple[SourceView, ...]


def _image(push: Diagnosis) -> str:
    name = push.reference.repository or push.reference.registry or ""
    tags = push.reference.tags
    return f"{name}:{tags[0]}" if name and len(tags) == 1 else name


def _headline(push: Diagnosis) -> str:
    if push.verdict:
        return push.verdict
    return f"{outcome(push)}: {reached(push)}" if push.layers else outcome(push)


def _finding(finding: Finding, push: Diagnosis, anchor: str, anchored: dict[int, str]) -> FindingView:
    return FindingView(
        anchor=anchor,
        severity=finding.severity.value,
        label=SEVERITIES[finding.severity],
        title=prose(finding.title),
        rule=finding.rule,
        name=finding.name,
        explanation=prose(finding.explanation),
        evidence=quote(finding.evidence, push.excerpt),
        remedies=tuple(remedy(text) for text in finding.remedy),
        confidence=Confidence(finding.confidence).value.capitalize(),
        lines=links((item.line for item in finding.evidence), anchored),
    )


def _has_times(push: Diagnosis) -> bool:
    """Whether a finding says already which capture would tell the times."""
    return any(finding.name == "no-clock" for finding in push.findings)


def _short(name: str) -> str:
    """The end of a long path: whole names stand at the foot of the page."""
    parts = name.replace("\\", "/").split("/")
    return name if len(parts) <= SHORT_PATH else "/".join(["\u2026", *parts[-SHORT_PATH:]])


def _push(push: Diagnosis, source: Source, number: int, folded: bool) -> PushView:
    anchor = f"p{number}"
    anchored = anchors(push, anchor)
    bars = waterfall(push)
    point, lede = sentences(push.advice)
    leading = now(push)
    return PushView(
        anchor=anchor,
        number=number,
        outcome=push.outcome,
        outcome_word=outcome(push),
        mark=OUTCOME_MARKS.get(push.outcome, "ring"),
        source=_short(source.name),
        image=_image(push),
        lines=dashed(push.lines),
        headline=prose(_headline(push)),
        point=point,
        lede=lede,
        now=None if leading is None else remedy(leading.remedy[0]),
        about=about_facts(push),
        reached=reached(push),
        took=duration(push.duration, push.clock),
        waterline=drawing(push),
        progress=progress_facts(push),
        why=prose(push.progress.why),
        waterfall=bars,
        growth=growth(push),
        no_layers=no_layers(push),
        no_times="" if bars else NO_TIMES[push.clock],
        capture_advice=() if bars or _has_times(push) or push.client not in NAMES_LAYERS else prose(CAPTURE_ADVICE),
        time=time_facts(push),
        phases=phase_rows(push) if bars else (),
        estimates=estimates(push),
        findings=tuple(_finding(f, push, f"{anchor}-f{i}", anchored) for i, f in enumerate(push.findings, 1)),
        error_text=push.error.text if push.error is not None and not push.findings else "",
        layers=layer_table(push, anchored),
        reading=reading_facts(push, source),
        digests=tuple(DigestRow(tag=tag, digest=digest) for tag, digest in push.reference.digests.items()),
        notes=source.notes,
        unread=push.unread,
        excerpt=whole(push),
        anchors=anchored,
        folded=folded,
    )


def _title(pushes: Sequence[PushView], logs: Sequence[Log]) -> str:
    if len(pushes) == 1:
        return ": ".join(part for part in (pushes[0].outcome_word, pushes[0].image) if part)
    return _heading(pushes, logs)


def _heading(pushes: Sequence[PushView], logs: Sequence[Log]) -> str:
    where = _short(logs[0].source.name) if len(logs) == 1 else count(len(logs), "log")
    if not pushes:
        return f"No push found in {where}"
    # Failed pushes come first.
    kinds = sorted(Outcome, key=lambda kind: kind is Outcome.SUCCEEDED)
    numbers = [(sum(push.outcome is kind for push in pushes), kind.value) for kind in kinds]
    parts = ", ".join(f"{number} {word}" for number, word in numbers if number)
    return f"{count(len(pushes), 'push')} in {where}: {parts}"


def page(logs: Sequence[Log]) -> Page:
    """Return the page for the logs, in the order given."""
    sources = [(push, log.source) for log in logs for push in log.pushes]
    fold = len(sources) >= FOLD_FROM
    pushes = tuple(
        _push(push, source, i, fold and push.outcome is Outcome.SUCCEEDED)
        for i, (push, source) in enumerate(sources, 1)
    )
    empty = tuple(
        EmptyView(
            anchor=f"e{i}",
            name=log.source.name,
            facts=source_facts(log.source),
            notes=log.source.notes,
            missed=log.source.missed,
        )
        for i, log in enumerate((log for log in logs if not log.pushes), 1)
    )
    return Page(
        title=_title(pushes, logs),
        heading=_heading(pushes, logs),
        pushes=pushes,
        empty=empty,
        sources=tuple(SourceView(name=log.source.name, sha256=log.source.sha256) for log in logs),
    )
