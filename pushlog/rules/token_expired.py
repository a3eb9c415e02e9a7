"""The login was good at first and was refused later in the same push: a token ran out on the way.

A registry hands out tokens that live for minutes or hours. A layer that takes longer to upload than its token lives is
refused at its end, and so is everything after it. Layers that arrived before stay in the registry.

Recognised by: layers uploaded in this very push, and then an answer that asks for a login. Layers that were there
already prove nothing: to see them a login is not always needed.

What to do: log in again and push; what is in the registry is skipped. If it comes again at the same layer, let tokens
live longer or make that layer smaller.

Source: docker/distribution registry/client/auth/session.go; docs.gitlab.com, Authenticate with the container registry;
awsdocs/amazon-ecr-user-guide, common errors; observed with Docker 28.5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import failing_layers
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, Family, Finding, Severity, State
from pushlog.rules.failure import CODES, with_client_remedies
from pushlog.units import count, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Evidence

CODE = CODES[Family.TOKEN_EXPIRED]
NAME = Family.TOKEN_EXPIRED.value
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.READING
SCOPE = Scope.ANY

# Words of a registry's notes about the life of a login.
_ON_LIFE = lazy_pattern(r"\b(minutes|hours)\b")


def check(case: Case) -> Iterator[Finding]:
    """Fire when this push uploaded a layer before its login was refused."""
    failure, classified = case.push.error, case.classified
    pushed = case.layers(State.PUSHED)
    if failure is None or classified is None or failure.family is not Family.TOKEN_EXPIRED or not pushed:
        return
    title, confidence = _judgement(case, failure.text.lower())
    elapsed = f", {case.over} after the start" if case.over else ""
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=title,
        explanation=f"{count(len(pushed), 'layer')} went through in this push before a login was asked for{elapsed}. "
        f"{lifetime(case)}",
        remedy=_remedy(case),
        evidence=_evidence(case),
        confidence=confidence,
        layers=failing_layers(case).proven,
        data={
            "layers_pushed": len(pushed),
            "seconds": case.push.duration.seconds,
            "at_least": case.push.duration.at_least,
            "token_seconds": _token(case),
        },
    )


def _judgement(case: Case, text: str) -> tuple[str, Confidence]:
    if "expired" in text:
        return "The login was accepted at first, then its token expired", Confidence.CERTAIN
    if "no basic auth credentials" in text:
        # The client has no login for this host: the first layers were let in without one.
        who = case.client.words(case.image)["client"]
        return (
            f"The push was let in at first, and then a login was asked for that {who} does not have",
            Confidence.POSSIBLE,
        )
    return "The login was accepted at first and refused later: its token probably expired", Confidence.LIKELY


def _token(case: Case) -> int | None:
    registry = case.knowledge.registry(case.push.registry_kind)
    return registry.token_seconds if registry and registry.token_verified else None


def lifetime(case: Case) -> str:
    """Return how long a token of this registry lives, compared with the duration of the push."""
    registry, token_seconds = case.knowledge.registry(case.push.registry_kind), _token(case)
    if registry is None or token_seconds is None:
        return "How long a token of this registry lives is not known here."
    duration = case.push.duration.seconds or case.push.duration.at_least
    if duration >= token_seconds:
        compared = "and the push took longer than that"
    elif case.push.duration.seconds is not None:
        compared = "and the push took less, so this one was older or shorter"
    else:
        compared = "and the log can't tell whether the push took as long"
    notes = " ".join(note for note in registry.notes if _ON_LIFE.search(note))
    return f"A token of {registry.name} lives {seconds(token_seconds)}, {compared}. {notes}".rstrip()


def _remedy(case: Case) -> tuple[str, ...]:
    steps = case.steps(
        ("Log in again: `{signin}`",),
        (
            "Push again; layers that went through are skipped: `{push}`",
            "Push again; layers that went through are skipped.",
        ),
        "If it comes again at the same layer: let tokens of the registry live longer, or split the layer.",
    )
    return with_client_remedies(case, steps)


def _evidence(case: Case) -> tuple[Evidence, ...]:
    pushed, waits = case.rows_of(State.PUSHED), case.rows_of(State.RETRYING)
    return tuple(case.row(rows[0]) for rows in (pushed, waits) if rows) + case.error_lines()[:2]
