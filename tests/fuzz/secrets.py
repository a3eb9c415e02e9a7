"""`python -m tests.fuzz.secrets [--inputs N] [--seed S] [--deep D] [--way redact]`: planted secrets, looked for after.

A known secret is written in the shape of some program, dressed in D surroundings, one inside the other, and put into
the log of a push. The log is redacted or analyzed, and the secret is looked for in all that comes out, in any form that
it can be decoded from. What else the log said must still be there. The end says how many stayed, of which shape and in
which surroundings; `--show N` prints so many of them.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fuzz.decoded import shows
from tests.fuzz.secret_shapes import shape
from tests.fuzz.secret_ways import WAYS
from tests.fuzz.surroundings import SURROUNDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BEFORE = (
    "$ docker push r.example/team/app:1\nThe push refers to repository [r.example/team/app]\naaaaaaaaaaaa: Preparing"
)
BEHIND = "aaaaaaaaaaaa: Pushed\ndenied: requested access to the resource is denied"


@dataclass(frozen=True)
class Planted:
    """A secret in its surroundings, the innermost first."""

    secret: str
    text: str
    shape: str
    around: tuple[str, ...]

    @property
    def log(self) -> str:
        """The log of a push that it stands in."""
        return f"{BEFORE}\n{self.text}\n\n{BEHIND}\n"

    @property
    def failed(self) -> str:
        """The log of a push that says it in its error, and as the command before it."""
        first, *others = self.text.split("\n")
        rest = "".join(f"\n{line}" for line in others)
        return f"+ {self.text}\n{BEFORE}\nreceived unexpected HTTP status: 500 {first}{rest}\n"


def planted(seed: int, number: int, deep: int, around: Sequence[str] = ()) -> Planted:
    """The text of this number: the same seed plants the same."""
    chance = random.Random(f"{seed}:{number}")
    text, secret, first = shape(chance)
    around = tuple(around) or tuple(chance.choice(tuple(SURROUNDINGS)) for _ in range(deep))
    for name in around:
        text = SURROUNDINGS[name](text, chance)
    return Planted(secret, text, first, around)


def leaks(plants: Sequence[Planted], way: str) -> Iterator[tuple[Planted, str]]:
    """Those whose secret stayed, with where it did and what is seen of it."""
    for plant, outputs in WAYS[way](plants):
        for name, output in outputs.items():
            seen = shows(output, plant.secret, 4 if way == "redact" else 1)
            if seen:
                yield plant, f"{name}: {seen}"
                break
            if name == "redacted" and not (output.startswith(BEFORE) and output.endswith(f"{BEHIND}\n")):
                yield plant, "the lines around it are gone"


def main() -> int:
    """Plant them all and say what came of it; 1 when any stayed."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.secrets")
    options.add_argument("--inputs", type=int, default=3000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--deep", type=int, default=1)
    options.add_argument("--way", choices=tuple(WAYS), default="redact")
    options.add_argument("--around", action="append", default=[], choices=tuple(SURROUNDINGS))
    options.add_argument("--show", type=int, default=0)
    chosen = options.parse_args()
    plants = [planted(chosen.seed, number, chosen.deep, chosen.around) for number in range(chosen.inputs)]
    stayed = list(leaks(plants, chosen.way))
    share = 100 * len(stayed) / len(plants)
    sys.stdout.write(
        f"{len(stayed)} of {len(plants)} secrets stayed ({share:.2f} %), {chosen.way}, {chosen.deep} deep\n"
    )
    for said, counts in (
        ("shapes", Counter(plant.shape for plant, _ in stayed)),
        ("surroundings", Counter(name for plant, _ in stayed for name in plant.around)),
    ):
        sys.stdout.writelines(f"  {said}: {number} {name!r}\n" for name, number in counts.most_common(25))
    for plant, where in stayed[: chosen.show]:
        sys.stdout.write(f"--- {where} | {', '.join(plant.around)} | {plant.secret}\n{plant.text!r}\n")
    return 1 if stayed else 0


if __name__ == "__main__":
    sys.exit(main())
