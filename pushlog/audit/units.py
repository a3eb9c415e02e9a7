"""Pieces of work of about equal size, so that one huge log does not hold up the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pushlog.audit.inputs import Input

# A few seconds of work for one process: a lost unit costs little, and the overhead of a unit does not show.
BYTES = 2_000_000
INPUTS = 64
# Units at the beginning, and what part of the others they are.
FIRST, FIRST_SHARE = 4, 8
# The weight of an input of unknown size, such as one behind a web server that does not tell it.
UNKNOWN = 250_000
PIECES = 8


@record
class Unit:
    """Inputs that one worker reads in one go.

    `known_hashes`: hashes of the logs that have results already; a log with one of them is not analyzed again, so that
    a moved or touched file costs its hash only. `span`: read only these members of the single input, as a half-open
    range of indexes. `share`: the part of the input that these are, if it is read in shares (see `shares.py`).
    """

    inputs: tuple[Input, ...]
    known_hashes: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    share: float = 0.0

    @property
    def bytes(self) -> int:
        """Return the approximate number of bytes to read."""
        whole = sum(weight(source) for source in self.inputs)
        return round(whole * self.share) if self.share else whole

    def split(self, members: int) -> tuple[Unit, ...]:
        """Return up to `PIECES` units that divide its inputs or, for a single input, its `members` many members."""
        if len(self.inputs) > 1:
            step = -(-len(self.inputs) // PIECES)
            return tuple(
                Unit(inputs=self.inputs[start : start + step], known_hashes=self.known_hashes)
                for start in range(0, len(self.inputs), step)
            )
        first, end = self.span or (0, members)
        step = -(-(end - first) // PIECES)
        if end - first < 2:
            return (self,)
        return tuple(
            Unit(
                inputs=self.inputs,
                known_hashes=self.known_hashes,
                span=(start, min(start + step, end)),
                share=self.share / PIECES,
            )
            for start in range(first, end, step)
        )


def weight(source: Input) -> int:
    """Return the bytes that an input counts as; an empty one has a cost too."""
    return UNKNOWN if source.size is None else source.size + 1000


def units(inputs: Iterable[Input], hashes_by_size: dict[int | None, set[str]]) -> list[Unit]:
    """Return the inputs as units, huge ones first, then a few small ones, then the heaviest first."""
    all_units: list[Unit] = []
    batch: list[Input] = []
    total = 0
    for source in inputs:
        # The first results come soon, so that there is something to see.
        share = FIRST_SHARE if len(all_units) < FIRST else 1
        if batch and (total + weight(source) > BYTES // share or len(batch) >= max(INPUTS // share, 1)):
            all_units.append(_unit(batch, hashes_by_size))
            batch, total = [], 0
        batch.append(source)
        total += weight(source)
    if batch:
        all_units.append(_unit(batch, hashes_by_size))
    heavy = sorted(all_units, key=lambda unit: -unit.bytes)
    huge = [unit for unit in heavy if unit.bytes > BYTES]
    first = [unit for unit in all_units[:FIRST] if unit not in huge]
    return [*huge, *first, *(unit for unit in heavy if unit not in huge and unit not in first)]


def _unit(inputs: list[Input], hashes_by_size: dict[int | None, set[str]]) -> Unit:
    hashes = sorted({digest for size in {i.size for i in inputs} for digest in hashes_by_size.get(size, ())})
    return Unit(inputs=tuple(inputs), known_hashes=tuple(hashes))
