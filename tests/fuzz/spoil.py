"""`python -m tests.fuzz.spoil [FOLDER] [--cuts N] [--rows] [--seconds S]`: every log of a folder, spoilt in every way.

Each is cut at N random bytes, and with 1 % of its lines dropped, doubled and swapped; with `--rows` also cut behind
every line and every row that a terminal drew. None may crash, and no push may be called a success without the line that
proves it. Without a folder: the samples.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import UserError
from pushlog.intake.read import raw
from pushlog.model import Client, Outcome
from pushlog.pipeline import analyze_raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.model import Log

from tests.paths import SAMPLES

SHARE = 0.01
_ENDS = re.compile(rb"[\r\n]+")
_DIGEST = re.compile(rb'digest: sha256:[0-9a-f]|"Digest": ?"sha256:[0-9a-f]')


def logs(folder: Path) -> list[Path]:
    """The logs of a folder: captures are called push-log.txt, samples anything."""
    return sorted(folder.rglob("push-log.txt")) if folder != SAMPLES else sorted(folder.glob("*.txt"))


def spoilt(data: bytes, cuts: int, chance: random.Random, share: float = SHARE) -> Iterator[tuple[str, bytes]]:
    """The log cut at random bytes, and with that share of its lines dropped, doubled and swapped."""
    for _ in range(cuts):
        at = chance.randrange(len(data) + 1)
        yield f"cut at byte {at}", data[:at]
    lines = data.split(b"\n")
    hit = [chance.random() < share for _ in lines]
    yield "lines dropped", b"\n".join(line for line, is_hit in zip(lines, hit, strict=True) if not is_hit)
    yield (
        "lines doubled",
        b"\n".join(part for line, is_hit in zip(lines, hit, strict=True) for part in [line] * (1 + is_hit)),
    )
    for place in range(len(lines) - 1):
        if hit[place]:
            lines[place : place + 2] = lines[place : place + 2][::-1]
    yield "lines swapped", b"\n".join(lines)


def cut_behind_rows(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The log cut behind every line feed and carriage return, and before it."""
    for end in _ENDS.finditer(data):
        for at in end.span():
            yield f"cut at byte {at}", data[:at]


def claims(found: Log, data: bytes) -> Iterator[str]:
    """Successes that no line of the push proves.

    Of docker a digest line or the one line of a quiet push proves it; of other clients a digest, or the result says
    that nothing does.
    """
    lines = data.split(b"\n")
    for push in found.pushes:
        said = b"\n".join(lines[push.lines[0] - 1 : push.lines[1]])
        if push.client is Client.DOCKER:
            proven = _DIGEST.search(said) or push.lines[0] == push.lines[1]
        else:
            proven = b"sha256:" in said or any(finding.name == "success-not-proven" for finding in push.findings)
        if push.outcome is Outcome.SUCCEEDED and not proven:
            yield f"lines {push.lines[0]}-{push.lines[1]} are called a success without a digest"


def main() -> int:
    """Spoil, count and say what was found; 1 when anything was."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.spoil")
    options.add_argument("folder", nargs="?", type=Path, default=SAMPLES)
    options.add_argument("--cuts", type=int, default=50)
    options.add_argument("--rows", action="store_true")
    options.add_argument("--seconds", type=float, default=3600)
    chosen = options.parse_args()
    began, tried, whole, bad = time.monotonic(), 0, 0, 0
    for path in logs(chosen.folder):
        if time.monotonic() - began > chosen.seconds:
            break
        whole_log, chance = path.read_bytes(), random.Random(str(path.parent.name))
        rows = cut_behind_rows(whole_log) if chosen.rows else ()
        for what, data in chain(spoilt(whole_log, chosen.cuts, chance), rows):
            tried += 1
            try:
                problems = list(claims(analyze_raw(raw("x", data)), data))
            except UserError:
                problems = []
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
                problems = [repr(error)]
            bad += len(problems)
            sys.stdout.writelines(f"{path}: {what}: {problem}\n" for problem in problems)
        whole += 1
    sys.stdout.write(f"{tried:,} spoilt logs made of {whole:,}, {bad} problems\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
