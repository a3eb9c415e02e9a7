"""The facts under each heading: a term, its value and a note that says how sure it is or what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Basis, Capture, Client, Clock, DatedBy, Diagnosis, Outcome, Source, Store
from pushlog.record_class import record
from pushlog.report.hops import attempts, log_words
from pushlog.report.prose import Piece, prose
from pushlog.report.quote import file_name
from pushlog.report.words import count, duration, manifest, reached, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

BASES = {
    Basis.UNCOMPRESSED: "uncompressed: this engine counts before gzip",
    Basis.COMPRESSED: "compressed, as they cross the network",
    Basis.UNKNOWN: "the log does not say whether compressed or not",
}
CLOCKS = {
    Clock.STAMPED: "measured: the log's time stamps",
    Clock.RECORDED: "measured: recorded with the output",
    Clock.INFERRED: "inferred: never less, maybe more",
    Clock.NONE: "",
}
CLOCK_WORDS = {
    Clock.STAMPED: "time stamps in the log",
    Clock.RECORDED: "recorded with the output",
    Clock.INFERRED: "inferred",
    Clock.NONE: "none",
}
CAPTURES = {
    Capture.PIPED: "piped output",
    Capture.TTY: "terminal output with its redraws",
    Capture.SCREEN: "a terminal's last screen, pasted",
    Capture.JSON: "Engine API stream (JSON)",
    Capture.ASCIICAST: "recording (asciicast)",
    Capture.TYPESCRIPT: "recording (typescript)",
    Capture.MIXED: "mixed",
}
DATED = {
    DatedBy.STAMPS: "by the log's time stamps",
    DatedBy.RECORDING: "when it was recorded",
    DatedBy.REGISTRY: "by the registry's clock",
    DatedBy.PATH: "by the path of the log",
    DatedBy.ARCHIVE: "by the archive of the log",
    DatedBy.FILE: "by the file's own time",
}
MOMENT = lazy_pattern(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<minute>\d\d:\d\d)(?::\d\d(?:\.\d+)?)?)?(?P<zone>Z|[+-]\d\d:\d\d)?"
)
# Docker's engine names every layer of a push.
NAMES_LAYERS = (Client.DOCKER, Client.COMPOSE)
# A longer path is told by its ends; the waterfall shows all of it.
MOST_STEPS = 3
LIMITS = {"daemon-config": "from daemon.json", "inferred": "inferred from the log", "default": "Docker's default"}
NO_TIMES = {
    Clock.NONE: "No timestamps in the log, and none of its lines takes a known time: it shows the order of steps, "
    "not how long they took.",
    Clock.INFERRED: "No timestamps in the log, and no countdown or redraw tells one layer's times from another's.",
    Clock.STAMPED: "The log has time stamps, but they don't tell one layer's steps from another's.",
    Clock.RECORDED: "The recording's times don't tell one layer's steps from another's.",
}


@record
class Fact:
    """One fact. Value and note are prose; a `wide` one takes two columns."""

    term: str
    value: tuple[Piece, ...]
    note: tuple[Piece, ...]
    wide: bool


def _fact(term: str, value: str, note: str = "", *, wide: bool = False) -> Fact:
    return Fact(term=term, value=prose(value), note=prose(note), wide=wide)


def no_layers(push: Diagnosis) -> str:
    """Return why the log names no layer; most clients beside docker name none, or only some."""
    if push.client in NAMES_LAYERS:
        return "The log names no layer: the push ended before the first one, or its lines were not kept."
    return f"The log names no layer: {push.client.value} reports the push as a whole."


def _layers(push: Diagnosis) -> Fact:
    done, total = push.progress.layers_done, push.progress.layers_total
    note = ""
    if total == 0 and push.client not in NAMES_LAYERS:
        note = "this client names none"
    elif total == 0:
        note = "nothing was sent, as far as the log shows"
    elif done and push.outcome is not Outcome.SUCCEEDED:
        note = "in the registry; the next push skips them"
    return _fact("Layers", reached(push), note)


def _share(push: Diagnosis) -> str:
    progress = push.progress
    if progress.bytes_total is None:
        return f"{size(progress.bytes_done)} of an unknown total"
    if progress.bytes_done == progress.bytes_total:
        return size(progress.bytes_total)
    return f"{size(progress.bytes_done)} of {size(progress.bytes_total)}"


def _percent(push: Diagnosis) -> str:
    fraction = push.progress.fraction
    if fraction is None or fraction >= 1:
        return ""
    # Rounded down: 99.9 % is not all of it.
    return f"{'' if push.progress.exact else 'about '}{int(fraction * 100)} %, "


def _bytes(push: Diagnosis) -> Fact:
    sized = [layer for layer in push.layers if layer.bytes_total is not None or layer.bytes_done is not None]
    bases = {layer.basis for layer in sized}
    basis = BASES[bases.pop() if len(bases) == 1 else Basis.UNKNOWN]
    if push.progress.bytes_total is not None or push.progress.bytes_done is not None:
        return _fact("Bytes", _share(push), _percent(push) + basis)
    if sized:
        total = sum(layer.bytes_total or layer.bytes_done or 0 for layer in sized)
        return _fact("Bytes", f"{size(total)} in {len(sized)} of {count(len(push.layers), 'layer')}", basis)
    return _fact("Bytes", "unknown", "no size in the log")


def _tags(tags: tuple[str, ...]) -> str:
    if len(tags) > 3:
        return count(len(tags), "tag")
    quoted_tags = [f"`{tag}`" for tag in tags]
    return " and ".join(part for part in (", ".join(quoted_tags[:-1]), *quoted_tags[-1:]) if part)


def _manifest(push: Diagnosis) -> Fact:
    state = manifest(push)
    tags = _tags(push.reference.tags)
    unchanged = f"{tags or 'no tag'} was {'not ' if tags else ''}changed"
    notes = {
        "sent": f"{tags or 'the tag'} now {'point' if len(push.reference.tags) > 1 else 'points'} at it",
        "not sent": f"so {unchanged}",
        "not accepted": f"every layer is there, but {unchanged}",
        "unknown": f"the log names no layer, but {unchanged}"
        if push.outcome is Outcome.FAILED
        else "the log ends before the line that would prove it",
    }
    return _fact("Manifest", state, notes.get(state, "of the others the log shows no digest"))


def progress_facts(push: Diagnosis) -> tuple[Fact, ...]:
    """Return how far the push got beside its layers: bytes and manifest."""
    return (_bytes(push), _manifest(push))


def _uploads(push: Diagnosis) -> Iterator[Fact]:
    uploads = push.concurrency
    if uploads.observed is None and uploads.limit is None:
        return
    observed = "not seen" if uploads.observed is None else f"{uploads.observed} seen"
    allowed = "" if uploads.limit is None else f", {uploads.limit} allowed"
    yield _fact(
        "Uploads at the same time", observed + allowed, LIMITS.get(uploads.limit_from or "", "") if allowed else ""
    )


def _speed(push: Diagnosis) -> Iterator[Fact]:
    speed = push.throughput
    # A bound from less than a second says nothing.
    if speed is None or (speed.at_most and speed.seconds < 1):
        return
    counted = {Basis.UNCOMPRESSED: " before compression", Basis.COMPRESSED: "", Basis.UNKNOWN: ""}[speed.basis]
    value = f"{'at most ' if speed.at_most else ''}{size(round(speed.bytes_per_second))}/s"
    yield _fact("Speed", value, f"{size(speed.bytes)}{counted} in {seconds(speed.seconds)} of uploading")


def _critical_path(push: Diagnosis) -> Iterator[Fact]:
    """The layers that the push had to wait for; where everything took no time, there is none to speak of."""
    path = push.critical_path
    if push.clock is Clock.NONE or not path or path[-1].end <= 0:
        return
    names = [f"`{step.layer}`" for step in path]
    value = " → ".join(names) if len(names) <= MOST_STEPS else f"{names[0]} → … → {names[-1]}"
    note = "the last one to end" if len(path) == 1 else f"{len(path)} layers, each in the place of the one before"
    yield _fact("Critical path", value, note, wide=True)


def time_facts(push: Diagnosis) -> tuple[Fact, ...]:
    """Return what else is known of the time: uploads at once, their speed, waits, and what held the push."""
    facts = [*_uploads(push), *_speed(push)]
    waited = sum(layer.retry_wait for layer in push.layers)
    retries = sum(max(layer.attempts - 1, 0) for layer in push.layers)
    if waited or retries:
        times = f"{count(retries, 'retry')} of {count(sum(x.attempts > 1 for x in push.layers), 'layer')}"
        side = "; layers wait side by side" if len([x for x in push.layers if x.retry_wait]) > 1 else ""
        facts.append(_fact("Waited to retry", seconds(waited), f"{times}{side}" if retries else ""))
    return (*facts, *_critical_path(push))


def _engine(push: Diagnosis) -> str:
    if push.client is Client.UNKNOWN:
        return "unknown"
    if push.client is not Client.DOCKER:
        return push.client.value
    return f"docker, {push.store.value} store" if push.store is not Store.UNKNOWN else "docker, image store unknown"


def _image(push: Diagnosis) -> tuple[Fact, ...]:
    name = "/".join(part for part in (push.reference.registry, push.reference.repository) if part)
    tags = push.reference.tags
    kind = "" if push.registry_kind == "unknown" else f"registry: {push.registry_kind}"
    tag = _fact("Tags" if len(tags) > 1 else "Tag", ", ".join(tags) if tags else "not in the log")
    return (_fact("Image", name or "not named in the log", kind, wide=True), *((tag,) if name or tags else ()))


def _understood(push: Diagnosis) -> Fact:
    lines = push.lines[1] - push.lines[0] + 1
    return _fact("Understood", f"{push.lines_understood} of {count(lines, 'line')}")


def moment(text: str) -> str:
    """Return a moment in the form of RFC 3339 as people read it, to the minute: `2026-11-23 21:29 UTC`."""
    match = MOMENT.fullmatch(text)
    if match is None:
        return text
    zone = "UTC" if match["zone"] in ("Z", "+00:00") else match["zone"] or ""
    return " ".join(part for part in (match["day"], match["minute"], zone) if part)


def _when(push: Diagnosis, source: Source) -> Iterator[Fact]:
    """When it ran: by the push's own stamps, else by what dates the log."""
    if push.duration.began is not None:
        yield _fact("Date", moment(push.duration.began))
    elif source.dated.at is not None and source.dated.by is not None:
        yield _fact("Date", moment(source.dated.at), DATED[source.dated.by])


