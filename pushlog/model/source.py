"""The records of an input: how it was read, where it comes from, when it was written."""

from __future__ import annotations

from dataclasses import field

from pushlog.model.terms import Capture, DatedBy
from pushlog.record_class import record

# How a note begins that says what an input is instead of a log of a push.
WHAT_IT_IS = "this is "
# How a note ends that counts the lines of `Missed`.
PART_OF_NONE = "part of none that was found"


@record
class Redacted:
    """Secrets that were hidden: their kind, the line they stand on (None where it is not a line's text), how many."""

    kind: str
    line: int | None
    count: int


@record
class Missed:
    """A line that holds words of a push and is part of none."""

    line: int
    text: str


@record
class Origin:
    """Where a log comes from, as far as it, its path or a side file says; None where nothing does."""

    ci: str | None = None
    project: str | None = None
    workflow: str | None = None
    job: str | None = None
    run_url: str | None = None
    runner: str | None = None
    ref: str | None = None
    sha: str | None = None


@record
class Dated:
    """When a log was written, in the form of RFC 3339, and what says so; both None where nothing does."""

    at: str | None = None
    by: DatedBy | None = None


@record
class Source:
    """One input and how it was read. `coverage`: share of the lines inside pushes that were understood, 0 to 1."""

    name: str
    bytes: int
    lines: int
    sha256: str
    capture: Capture
    decoration: str | None
    coverage: float
    notes: tuple[str, ...] = ()
    redacted: tuple[Redacted, ...] = ()
    incomplete: bool = False  # part of it was not read; the notes say which
    missed: tuple[Missed, ...] = ()
    origin: Origin = field(default_factory=Origin)
    dated: Dated = field(default_factory=Dated)
