"""Would simply pushing again help? Answered from the row of the catalogue and from what the log shows of the tries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.client_retries import retries
from pushlog.diagnosis.login import asks_for_login
from pushlog.model import Family, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.model import Failure

# Registry, repository, family, and the row of the catalogue.
_Failed = tuple[str | None, str | None, Family, str | None]
# Registries whose way to say that a repository is missing can be a closed connection.
_CLOSES_FOR_MISSING = {"ecr"}


def with_retry_advice(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of a log with `retry_helps` judged for each failure, in log order."""
    judged: list[Case] = []
    failures: set[_Failed] = set()
    for case in cases:
        push, failed = case.push, _failed(case)
        if push.error is not None:
            helps = _helps(case, push.error, is_repeated=failed in failures)
            push = replace(push, error=replace(push.error, retry_helps=helps))
        if failed is not None:
            failures.add(failed)
        judged.append(case if push is case.push else replace(case, push=push))
    return judged


def _helps(case: Case, failure: Failure, *, is_repeated: bool) -> bool | None:
    """Return the judgement; `is_repeated`: an earlier push of this image ended in the same way."""
    used_up = tries_used_up(case)
    if failure.family is Family.DIGEST_MISMATCH and used_up:
        # A byte that flips on the way does so once, not five times in a row.
        return False
    if failure.retry_helps is None and _refuses_login(case):
        return False
    if failure.retry_helps is not True:
        return failure.retry_helps
    doubts = (used_up, _may_be_missing(case, failure), is_repeated)
    return None if any(doubts) else True


def _refuses_login(case: Case) -> bool:
    """Return whether a login is asked for and nothing went in: no token ran out on the way, and the next is the same.

    Docker prints each layer that went in; other clients need not.
    """
    asks = case.classified is not None and asks_for_login(case.classified)
    return asks and case.client.uses_docker_engine and not case.layers(State.PUSHED)


def tries_used_up(case: Case) -> bool:
    """Return whether the client has tried as often as it does by itself."""
    if case.gave_up:
        return True
    announced = retries(case)
    if not announced or case.push.outcome is not Outcome.FAILED:
        return False
    # `(3/3)`: a client that counts its retries has had the last one.
    counts = [(mark.fields["TRY"], mark.fields["TRIES"]) for mark in announced if "TRIES" in mark.fields]
    return not counts or any(number == last for number, last in counts)


def _may_be_missing(case: Case, failure: Failure) -> bool:
    """Return whether a closed connection can mean that the repository does not exist: no layer went in."""
    is_cut = failure.family in (Family.EOF, Family.CONNECTION_RESET)
    nothing_in = not any(layer.state.done for layer in case.push.layers)
    return is_cut and nothing_in and case.push.registry_kind in _CLOSES_FOR_MISSING


def _failed(case: Case) -> _Failed | None:
    """Return the image of a push and its error, as far as two failures are compared; None for a push without one."""
    if case.classified is None:
        return None
    row, image = case.classified.signature, case.push.reference
    return image.registry, image.repository, case.classified.family, row.id if row else None
