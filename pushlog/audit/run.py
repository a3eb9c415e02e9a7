"""An audit from start to end: find the inputs, read the new ones, store their results, draw all outputs."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.audit import index, markdown
from pushlog.audit.executors import Executors, available_processors, cluster, processes
from pushlog.audit.exports import parsed_kinds, write_exports, write_tables
from pushlog.audit.files import locked, put
from pushlog.audit.frames import frames
from pushlog.audit.inputs import discover
from pushlog.audit.others import stamps
from pushlog.audit.own_files import DOCUMENT, MARKDOWN, keep_inputs
from pushlog.audit.progress import progress
from pushlog.audit.rows import unread
from pushlog.audit.schema import columns_hash
from pushlog.audit.shares import Shares
from pushlog.audit.since import since
from pushlog.audit.store import PAGES, RESULTS, Store
from pushlog.audit.summary import document, summary
from pushlog.audit.units import units
from pushlog.audit.worker import Settings
from pushlog.faults import InputError, OutputError
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pushlog.audit.exports import Export
    from pushlog.audit.inputs import Input, Missing
    from pushlog.audit.progress import Progress
    from pushlog.audit.summary import Summary
    from pushlog.audit.tables import Tables


# Where results go unless the user says so: in the working directory, where a checkout may have brought it.
DEFAULT_OUT = Path("pushlog-audit")


@record
class Plan:
    """The options of an audit. `jobs`: processes, 0 for one per processor; `rules`: the user's rules files.

    `source_pattern`, `metadata`: the form of paths and the side file that say where logs come from; `since`: what is
    older is left out of all but the tables; `tables`: their kinds, None for Parquet where it can be written;
    `is_plain`: progress is shown without colour; `beside`: all files that the call reads beside the logs.
    """

    out: Path
    jobs: int = 0
    scheduler: str | None = None
    rules: tuple[str, ...] = ()
    source_pattern: str | None = None
    metadata: str | None = None
    beside: tuple[str, ...] = ()
    since: pd.Timestamp | None = None
    tables: tuple[str, ...] | None = None
    exports: tuple[Export, ...] = ()
    is_plain: bool = False
    settings: Settings = field(default_factory=Settings)


@record
class Audited:
    """The result of an audit. `read`: inputs that were read now; `kept`: inputs that had results already."""

    summary: Summary
    read: int
    kept: int


def audit(names: Sequence[str], plan: Plan) -> Audited:
    """Read what is new among the named inputs and draw the results into the folder.

    Raises InputError for a name that stands for nothing, OutputError when the folder can't be used, StoppedError or
    ExecutorError when it could not be finished; what is finished by then is kept, and the next call goes on from it.
    """
    with progress(sys.stderr, is_plain=plan.is_plain) as bar:
        return _audit(names, plan, bar)


def _audit(names: Sequence[str], plan: Plan, bar: Progress) -> Audited:
    inputs, missing = discover(names, plan.out)
    if not inputs and not missing:
        raise InputError(f"{', '.join(names)}: no file to read")
    keep_inputs(plan.out, plan.exports, [entry.name for entry in inputs], plan.beside)
    _usable(plan.out)
    with locked(plan.out):
        store = Store(plan.out, _made_by(plan), plan.settings.reach)
        store.begin()
        new_inputs = store.new_inputs(inputs)
        _read(new_inputs, store, plan, bar)
        tables = store.tables()
        if damaged := store.forget_damaged(inputs):
            _read(damaged, store, plan, bar)
            tables = store.tables()
        for entry in missing:
            tables.add("sources", _row(entry))
        read, kept = len(new_inputs), len(inputs) - len(new_inputs)
        bar.writing()
        del inputs, new_inputs, damaged
        audit_summary = _draw(tables, store, plan)
    return Audited(summary=audit_summary, read=read, kept=kept)


def _usable(out: Path) -> None:
    """Refuse a folder whose page was not written by an audit, and one that leads elsewhere."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: can't be written: {(error.strerror or str(error)).lower()}") from error
    links = [path for path in (out / RESULTS, out / PAGES) if path.is_symlink()]
    if out == DEFAULT_OUT and out.is_symlink():
        links.append(out)
    if links:
        raise OutputError(f"{links[0]}: is a link, which is not followed: remove it, or choose another --out")
    if (out / index.NAME).exists() and not (out / RESULTS).exists():
        raise OutputError(f"{out}: holds an {index.NAME} that no audit wrote: choose another --out")


def _made_by(plan: Plan) -> str:
    """Return the version and the hash of the user's files, on which results depend beside the log."""
    from importlib.metadata import version

    texts = [Path(name).read_bytes() for name in plan.rules]
    rules_hash = hashlib.sha256(b"\0".join(texts)).hexdigest()[:16] if texts else "shipped"
    by = f"pushlog {version('pushlog')}, columns {columns_hash()}, rules {rules_hash}{plan.settings.changes}"
    if plan.settings.others:
        by = f"{by}, with {hashlib.sha256(stamps(plan.settings.others).encode()).hexdigest()[:16]}"
    if plan.source_pattern is None and plan.metadata is None:
        return by
    side = b"" if plan.metadata is None else Path(plan.metadata).read_bytes()
    origin_hash = hashlib.sha256((plan.source_pattern or "").encode() + b"\0" + side).hexdigest()[:16]
    return f"{by}, origin {origin_hash}"


def _read(inputs: list[Input], store: Store, plan: Plan, bar: Progress) -> None:
    """Read the inputs through an executor and store their results."""
    if not inputs:
        return
    shares = Shares(units(inputs, store.known_hashes()), plan.settings.limits)
    if plan.scheduler is not None:
        make, workers = cluster(plan.scheduler)
    else:
        workers = min(plan.jobs or available_processors(), len(shares.units))
        make = partial(processes, workers)
    bar.reading(len(inputs))
    executors = Executors(make, workers, plan.settings)
    for work in (shares.units, shares.whole):
        for unit, unit_result in executors.results(work):
            for result in shares.finished(unit, unit_result):
                store.add(result)
                bar.advance(len(unit.inputs), result.bytes)
    store.reload()


def _row(missing: Missing) -> list[object]:
    return unread(missing.name, "", missing.reason)["sources"][0]


def _draw(tables: Tables, store: Store, plan: Plan) -> Summary:
    """Write all outputs; the index page comes last because it links to the others."""
    # The dataset goes first: the frames take the columns over, so that nothing is in memory twice.
    out = plan.out
    write_tables(tables, parsed_kinds(()) if plan.tables is None else plan.tables, out)
    everything = frames(tables, is_whole=any(export.name == "otlp" for export in plan.exports))
    all_frames = everything if plan.since is None else since(everything, plan.since)
    audit_summary = summary(all_frames)
    put(out / DOCUMENT, document(audit_summary))
    put(out / MARKDOWN, markdown.render(audit_summary))
    write_exports(all_frames, plan.exports, out)
    index.write(audit_summary, all_frames, out)
    store.sweep({page for page in everything.pushes["page"] if isinstance(page, str)})
    return audit_summary
