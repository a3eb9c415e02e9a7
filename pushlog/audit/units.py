"""Pieces of work: about as many bytes in each, so that one huge log does not hold up the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pushlog.audit.inputs import Input

# A few seconds of work for one process: little is lost with it, and its overhead does not show.
BYTES = 2_000_000
INPUTS = 64
# An input whose size is not known before, such as one behind a web server that doesn't say.
UNKNOWN = 250_000
PIECES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Inputs that one worker reads in one go.

    `known`: hashes of logs that results exist for, by the size of their file, so that a moved or touched file is
    hashed and not analysed again. `span`: only these members of the unit's single input, first and end, from 0.
    """

    inputs: tuple[Input, ...]
    known: tuple[str, ...] = ()
    span: tuple[int, int] | None = None

    @property
    def bytes(self) -> int:
        """About how much there is to read."""
        return sum(weight(one) for one in self.inputs)

    def split(self, members: int) -> tuple[Unit, ...]:
        """The unit in up to eight pieces: its inputs apart, or the members of its only input; `members`: how many."""
        if len(self.inputs) > 1:
            step = -(-len(self.inputs) // PIECES)
            return tuple(
                Unit(inputs=self.inputs[at : at + step], known=self.known) for at in range(0, len(self.inputs), step)
            )
        first, end = self.span or (0, members)
        step = -(-(end - first) // PIECES)
        if end - first < 2:
            return (self,)
        return tuple(
            Unit(inputs=self.inputs, known=self.known, span=(at, min(at + step, end))) for at in range(first, end, step)
        )


def weight(one: Input) -> int:
    """The bytes that an input counts as; an empty one costs something too."""
    return UNKNOWN if one.size is None else one.size + 1000


def units(inputs: Iterable[Input], known: dict[int | None, set[str]]) -> list[Unit]:
    """The inputs as units, the heaviest first."""
    made: list[Unit] = []
    held: list[Input] = []
    total = 0
    for one in inputs:
        if held and (total + weight(one) > BYTES or len(held) == INPUTS):
            made.append(_unit(held, known))
            held, total = [], 0
        held.append(one)
        total += weight(one)
    if held:
        made.append(_unit(held, known))
    return sorted(made, key=lambda unit: -unit.bytes)


def _unit(inputs: list[Input], known: dict[int | None, set[str]]) -> Unit:
    hashes = sorted({one for size in {i.size for i in inputs} for one in known.get(size, ())})
    return Unit(inputs=tuple(inputs), known=tuple(hashes))
