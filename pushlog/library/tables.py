"""The library's tables for notebooks and scripts: events, layers, pushes, findings and timelines as DataFrames.

A column has the same type in every frame, whatever the logs hold, so that frames can be put together: texts are
`string`, whole numbers `Int64`, seconds and rates `float64`, words of a fixed list categories of that list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.library.columns import EVENTS, FINDINGS, LAYERS, PUSHES, SHOWN, TIMELINE, frame, typed
from pushlog.library.notebook import logs_of, paths
from pushlog.model import Log, Phase
from pushlog.pipeline import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from pushlog.diagnosis.case import Case
    from pushlog.library.notebook import Sources
    from pushlog.model import Diagnosis, Layer
    from pushlog.pipeline import Options


def events(source: Sources, options: Options | None = None) -> pd.DataFrame:
    """Every event of every layer, one row each, in log order. Raises InputError.

    `source`: a path, `-` for standard input, the bytes themselves, a folder, a pattern of paths, or a list of these.
    What `analyze` answered holds no events. Columns:

    - `log`: name of the log; `push`: number of the push in it, from 0
    - `line`: physical line, from 1
    - `layer`: id as printed
    - `kind`: what the line says: preparing, waiting, pushing, pushed, exists, mounted, retrying, ... (category)
    - `current`, `total`: bytes as printed, 1 kB = 1000 B; missing where the line has none. What they count is told by
      `basis` in `layers`
    - `wait`: seconds of a countdown line; missing on others
    - `attempt`: the upload that the event belongs to, from 1; a countdown to the upload that failed
    - `at`: seconds since the push began. On a clock that is `inferred` the earliest possible ones
    - `clock`: stamped, recorded, inferred or none (category)
    """
    import pandas as pd

    from pushlog.formats.events import EventKind

    types = {**EVENTS, "kind": [kind.name.lower() for kind in EventKind]}
    frames = []
    for name, number, case in _cases(source, options):
        table = case.table.reset_index(drop=True)
        ids = list(case.parsed.events.ids)
        columns = {
            "log": name,
            "push": number,
            "line": table["line"],
            "layer": [ids[code] for code in table["layer"]],
            "kind": [EventKind(kind).name.lower() for kind in table["kind"]],
            **{column: table[column].where(table[column] >= 0) for column in ("current", "total", "wait")},
            "attempt": table["attempt"],
            "at": table["at"],
            "clock": case.push.clock.value,
        }
        frames.append(typed(pd.DataFrame(columns), types))
    return pd.concat(frames, ignore_index=True) if frames else frame((), types)


def layers(source: Sources, options: Options | None = None) -> pd.DataFrame:
    """Every layer of every push, one row each, in the order of their first lines. Raises InputError.

    `source`: as in `events`, or what `analyze` answered. Columns:

    - `log`, `push`: as in `events`; `outcome`, `registry`, `repository`: of that push
    - `id`: as printed; `state`: the last one seen; `fate`: what became of it; `mounted_from`: the repository;
      `created_by`: the instruction
    - `bytes_done`, `bytes_total`: the furthest point of the last attempt, and the size, in bytes of `basis`. Docker
      rounds both when it prints them, so the first can be a little larger
    - `bytes_stored`: size in the registry, which is what crosses the network
    - `bytes_per_second`: speed of the last attempt, in bytes of `bytes_stored` where known, else of `basis`
    - `attempts`: uploads started; `retry_wait`: seconds spent in countdowns
    - `start`, `end`: measured seconds since the push began
    - `waiting`, `uploading`, `retrying`, `finishing`: seconds in each phase; lower bounds on a clock that is `inferred`
      (`uploading` is missing for a layer of which the log shows only the end)
    - `first_line`, `last_line`: where the log names it

    What the log can't tell is missing.
    """
    rows = (
        {
            **place,
            "outcome": push.outcome.value,
            "registry": push.reference.registry,
            "repository": push.reference.repository,
            **{name: getattr(layer, name) for name in LAYERS if hasattr(layer, name)},
            **{phase.value: _seconds(layer, phase) for phase in SHOWN},
            "first_line": layer.lines[0],
            "last_line": layer.lines[1],
        }
        for place, push in _pushes(source, options)
        for layer in push.layers
    )
    return frame(rows, LAYERS)


def _seconds(layer: Layer, phase: Phase) -> float | None:
    """Return the seconds in a phase; None for an upload of which the log does not show the beginning."""
    if phase is Phase.UPLOADING and any(i.phase is Phase.UNSEEN for i in layer.intervals):
        return None
    return sum((i.end - i.start for i in layer.intervals if i.phase is phase), 0.0)


def pushes(source: Sources, options: Options | None = None) -> pd.DataFrame:
    """Every push, one row each, in log order. Raises InputError.

    `source`: as in `layers`. Columns: `log`, `push`, the outcome with its verdict, client and store, what was pushed
    (`tag`: the last one), the error with its family and whether pushing again helps, how far it got, `seconds` where
    they were measured and `at_least` where not, `began`, and its lines. What the log can't tell is missing.
    """
    rows = ({**place, **_push_row(push)} for place, push in _pushes(source, options))
    return frame(rows, PUSHES)


def _push_row(push: Diagnosis) -> dict[str, object]:
    error = push.error
    return {
        "outcome": push.outcome.value,
        "verdict": push.verdict,
        "client": push.client.value,
        "store": push.store.value,
        "registry": push.reference.registry,
        "registry_kind": push.registry_kind,
        "repository": push.reference.repository,
        "tag": push.reference.tags[-1] if push.reference.tags else None,
        "digest": push.reference.digest,
        "family": error.family.value if error else None,
        "error": error.text if error else None,
        "http_status": error.http_status if error else None,
        "retry_helps": error.retry_helps if error else None,
        "layers_total": push.progress.layers_total,
        "layers_done": push.progress.layers_done,
        "bytes_done": push.progress.bytes_done,
        "bytes_total": push.progress.bytes_total,
        "clock": push.clock.value,
        "seconds": push.duration.seconds,
        "at_least": push.duration.at_least,
        "began": push.duration.began,
        "first_line": push.lines[0],
        "last_line": push.lines[1],
    }


def findings(source: Sources, options: Options | None = None) -> pd.DataFrame:
    """Every finding on every push, one row each, the cause of a failure first. Raises InputError.

    `source`: as in `layers`. Columns: `log`, `push`, `rule` and `name`, `severity`, `confidence`, `title`,
    `explanation`, `remedy` (a step a line), and `line` and `text` of the first line that proves it.
    """
    rows = (
        {
            **place,
            **{name: getattr(finding, name) for name in ("rule", "name", "title", "explanation")},
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "remedy": "\n".join(finding.remedy),
            "line": finding.evidence[0].line,
            "text": finding.evidence[0].text,
        }
        for place, push in _pushes(source, options)
        for finding in push.findings
    )
    return frame(rows, FINDINGS)


def timeline(source: Sources, options: Options | None = None) -> pd.DataFrame:
    """Every interval of every layer and attempt, ready to plot. Raises InputError.

    `source`: as in `layers`. Columns:

    - `log`, `push`, `layer`
    - `attempt`: the upload, from 1; `phase`: waiting, uploading, retrying or finishing; unseen: somewhere in it the
      layer was uploaded, and the log shows only the end
    - `start`, `end`, `seconds`: since the push began; the earliest possible ones where `clock` is inferred
    - `bytes`: how far this upload got, in bytes of `basis`; missing where the log does not say it, and for all but
      the last upload of a layer where `source` is what `analyze` answered
    """
    rows: list[dict[str, object]] = []
    reached = _reached(source, options)
    for place, push in _pushes(source, options):
        for layer in push.layers:
            for interval in layer.intervals:
                is_last = interval.attempt == max(layer.attempts, 1)
                furthest = reached.get((place["log"], place["push"], layer.id, interval.attempt))
                if furthest is None and is_last:
                    furthest = layer.bytes_done
                rows.append(
                    {
                        **place,
                        "layer": layer.id,
                        "attempt": interval.attempt,
                        "phase": interval.phase.value,
                        "start": interval.start,
                        "end": interval.end,
                        "seconds": interval.end - interval.start,
                        "bytes": furthest if interval.phase is Phase.UPLOADING else None,
                        "basis": layer.basis.value,
                        "clock": push.clock.value,
                    }
                )
    return frame(rows, TIMELINE)


def _reached(source: Sources, options: Options | None) -> dict[tuple[object, ...], int]:
    """Return how far each upload got by log, push, layer and attempt, as far as the events show it."""
    if not _holds_events(source):
        return {}
    table = events(source, options)
    with_figures = table[table["current"].notna()]
    furthest = with_figures.groupby(["log", "push", "layer", "attempt"])["current"].max()
    return {key: int(value) for key, value in furthest.items() if isinstance(key, tuple)}


def _holds_events(source: Sources) -> bool:
    """Return whether a source can be read again for its events: what was analyzed holds none, a stream ends."""
    if isinstance(source, str):
        return source != "-"
    if isinstance(source, Log) or hasattr(source, "read"):
        return False
    if isinstance(source, bytes) or hasattr(source, "__fspath__"):
        return True
    items = list(source)
    return isinstance(source, list | tuple) and all(_holds_events(item) for item in items)


def _pushes(source: Sources, options: Options | None) -> Iterator[tuple[dict[str, object], Diagnosis]]:
    """Yield every push with the columns that say where it is."""
    for log in logs_of(source, options):
        for number, push in enumerate(log.pushes):
            yield {"log": log.source.name, "push": number}, push


def _cases(source: Sources, options: Options | None) -> Iterator[tuple[str, int, Case]]:
    """Yield every push with its events. Raises InputError for what holds none."""
    for one in _each(source):
        for number, case in enumerate(cases(one, options)):
            yield case.source.name, number, case


def _each(source: Sources) -> Iterator[str | Path | bytes]:
    from pushlog.faults import InputError

    if isinstance(source, Log):
        raise InputError("a log that was analyzed holds no events: name its file")
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, str) or hasattr(source, "__fspath__"):
        yield from paths(source)  # type: ignore[arg-type]  # hasattr narrows no type
    elif hasattr(source, "read"):
        yield source.read()
    else:
        for item in source:
            yield from _each(item)
