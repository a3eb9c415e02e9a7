"""What is built_layers of one push, before anything is judged: the case that rules look at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.case import Case
from pushlog.diagnosis.failing_layers import retries_used_up
from pushlog.diagnosis.login import login_expired
from pushlog.diagnosis.registry_word import states_of
from pushlog.formats.docker.image_store import image_store
from pushlog.formats.errors.classify import Classified, classify
from pushlog.formats.image_names import HUB, named_by, pinged
from pushlog.formats.marks import HEADERS, MarkKind
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
    parsed: ParsedPush,
    *,
    timestamps: Timestamps | None,
    knowledge: Knowledge,
    max_uploads: int | None,
) -> Case:
    """Return the case of one push, without findings. `max_uploads`: the daemon's limit, if the user gave it."""
    facts = knowledge.client(parsed.client)
    store, classified = _store(source, parsed, knowledge)
    ended, is_docker = outcome(parsed, classified), facts.uses_docker_engine
    clock = event_times(text, parsed, timestamps, store=store, error=classified, uses_docker_engine=is_docker)
    table = event_table(parsed.events, clock.at, counts_down=is_docker)
    upload_slots = slots(table, store, tells_start=is_docker and table.is_drawn)
    failed = _failed(parsed, table, classified, ended)
    built_layers = _layers(parsed, table, upload_slots, store=store, facts=facts, clock=clock, failed=failed)
    image = _reference(parsed)
    push = Diagnosis(
        client=parsed.client,
        store=store,
        lines=parsed.lines,
        reference=image,
        registry_kind=knowledge.registry_kind(image.registry),
        outcome=ended,
        error=_failure(parsed, classified, built_layers, clock.duration.seconds),
        layers=built_layers,
        progress=_progress(built_layers, ended, source, parsed, facts),
        clock=clock.kind,
        duration=clock.duration,
        concurrency=concurrency(table, parsed, store=store, capture=source.capture, configured=max_uploads),
        sent=sent(table, store, clock.kind, clock.end),
        lines_understood=parsed.understood,
        wrapper=parsed.wrapper,
        unread=tuple(Evidence(line=piece.line, text=piece.text) for piece in parsed.unread[:_UNREAD_SHOWN]),
    )
    case = Case(
        source=source,
        push=push,
        parsed=parsed,
        events=table,
        slots=upload_slots,
        text=text,
        classified=classified,
        end=clock.end,
        knowledge=knowledge,
        upload_states=states_of(parsed),
    )
    return replace(case, gave_up=retries_used_up(case))


def _reference(parsed: ParsedPush) -> Reference:
    """What was pushed, as the client names it; one that does not name it may name its requests in an error."""
    has_header = any(mark.kind in HEADERS for mark in parsed.marks)
    if parsed.client is Client.DOCKER or has_header:
        return reference(parsed.marks, parsed.error.text if parsed.error else "")
    pushed = reference(parsed.marks)
    errors = [parsed.error.text] if parsed.error else []
    if pushed.repository is not None:
        return _completed(pushed, names_in(errors))
    names = names_in([*errors, *(m.fields["TEXT"] for m in parsed.marks if m.kind == MarkKind.RETRY)])
    registry = names.registry or pushed.registry or next(filter(None, map(pinged, errors)), None)
    masked = pushed.masked or names.masked
    # The words of an error may name the path alone.
    repository = names.repository or next((named_by(error).repository for error in errors), None)
    return replace(pushed, registry=registry, repository=repository, tags=pushed.tags or names.tags, masked=masked)


def _completed(pushed: Reference, requested: Reference) -> Reference:
    """The reference, with what the request of an error tells beyond it."""
    is_elsewhere = pushed.registry in (None, HUB) and requested.registry not in (None, HUB)
    if is_elsewhere and pushed.repository == f"{(requested.registry or '').partition('.')[0]}/{requested.repository}":
        # A host without a dot is one that somebody hid; the request went there.
        return replace(requested, tags=pushed.tags or requested.tags)
    # What is signed has a tag of its own, made from the digest of the image.
    tags = tuple(tag for tag in requested.tags if not tag.startswith("sha256-"))
    is_its_own = not (pushed.tags or pushed.masked) and requested.repository == pushed.repository
    return replace(pushed, tags=tags) if is_its_own else pushed


def _retried(source: Source, parsed: ParsedPush, *, is_docker: bool) -> bool | None:
    """Whether an upload was tried again; None where a screen may have drawn over it."""
    # The retries of other clients need not show in the log; the daemon's own log tells of them, too.
    if not is_docker or (parsed.events.wait > 0).any() or any(m.kind == MarkKind.UPLOAD_FAILED for m in parsed.marks):
        return True
    return None if source.capture is Capture.SCREEN else False


def _store(source: Source, parsed: ParsedPush, knowledge: Knowledge) -> tuple[Store, Classified | None]:
    """The store, and the error read with it; an error's form can tell the store where the layers don't."""
    is_docker = knowledge.client(parsed.client).uses_docker_engine
    retried = _retried(source, parsed, is_docker=is_docker)
    first = classify(parsed.error.text, catalogue=knowledge.signatures, retried=retried) if parsed.error else None
    row = first.signature if first else None
    hint = (row.store if row else None) or (first.store if first else Store.UNKNOWN)
    store = Store.UNKNOWN
    if is_docker:
        pasted = source.capture in (Capture.PIPED, Capture.SCREEN)
        headed = parsed.client is Client.COMPOSE
        store = image_store(parsed.events, parsed.marks, hint=hint, pasted=pasted, headed=headed)
    if parsed.error is None:
        return store, None
    return store, classify(parsed.error.text, store=store, catalogue=knowledge.signatures, retried=retried)


def _progress(
    built_layers: Sequence[Layer], ended: Outcome, source: Source, parsed: ParsedPush, facts: ClientFacts
) -> Progress:
    return progress(
        built_layers,
        ended,
        source.capture,
        proof=proof(parsed),
        piped=facts.piped_drops_figures,
        names=facts.names,
        has_rows=parsed.last(MarkKind.NAMELESS) is not None,
    )


def _layers(
    parsed: ParsedPush,
    table: EventTable,
    upload_slots: tuple[Slot, ...],
    *,
    store: Store,
    facts: ClientFacts,
    clock: EventTimes,
    failed: tuple[str, ...],
) -> tuple[Layer, ...]:
    return layers(
        parsed.events,
        table,
        upload_slots,
        store=store,
        basis=facts.basis,
        mounts=parsed.mounts,
        failed=failed,
        end=clock.end,
        is_measured=clock.duration.seconds is not None,
        tells_start=facts.uses_docker_engine and table.is_drawn,
    )


def _failed(parsed: ParsedPush, table: EventTable, classified: Classified | None, ended: Outcome) -> tuple[str, ...]:
    if ended is not Outcome.FAILED:
        return ()
    digest = classified.parts.object_digest if classified else None
    return gave_up(parsed.events.ids, table, digest, shares_error=parsed.shares_error)


def _failure(
    parsed: ParsedPush, classified: Classified | None, built_layers: Sequence[Layer], seconds: float | None
) -> Failure | None:
    if parsed.error is None or classified is None:
        return None
    return Failure(
        text=parsed.error.text,
        line=parsed.error.lines[0],
        family=Family.TOKEN_EXPIRED if login_expired(classified, built_layers, seconds) else classified.family,
        code=classified.code,
        http_status=classified.http_status,
        retry_helps=classified.retry_helps,
    )
