"""What wrote the records of an export as a prefix of their lines, which tells pushes side by side apart."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.mapped import release_range
from pushlog.intake.spool import DERIVED, Spool
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pushlog.intake.log_text import Int64
    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.exports.lane_names import Names

_NO_NAME = lazy_pattern(r"[^\w./-]+", re.ASCII)
_LONGEST_NAME = 200
# A push writes to both streams of its process.
_STREAM = lazy_pattern(r"\b(?:stdout|stderr)\b")
# The systems of the prefixes that are put before lines, as in decorations.toml.
PODS, _PROCESSES = "kubernetes", "process"


def lane_prefixes(names: Sequence[Names]) -> tuple[str, list[bytes]] | None:
    """Return what to put before the lines of each writer, and its system; None for a single one.

    Pods as `kubectl logs --prefix` prints them. The last prefix stands for what is no record.
    """
    for part, (system, kind) in enumerate(((PODS, "pod"), (_PROCESSES, "part"), (_PROCESSES, "process"))):
        column = [_STREAM.sub("", name[part]) for name in names]
        if len({*column} - {""}) > 1:
            return system, [
                f"[{kind}/{_NO_NAME.sub('-', name)[-_LONGEST_NAME:]}] ".encode() if name else b""
                for name in (*column, "")
            ]
    return None


def with_lanes(data: Data, starts: Int64, lanes: NDArray[np.intc], prefixes: Sequence[bytes]) -> tuple[Data, Int64]:
    """Return the records with a prefix before each line, that of their lane."""
    stops = np.append(starts[1:], len(data))
    spool, new_starts = Spool(DERIVED), array("q")
    for place, lane in enumerate(lanes):
        record = data[starts[place] : stops[place]]
        lines = record.split(b"\n")
        new_starts.append(spool.size)
        spool.write(b"\n".join(prefixes[lane] + line if line else line for line in lines) if record.strip() else record)
        release_range(data, int(starts[place]), int(stops[place]))
    return spool.finish(), np.frombuffer(new_starts, dtype=np.int64)


def joined(data: Data, starts: Int64, lanes: NDArray[np.intc]) -> tuple[Data, Int64]:
    """Return records that are whole lines: each piece of one is put to that of its lane with which the line begins."""
    stops = np.append(starts[1:], len(data))
    pieces: list[list[bytes]] = []
    begun: dict[int, int] = {}
    for place, lane in enumerate(map(int, lanes)):
        piece = data[starts[place] : stops[place]]
        pieces.append([])
        first = begun.get(lane, place)
        pieces[first].append(piece)
        if lane >= 0 and piece.endswith(b"\n"):
            begun.pop(lane, None)
        elif lane >= 0 and piece:
            begun[lane] = first
    for first in begun.values():
        pieces[first].append(b"\n")
    ends = np.cumsum([sum(map(len, line)) for line in pieces])
    return b"".join(piece for line in pieces for piece in line), np.concatenate([[0], ends[:-1]]).astype(np.int64)
