"""The whole story: the bytes of one log become its pushes, explained."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pushlog.formats.anchors import stretches
from pushlog.formats.dialects import openings, pushes
from pushlog.formats.errors import Classified, classify
from pushlog.formats.reference import named_in, reference
from pushlog.formats.sections import unbound
from pushlog.formats.store import store
from pushlog.intake.opened import opened
from pushlog.intake.read import Raw, raw, read
from pushlog.knowledge.base import Knowledge, shipped
from pushlog.model import (
    Capture,
    Client,
    Diagnosis,
    Evidence,
    Failure,
    Family,
    Finding,
    Log,
    Outcome,
    Reference,
    Source,
    Store,
)
from pushlog.rules import across, judge
from pushlog.rules.case import Case
from pushlog.rules.token_expired import expired
from pushlog.rules.verdict import verdict
from pushlog.timeline.concurrency import concurrency
from pushlog.timeline.flow import flowed
from pushlog.timeline.frame import frame
from pushlog.timeline.layers import gave_up, layers
from pushlog.timeline.naming import named
from pushlog.timeline.outcome import outcome, proof
from pushlog.timeline.progress import progress
from pushlog.timeline.sent import sent
from pushlog.timeline.sizing import sized
from pushlog.timeline.slots import slots
from pushlog.timeline.times import times
from pushlog.timeline.whatif import estimates

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from pushlog.formats.section import Section
    from pushlog.intake.history import History
    from pushlog.intake.manifest import Manifest
    from pushlog.intake.text import Text
    from pushlog.model import Layer
    from pushlog.timeline.changes import Change
    from pushlog.timeline.measured import Watch

_NEIGHBOURS = 2
_UNREAD_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user may tell and ask an analysis beside the log.

    `timing`: the text of a typescript's timing file; `zone`: that of stamps which name none; `max_uploads`: that of the
    daemon, 0 for no limit.
    """

    knowledge: Knowledge = field(default_factory=shipped)
    timing: str | None = None
    zone: dt.tzinfo | None = None
    history: History | None = None
    manifest: Manifest | None = None
    max_uploads: int | None = None
    what_if: tuple[Change, ...] = ()


def analyze(source: str | Path | bytes, options: Options | None = None) -> Log:
    """The pushes in a log: a path, `-` for standard input, or the bytes themselves. Raises InputError."""
    return analyze_raw(_given(source), options)


def analyze_raw(given: Raw, options: Options | None = None) -> Log:
    """The same for bytes that were read already."""
    source, known = _known(given, options or Options())
    judged = (_judged(case, habits) for case, habits in zip(known, across(known), strict=True))
    return Log(source=source, pushes=tuple(judged))


def cases(source: str | Path | bytes, options: Options | None = None) -> list[Case]:
    """The pushes in a log with all that is known of them, before anything is judged. Raises InputError."""
    return _known(_given(source), options or Options(), every=True)[1]


def _given(source: str | Path | bytes) -> Raw:
    return raw("bytes", source) if isinstance(source, bytes) else read(str(source))


def _known(given: Raw, chosen: Options, *, every: bool = False) -> tuple[Source, list[Case]]:
    """What is known of a log and of its pushes; `every`: with the events that tell no rule anything."""
    log = opened(given.data, openings(), chosen.timing, chosen.zone, where=stretches)
    text = log.text
    told = pushes(text, chosen.knowledge, every=every or log.watch is not None)
    found = told.sections
    described = Source(
        name=given.name,
        bytes=given.size,
        lines=text.lines,
        sha256=given.sha256,
        capture=log.capture or told.capture,
        decoration=log.decoration,
        coverage=_coverage(found),
        notes=(
            *given.told,
            *log.notes,
            *_told(found),
            *(() if found else _unbound(text, chosen.knowledge)),
        ),
    )
    known = [_case(text, described, section, log.watch, chosen) for section in found]
    known, unnamed = _with_instructions(known, chosen.history)
    known, unsized = _with_sizes(known, chosen)
    return replace(described, notes=(*described.notes, *unnamed, *unsized)), known


def _told(found: tuple[Section, ...]) -> tuple[str, ...]:
    """How the clients were told, where that is not plain."""
    whys = dict.fromkeys((one.client, one.why) for one in found if one.why)
    return tuple(f"{_name(client)}: {why}" for client, why in whys)


def _name(client: Client) -> str:
    return "a client that the log does not tell" if client is Client.UNKNOWN else f"pushed by {client.value}"


def _unbound(text: Text, knowledge: Knowledge) -> tuple[str, ...]:
    """What a log without a push may hold all the same: an error that nothing binds to one."""
    line = unbound(text, knowledge)
    return (
        () if line is None else (f"line {line} reads like an error of a push, but no push is in the log to bind it to",)
    )


def _with_instructions(cases: list[Case], history: History | None) -> tuple[list[Case], tuple[str, ...]]:
    """The pushes with their layers named by what made them, and why some could not be."""
    if history is None:
        return cases, ()
    pushes, notes = named([(case.push, case.section) for case in cases], history)
    return [replace(case, push=push) for case, push in zip(cases, pushes, strict=True)], notes


