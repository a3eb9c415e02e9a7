"""`python -m tests.fuzz.beside [--every N] [--part I]`: lines and whole logs of others beside a small push.

Each line of the logs of `tests/wild` stands above and below a push, and each of those logs behind one. What was told of
the push must stay: no crash, a finished push stays one and a failed one failed, and none without a digest is a success.
Of a whole log as many pushes must be told behind a finished push as alone. Some lines do belong to what stands above
them, as a row of its layers or its digest: so it is read what is printed, and only `FALSE` must never be.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from typing import TYPE_CHECKING

from pushlog.model import Outcome
from pushlog.pipeline import analyze

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Diagnosis

from tests.paths import ROOT

NAME = "acme/zapp"
_HEADER = f"The push refers to repository [r.example.com/{NAME}]\n0123456789ab: Preparing\n"
FINISHED = f"{_HEADER}0123456789ab: Pushed\n1.2: digest: sha256:{'ab' * 32} size: 528\n"
FAILED = f"{_HEADER}denied: requested access to the resource is denied\n"
CUT = _HEADER
PUSHES = ((FINISHED, Outcome.SUCCEEDED), (FAILED, Outcome.FAILED), (CUT, None))
_APART = "$ make next\n" + "ok\n" * 5
_LONGEST = 6000


def texts() -> Iterator[tuple[str, str]]:
    """The logs of `tests/wild` that are text, with their names."""
    for path in sorted((ROOT / "tests" / "wild").rglob("*.toml")):
        for log in tomllib.loads(path.read_text("utf-8"))["log"]:
            if len(log.get("text", "")) in range(1, _LONGEST):
                yield f"{path.stem}/{log['name']}", log["text"]


def lines() -> list[str]:
    """Every line of these logs, once."""
    return list(dict.fromkeys(line for _, text in texts() for line in text.splitlines() if line.strip()))


def beside_a_line(line: str) -> Iterator[str]:
    """What differs of a push with this line above and below it."""
    for push, outcome in PUSHES:
        for place, log in (("above", f"{line}\n{push}"), ("below", f"{push}{line}\n")):
            ours = _ours(analyze(log.encode("utf-8", "replace")).pushes)
            outcomes = {one.outcome for one in ours}
            if push is CUT and Outcome.SUCCEEDED in outcomes and "digest" not in line.lower():
                yield f"FALSE success with a line {place}: {line}"
            elif outcome and (outcomes != {outcome} or len(ours) != 1):
                yield f"{outcome.value} became {sorted(each.value for each in outcomes)} with a line {place}: {line}"


def behind_a_push(name: str, text: str) -> Iterator[str]:
    """What differs of a log that stands behind a finished push."""
    alone = analyze(text.encode()).pushes
    pushes = analyze(f"{FINISHED}{_APART}{text}".encode()).pushes
    ours = _ours(pushes)
    if [push.outcome for push in ours] != [Outcome.SUCCEEDED]:
        yield f"the push above became {[push.outcome.value for push in ours]}: {name}"
    elif len(pushes) - 1 != len(alone):
        yield f"{len(alone)} pushes became {len(pushes) - 1} behind another: {name}"


def _ours(pushes: Sequence[Diagnosis]) -> list[Diagnosis]:
    return [push for push in pushes if NAME in (push.reference.repository or "")]


def main() -> int:
    """Try every line and every log, and count what differs."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.beside")
    options.add_argument("--every", type=int, default=1, help="only each such line and log")
    options.add_argument("--part", type=int, default=0, help="which of them")
    chosen = options.parse_args()
    tried, found = 0, 0
    for line in lines()[chosen.part :: chosen.every]:
        tried += 1
        found += _printed(beside_a_line(line), line)
    for name, text in list(texts())[chosen.part :: chosen.every]:
        tried += 1
        found += _printed(behind_a_push(name, text), name)
    sys.stdout.write(f"{tried:,} lines and logs beside a push, {found} that differ\n")
    return 0


def _printed(differences: Iterator[str], what: str) -> int:
    try:
        found = list(differences)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
        found = [f"FALSE: {error!r} of {what}"]
    sys.stdout.writelines(f"{one[:300]}\n" for one in found)
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
