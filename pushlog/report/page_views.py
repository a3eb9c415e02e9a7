"""What the HTML page says, ready to be placed: of each push, of each log without one, and of the page as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.model import Evidence, Missed, Outcome
    from pushlog.report.facts import Fact
    from pushlog.report.growth import Growth
    from pushlog.report.hop_bars import HopChart
    from pushlog.report.prose import Piece, Remedy
    from pushlog.report.quote import Line, Link
    from pushlog.report.tables import Estimates, LayerTable, PhaseRow
    from pushlog.report.waterfall import Waterfall
    from pushlog.report.waterline import Waterline


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
    led: bool
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
    about: tuple[Fact, ...]
    reached: str
    took: str
    waterline: Waterline | None
    progress: tuple[Fact, ...]
    why: tuple[Piece, ...]
    waterfall: Waterfall | None
    growth: Growth | None
    hops: HopChart | None
    no_layers: str
    no_times: str
    time: tuple[Fact, ...]
    phases: tuple[PhaseRow, ...]
    estimates: Estimates
    findings: tuple[FindingView, ...]
    error: tuple[str, Link] | None
    steps: tuple[Remedy, ...]
    noted: tuple[FindingView, ...]
    note_names: str
    layers: LayerTable
    reading: tuple[Fact, ...]
    digests: tuple[DigestRow, ...]
    notes: tuple[tuple[Piece, ...], ...]
    unread: tuple[Evidence, ...]
    excerpt: tuple[Line, ...]
    anchors: dict[int, str]
    folded: bool


@record
class EmptyView:
    """A log in which no push was found; `instead` says what it is, None where nobody knows."""

    anchor: str
    name: str
    instead: Remedy | None
    facts: tuple[Fact, ...]
    notes: tuple[tuple[Piece, ...], ...]
    missed: tuple[Missed, ...]


@record
class SourceView:
    """One input in the footer."""

    name: str
    sha256: str


@record
class Filter:
    """A choice of pushes to show: those of one outcome."""

    outcome: Outcome
    label: str


@record
class Page:
    """The whole page."""

    title: str
    heading: str
    summary: str
    version: str
    filters: tuple[Filter, ...]
    pushes: tuple[PushView, ...]
    empty: tuple[EmptyView, ...]
    sources: tuple[SourceView, ...]
