"""`python -m tests.fuzz.worst [FAMILY ...]`: what hostile logs cost beside usual ones, in seconds of work per MB.

Each family is read at 1 MB and at 4 MB, and compared with two kinds of usual logs: long ones (the dearer of a terminal
of a long push and the log of a CI job), and short ones, which are nothing but a push (the samples, each alone). A MB of
pushes, layers or the like holds more to tell than a MB of a long log, so such families are also told by the piece.
"""

from __future__ import annotations

import argparse
import sys
import time

from pushlog.intake.limits import LIMITS
from pushlog.intake.read import raw
from pushlog.pipeline import analyze_raw
from tests.bench.inputs import MB, job, terminal
from tests.golden import logs
from tests.intake.test_limits import families

# What such a family is made of: the bytes that each piece has once, and how many pieces are analyzed at most.
PIECES = {
    "pushes": (b"digest: sha256:", LIMITS.pushes),
    "layers": (b": Preparing", LIMITS.layers),
    "retries": (b": Retrying", sys.maxsize),
    "commands": (b"docker push", sys.maxsize),
    "nearly a command": (b"docker push", sys.maxsize),
    "redraws of nothing": (b"\r", sys.maxsize),
}
_EVERY = MB // 20
_LARGE = 16 * MB


def work(data: bytes) -> float:
    """Seconds of processor time of an analysis: of two the better, of a large log once."""
    took = []
    for _ in range(2 if len(data) < _LARGE else 1):
        given = raw("x", data)
        began = time.process_time()
        analyze_raw(given)
        took.append(time.process_time() - began)
    return min(took)


def usual() -> tuple[float, float]:
    """Seconds per MB of the dearest of the usual long logs, and of short ones; says what each costs, and a push."""
    dearest = 0.0
    quiet = b"".join(job(MB, every=2 * MB))
    for name, data in {"usual: terminal": b"".join(terminal(MB)), "usual: CI job": quiet}.items():
        each = work(data) / len(data) * MB
        dearest = max(dearest, each)
        sys.stdout.write(f"{name:28} {each:7.3f} s/MB\n")
    busy = b"".join(job(MB, every=_EVERY))
    pushes = busy.count(b"The push refers to") - 1
    sys.stdout.write(f"{'usual: one push of 8 layers':28} {(work(busy) - work(quiet)) / pushes * 1e6:7.0f} us\n")
    short = [path.read_bytes() for path in logs()]
    each = sum(map(work, short)) / sum(map(len, short)) * MB
    sys.stdout.write(f"{'usual: short logs':28} {each:7.3f} s/MB, {len(short)} samples\n")
    return dearest, each


def main() -> None:
    """Measure the families that are named, or all."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.worst")
    options.add_argument("families", nargs="*", metavar="FAMILY", choices=[[], *families(0)])
    options.add_argument("--mb", type=int, default=4, help="size of the larger log")
    chosen = options.parse_args()
    analyze_raw(raw("x", b"\n".join(families(2000).values())))
    long, short = usual()
    small, large = families(MB), families(chosen.mb * MB)
    for name in chosen.families or small:
        one, more = work(small[name]), work(large[name])
        each = one / len(small[name]) * MB
        growth = (more / len(large[name])) / (one / len(small[name]))
        line = f"{name:28} {each:7.3f} s/MB, {each / long:5.1f} x long logs, {each / short:4.2f} x short ones"
        line += f", {growth:4.2f} x that at {chosen.mb} MB"
        sign, most = PIECES.get(name, (b"", 0))
        pieces = min(small[name].count(sign), most)
        sys.stdout.write(f"{line}, {one / pieces * 1e6:.1f} us each\n" if pieces else f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
