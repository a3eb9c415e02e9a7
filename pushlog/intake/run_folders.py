"""The logs of a CI run as GitHub and Azure hand them out: each job whole, and once more step by step in a folder.

`0_build.txt` holds all lines of `build/1_Set up job.txt`, `build/3_Push.txt` and so on, wherever the two stand: in the
zip of a run, in an archive of such folders, or unpacked. Sources: docs.github.com, "Downloading logs"; cli/cli
pkg/cmd/run/view; unpacked logs of Azure Pipelines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

REPEATS = "repeats lines of the job's whole log beside it"
_WHOLE_JOB = lazy_pattern(r"-?\d+_(?P<job>.+)\.txt")
_STEP = lazy_pattern(r"(?:-?\d+_.+|system)\.txt")
# GitHub cuts the name of a job so, in UTF-16 units (JOB_NAME_MAX_LENGTH in cli/cli).
_CUT = 90


def repeated_steps(names: Iterable[str]) -> set[str]:
    """Return those of the names, with `/` between their parts, that repeat lines of a job's whole log among them."""
    jobs: set[tuple[str, str]] = set()
    steps: list[tuple[str, str, str]] = []
    for name in names:
        folder, _, file = name.rpartition("/")
        if match := _WHOLE_JOB.fullmatch(file):
            jobs.update((folder, job) for job in (match["job"], _cut(match["job"])))
        if _STEP.fullmatch(file) and folder:
            outer, _, job = folder.rpartition("/")
            steps.append((name, outer, job))
    return {name for name, outer, job in steps if (outer, job) in jobs or (outer, _cut(job)) in jobs}


def is_step(name: str) -> bool:
    """Return whether a name could be that of a step's log."""
    folder, _, file = name.rpartition("/")
    return bool(folder) and _STEP.fullmatch(file) is not None


def _cut(job: str) -> str:
    """Return the name of a job as its folder has it: no longer than allowed, without what ends in the middle."""
    units = job.encode("utf-16-le", "surrogatepass")[: 2 * _CUT]
    return units.decode("utf-16-le", "ignore").rstrip()
