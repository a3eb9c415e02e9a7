"""An upload broke off at about the same byte every time: a proxy or firewall has a limit.

A connection that is cut by chance is cut at another place each time. One that is cut at the same place met a limit of
size, or of time where the speed is steady: a proxy, a load balancer, a firewall, a VPN. Such limits often cut without
an answer, so the error says `broken pipe`, `connection reset by peer` or `EOF` and nothing of size.

Recognised by: three or more uploads of one layer cut within 5 % of each other, well before the layer's end.

What to do: find the limit of each hop. Pushing again, or more retries, meet it again.

Source: moby pkg/progress (the figures are bytes read, a little ahead of the network); nginx client_max_body_size and
lingering_timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.attempts import attempts
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.diagnosis.size_limits import COUNTED
from pushlog.model import Confidence, Family, Finding, Severity
from pushlog.units import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Evidence, Layer

CODE = "PL504"
NAME = "limit-on-the-way"
SEVERITY = Severity.WARNING
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY

_CUTS = (Family.CONNECTION_RESET, Family.EOF, Family.TIMEOUT)
_LEAST_CUTS = 3
_SPREAD = 0.05
# Fewer bytes can all lie in the buffers of a socket, and don't tell where the upload was cut.
_LEAST_BYTES = 1_000_000


def check(case: Case) -> Iterator[Finding]:
    """Fire on cut connections; an error with an answer names its own cause."""
    failure = case.push.error
    if failure is not None and failure.family not in _CUTS:
        return
    for layer in case.push.layers:
        cuts = _cuts(case, layer)
        if not cuts:
            continue
        about = size(round(sum(cuts) / len(cuts)))
        counted = COUNTED[layer.basis]
        yield Finding(
            rule=CODE,
            name=NAME,
            severity=SEVERITY,
            title=f"Layer {layer.id} was cut {len(cuts)} times at about {about}: a limit on the way",
            explanation=f"It has {size(layer.bytes_total)} {counted}, and its uploads broke off within 5 % of each "
            "other. Chance cuts at another place each time; a limit of size, or of time at a steady speed, does not.",
            remedy=case.steps(
                "Raise the limits of what stands before the registry; on nginx: `client_max_body_size 0;`",
                "Size or time? Push from a network with a different speed: a size limit cuts at the same byte.",
                ("Or split the layer: `{history} --no-trunc {reference}`", "Or split the layer."),
            ),
            evidence=_evidence(case, layer),
            confidence=Confidence.LIKELY,
            layers=(layer.id,),
            data={"reached": list(cuts), "bytes_total": layer.bytes_total},
        )


def _cuts(case: Case, layer: Layer) -> tuple[int, ...]:
    """Return the bytes at which the failed uploads of a layer broke off, if they are about the same; else nothing."""
    if layer.retry_wait == 0 or not layer.bytes_total:
        return ()
    tries = attempts(case, layer.id)
    failed = tries[:-1] if layer.state.done else tries
    reached = tuple(a.reached for a in failed if a.reached is not None)
    if len(reached) < _LEAST_CUTS or min(reached) < _LEAST_BYTES:
        return ()
    together = max(reached) - min(reached) <= _SPREAD * max(reached)
    return reached if together and max(reached) <= (1 - _SPREAD) * layer.bytes_total else ()


def _evidence(case: Case, layer: Layer) -> tuple[Evidence, ...]:
    """Return the lines with the last figure of each failed upload, then the error."""
    rows = list(case.rows(layer.id))
    events = case.events
    figure_rows = [row for row in rows if events.current[row] >= 0 and events.current[row] != events.total[row]]
    last_figures = {int(events.attempt[row]): row for row in figure_rows}
    return tuple(case.row(row) for row in list(last_figures.values())[:3]) + case.error_lines()[:1]
