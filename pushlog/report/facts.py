"""The facts under each heading: a term, its value and a note that says how sure it is or what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Basis, Capture, Client, Clock, Diagnosis, Outcome, Source, Store
from pushlog.record_class import record
from pushlog.report.prose import Piece, prose
from pushlog.report.words import count, duration, manifest, reached, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

BASES = {
    Basis.UNCOMPRESSED: "uncompressed: this engine counts before gzip",
    Basis.COMPRESSED: "compressed, as they cross the network",
    Basis.UNKNOWN: "the log does not tell whether compressed or not",
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
# Docker's engine names every layer of a push.
NAMES_LAYERS = (Client.DOCKER, Client.COMPOSE)
# A longer path is told by its ends; the waterfall shows all of it.
MOST_STEPS = 3
LIMITS = {"daemon-config": "from daemon.json", "inferred": "inferred from the log", "default": "Docker's default"}
NO_TIMES = {
    Clock.NONE: "The log carries no clock, and none of its lines takes a known time: it shows the order of steps, "
    "not how long they took.",
    Clock.INFERRED: "The log carries no clock, and no countdown or redraw tells one layer's times from another's.",
    Clock.STAMPED: "The log has time stamps, but they don't tell one layer's steps from another's.",
    Clock.RECORDED: "The recording's times don't tell one layer's steps from another's.",
}
CAPTURE_ADVICE = (
    "A capture that would tell: `asciinema rec -c 'docker push …' push.cast` keeps the times and the progress figures. "
    "In CI, time stamps at the start of each line are enough, for instance `docker push … 2>&1 | ts '%FT%.TZ'`."
)


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
    return f"The log names no layer: {push.client.value} tells of the push as a whole."


def _layers(push: Diagnosis) -> Fact:
    done, total = push.progress.layers_done, push.progress.layers_total
    note = ""
    if total == 0 and push.client not in NAMES_LAYERS:
        note = "this client tells of the push as a whole"
    elif total == 0:
        note = "nothing was sent, as far as the log shows"
    elif done and push.outcome is not Outcome.SUCCEEDED:
        note = "they stay there; the next push skips them"
    return _fact("Layers in the registry", reached(push), note)


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
    notes = {
        "sent": f"{tags or 'the tag'} now {'point' if len(push.reference.tags) > 1 else 'points'} at it",
        "not sent": f"so {tags or 'no tag'} was {'not ' if tags else ''}changed",
        "not accepted": f"every layer is there, but {tags or 'no tag'} was {'not ' if tags else ''}changed",
        "unknown": "the log ends before the line that would prove it",
    }
    return _fact("Manifest", state, notes.get(state, "of the others the log shows no digest"))


def progress_facts(push: Diagnosis) -> tuple[Fact, ...]:
    """Return how far the push got, in three facts."""
    return (_layers(push), _bytes(push), _manifest(push))


def _uploads(push: Diagnosis) -> Iterator[Fact]:
    uploads = push.concurrency
    if uploads.observed is None and uploads.limit is None:
        return
    observed = "not seen" if uploads.observed is None else f"{uploads.observed} seen"
    allowed = "" if uploads.limit is None else f", {uploads.limit} allowed"
    yield _fact("Uploads at the same time", observed + allowed, LIMITS.get(uploads.limit_from or "", ""))


def _speed(push: Diagnosis) -> Iterator[Fact]:
    speed = push.throughput
    # A bound from less than a second says nothing.
    if speed is None or (speed.at_most and speed.seconds < 1):
        return
    counted = {Basis.UNCOMPRESSED: " before compression", Basis.COMPRESSED: "", Basis.UNKNOWN: ""}[speed.basis]
    value = f"{'at most ' if speed.at_most else ''}{size(round(speed.bytes_per_second))}/s"
    yield _fact("Speed", value, f"{size(speed.bytes)}{counted} in {seconds(speed.seconds)} of uploading")


def _waited_for(push: Diagnosis) -> Iterator[Fact]:
    """The critical path; where everything took no time, there is none to speak of."""
    path = push.critical_path
    if push.clock is Clock.NONE or not path or path[-1].end <= 0:
        return
    names = [f"`{step.layer}`" for step in path]
    value = (
        ", then ".join(names) if len(names) <= MOST_STEPS else f"{names[0]} and {len(names) - 1} more, to {names[-1]}"
    )
    note = "the last one to end" if len(path) == 1 else "one after another: each took the place of the one before"
    yield _fact("The push had to wait for", value, note, wide=True)


def time_facts(push: Diagnosis) -> tuple[Fact, ...]:
    """Return what else is known of the time: uploads at once, their speed, waits, and what held the push."""
    facts = [*_uploads(push), *_speed(push)]
    waited = sum(layer.retry_wait for layer in push.layers)
    retries = sum(max(layer.attempts - 1, 0) for layer in push.layers)
    if waited or retries:
        times = f"{count(retries, 'retry')} of {count(sum(x.attempts > 1 for x in push.layers), 'layer')}"
        side = "; layers wait side by side" if len([x for x in push.layers if x.retry_wait]) > 1 else ""
        facts.append(_fact("Waited to retry", seconds(waited), f"{times}{side}" if retries else ""))
    return (*facts, *_waited_for(push))


def _engine(push: Diagnosis) -> str:
    if push.client is Client.UNKNOWN:
        return "unknown"
    if push.client is not Client.DOCKER:
        return push.client.value
    return f"docker, {push.store.value} store" if push.store is not Store.UNKNOWN else "docker, image store unknown"


def _image(push: Diagnosis) -> Fact:
    name = "/".join(part for part in (push.reference.registry, push.reference.repository) if part)
    tags = push.reference.tags
    full = f"{name}:{tags[0]}" if name and len(tags) == 1 else name
    notes = [] if len(tags) == 1 else [f"tagged {', '.join(tags)}" if tags else "tag not in the log"]
    notes += [] if push.registry_kind == "unknown" else [f"registry: {push.registry_kind}"]
    return _fact("Image", full or "not named in the log", "; ".join(notes), wide=True)


def _understood(push: Diagnosis) -> Fact:
    lines = push.lines[1] - push.lines[0] + 1
    return _fact("Understood", f"{push.lines_understood} of {count(lines, 'line')}")


def _error(push: Diagnosis) -> Iterator[Fact]:
    error = push.error
    if error is None:
        return
    codes = [f"HTTP {error.http_status}"] if error.http_status is not None else []
    codes += [f"code {error.code}"] if error.code is not None else []
    helps = {True: "pushing again may help", False: "pushing again does not help", None: ""}[error.retry_helps]
    yield _fact("Failure", error.family.value, ", ".join(text for text in (*codes, helps) if text))


def about_facts(push: Diagnosis) -> tuple[Fact, ...]:
    """Return what was pushed where and with what, how long it took, and what kind of failure ended it."""
    time = _fact("Time", duration(push.duration, push.clock), CLOCKS[push.clock])
    return (_image(push), _fact("Engine", _engine(push)), time, *_error(push))


def _prefix(source: Source) -> str:
    return f"line prefix: {source.decoration}" if source.decoration else "no line prefix of a CI system"


def reading_facts(push: Diagnosis, source: Source) -> tuple[Fact, ...]:
    """Return how the log was read."""
    return (
        _fact("Capture", CAPTURES[source.capture], _prefix(source)),
        _fact(
            "Clock",
            CLOCK_WORDS[push.clock],
            "" if push.clock.measured else "for measured times: time stamps or a recording",
        ),
        _understood(push),
    )


def source_facts(source: Source) -> tuple[Fact, ...]:
    """Return what is known of an input in which no push was found."""
    return (
        _fact("Input", source.name, f"{count(source.lines, 'line')}, {size(source.bytes)}"),
        _fact("Capture", CAPTURES[source.capture], _prefix(source)),
    )
