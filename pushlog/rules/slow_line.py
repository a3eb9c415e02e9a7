"""The bodies of layers came slowly, and the registry was not the reason: it answered all else at once.

A proxy or a registry that tells how long each request took shows both: requests with a body last as long as the line
needs for it, requests without one only as long as the registry needs.

Recognised by: the times of requests (`--with`): bodies of this push at less than 2 MB/s over several seconds, while
requests without a body took less than a fifth of a second.

What to do: push from a place nearer to the registry, or make layers smaller.

Source: nginx `$request_time`; distribution `http.response.duration`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.telling import client_line
from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Severity
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL711"
NAME = "slow-line"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.ANY

# Bytes a second: a line that carries more is not what a push waits for. Seconds: below, a body is no measure.
_SLOW, _LEAST = 2_000_000, 3.0
_QUICK = 0.2


def check(case: Case) -> Iterator[Finding]:
    """Fire when bodies were slow and the registry was quick."""
    side = case.side
    if side is None or not side.answers:
        return
    slow = [item for item in side.transfers if item.seconds >= _LEAST and item.bytes / item.seconds < _SLOW]
    slowest = max(side.answers, key=lambda answer: answer[0])
    if not slow or slowest[0] > _QUICK or any(fault.received for fault in side.faults):
        return
    longest = max(slow, key=lambda item: item.seconds)
    rate = longest.bytes / longest.seconds
    layer = f"layer {longest.layer}" if longest.layer else "one layer"
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The line to the registry was slow: {size(int(rate))}/s for {layer}",
        explanation=f"{longest.bytes:,} bytes took {seconds(longest.seconds)} on the line, while the registry answered "
        f"requests without a body in at most {slowest[0] * 1000:.0f} ms: its disk was not what the push waited for.",
        remedy=(
            "Push from a place nearer to the registry, or over a line with more upload bandwidth.",
            "Send less: smaller layers, and a base image that the registry has already.",
        ),
        evidence=(client_line(case), longest.evidence, slowest[1]),
        confidence=Confidence.LIKELY,
        layers=(longest.layer,) if longest.layer else (),
        data={"bytes_per_second": round(rate), "slowest_answer": round(slowest[0], 3)},
    )
