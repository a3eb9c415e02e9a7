"""What a worker does with a unit: read its logs one by one, each within its limits, and hand back rows and pages.

Nothing that a log does comes out as an exception: it becomes a row that says why. What does come out is the worker's
own end, and `engine.py` finds the log that caused it.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from itertools import islice
from multiprocessing import connection, parent_process
from os import _exit
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from typing import TYPE_CHECKING

from pushlog.audit import rows
from pushlog.faults import InputError
from pushlog.intake import remote
from pushlog.intake.archives import ArchiveLimits, Member, members
from pushlog.intake.deadline import TimeUpError, deadline
from pushlog.intake.read import raw
from pushlog.pipeline import Options, analyze_raw
from pushlog.redaction.find import redact_text
from pushlog.report.html import linked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.inputs import Input
    from pushlog.audit.rows import Rows
    from pushlog.audit.units import Unit
    from pushlog.knowledge.base import Knowledge

# Whether the process is there for this work alone and may end itself; a cluster's worker is not.
_own = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for every log. `seconds`: the processor time that one log may take."""

    seconds: float = 10.0
    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    knowledge: Knowledge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of one log.

    `rows` is None when results for its hash exist already; `again`: the next audit should try it once more.
    """

    input: Input
    member: str
    sha256: str | None
    rows: Rows | None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a worker hands back: a line of JSON for each log (see `store.py`), and pages by their file name."""

    lines: tuple[str, ...]
    pages: dict[str, str]
    logs: int
    bytes: int


def begin() -> None:
    """Prepare a process of the pool: Ctrl-C is the parent's business, and when it is gone so are its workers."""
    global _own  # noqa: PLW0603 - a fact about this process, set once
    _own = True
    signal(SIGINT, SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    connection.wait([sentinel])
    _exit(1)


def work(unit: Unit, settings: Settings) -> Result:
    """Read every log of a unit."""
    warm()
    lines, pages, size = [], {}, 0
    for one in unit.inputs:
        for found in _members(one, unit, settings):
            # Names and complaints are part of every output, and no part of the log that its analysis redacts.
            member = replace(found, name=redact_text(found.name), problem=found.problem and redact_text(found.problem))
            record, drawn = _read(one, member, unit, settings)
            lines.append(line(record))
            pages.update(drawn)
            size += len(member.data or b"")
    return Result(lines=tuple(lines), pages=pages, logs=len(lines), bytes=size)


@cache
def warm() -> None:
    """Load what an analysis loads when it is first wanted, so that no log is charged for it."""
    analyze_raw(raw("", b"The push refers to repository [docker.io/x]\naaaaaaaaaaaa: Retrying in 1 second\ndenied\n"))


def count(unit: Unit, settings: Settings) -> int:
    """How many members the single input of a unit has, without a look at what they say."""
    return sum(1 for _ in _members(unit.inputs[0], unit, settings))


def line(record: Record) -> str:
    """A log's line: what it is, a tab, and its rows; apart, so that the first can be read without the second."""
    one = record.input
    head = [one.label, one.size, None if record.again else one.stamp, record.member, record.sha256]
    body = "" if record.rows is None else json.dumps(record.rows, separators=(",", ":"), default=str)
    return f"{json.dumps(head, separators=(',', ':'))}\t{body}"


def _members(one: Input, unit: Unit, settings: Settings) -> Iterator[Member]:
    """The logs of an input, or one that says why there are none."""
    try:
        with remote.opened(one.name) if remote.is_remote(one.name) else Path(one.name).open("rb") as file:
            found = members(file, one.size, settings.limits)
            none = True
            for member in islice(found, *unit.span) if unit.span else found:
                none = False
                yield member
            if none and not unit.span:
                yield Member(name="", data=None, problem="an archive without a file in it", harmless=True)
    except InputError as error:
        yield Member(name="", data=None, problem=str(error).removeprefix(f"{one.label}: "), again=True)
    except OSError as error:
        yield Member(name="", data=None, problem=f"can't be read: {(error.strerror or str(error)).lower()}", again=True)
    except Exception as error:  # noqa: BLE001 - remote stores raise what they like, long after a file was opened
        yield Member(name="", data=None, problem=f"can't be read: {error}"[:300], again=True)


def _read(one: Input, member: Member, unit: Unit, settings: Settings) -> tuple[Record, dict[str, str]]:
    name, data = one.label, member.data
    if data is None:
        status = "skipped" if member.harmless else "unreadable"
        return _record(one, member, rows.unread(name, member.name, member.problem or "", status=status)), {}
    hashed = sha256(data).hexdigest()
    if hashed in unit.known and member.problem is None:
        return Record(input=one, member=member.name, sha256=hashed, rows=None), {}
    try:
        with deadline(settings.seconds, hard=_own):
            return _analysed(one, member, data, settings)
    except TimeUpError:
        reason = f"took more than {settings.seconds:g} s of processor time"
    except MemoryError:
        reason = "needs more memory than there is"
    except InputError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs one log and is told, never the other thousands
        reason = f"the analysis failed: {type(error).__name__}: {error}"[:300]
    return _record(one, member, rows.unread(name, member.name, redact_text(reason), size=len(data))), {}


def _record(one: Input, member: Member, made: Rows) -> Record:
    return Record(input=one, member=member.name, sha256=None, rows=made, again=member.again)


def _analysed(one: Input, member: Member, data: bytes, settings: Settings) -> tuple[Record, dict[str, str]]:
    shown = f"{one.label}/{member.name}" if member.name else one.label
    options = Options() if settings.knowledge is None else Options(knowledge=settings.knowledge)
    log = analyze_raw(raw(shown, data), options)
    made = rows.rows(log, one.label, member.name, member.problem)
    own = rows.key(log.source.sha256)
    places = ((rows.page(own, push, n), push) for n, push in enumerate(log.pushes))
    pages = {place: linked(log, push) for place, push in places if place is not None}
    return Record(input=one, member=member.name, sha256=log.source.sha256, rows=made), pages
