"""The whole story: the bytes of one log become its pushes, explained."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.build import build_case
from pushlog.diagnosis.excerpt import excerpt
from pushlog.diagnosis.result_limits import limit_findings, limit_pushes, timed_out_log
from pushlog.diagnosis.verdict import verdict
from pushlog.formats.dialects import openings, pushes
from pushlog.formats.docker.split import line_of_unbound_error
from pushlog.formats.parsed_push import coverage
from pushlog.formats.prefilter import candidate_ranges
from pushlog.intake.deadline import TimeUpError, deadline
from pushlog.intake.limits import LIMITS, Deadline, Limits, long_lines
from pushlog.intake.read import Raw, raw, read
from pushlog.intake.unwrap.log import unwrap
from pushlog.knowledge.base import Knowledge, shipped
from pushlog.model import Client, Diagnosis, Finding, Log, Source
from pushlog.redaction.result import redact_result, without_redaction
from pushlog.rules import across, judge
from pushlog.timeline.flow import with_flow
from pushlog.timeline.naming import with_names
from pushlog.timeline.sizing import with_sizes
from pushlog.timeline.whatif import estimates

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from pushlog.diagnosis.case import Case
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.history import History
    from pushlog.intake.log_text import LogText
    from pushlog.intake.manifest import Manifest
    from pushlog.timeline.changes import Change
    from pushlog.timeline.measured import Timestamps


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user may tell and ask an analysis beside the log.

    `timing`: the text of a typescript's timing file; `zone`: that of stamps which name none; `max_uploads`: that of the
    daemon, 0 for no limit; `watch`: the times of a log that carries none of its own; `redact`: secrets are hidden in
    the result.
    """

    knowledge: Knowledge = field(default_factory=shipped)
    timing: str | None = None
    zone: dt.tzinfo | None = None
    history: History | None = None
    manifest: Manifest | None = None
    max_uploads: int | None = None
    what_if: tuple[Change, ...] = ()
    watch: Timestamps | None = None
    redact: bool = True
    limits: Limits = LIMITS


def analyze(source: str | Path | bytes, options: Options | None = None) -> Log:
    """The pushes in a log: a path, `-` for standard input, or the bytes themselves. Raises InputError."""
    return analyze_raw(_given(source, options), options)


def analyze_raw(given: Raw, options: Options | None = None) -> Log:
    """The same for bytes that were read already."""
    chosen = options or Options()
    seconds = chosen.limits.seconds
    if not seconds:
        return _analyzed(given, chosen)
    try:
        with deadline(seconds, hard=False):
            return _analyzed(given, chosen)
    except TimeUpError:
        return redact_result(timed_out_log(given, seconds), None)


def _analyzed(given: Raw, chosen: Options) -> Log:
    source, known = _known(given, chosen)
    judged = (_judged(case, habits) for case, habits in zip(known, across(known), strict=True))
    log = limit_findings(Log(source=source, pushes=tuple(judged)), chosen.limits)
    return redact_result(log, known[0].text if known else None) if chosen.redact else without_redaction(log)


def cases(source: str | Path | bytes, options: Options | None = None) -> list[Case]:
    """The pushes in a log with all that is known of them, before anything is judged. Raises InputError."""
    return _known(_given(source, options), options or Options(), every=True)[1]


def _given(source: str | Path | bytes, options: Options | None) -> Raw:
    limit = (options.limits if options else LIMITS).log_bytes
    return raw("bytes", source) if isinstance(source, bytes) else read(str(source), limit)


def _known(given: Raw, chosen: Options, *, every: bool = False) -> tuple[Source, list[Case]]:
    """What is known of a log and of its pushes; `every`: with the events that tell no rule anything."""
    time = Deadline(chosen.limits.seconds)
    log = unwrap(given.data, openings(), chosen.timing, chosen.zone, where=candidate_ranges)
    text = log.text
    told = pushes(text, chosen.knowledge, every=every or bool(log.watch or chosen.watch))
    found, over = limit_pushes(told.sections, chosen.limits)
    described = Source(
        name=given.name,
        bytes=given.size,
        lines=text.lines,
        sha256=given.sha256,
        capture=log.capture or told.capture,
        decoration=log.decoration,
        coverage=coverage(found),
        notes=(
            *given.told,
            *log.notes,
            *_told(found),
            *(() if found else _unbound(text, chosen.knowledge)),
        ),
    )
    watch = log.watch or chosen.watch
    known = [_case(text, described, section, watch, chosen) for section in found if not time.over]
    known, unnamed = _with_instructions(known, chosen.history)
    known, unsized = _with_sizes(known, chosen)
    left_out = (*long_lines(text.data), *over, *([time.note] if len(known) < len(found) else []))
    notes = (*described.notes, *unnamed, *unsized, *left_out)
    return replace(described, notes=notes, incomplete=given.incomplete or bool(left_out)), known


def _told(found: tuple[ParsedPush, ...]) -> tuple[str, ...]:
    """How the clients were told, where that is not plain."""
    whys = dict.fromkeys((one.client, one.why) for one in found if one.why)
    return tuple(f"{_name(client)}: {why}" for client, why in whys)


def _name(client: Client) -> str:
    return "a client that the log does not tell" if client is Client.UNKNOWN else f"pushed by {client.value}"


def _unbound(text: LogText, knowledge: Knowledge) -> tuple[str, ...]:
    """What a log without a push may hold all the same: an error that nothing binds to one."""
    line = line_of_unbound_error(text, knowledge)
    return (
        () if line is None else (f"line {line} reads like an error of a push, but no push is in the log to bind it to",)
    )


def _with_instructions(cases: list[Case], history: History | None) -> tuple[list[Case], tuple[str, ...]]:
    """The pushes with their layers named by what made them, and why some could not be."""
    if history is None:
        return cases, ()
    pushes, notes = with_names([(case.push, case.section) for case in cases], history)
    return [replace(case, push=push) for case, push in zip(cases, pushes, strict=True)], notes


def _with_sizes(cases: list[Case], options: Options) -> tuple[list[Case], tuple[str, ...]]:
    """The pushes with what crossed the network and when, and with the answers that rest on it."""
    done: list[Case] = []
    notes: list[str] = []
    for case in cases:
        push, said = with_sizes(case.push, case.section, options.manifest, options.history)
        push = with_flow(push, case.held)
        answers = estimates(push, case.events, case.held, options.what_if)
        done.append(replace(case, push=replace(push, what_if=answers)))
        notes += said
    return done, tuple(notes)


def _case(text: LogText, source: Source, section: ParsedPush, watch: Timestamps | None, chosen: Options) -> Case:
    return build_case(text, source, section, watch=watch, knowledge=chosen.knowledge, max_uploads=chosen.max_uploads)


def _judged(case: Case, habits: tuple[Finding, ...]) -> Diagnosis:
    """The push with its findings, the two sentences that lead, and the lines that are quoted."""
    findings = judge(case, habits)
    headline, advice = verdict(case.push, findings, case.client)
    quoted = excerpt(case.text, case.push, findings)
    return replace(case.push, findings=findings, verdict=headline, advice=advice, excerpt=quoted)
