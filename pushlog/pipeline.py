"""The whole story: the bytes of one log become its pushes, explained."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.build import build_case
from pushlog.diagnosis.cause import agreed
from pushlog.diagnosis.excerpt import excerpt
from pushlog.diagnosis.fate import with_fates
from pushlog.diagnosis.login import with_logins
from pushlog.diagnosis.push_again import with_retry_advice
from pushlog.diagnosis.registry_word import with_registry_word
from pushlog.diagnosis.result_limits import limit_findings, limit_pushes, timed_out_log
from pushlog.diagnosis.verdict import verdict
from pushlog.faults import InputError
from pushlog.formats.bulk.redraws import TIMED
from pushlog.formats.dialects import Thinner, openings, start_patterns
from pushlog.formats.events import gaps
from pushlog.formats.lanes import read_pushes
from pushlog.formats.missed import missed_lines
from pushlog.formats.notes import notes_on
from pushlog.formats.parsed_push import coverage
from pushlog.formats.prefilter import candidate_ranges
from pushlog.formats.recorded_end import with_recorded_end
from pushlog.formats.wrapper import with_wrapper_in_prefix
from pushlog.intake.dated import dated
from pushlog.intake.deadline import TimeUpError, deadline
from pushlog.intake.limits import LIMITS, MOST_LAYERS, Deadline, Limits
from pushlog.intake.mapped import LARGE, holds
from pushlog.intake.origin import OriginOptions, origin_of
from pushlog.intake.read import Raw, raw, read
from pushlog.intake.side_files import SideFile
from pushlog.intake.unwrap.exports.refusals import refuse_binary
from pushlog.intake.unwrap.log import unwrap
from pushlog.intake.unwrap.whole_records import last_line
from pushlog.knowledge.base import Knowledge, shipped
from pushlog.model import Client, Dated, Diagnosis, Finding, Log, Missed, Source
from pushlog.record_class import record
from pushlog.redaction.result import redact_result, without_redaction
from pushlog.rules import across, judge
from pushlog.timeline.flow import with_flow, without_times
from pushlog.timeline.naming import Nameable, with_names
from pushlog.timeline.sizing import blobs_of, with_sizes
from pushlog.timeline.whatif import estimates

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from pushlog.diagnosis.case import Case
    from pushlog.formats.other_side.shared import SharedTable
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.history import History
    from pushlog.intake.log_text import LogText
    from pushlog.intake.manifest import Manifest
    from pushlog.intake.unwrap.log import UnwrappedLog
    from pushlog.timeline.changes import Change
    from pushlog.timeline.measured import Timestamps


# What dockerd logs of an upload that it tries again.
_DAEMON_WORDS = b'msg="Upload failed'


@record
class Options:
    """The options of an analysis beside the log.

    `timing`: the text of a typescript's timing file; `zone`: that of stamps which name none; `max_uploads`: that of the
    daemon, 0 for no limit; `timestamps`: the times of a log that carries none of its own; `redact`: secrets are hidden
    in the result; `origin`: what the user says of where logs come from; `with_`: logs of the other side, as
    `intake.side_files.side_files()` opens them; `shared`: the same, for the logs of many clients.
    """

    knowledge: Knowledge = field(default_factory=shipped)
    timing: str | None = None
    zone: dt.tzinfo | None = None
    history: History | None = None
    manifests: tuple[Manifest, ...] = ()
    max_uploads: int | None = None
    what_if: tuple[Change, ...] = ()
    timestamps: Timestamps | None = None
    redact: bool = True
    limits: Limits = LIMITS
    origin: OriginOptions = field(default_factory=OriginOptions)
    with_: tuple[SideFile, ...] = ()
    shared: SharedTable | None = None


def analyze(source: str | Path | bytes, options: Options | None = None) -> Log:
    """Return the pushes in a log: a path, `-` for standard input, or the bytes themselves. Raises InputError."""
    return analyze_raw(_raw(source, options), options)


def analyze_raw(source: Raw, options: Options | None = None) -> Log:
    """Return the pushes in a log whose bytes were read already."""
    options = options or Options()
    seconds = options.limits.seconds
    if not seconds:
        return _analyze(source, options)
    try:
        with deadline(seconds):
            return _analyze(source, options)
    except TimeUpError:
        return redact_result(timed_out_log(source, seconds), None)


def _analyze(source: Raw, options: Options) -> Log:
    refuse_binary(source.name, source.data)
    described, text, cases = _build_cases(source, options)
    diagnoses = (_judge(case, habits) for case, habits in zip(cases, across(cases), strict=True))
    log = limit_findings(Log(source=described, pushes=tuple(diagnoses)), options.limits)
    return redact_result(log, text if cases or described.missed else None) if options.redact else without_redaction(log)


def cases(source: str | Path | bytes, options: Options | None = None) -> list[Case]:
    """Return the pushes in a log as cases, before any rule runs. Raises InputError."""
    return _build_cases(_raw(source, options), options or Options(), keep_redraws=True)[2]


def _raw(source: str | Path | bytes, options: Options | None) -> Raw:
    limits = options.limits if options else LIMITS
    if isinstance(source, bytes):
        return raw("bytes", source)
    if not limits.seconds:
        return read(str(source), limits.log_bytes)
    try:
        with deadline(limits.seconds):
            return read(str(source), limits.log_bytes)
    except TimeUpError:
        raise InputError(f"{source}: took more than {limits.seconds:g} s of processor time to be read") from None


def _build_cases(source: Raw, options: Options, *, keep_redraws: bool = False) -> tuple[Source, LogText, list[Case]]:
    """Return the description of a log, its text and its pushes; `keep_redraws`: with the events that no rule needs."""
    time = Deadline(options.limits.seconds)
    # Times from elsewhere are those of offsets in the whole log.
    thin = Thinner(is_off=keep_redraws or options.timestamps is not None)
    log = unwrap(
        source.data, openings(), options.timing, options.zone, where=candidate_ranges, thin=thin, words=start_patterns()
    )
    text = log.text
    is_timed = bool(log.timestamps or options.timestamps) and len(text.data) < TIMED
    all_pushes = read_pushes(
        text,
        log.lanes,
        options.knowledge,
        keep_redraws=keep_redraws or is_timed,
        bare=thin.bare,
        most_layers=min(options.limits.layers * options.limits.pushes, MOST_LAYERS),
    )
    parsed_pushes, over = limit_pushes(with_recorded_end(all_pushes.parsed, log.status), options.limits)
    parsed_pushes = tuple(with_wrapper_in_prefix(_with_whole_records(push, log), log) for push in parsed_pushes)
    missed, notes_on_missed = _missed(source, text, parsed_pushes, options)
    described = Source(
        name=source.name,
        bytes=source.size,
        lines=text.lines,
        sha256=source.sha256,
        capture=log.capture or all_pushes.capture,
        decoration=log.decoration,
        coverage=coverage(parsed_pushes),
        notes=(*source.all_notes, *log.notes, *_client_notes(parsed_pushes), *notes_on_missed),
        missed=missed,
    )
    cases = [
        _with_whole_layers(_case(own_text, described, push, log.timestamps or options.timestamps, options), log)
        for push, own_text in zip(parsed_pushes, all_pushes.texts, strict=False)
        if not time.over
    ]
    cases, unnamed = _with_instructions(cases, options)
    cases, unsized = _with_sizes(cases, options)
    cases = _with_words_of_others(cases, options)
    left_out = (*log.long_lines, *over, *all_pushes.left_out, *([time.note] if len(cases) < len(parsed_pushes) else []))
    notes = (*described.notes, *unnamed, *unsized, *left_out)
    described = replace(
        described,
        notes=notes,
        incomplete=source.incomplete or bool(left_out),
        origin=origin_of(source.name, log.original.data, log.decoration, options.origin),
        dated=_dated(source, cases, options),
    )
    return described, text, cases


def _missed(
    source: Raw, text: LogText, pushes: Sequence[ParsedPush], options: Options
) -> tuple[tuple[Missed, ...], tuple[str, ...]]:
    """Return the lines that hold words of a push and are part of none, and what is said of them or of the whole log."""
    missed = missed_lines(text, pushes, options.knowledge)
    return missed, notes_on(text, missed, pushes, SideFile(source.name, source.data))


def _dated(source: Raw, cases: Sequence[Case], options: Options) -> Dated:
    began = ((case.push.duration.began, case.push.clock) for case in cases)
    path_parts = options.origin.pattern.parts(source.name) if options.origin.pattern else {}
    registry = min((state.started for case in cases for state in case.upload_states), default=None)
    return dated(began, source.name, path_parts, source.modified, source.modified_by, registry=registry)


def _with_words_of_others(cases: list[Case], options: Options) -> list[Case]:
    """Return the cases with what the registry and other logs say, and with advice that rests on it."""
    cases = _with_other_side([with_fates(with_registry_word(case)) for case in cases], options)
    return with_logins(with_retry_advice(cases))


def _with_other_side(cases: list[Case], options: Options) -> list[Case]:
    """Return the cases with what the logs of the other side say of each."""
    if not cases or not (options.with_ or options.shared or _holds_daemon_lines(cases[0])):
        return cases
    from pushlog.diagnosis.hops.build import with_other_side
    from pushlog.formats.other_side.table import side_table

    names = [name for name in dict.fromkeys(case.push.reference.repository for case in cases) if name]
    files = options.with_
    if _holds_daemon_lines(cases[0]):
        files = (*files, SideFile(cases[0].source.name, cases[0].text.data))
    table = side_table(files, names, options.zone)
    blobs = [blobs_of(case.push, case.parsed, options.manifests, options.history) for case in cases]
    return with_other_side(cases, table if options.shared is None else options.shared.about(names).with_(table), blobs)


def _holds_daemon_lines(case: Case) -> bool:
    """Whether the daemon wrote its own lines between those of the client, as on a host that is its console."""
    data, events = case.text.data, case.parsed.events
    parts = gaps(events.start, events.until, 0, len(data)) if len(data) >= LARGE else [(0, len(data))]
    return case.text.starts is None and any(holds(data, _DAEMON_WORDS, *part) for part in parts)


def _with_whole_records(push: ParsedPush, log: UnwrappedLog) -> ParsedPush:
    """Return the push with all lines of its last record, which may have been cut in pieces."""
    if (last := last_line(log, push.lines[1])) == push.lines[1]:
        return push
    error = push.error
    if error is not None and error.lines[1] == push.lines[1]:
        error = replace(error, lines=(error.lines[0], last))
    return replace(push, lines=(push.lines[0], last), error=error)


def _with_whole_layers(case: Case, log: UnwrappedLog) -> Case:
    """Return the case with layers whose last row may have been cut in pieces."""
    ends = [last_line(log, layer.lines[1]) for layer in case.push.layers]
    if all(end == layer.lines[1] for end, layer in zip(ends, case.push.layers, strict=True)):
        return case
    whole = tuple(
        replace(layer, lines=(layer.lines[0], end)) for layer, end in zip(case.push.layers, ends, strict=True)
    )
    return replace(case, push=replace(case.push, layers=whole))


def _client_notes(parsed_pushes: tuple[ParsedPush, ...]) -> tuple[str, ...]:
    """Return how the clients were recognised, where that is not plain."""
    reasons = dict.fromkeys((push.client, push.why) for push in parsed_pushes if push.why)
    names = {Client.UNKNOWN: "a client that the log does not tell"}
    return tuple(f"{names.get(client, f'pushed by {client.value}')}: {why}" for client, why in reasons)


def _with_instructions(cases: list[Case], options: Options) -> tuple[list[Case], tuple[str, ...]]:
    """Return the cases with the instructions that made their layers, and notes on those without."""
    if options.history is None:
        return cases, ()
    nameable = [Nameable(push=case.push, parsed=case.parsed, failed=_failed_blob(case)) for case in cases]
    named, notes = with_names(nameable, options.history, options.manifests)
    return [
        replace(case, push=item.push, instructions=item.instructions) for case, item in zip(cases, named, strict=True)
    ], notes


def _failed_blob(case: Case) -> str | None:
    return case.classified.parts.object_digest if case.classified else None


def _with_sizes(cases: list[Case], options: Options) -> tuple[list[Case], tuple[str, ...]]:
    """Return the cases with the bytes that crossed the network and their times, and with answers that rest on them."""
    sized: list[Case] = []
    notes: list[str] = []
    for case in cases:
        push, case_notes = with_sizes(case.push, case.parsed, options.manifests, options.history)
        push = without_times(push) if case.is_pasted else with_flow(push, case.slots)
        answers = estimates(push, case.events, case.slots, options.what_if)
        sized.append(replace(case, push=replace(push, what_if=answers)))
        notes += case_notes
    return sized, tuple(notes)


def _case(text: LogText, source: Source, push: ParsedPush, timestamps: Timestamps | None, options: Options) -> Case:
    return build_case(
        text, source, push, timestamps=timestamps, knowledge=options.knowledge, max_uploads=options.max_uploads
    )


def _judge(case: Case, habits: tuple[Finding, ...]) -> Diagnosis:
    """Return the diagnosis with its findings, verdict, advice and excerpt."""
    push = agreed(replace(case.push, findings=judge(case, habits)))
    headline, advice = verdict(push, push.findings, case.client)
    return replace(push, verdict=headline, advice=advice, excerpt=excerpt(case.text, push, push.findings))
