"""What `--since` leaves of an audit."""

from __future__ import annotations

import pandas as pd

from pushlog.audit.frames import Frames
from pushlog.faults import UserError
from pushlog.lazy_pattern import lazy_pattern

_AGO = lazy_pattern(r"(\d{1,5})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


def since(frames: Frames, moment: pd.Timestamp) -> Frames:
    """Return the tables with the pushes from a moment on, and without logs that are older or have only older pushes."""
    pushes = frames.pushes[frames.pushes["moment"] >= moment]
    written = pd.to_datetime(frames.sources["dated"], utc=True, format="ISO8601", errors="coerce")
    gone = set(frames.pushes["log"]) - set(pushes["log"])
    old = frames.sources["log"].isin(gone) | (written < moment) & ~frames.sources["log"].isin(set(pushes["log"]))
    keys = pushes[["log", "push"]]
    return Frames(
        sources=frames.sources[~old].reset_index(drop=True),
        pushes=pushes.reset_index(drop=True),
        layers=frames.layers.merge(keys, on=["log", "push"]),
        findings=frames.findings.merge(keys, on=["log", "push"]),
    )


def parsed_since(text: str, now: pd.Timestamp | None = None) -> pd.Timestamp:
    """Return the moment that `--since` names: a date, a time, or `36h`, `30d`, `4w` ago. Raises UserError."""
    if match := _AGO.fullmatch(text.strip()):
        return (now or pd.Timestamp.now("UTC")) - pd.Timedelta(hours=int(match[1]) * _HOURS[match[2]])
    moment = pd.to_datetime(text.strip(), utc=True, format="ISO8601", errors="coerce")
    if not isinstance(moment, pd.Timestamp):
        raise UserError(
            f"--since {text}: is neither a date (2026-10-01, 2026-10-01T08:00Z) nor a time ago (36h, 30d, 4w)"
        )
    return moment
