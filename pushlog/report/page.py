"""The content of the HTML page, ready to be placed: one view for each push, each log without one, and the index."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from pushlog.model import Confidence, Diagnosis, Finding, Outcome, Severity
from pushlog.report.facts import (
    NO_TIMES,
    about_facts,
    no_layers,
    progress_facts,
    reading_facts,
    source_facts,
    time_facts,
)
from pushlog.report.growth import growth
from pushlog.report.hop_bars import hop_chart
from pushlog.report.issues import notes_beside, what_it_is
from pushlog.report.now import now
from pushlog.report.page_views import DigestRow, EmptyView, Filter, FindingView, Page, PushView, SourceView
from pushlog.report.prose import prose, remedy, sentences
from pushlog.report.quote import Link, anchors, dashed, links, quote, whole
from pushlog.report.tables import estimates, layer_table, phase_rows
from pushlog.report.waterfall import waterfall
from pushlog.report.waterline import drawing
from pushlog.report.words import FOLD_FROM, count, duration, outcome, reached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log, Source

SEVERITIES = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"}
WORST_FIRST = (Outcome.FAILED, Outcome.INTERRUPTED, Outcome.INCOMPLETE, Outcome.SUCCEEDED)
# Fewer pushes are seen at one glance.
FILTER_FROM = 4
OUTCOME_MARKS = {Outcome.SUCCEEDED: "tick", Outcome.FAILED: "cross"}


@cache
def _version() -> str:
    # Its file is read and parsed anew by each call.
    return version("pushlog")


def _image(push: Diagnosis) -> str:
    name = push.reference.repository or push.reference.registry or ""
    tags = push.reference.tags
    return f"{name}:{tags[0]}" if name and len(tags) == 1 else name


def _headline(push: Diagnosis) -> str:
    if push.verdict:
        return push.verdict
    return f"{outcome(push)}: {reached(push)}" if push.layers else outcome(push)


def _error(push: Diagnosis, anchored: dict[int, str]) -> tuple[str, Link] | None:
    """The error as printed, and where it stands."""
    if push.error is None:
        return None
    line = push.error.line
    return push.error.text, Link(text=f"line {line}", anchor=anchored.get(line))


def _finding(finding: Finding, push: Diagnosis, anchor: str, anchored: dict[int, str], *, led: bool) -> FindingView:
    """The view of a finding; `led`: its steps stand at the top of the page, and are not said again."""
    return FindingView(
        anchor=anchor,
        severity=finding.severity.value,
        label=SEVERITIES[finding.severity],
        title=() if finding.title.strip().rstrip(".") == push.verdict.strip().rstrip(".") else prose(finding.title),
        rule=finding.rule,
        name=finding.name,
        explanation=prose(finding.explanation),
        evidence=quote(finding.evidence, push.excerpt),
        remedies=() if led else tuple(remedy(text) for text in finding.remedy),
        led=led,
        confidence=Confidence(finding.confidence).value.capitalize(),
        lines=links((item.line for item in finding.evidence if item.file is None), anchored),
    )


def _base(name: str) -> str:
    """The name of a file without its folders: a page is passed on, and where the log lay is nobody's business."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name


def _findings(push: Diagnosis, anchor: str, anchored: dict[int, str]) -> list[FindingView]:
    leading = now(push)
    return [
        _finding(finding, push, f"{anchor}-f{i}", anchored, led=finding is leading)
        for i, finding in enumerate(push.findings, 1)
    ]