def about_facts(push: Diagnosis, source: Source) -> tuple[Fact, ...]:
    """Return what was pushed where, how far it got, how long it took and when that was."""
    has_figure = push.duration.seconds is not None or push.duration.telling
    time = _fact("Time", duration(push.duration, push.clock), CLOCKS[push.clock] if has_figure else "")
    return (*_image(push), _layers(push), time, *_when(push, source))


def _prefix(source: Source) -> str:
    return f"line prefix: {source.decoration}" if source.decoration else "no line prefix of a CI system"


def reading_facts(push: Diagnosis, source: Source) -> tuple[Fact, ...]:
    """Return how the log was read."""
    return (
        _fact("Client", _engine(push)),
        _fact("Capture", CAPTURES[source.capture], _prefix(source)),
        _fact(
            "Clock",
            CLOCK_WORDS[push.clock],
            "" if push.clock.measured else "for measured times: time stamps or a recording",
        ),
        _understood(push),
        *(_fact("Other log", file_name(log.name), log_words(log)) for log in push.other_side),
        *(_fact("Hops", name, words) for name, words in attempts(push)),
    )


def source_facts(source: Source) -> tuple[Fact, ...]:
    """Return what is known of an input in which no push was found."""
    return (
        _fact("Input", source.name, f"{count(source.lines, 'line')}, {size(source.bytes)}"),
        _fact("Capture", CAPTURES[source.capture], _prefix(source)),
    )
