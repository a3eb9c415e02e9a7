"""A large zip read in shares: its members are as many small logs, which several workers can read at once.

What comes out is what one worker would have made of it. Where a share can't be read by itself, the zip is read whole.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.audit.units import BYTES, Unit
from pushlog.audit.worker import joined
from pushlog.intake import remote
from pushlog.intake.archives import in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.audit.inputs import Input
    from pushlog.audit.worker import Result
    from pushlog.intake.limits import ArchiveLimits

# Members of a share at least, for a worker reads the list of the zip for each; and the most shares of a zip.
MEMBERS, MOST = 64, 32
# Stands between the identity of a log and its rows, see `worker.line`.
_TAB = "\t"


class Shares:
    """The units of an audit with large zips in shares, and the results of these put together."""

    def __init__(self, units: Iterable[Unit], limits: ArchiveLimits) -> None:
        self.units: list[Unit] = []
        self.whole: list[Unit] = []
        self._wholes: dict[str, Unit] = {}
        self._waiting: dict[str, int] = {}
        self._results: dict[str, dict[int, Result]] = {}
        for unit in units:
            shares = _shares(unit, limits)
            if len(shares) > 1:
                name = unit.inputs[0].name
                self._wholes[name], self._waiting[name], self._results[name] = unit, len(shares), {}
            self.units += shares

    def finished(self, unit: Unit, result: Result) -> Iterator[Result]:
        """Yield the result of a unit; of a share that of all, when it is the last one.

        A zip that must be read whole is then in `whole`.
        """
        if not unit.share or unit.span is None:
            yield result
            return
        name = unit.inputs[0].name
        results = self._results[name]
        results[unit.span[0]] = result
        if len(results) < self._waiting[name]:
            return
        del self._results[name]
        if any(result.is_uneven for result in results.values()):
            self.whole.append(self._wholes[name])
        else:
            yield _without_copies(joined([results[first] for first in sorted(results)]))


def _shares(unit: Unit, limits: ArchiveLimits) -> list[Unit]:
    if len(unit.inputs) > 1 or unit.bytes <= BYTES or not (members := _members(unit.inputs[0], limits)):
        return [unit]
    number = min(MOST, members // MEMBERS)
    edges = [members * share // number for share in range(number + 1)] if number > 1 else []
    spans = pairwise(edges)
    return [replace(unit, span=span, share=1 / number) for span in spans] or [unit]


def _members(source: Input, limits: ArchiveLimits) -> int:
    """Return the number of members of a zip that can be read in shares, 0 for any other input."""
    if remote.is_remote(source.name) or source.repeats:
        return 0
    try:
        with Path(source.name).open("rb") as file:
            status = os.fstat(file.fileno())
            return in_parts(file, status.st_size, limits) if stat.S_ISREG(status.st_mode) else 0
    except OSError:
        return 0


def _without_copies(result: Result) -> Result:
    """Return the result of a whole zip where of logs with equal content only the first has rows."""
    lines: list[str] = []
    seen: set[str] = set()
    for line, log_hash in zip(result.lines, result.hashes, strict=True):
        is_again = log_hash is not None and log_hash in seen
        lines.append(f"{line.partition(_TAB)[0]}{_TAB}" if is_again else line)
        seen |= {log_hash} if log_hash is not None else set()
    return replace(result, lines=tuple(lines))