def _with_sizes(cases: list[Case], options: Options) -> tuple[list[Case], tuple[str, ...]]:
    """The pushes with what crossed the network and when, and with the answers that rest on it."""
    done: list[Case] = []
    notes: list[str] = []
    for case in cases:
        push, said = sized(case.push, case.section, options.manifest, options.history)
        push = flowed(push, slots(case.events, push.store)) if len(case.events) else push
        done.append(replace(case, push=replace(push, what_if=estimates(push, case.events, options.what_if))))
        notes += said
    return done, tuple(notes)


def _coverage(found: tuple[Section, ...]) -> float:
    lines = sum(section.lines[1] - section.lines[0] + 1 for section in found)
    return round(sum(_understood(section) for section in found) / lines, 4) if lines else 1.0


def _understood(section: Section) -> int:
    return section.lines[1] - section.lines[0] + 1 - len({piece.line for piece in section.unread})


def _case(text: Text, source: Source, section: Section, watch: Watch | None, options: Options) -> Case:
    """What is known of one push, before anything is judged."""
    facts = options.knowledge.client(section.client)
    engine, classified = _engine(source, section, options.knowledge)
    ended = outcome(section, classified)
    clock = times(text, section, watch, store=engine, error=classified, engine=facts.engine)
    table = frame(section.events, clock.at, counts_down=facts.engine)
    known = layers(
        section.events,
        table,
        store=engine,
        basis=facts.basis,
        mounts={m.fields["LAYER"]: m.fields["FROM"] for m in section.marks if m.kind == "mount"},
        failed=gave_up(section.events.ids, table, classified.parts.object_digest if classified else None)
        if ended is Outcome.FAILED
        else (),
        end=clock.end,
        is_measured=clock.duration.seconds is not None,
        tells_start=facts.engine,
    )
    pushed = _reference(section)
    push = Diagnosis(
        client=section.client,
        store=engine,
        lines=section.lines,
        reference=pushed,
        registry_kind=options.knowledge.registry_kind(pushed.registry),
        outcome=ended,
        error=_failure(section, classified, known),
        layers=known,
        progress=progress(
            known, ended, source.capture, proof=proof(section), piped=section.client is Client.DOCKER, names=facts.names
        ),
        clock=clock.kind,
        duration=clock.duration,
        concurrency=concurrency(table, section, store=engine, capture=source.capture, configured=options.max_uploads),
        sent=sent(table, engine, clock.kind, clock.end),
        lines_understood=_understood(section),
        unread=tuple(Evidence(line=p.line, text=p.text) for p in section.unread[:_UNREAD_SHOWN]),
    )
    return Case(
        source=source,
        push=push,
        section=section,
        events=table,
        text=text,
        classified=classified,
        end=clock.end,
        knowledge=options.knowledge,
    )


def _reference(section: Section) -> Reference:
    """What was pushed, as the client names it; one that does not name it may name its requests in an error."""
    pushed = reference(section.marks)
    if pushed.repository is not None or section.client is Client.DOCKER:
        return pushed
    errors = [section.error.text] if section.error else []
    found = named_in([*errors, *(m.fields["TEXT"] for m in section.marks if m.kind == "retry")])
    return replace(pushed, registry=found.registry, repository=found.repository, tags=pushed.tags or found.tags)


def _engine(source: Source, section: Section, knowledge: Knowledge) -> tuple[Store, Classified | None]:
    """The store, and the error read with it; an error's form can tell the store where the layers don't."""
    first = classify(section.error.text, catalogue=knowledge.signatures) if section.error else None
    row = first.signature if first else None
    hint = (row.store if row else None) or (first.store if first else Store.UNKNOWN)
    engine = Store.UNKNOWN
    if knowledge.client(section.client).engine:
        pasted = source.capture in (Capture.PIPED, Capture.SCREEN)
        headed = section.client is Client.COMPOSE
        engine = store(section.events, section.marks, hint=hint, pasted=pasted, headed=headed)
    if section.error is None:
        return engine, None
    return engine, classify(section.error.text, store=engine, catalogue=knowledge.signatures)


def _judged(case: Case, habits: tuple[Finding, ...]) -> Diagnosis:
    """The push with its findings, the two sentences that lead, and the lines that are quoted."""
    findings = judge(case, habits)
    headline, advice = verdict(case.push, findings, case.client.name)
    excerpt = _excerpt(case.text, case.push, findings)
    return replace(case.push, findings=findings, verdict=headline, advice=advice, excerpt=excerpt)


def _failure(section: Section, classified: Classified | None, known: Sequence[Layer]) -> Failure | None:
    if section.error is None or classified is None:
        return None
    return Failure(
        text=section.error.text,
        line=section.error.lines[0],
        family=Family.TOKEN_EXPIRED if expired(classified, known) else classified.family,
        code=classified.code,
        http_status=classified.http_status,
        retry_helps=classified.retry_helps,
    )


def _excerpt(text: Text, push: Diagnosis, findings: tuple[Finding, ...]) -> tuple[Evidence, ...]:
    """The lines that findings point at, with their neighbours."""
    points = {evidence.line for finding in findings for evidence in finding.evidence}
    lines = {
        near
        for line in points
        for near in range(line - _NEIGHBOURS, line + _NEIGHBOURS + 1)
        if push.lines[0] <= near <= push.lines[1] or near == line
    }
    shown = {line: text.shown(line) for line in sorted(lines) if 1 <= line <= text.lines}
    return tuple(Evidence(line=line, text=said) for line, said in shown.items())
