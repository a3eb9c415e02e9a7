"""The records that every stage speaks: what a log is, what a push was, what was found and where it is proven.

A `Diagnosis` is the contract between analysis and outputs: reports, audits and the JSON output read nothing else.
Records are frozen and keyword-only; their field names are the names of the JSON output (`report/json.py`).
Line numbers are physical lines of the log, counted from 1. Bytes are bytes: 1 kB is 1000 B, as Docker prints it.
Seconds count from the first line of the push.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

from pushlog.model.other_side import Hop, SideLog
from pushlog.model.source import Source
from pushlog.model.terms import (
    Basis,
    Client,
    Clock,
    Confidence,
    Family,
    Fate,
    Outcome,
    Phase,
    Severity,
    State,
    Store,
)
from pushlog.record_class import record


@record
class Reference:
    """What was pushed. `digests` pairs each tag with the digest of its own digest line.

    `masked`: a part of the name was masked in the log (`***`, `[MASKED]`). It stands here as printed, never completed.
    """

    registry: str | None = None
    repository: str | None = None
    tags: tuple[str, ...] = ()
    digest: str | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    masked: bool = False


@record
class Failure:
    """The error that the client printed, verbatim. `retry_helps`: would simply pushing again help; None: can't tell."""

    text: str
    line: int
    family: Family
    code: str | None = None
    http_status: int | None = None
    retry_helps: bool | None = None


@record
class Interval:
    """A layer's phase from `start` to `end`, in seconds; the earliest possible times when the clock is inferred."""

    phase: Phase
    start: float
    end: float
    attempt: int


@record
class RegistrySaid:
    """An upload by the registry's own word: its id, when it began by the registry's clock, the bytes it had by then."""

    upload: str
    started: str
    bytes: int


@record
class Layer:
    """One layer of a push.

    `bytes_done` is the furthest point of the last attempt, `basis` what those bytes count, `attempts` the uploads
    started (0 when none was needed or seen), `retry_wait` the seconds of countdown as printed, `start` and `end`
    measured seconds (None unless the log carries a clock), `lines` the first and last line that name the layer.
    `bytes_stored` is the size of its blob in the registry, which is what crosses the network; only a manifest tells it
    where the figures count something else. `bytes_per_second`: of `basis`, from the first byte of the last attempt to
    the registry's answer; None where nothing dates both. `fate`: what became of it; `state` is the last one seen.
    `hops`: what the logs of the other side say of its attempts.
    """

    id: str
    state: State
    mounted_from: str | None
    bytes_done: int | None
    bytes_total: int | None
    basis: Basis
    attempts: int
    retry_wait: float
    start: float | None
    end: float | None
    created_by: str | None
    lines: tuple[int, int]
    intervals: tuple[Interval, ...] = ()
    bytes_stored: int | None = None
    bytes_per_second: float | None = None
    fate: Fate = Fate.UNFINISHED
    registry_said: RegistrySaid | None = None
    hops: tuple[Hop, ...] = ()


@record
class Throughput:
    """All uploads together: bytes of `basis`, the seconds in which any of them was on its way, and their quotient.

    `at_most`: the seconds are a lower bound, or the bytes count before compression; the network carried no more.
    """

    bytes: int
    seconds: float
    bytes_per_second: float
    basis: Basis
    at_most: bool


@record
class PathStep:
    """A layer of the critical path, and its seconds in an upload slot; the next one began when it gave that up."""

    layer: str
    start: float
    end: float


@record
class Progress:
    """How far the push got. `fraction` is of bytes, None where sizes are not known; `why` says what is known.

    `rows_without_ids`: the log has rows of layers, but nobody can count them: their ids are lost or masked.
    """

    layers_total: int
    layers_done: int
    bytes_done: int | None
    bytes_total: int | None
    fraction: float | None
    exact: bool
    why: str
    rows_without_ids: bool = False


# A push that took minutes can be proven to have taken half a second, which says nothing.
TELLING_SECONDS = 5.0


