"""The columns of the library's tables with their types, the same for every log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Basis, Client, Clock, Confidence, Family, Fate, Outcome, Phase, Severity, State, Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

# The phases whose seconds are known.
SHOWN = tuple(phase for phase in Phase if phase is not Phase.UNSEEN)
TEXT, WHOLE, REAL, FLAG = "string", "Int64", "float64", "boolean"

_PLACE: dict[str, object] = {"log": TEXT, "push": WHOLE}
EVENTS: dict[str, object] = {
    **_PLACE,
    "line": WHOLE,
    "layer": TEXT,
    "kind": None,  # the kinds of events: set where they are known
    "current": WHOLE,
    "total": WHOLE,
    "wait": WHOLE,
    "attempt": WHOLE,
    "at": REAL,
    "clock": Clock,
}
LAYERS: dict[str, object] = {
    **_PLACE,
    "outcome": Outcome,
    "registry": TEXT,
    "repository": TEXT,
    "id": TEXT,
    "state": State,
    "fate": Fate,
    "mounted_from": TEXT,
    "bytes_done": WHOLE,
    "bytes_total": WHOLE,
    "bytes_stored": WHOLE,
    "basis": Basis,
    "bytes_per_second": REAL,
    "attempts": WHOLE,
    "retry_wait": REAL,
    "start": REAL,
    "end": REAL,
    "created_by": TEXT,
    **{phase.value: REAL for phase in SHOWN},
    "first_line": WHOLE,
    "last_line": WHOLE,
}
PUSHES: dict[str, object] = {
    **_PLACE,
    "outcome": Outcome,
    "verdict": TEXT,
    "client": Client,
    "store": Store,
    "registry": TEXT,
    "registry_kind": TEXT,
    "repository": TEXT,
    "tag": TEXT,
    "digest": TEXT,
    "family": Family,
    "error": TEXT,
    "http_status": WHOLE,
    "retry_helps": FLAG,
    "layers_total": WHOLE,
    "layers_done": WHOLE,
    "bytes_done": WHOLE,
    "bytes_total": WHOLE,
    "clock": Clock,
    "seconds": REAL,
    "at_least": REAL,
    "began": TEXT,
    "first_line": WHOLE,
    "last_line": WHOLE,
}
FINDINGS: dict[str, object] = {
    **_PLACE,
    "rule": TEXT,
    "name": TEXT,
    "severity": Severity,
    "confidence": Confidence,
    "title": TEXT,
    "explanation": TEXT,
    "remedy": TEXT,
    "line": WHOLE,
    "text": TEXT,
}
TIMELINE: dict[str, object] = {
    **_PLACE,
    "layer": TEXT,
    "attempt": WHOLE,
    "phase": Phase,
    "start": REAL,
    "end": REAL,
    "seconds": REAL,
    "bytes": WHOLE,
    "basis": Basis,
    "clock": Clock,
}


def frame(rows: Iterable[dict[str, object]], types: dict[str, object]) -> pd.DataFrame:
    """Return a frame of these rows, with all columns and their types."""
    import pandas as pd

    return typed(pd.DataFrame(list(rows), columns=list(types)), types)


def typed(frame: pd.DataFrame, types: dict[str, object]) -> pd.DataFrame:
    """Return the frame with the type of every column."""
    import pandas as pd

    dtypes = {
        name: kind
        if isinstance(kind, str)
        # What is no name of a type is an enum, or a tuple of its members.
        else pd.CategoricalDtype([str(getattr(word, "value", word)) for word in kind])  # type: ignore[attr-defined]  # object
        for name, kind in types.items()
    }
    return frame.astype(dtypes)
