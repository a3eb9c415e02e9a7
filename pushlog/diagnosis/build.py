"""What is known of one push, before anything is judged: the case that rules look at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.case import Case
from pushlog.formats.docker.image_store import image_store
from pushlog.formats.errors.classify import Classified, classify
from pushlog.formats.reference import names_in, reference
from pushlog.model import (
    Capture,
    Client,
    Diagnosis,
    Evidence,
    Failure,
    Family,
    Outcome,
    Progress,
    Reference,
    Source,
    Store,
)
from pushlog.rules.token_expired import expired
from pushlog.timeline.concurrency import concurrency
from pushlog.timeline.event_table import event_table
from pushlog.timeline.event_times import event_times
from pushlog.timeline.layers import gave_up, layers
from pushlog.timeline.outcome import outcome, proof
from pushlog.timeline.progress import progress
from pushlog.timeline.sent import sent
from pushlog.timeline.slots import slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge
    from pushlog.knowledge.clients import ClientFacts
    from pushlog.model import Layer
    from pushlog.timeline.event_table import EventTable
    from pushlog.timeline.event_times import EventTimes
    from pushlog.timeline.measured import Timestamps
    from pushlog.timeline.slots import Slot

_UNREAD_SHOWN = 20


def build_case(
    text: LogText,
    source: Source,
    section: ParsedPush,
    *,
    watch: Timestamps | None,
    knowledge: Knowledge,
    max_uploads: int | None,
) -> Case:
    """What is known of one push.

    `watch`: the times of the log, where it carries some; `max_uploads`: the daemon's limit, where the user told it.
    """
    facts = knowledge.client(section.client)
    engine, classified = _engine(source, section, knowledge)
    ended = outcome(section, classified)
    clock = event_times(text, section, watch, store=engine, error=classified, engine=facts.engine)
    table = event_table(section.events, clock.at, counts_down=facts.engine)
    held = slots(table, engine)
    failed = _failed(section, table, classified) if ended is Outcome.FAILED else ()
    known = _layers(section, table, held, engine=engine, facts=facts, clock=clock, failed=failed)
    pushed = _reference(section)
    push = Diagnosis(
        client=section.client,
        store=engine,
        lines=section.lines,
        reference=pushed,
        registry_kind=knowledge.registry_kind(pushed.registry),
        outcome=ended,
        error=_failure(section, classified, known),
        layers=known,
        progress=_progress(known, ended, source, section, facts),
        clock=clock.kind,
        duration=clock.duration,
        concurrency=concurrency(table, section, store=engine, capture=source.capture, configured=max_uploads),
        sent=sent(table, engine, clock.kind, clock.end),
        lines_understood=section.understood,
        unread=_unread(section),
    )
    return Case(
        source=source,
        push=push,
        section=section,
        events=table,
        held=held,
        text=text,
        classified=classified,
        end=clock.end,
        knowledge=knowledge,
    )


def _reference(section: ParsedPush) -> Reference:
    """What was pushed, as the client names it; one that does not name it may name its requests in an error."""
    pushed = reference(section.marks)
    if pushed.repository is not None or section.client is Client.DOCKER:
        return pushed
    errors = [section.error.text] if section.error else []
    found = names_in([*errors, *(m.fields["TEXT"] for m in section.marks if m.kind == "retry")])
    return replace(pushed, registry=found.registry, repository=found.repository, tags=pushed.tags or found.tags)


def _engine(source: Source, section: ParsedPush, knowledge: Knowledge) -> tuple[Store, Classified | None]:
    """The store, and the error read with it; an error's form can tell the store where the layers don't."""
    first = classify(section.error.text, catalogue=knowledge.signatures) if section.error else None
    row = first.signature if first else None
    hint = (row.store if row else None) or (first.store if first else Store.UNKNOWN)
    engine = Store.UNKNOWN
    if knowledge.client(section.client).engine:
        pasted = source.capture in (Capture.PIPED, Capture.SCREEN)
        headed = section.client is Client.COMPOSE
        engine = image_store(section.events, section.marks, hint=hint, pasted=pasted, headed=headed)
    if section.error is None:
        return engine, None
    return engine, classify(section.error.text, store=engine, catalogue=knowledge.signatures)


def _progress(
    known: Sequence[Layer], ended: Outcome, source: Source, section: ParsedPush, facts: ClientFacts
) -> Progress:
    piped = facts.piped_drops_figures
    return progress(known, ended, source.capture, proof=proof(section), piped=piped, names=facts.names)


def _unread(section: ParsedPush) -> tuple[Evidence, ...]:
    return tuple(Evidence(line=piece.line, text=piece.text) for piece in section.unread[:_UNREAD_SHOWN])


def _layers(
    section: ParsedPush,
    table: EventTable,
    held: tuple[Slot, ...],
    *,
    engine: Store,
    facts: ClientFacts,
    clock: EventTimes,
    failed: tuple[str, ...],
) -> tuple[Layer, ...]:
    return layers(
        section.events,
        table,
        held,
        store=engine,
        basis=facts.basis,
        mounts=section.mounts,
        failed=failed,
        end=clock.end,
        is_measured=clock.duration.seconds is not None,
        tells_start=facts.engine,
    )


def _failed(section: ParsedPush, table: EventTable, classified: Classified | None) -> tuple[str, ...]:
    return gave_up(section.events.ids, table, classified.parts.object_digest if classified else None)


def _failure(section: ParsedPush, classified: Classified | None, known: Sequence[Layer]) -> Failure | None:
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