@record
class Duration:
    """`seconds` only when measured; `at_least` is a bound that always holds; `began`: the moment, if stamps say it."""

    seconds: float | None
    at_least: float
    began: str | None = None

    @property
    def telling(self) -> bool:
        """Whether the bound is worth telling: as long as the first wait of docker's retries, or longer."""
        return self.at_least >= TELLING_SECONDS


@record
class Concurrency:
    """Uploads at the same time: seen in the log, and allowed by the daemon.

    `over_time`: from each second on, how many slots were taken; on an inferred clock the earliest seconds.
    """

    observed: int | None = None
    limit: int | None = None
    limit_from: str | None = None
    over_time: tuple[tuple[float, int], ...] = ()


@record
class Estimate:
    """How long the push would have taken with `change`; None where the log can't support an answer."""

    change: Mapping[str, object]
    seconds: float | None
    low: float | None
    high: float | None
    assumptions: tuple[str, ...]


@record
class Evidence:
    """A line that proves something, as a person would read it there; `file`: of which other log, None for its own."""

    line: int
    text: str
    file: str | None = None


@record
class Finding:
    """One explained fact. `rule` is its stable code, `name` its name; it can't be built without evidence."""

    rule: str
    name: str
    severity: Severity
    title: str
    explanation: str
    remedy: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    confidence: Confidence
    layers: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a claim that points at nothing."""
        if not self.evidence:
            raise ValueError(f"a finding needs at least one line of evidence: {self.name}")


@record
class Diagnosis:
    """All that is known of one push; every output is drawn from this alone.

    `verdict` and `advice` are the two sentences that every output leads with. The first error finding is the cause.
    `lines_understood` counts lines within `lines`; `unread` quotes those that were not, the first ones of them.
    `excerpt` quotes the lines that findings point at with their neighbours, in order. `critical_path`: the layers that
    the push had to wait for one after another, the last one to end at its end; empty where the log does not show them.
    `wrapper` is the program that drove the client, where the log shows it.
    `sent` is bytes over time: seconds, and the bytes of all layers sent by then; empty where the log does not tell.
    `hops`: what the other logs say of the push and of no single layer; `other_side`: these logs.
    """

    client: Client
    store: Store
    lines: tuple[int, int]
    reference: Reference
    registry_kind: str
    outcome: Outcome
    error: Failure | None
    layers: tuple[Layer, ...]
    progress: Progress
    clock: Clock
    duration: Duration
    what_if: tuple[Estimate, ...] = ()
    concurrency: Concurrency = field(default_factory=Concurrency)
    findings: tuple[Finding, ...] = ()
    verdict: str = ""
    advice: str = ""
    lines_understood: int = 0
    unread: tuple[Evidence, ...] = ()
    excerpt: tuple[Evidence, ...] = ()
    throughput: Throughput | None = None
    critical_path: tuple[PathStep, ...] = ()
    sent: tuple[tuple[float, int], ...] = ()
    wrapper: str | None = None
    hops: tuple[Hop, ...] = ()
    other_side: tuple[SideLog, ...] = ()

    @property
    def layers_settled(self) -> int:
        """Layers with which the push is done: those in the registry, and foreign ones, which are not sent."""
        return self.progress.layers_done + sum(layer.state is State.SKIPPED for layer in self.layers)

    @property
    def manifest_refused(self) -> bool:
        """Whether every layer was there and the manifest was not accepted.

        The graphdriver store names all layers before it sends one. The containerd store names them as they come, in a
        pipe only those that are done: there the error itself has to speak of the manifest.
        """
        done = self.progress.layers_total > 0 and self.layers_settled == self.progress.layers_total
        if not done or self.outcome is not Outcome.FAILED:
            return False
        if self.store is Store.GRAPHDRIVER or self.error is None:
            return True
        return self.error.family in (Family.IMMUTABLE_TAG, Family.MANIFEST_INVALID) or "manifest" in self.error.text


@record
class Log:
    """One input with the pushes found in it, in log order."""

    source: Source
    pushes: tuple[Diagnosis, ...]
