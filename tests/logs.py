"""Small logs to build tests from, written as docker prints them."""

from pushlog.intake.read import raw
from pushlog.pipeline import analyze_raw

A, B, C, D = "aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc", "dddddddddddd"
DIGEST = "sha256:" + "7d27" * 16
HEADER = "The push refers to repository [registry.example.com/team/app]"
DONE = f"1.2: digest: {DIGEST} size: 739"


def countdown(layer, start, stop=1):
    """The countdown lines of one wait."""
    return [f"{layer}: Retrying in {n} second{'s' if n > 1 else ''}" for n in range(start, stop - 1, -1)]


def exhausted(layer):
    """All the waits of a layer that docker gives up on."""
    return [line for start in (5, 10, 15, 20) for line in countdown(layer, start)]


def log(*lines):
    """The analysis of these lines."""
    flat = [line for item in lines for line in ([item] if isinstance(item, str) else item)]
    return analyze_raw(raw("push-log.txt", "".join(f"{line}\n" for line in flat).encode()))


def push(*lines):
    """The only push in these lines."""
    (only,) = log(*lines).pushes
    return only


def names(*lines):
    """The names of the findings on the only push in these lines."""
    return [finding.name for finding in push(*lines).findings]
