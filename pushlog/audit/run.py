"""An audit from its first to its last step: find, read what is new, keep it, draw everything from what is kept."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pushlog.audit import dataset, index, markdown
from pushlog.audit.executors import Executors, cluster, processes
from pushlog.audit.files import locked, put
from pushlog.audit.frames import frames
from pushlog.audit.inputs import discover
from pushlog.audit.progress import progress
from pushlog.audit.rows import unread
from pushlog.audit.store import RESULTS, Store
from pushlog.audit.summary import document, summary
from pushlog.audit.units import units
from pushlog.audit.worker import Settings
from pushlog.faults import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pushlog.audit.inputs import Input, Missing
    from pushlog.audit.store import Tables
    from pushlog.audit.summary import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How an audit is done. `jobs`: processes, 0 for as many as there are processors; `rules`: files of own rules."""

    out: Path
    jobs: int = 0
    scheduler: str | None = None
    rules: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What came of it. `read`: inputs that were read now; `kept`: those whose results were there already."""

    summary: Summary
    read: int
    kept: int
    notes: tuple[str, ...]


def audit(names: Sequence[str], plan: Plan) -> Audited:
    """Read what is new among the named inputs and draw the results into the folder.

    Raises InputError for a name that stands for nothing, OutputError when the folder can't be used, StoppedError or
    ExecutorError when it could not be finished; what is finished by then is kept, and the next call goes on from it.
    """
    _usable(plan.out)
    inputs, missing = discover(names, plan.out)
    if not inputs and not missing:
        raise InputError(f"{', '.join(names)}: no file to read")
    with locked(plan.out):
        store = Store(plan.out, _made_by(plan.rules))
        store.begin()
        fresh = store.fresh(inputs)
        _read(fresh, store, plan)
        tables = store.tables()
        for one in missing:
            tables.add("sources", _row(one))
        told = _draw(tables, store, plan.out)
    notes = () if dataset.available() else (dataset.MISSING,)
    return Audited(summary=told, read=len(fresh), kept=len(inputs) - len(fresh), notes=notes)


def _usable(out: Path) -> None:
    """Refuse a folder that holds a site of somebody else."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: can't be written: {(error.strerror or str(error)).lower()}") from error
    if (out / index.NAME).exists() and not (out / RESULTS).exists():
        raise OutputError(f"{out}: holds an {index.NAME} that no audit wrote: choose another --out")


def _made_by(rules: Sequence[str]) -> str:
    """What results depend on besides the log: the program and the user's rules."""
    from importlib.metadata import version
    from pathlib import Path

    texts = [Path(name).read_bytes() for name in rules]
    own = hashlib.sha256(b"\0".join(texts)).hexdigest()[:16] if texts else "shipped"
    return f"pushlog {version('pushlog')}, rules {own}"


def _read(fresh: list[Input], store: Store, plan: Plan) -> None:
    """Everything new, through an executor."""
    if not fresh:
        return
    work = units(fresh, store.known())
    if plan.scheduler is not None:
        make, workers = cluster(plan.scheduler)
    else:
        workers = min(plan.jobs or len(os.sched_getaffinity(0)), len(work))
        make = partial(processes, workers)
    with progress(len(fresh), sys.stderr) as advance:
        for unit, result in Executors(make, workers, plan.settings).results(work):
            store.add(result)
            advance(len(unit.inputs), result.bytes)
    store.reload()


def _row(one: Missing) -> list[object]:
    return unread(one.name, "", one.reason)["sources"][0]


def _draw(tables: Tables, store: Store, out: Path) -> Summary:
    """All outputs from the tables; the page that points at the others comes last."""
    found = frames(tables)
    told = summary(found)
    if dataset.available():
        dataset.write(tables, out)
    put(out / "audit.json", document(told))
    put(out / "audit.md", markdown.render(told))
    index.write(told, found, out)
    store.sweep({page for page in tables.columns["pushes"]["page"] if isinstance(page, str)})
    return told
