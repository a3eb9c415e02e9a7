"""The work of one worker on one unit: read its logs one by one, each within its limits, and return rows and pages.

A log never causes an exception here: what goes wrong with it becomes a row with the reason. Only the death of the
worker itself reaches `executors.py`, which then finds the log that caused it.
"""

from __future__ import annotations

import ctypes
import json
import signal
import sys
import threading
from contextlib import nullcontext, suppress
from dataclasses import field, replace
from functools import cache
from hashlib import sha256
from itertools import islice
from multiprocessing import connection, parent_process
from os import _exit
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.audit import rows
from pushlog.audit.inputs import modified_at, under
from pushlog.audit.others import others
from pushlog.audit.push_pages import push_pages
from pushlog.audit.reading import Reading
from pushlog.faults import InputError
from pushlog.intake.archives import Member
from pushlog.intake.deadline import TimeUpError, deadline, hard_limit
from pushlog.intake.limits import LIMITS, ArchiveLimits
from pushlog.intake.origin import versions_of
from pushlog.intake.read import raw
from pushlog.intake.readers import NotAsListedError
from pushlog.intake.run_folders import REPEATS
from pushlog.model import DatedBy
from pushlog.pipeline import Options, analyze_raw
from pushlog.rebuild import rebuilt_log
from pushlog.record_class import record
from pushlog.redaction.find import redact_text
from pushlog.report.rule_links import publish_at
from pushlog.selection import Selection, selected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from pushlog.audit.inputs import Input
    from pushlog.audit.rows import Rows
    from pushlog.audit.units import Unit

# Linux' prctl(2): the signal that a process gets when its parent is gone.
_PARENT_DEATH_SIGNAL = 1
# Whether this process belongs to our pool, so that it may end itself. A worker of a cluster may not.
_is_pool_process = False


@record
class Settings:
    """Settings for every log.

    `seconds`: the processor time that one log may take; `options`: those of its analysis; `selection`: which findings
    are shown; `rules_url`: where findings link to; `others`: paths of logs of the other side, which each worker reads
    once.
    """

    seconds: float = 10.0
    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    options: Options = field(default_factory=Options)
    selection: Selection = field(default_factory=Selection)
    rules_url: str | None = None
    others: tuple[str, ...] = ()

    @property
    def reach(self) -> str:
        """Return the limits that a log may be left out for; with others it is read again."""
        return f"{self.seconds:g} s, {self.limits.log_bytes} B"

    @property
    def changes(self) -> str:
        """Return what makes results other than those of the defaults, beside the user's files."""
        options, hidden = self.options, self.selection
        changes = {
            "zone": options.zone,
            "uploads": options.max_uploads,
            "not redacted": None if options.redact else True,
            "limits": None if options.limits == LIMITS else options.limits,
            "what if": options.what_if or None,
            "shown": None if hidden.is_empty else (hidden.select, hidden.ignore, hidden.in_force),
            "rules at": self.rules_url,
        }
        return "".join(f", {name} {value}" for name, value in changes.items() if value is not None)


@record
class Record:
    """The result of one log.

    `rows` is None when results for its hash exist already; `stamp`: that of its input, None when the next audit should
    read it again, with the limits where they may be why it was not read.
    """

    input: Input
    member: str
    sha256: str | None
    rows: Rows | None
    stamp: str | None


@record
class Result:
    """The result of one unit: a line of JSON for each log (see `store.py`), and pages by their file name.

    `hashes`: for each line the hash by which another log may be the same; `is_uneven`: a share that can't be read by
    itself, so that nothing was.
    """

    lines: tuple[str, ...]
    pages: dict[str, str]
    logs: int
    bytes: int
    hashes: tuple[str | None, ...] = ()
    is_uneven: bool = False


def joined(results: Sequence[Result]) -> Result:
    """Return the results of the pieces of a unit as one, in their order; of equal logs the first has the page."""
    return Result(
        lines=tuple(text for result in results for text in result.lines),
        pages=dict(page for result in reversed(results) for page in result.pages.items()),
        logs=sum(result.logs for result in results),
        bytes=sum(result.bytes for result in results),
        hashes=tuple(log_hash for result in results for log_hash in result.hashes),
        is_uneven=any(result.is_uneven for result in results),
    )


def begin() -> None:
    """Prepare a process of the pool: ignore Ctrl-C, which the parent handles, and end when the parent ends."""
    global _is_pool_process  # noqa: PLW0603 - a fact about this process, set once
    _is_pool_process = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        # Where C code holds the interpreter, the thread below would not run.
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def code_origin() -> str:
    """Return the folder whose code this process runs."""
    return str(Path(__file__).resolve().parents[1])


def _follow(sentinel: int) -> None:
    connection.wait([sentinel])
    _exit(1)


def work(unit: Unit, settings: Settings) -> Result:
    """Read every log of a unit."""
    try:
        return _work(unit, settings)
    except NotAsListedError:
        return Result(lines=(), pages={}, logs=0, bytes=0, is_uneven=True)


def _work(unit: Unit, settings: Settings) -> Result:
    warm()
    publish_at(settings.rules_url)
    with suppress(InputError):  # every log says so below
        others(settings.others, settings.options.zone)
    with _limited(settings):
        return _results(unit, settings)


