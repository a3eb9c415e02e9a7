"""The library's tables for notebooks and scripts: events and layers of a log as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Log
from pushlog.pipeline import analyze, cases

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pushlog.model import Layer, Phase
    from pushlog.pipeline import Options

_LAYER = (
    "id",
    "state",
    "mounted_from",
    "bytes_done",
    "bytes_total",
    "bytes_stored",
    "basis",
    "bytes_per_second",
    "attempts",
    "retry_wait",
    "start",
    "end",
    "created_by",
)
_WHOLE = ("bytes_done", "bytes_total", "bytes_stored")
_REAL = ("bytes_per_second", "retry_wait", "start", "end")


def events(source: str | Path | bytes, options: Options | None = None) -> pd.DataFrame:
    """Every event of every layer, one row each, in log order. Raises InputError.

    `source`: a path, `-` for standard input, or the bytes themselves. Columns:

    - `push`: number of the push in the log, from 0
    - `line`: physical line, from 1
    - `layer`: id as printed (category)
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

    frames = []
    for number, case in enumerate(cases(source, options)):
        table = case.table.reset_index(drop=True)
        ids = list(case.parsed.events.ids)
        frame = pd.DataFrame(
            {
                "push": number,
                "line": table["line"],
                "layer": [ids[code] for code in table["layer"]],
                "kind": [EventKind(kind).name.lower() for kind in table["kind"]],
                **{name: table[name].where(table[name] >= 0).astype("Int64") for name in ("current", "total", "wait")},
                "attempt": table["attempt"].astype("int64"),
                "at": table["at"].astype("float64"),
                "clock": case.push.clock.value,
            }
        )
        frames.append(frame)
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_EVENT)
    return whole.astype(dict.fromkeys(("layer", "kind", "clock"), "category"))


_EVENT = ("push", "line", "layer", "kind", "current", "total", "wait", "attempt", "at", "clock")


def _spent(layer: Layer, phase: Phase) -> float | None:
    """Return the seconds in a phase; None for an upload of which the log does not show the beginning."""
    from pushlog.model import Phase

    if phase is Phase.UPLOADING and any(i.phase is Phase.UNSEEN for i in layer.intervals):
        return None
    return sum((i.end - i.start for i in layer.intervals if i.phase is phase), 0.0)


def layers(source: str | Path | bytes | Log, options: Options | None = None) -> pd.DataFrame:
    """Every layer of every push, one row each, in the order of their first lines. Raises InputError.

    `source`: as in `events`, or what `analyze` answered. Columns:

    - `push`: number of the push in the log, from 0; `outcome`, `registry`, `repository`: of that push
    - `id`: as printed; `state`: the last one seen; `mounted_from`: the repository; `created_by`: the instruction
    - `bytes_done`, `bytes_total`: the furthest point of the last attempt, and the size, in bytes of `basis`
    - `bytes_stored`: size in the registry, which is what crosses the network
    - `bytes_per_second`: speed of the last attempt, in bytes of `bytes_stored` where known, else of `basis`
    - `attempts`: uploads started; `retry_wait`: seconds spent in countdowns
    - `start`, `end`: measured seconds since the push began
    - `waiting`, `uploading`, `retrying`, `finishing`: seconds in each phase; lower bounds on a clock that is `inferred`
      (`uploading` is missing for a layer of which the log shows only the end)
    - `first_line`, `last_line`: where the log names it

    What the log can't tell is missing.
    """
    import pandas as pd

    from pushlog.model import Phase

    log = source if isinstance(source, Log) else analyze(source, options)
    shown = [phase for phase in Phase if phase is not Phase.UNSEEN]
    rows = [
        {
            "push": number,
            "outcome": push.outcome.value,
            "registry": push.reference.registry,
            "repository": push.reference.repository,
            **{name: getattr(layer, name) for name in _LAYER},
            **{phase.value: _spent(layer, phase) for phase in shown},
            "first_line": layer.lines[0],
            "last_line": layer.lines[1],
        }
        for number, push in enumerate(log.pushes)
        for layer in push.layers
    ]
    columns = ["push", "outcome", "registry", "repository", *_LAYER, *shown, "first_line", "last_line"]
    frame = pd.DataFrame(rows, columns=[str(name) for name in columns])
    return frame.astype({**dict.fromkeys(_WHOLE, "Int64"), **dict.fromkeys(_REAL, "float64")})