def _push(push: Diagnosis, source: Source, number: int, folded: bool) -> PushView:
    anchor = f"p{number}"
    anchored = anchors(push, anchor)
    bars = waterfall(push)
    point, lede = sentences(push.advice)
    leading = now(push)
    views = _findings(push, anchor, anchored)
    noted = tuple(view for view in views if view.severity == Severity.INFO)
    return PushView(
        anchor=anchor,
        number=number,
        outcome=push.outcome,
        outcome_word=outcome(push),
        mark=OUTCOME_MARKS.get(push.outcome, "ring"),
        source=_base(source.name),
        image=_image(push),
        lines=dashed(push.lines),
        headline=prose(_headline(push)),
        point=point,
        lede=lede,
        steps=() if leading is None else tuple(remedy(text) for text in leading.remedy),
        about=about_facts(push, source),
        reached=reached(push),
        took=duration(push.duration, push.clock),
        waterline=drawing(push),
        progress=progress_facts(push),
        why=prose(push.progress.why),
        waterfall=bars,
        growth=growth(push),
        hops=hop_chart(push),
        no_layers=no_layers(push),
        no_times="" if bars else NO_TIMES[push.clock],
        time=time_facts(push),
        phases=phase_rows(push) if bars else (),
        estimates=estimates(push),
        findings=tuple(view for view in views if view.severity != Severity.INFO),
        noted=noted,
        note_names=", ".join(view.name for view in noted),
        error=_error(push, anchored),
        layers=layer_table(push, anchored),
        reading=reading_facts(push, source),
        digests=tuple(DigestRow(tag=tag, digest=digest) for tag, digest in push.reference.digests.items()),
        notes=tuple(map(prose, source.notes)),
        unread=push.unread,
        excerpt=whole(push),
        anchors=anchored,
        folded=folded,
    )


def _title(pushes: Sequence[PushView], logs: Sequence[Log]) -> str:
    if len(pushes) == 1:
        return ": ".join(part for part in (pushes[0].outcome_word, pushes[0].image) if part)
    return _heading(pushes, logs)


def _summary(pushes: Sequence[PushView], logs: Sequence[Log]) -> str:
    """What a chat shows beside the title of a page that is passed on."""
    if len(pushes) != 1:
        return _heading(pushes, logs)
    return " ".join("".join(piece.text for piece in pieces) for pieces in (pushes[0].headline, pushes[0].point)).strip()


def _filters(pushes: Sequence[PushView]) -> tuple[Filter, ...]:
    """The outcomes to choose from, where there is something to choose."""
    ends = Counter(push.outcome for push in pushes)
    if len(ends) < 2 or len(pushes) < FILTER_FROM:
        return ()
    return tuple(Filter(outcome=kind, label=f"{ends[kind]} {kind.value}") for kind in WORST_FIRST if ends[kind])


def _heading(pushes: Sequence[PushView], logs: Sequence[Log]) -> str:
    where = _base(logs[0].source.name) if len(logs) == 1 else count(len(logs), "log")
    if not pushes:
        return f"No push found in {where}"
    # Failed pushes come first.
    kinds = sorted(Outcome, key=lambda kind: kind is Outcome.SUCCEEDED)
    numbers = [(sum(push.outcome is kind for push in pushes), kind.value) for kind in kinds]
    parts = ", ".join(f"{number} {word}" for number, word in numbers if number)
    return f"{count(len(pushes), 'push')} in {where}: {parts}"


def page(logs: Sequence[Log]) -> Page:
    """Return the page for the logs: what failed comes first, else they stand in the order given."""
    sources = [(push, log.source) for log in logs for push in log.pushes]
    sources.sort(key=lambda pair: WORST_FIRST.index(pair[0].outcome))
    fold = len(sources) >= FOLD_FROM
    pushes = tuple(
        _push(push, source, i, fold and push.outcome is Outcome.SUCCEEDED)
        for i, (push, source) in enumerate(sources, 1)
    )
    empty = tuple(
        EmptyView(
            anchor=f"e{i}",
            name=_base(log.source.name),
            instead=remedy(instead) if (instead := what_it_is(log.source)) else None,
            facts=source_facts(log.source),
            notes=tuple(map(prose, notes_beside(log.source))),
            missed=log.source.missed,
        )
        for i, log in enumerate((log for log in logs if not log.pushes), 1)
    )
    return Page(
        title=_title(pushes, logs),
        heading=_heading(pushes, logs),
        summary=_summary(pushes, logs),
        version=_version(),
        filters=_filters(pushes),
        pushes=pushes,
        empty=empty,
        sources=tuple(SourceView(name=_base(log.source.name), sha256=log.source.sha256) for log in logs),
    )