def _results(unit: Unit, settings: Settings) -> Result:
    lines: list[str] = []
    hashes: list[str | None] = []
    pages: dict[str, str] = {}
    size = 0
    analyzed = set(unit.known_hashes)
    for source in unit.inputs:
        for raw_member in _members(source, unit, settings):
            # Names and problems are part of every output, and the analysis of a log redacts only the log.
            member = replace(
                raw_member,
                name=redact_text(raw_member.name),
                problem=raw_member.problem and redact_text(raw_member.problem),
            )
            record, new_pages = _read(source, member, analyzed, settings)
            hashes.append(record.sha256 if member.problem is None else None)
            analyzed.update(filter(None, hashes[-1:]))
            lines.append(line(record))
            pages.update(new_pages)
            size += len(member.data or b"")
    return Result(lines=tuple(lines), pages=pages, logs=len(lines), bytes=size, hashes=tuple(hashes))


@cache
def warm() -> None:
    """Load the modules that an analysis loads lazily, so that their time is not counted for the first log."""
    analyze_raw(raw("", b"The push refers to repository [docker.io/x]\naaaaaaaaaaaa: Retrying in 1 second\ndenied\n"))


def count(unit: Unit, settings: Settings) -> int:
    """Return the number of members of a unit's single input, without analyzing them."""
    with _limited(settings):
        return sum(1 for _ in _members(unit.inputs[0], unit, settings))


def _limited(settings: Settings) -> AbstractContextManager[None]:
    """Return the limit that ends a process of the pool which no deadline ends."""
    return hard_limit(settings.seconds) if _is_pool_process else nullcontext()


def line(record: Record) -> str:
    """Return the line of a log: its identity, a tab, its rows. The identity can be parsed without the rows."""
    source = record.input
    head = [source.label, source.size, record.stamp, record.member, record.sha256]
    body = "" if record.rows is None else json.dumps(record.rows, separators=(",", ":"), default=str)
    return f"{json.dumps(head, separators=(',', ':'))}\t{body}"


def _members(source: Input, unit: Unit, settings: Settings) -> Iterator[Member]:
    """Yield the logs of an input, or one member without data that tells why there are none."""
    if source.repeats:
        yield Member(name="", data=None, problem=REPEATS, harmless=True)
        return
    try:
        reading = Reading(settings.seconds)
        with reading.opened(source) as file:
            listed = unit.span if unit.share else None
            entries = reading.members(file, source, settings.limits, listed)
            is_empty = True
            for member in islice(entries, *unit.span) if unit.span and not listed else entries:
                is_empty = False
                yield member
            if is_empty and not unit.span:
                yield Member(name="", data=None, problem="an archive without a file in it", harmless=True)
    except NotAsListedError:
        raise
    except TimeUpError:
        reason = f"took more than {settings.seconds:g} s of processor time to be read"
        yield Member(name="", data=None, problem=reason)
    except InputError as error:
        yield Member(name="", data=None, problem=str(error).removeprefix(f"{source.label}: "), again=True)
    except OSError as error:
        yield Member(name="", data=None, problem=f"can't be read: {(error.strerror or str(error)).lower()}", again=True)
    except Exception as error:  # noqa: BLE001 - remote stores raise exceptions of any kind, also long after a file was opened
        yield Member(name="", data=None, problem=f"can't be read: {error}"[:300], again=True)


def _read(source: Input, member: Member, analyzed: set[str], settings: Settings) -> tuple[Record, dict[str, str]]:
    name, data = source.label, member.data
    if data is None:
        status = "skipped" if member.harmless else "unreadable"
        log_rows = rows.unread(name, member.name, member.problem or "", status=status)
        return _record(source, member, log_rows, settings), {}
    hashed = sha256(data).hexdigest()
    if hashed in analyzed and member.problem is None:
        return Record(input=source, member=member.name, sha256=hashed, rows=None, stamp=source.stamp), {}
    try:
        with deadline(settings.seconds):
            return _analysed(source, member, data, settings)
    except TimeUpError:
        reason = f"took more than {settings.seconds:g} s of processor time"
    except MemoryError:
        reason = "needs more memory than there is"
    except InputError as error:
        reason = str(error).removeprefix(f"{name}/{member.name}: " if member.name else f"{name}: ")
    except Exception as error:  # noqa: BLE001 - a bug of ours costs one log, never the other thousands
        reason = f"the analysis failed: {type(error).__name__}: {error}"[:300]
    log_rows = rows.unread(name, member.name, redact_text(reason), size=len(data))
    return _record(source, member, log_rows, settings), {}


def _record(source: Input, member: Member, log_rows: Rows, settings: Settings) -> Record:
    """Return the result of a log that was not read."""
    stamp = None if member.again else source.stamp if member.harmless else under(source.stamp, settings.reach)
    return Record(input=source, member=member.name, sha256=None, rows=log_rows, stamp=stamp)


def _analysed(source: Input, member: Member, data: bytes, settings: Settings) -> tuple[Record, dict[str, str]]:
    name = f"{source.label}/{member.name}" if member.name else source.label
    modified = modified_at(source) if member.modified is None else member.modified
    by = DatedBy.FILE if member.modified is None else DatedBy.ARCHIVE
    options = replace(settings.options, shared=others(settings.others, settings.options.zone))
    source_bytes = replace(raw(name, data), modified=modified, modified_by=by)
    log = analyze_raw(source_bytes, options)
    if not log.pushes:
        log = rebuilt_log(source_bytes, options) or log
    shown = selected(log, settings.selection)
    versions = versions_of(data) if log.pushes else None
    log_rows = rows.rows(log, source.label, member.name, member.problem, versions, shown=shown)
    stamp = source.stamp if member.problem is None else under(source.stamp, settings.reach)
    record = Record(input=source, member=member.name, sha256=log.source.sha256, rows=log_rows, stamp=stamp)
    return record, push_pages(shown, log_rows)
