"""The cause of a failure, from the catalogue of error texts: one rule for each family of failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import failing_layers
from pushlog.diagnosis.remedy_order import ordered
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.knowledge.signatures import RETRIED, Verified
from pushlog.knowledge.wording import fill, sentences, steps, words
from pushlog.model import Confidence, Family, Finding, Severity, State, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.knowledge.signatures import Signature

CODE = "PL001"
NAME = Family.AUTH.value
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.FAMILY
SCOPE = Scope.ANY
# Stable: a code is never given to another family.
CODES = {
    Family.AUTH: "PL001",
    Family.PERMISSION: "PL002",
    Family.REPOSITORY_MISSING: "PL003",
    Family.SIZE_LIMIT: "PL004",
    Family.QUOTA: "PL005",
    Family.RATE_LIMIT: "PL006",
    Family.IMMUTABLE_TAG: "PL007",
    Family.MANIFEST_INVALID: "PL008",
    Family.BLOB_UPLOAD_INVALID: "PL009",
    Family.DIGEST_MISMATCH: "PL010",
    Family.DNS: "PL011",
    Family.CONNECTION_REFUSED: "PL012",
    Family.CONNECTION_RESET: "PL013",
    Family.TIMEOUT: "PL014",
    Family.EOF: "PL015",
    Family.TLS: "PL016",
    Family.PROXY: "PL017",
    Family.HTTP_INSTEAD_OF_HTTPS: "PL018",
    Family.SERVER_ERROR: "PL019",
    Family.REDIRECT: "PL020",
    Family.LOCAL_IMAGE_MISSING: "PL021",
    Family.LOCAL_STORAGE: "PL022",
    Family.DAEMON_UNREACHABLE: "PL023",
    Family.CANCELLED: "PL024",
    Family.TOKEN_EXPIRED: "PL025",
    Family.CLIENT_USAGE: "PL026",
    Family.UNKNOWN: "PL027",
}

# Lines of an error that are quoted: the first lines of a page or a list prove what it is.
_LINES = 4

# The words of `RETRIED` for one store alone; the empty key stands for all other keys.
_BY_STORE: dict[Store, dict[str, str]] = {
    Store.GRAPHDRIVER: {
        "": "Docker retries such an error: five attempts, with 50 s of waiting in all.",
        "layers": "Docker retries such an error when it hits a layer: five attempts, with 50 s of waiting in all.",
        "bare-code": "Docker retries it for 50 s only because the registry sent no message with it.",
    },
    Store.CONTAINERD: {"": "The containerd image store does not wait and try again."},
}

UNKNOWN_TITLE = "The push failed with an error that is not in the catalogue"
UNKNOWN_CAUSE = "The text matches no error in the catalogue{parts}."
UNKNOWN_REMEDY = (
    words(others="Search the registry's own log for the time of the push; it often says more than the client."),
    words(
        engine="Push once more with the daemon in debug mode (`dockerd --debug`) and read its log: "
        "`journalctl -u docker`."
    ),
)

SHARED = "The command pushed several images at once, and the error does not say which of them it is about."


def check(case: Case) -> Iterator[Finding]:
    """Yield the row of the catalogue that the error matches, else the parts of an unknown error."""
    failure, classified = case.push.error, case.classified
    if failure is None or classified is None:
        return
    if failure.family is Family.TOKEN_EXPIRED and case.layers(State.PUSHED):
        return  # `token_expired` knows more of it
    row = classified.signature
    values = case.values
    failing = failing_layers(case)
    layers = failing.proven or (failing.layers if failing.confidence is Confidence.CERTAIN else ())
    if row is None:
        parts = classified.parts
        details = [f"HTTP {parts.http_status}"] if parts.http_status else []
        details += [f"code {parts.code}"] if parts.code else []
        title, remedy = UNKNOWN_TITLE, steps(UNKNOWN_REMEDY, case.scopes, values)
        explanation = UNKNOWN_CAUSE.format(parts=f" ({', '.join(details)})" if details else "")
        confidence = Confidence.POSSIBLE
    else:
        title = sentences((row.title,), case.scopes, values)
        remedy = steps(row.remedy, case.scopes, values)
        explanation = f"{sentences(row.cause, case.scopes, values)} {_retried(case, row)}"
        confidence = Confidence.POSSIBLE if row.verified is Verified.INFERRED else Confidence.CERTAIN
    if case.parsed.shares_error:
        confidence = Confidence.LIKELY if confidence is Confidence.CERTAIN else confidence
        explanation = f"{explanation} {SHARED}"
    named = _named(case, layers[0]) if len(layers) == 1 else ""
    yield Finding(
        rule=CODES[failure.family],
        name=failure.family.value,
        severity=SEVERITY,
        title=title,
        explanation=f"{explanation} {named}".strip(),
        remedy=with_client_remedies(case, remedy),
        evidence=case.error_lines()[:_LINES] or (case.quote(failure.line),),
        confidence=confidence,
        layers=layers,
        data={"signature": row.id if row else None} | ({"shared": True} if case.parsed.shares_error else {}),
    )


def _named(case: Case, layer: str) -> str:
    """Return a sentence on the layer where its instruction is known, or where no line but the error shows it."""
    instruction = case.made_by(layer)
    shown = any(item.id == layer for item in case.push.layers)
    asked = case.classified is not None and case.classified.parts.asked_digest is not None
    about = f"The request was about layer {layer}" if asked else f"The layer that failed is {layer}"
    return f"{about}{instruction}." if instruction or not shown else ""


def _retried(case: Case, row: Signature) -> str:
    """Return what the client does about such an error by itself; for Docker by its image store, where that is known."""
    client, store = case.client, case.push.store
    if not client.uses_docker_engine:
        return client.retry if row.family in client.retried else client.final
    if row.retried == "never" and any(layer.retry_wait for layer in case.push.layers):
        # The countdowns in this log speak for themselves.
        return "Docker retried it in this log."
    usual = row.daemon == RETRIED[row.retried] and row.retried != "never"
    if usual and store is not Store.UNKNOWN:
        return _BY_STORE[store].get(row.retried, _BY_STORE[store][""])
    return f"Such an error is {row.daemon}."


def with_client_remedies(case: Case, remedy: tuple[str, ...]) -> tuple[str, ...]:
    """Return the steps with those of the client's own options, which come first if it does not try again by itself."""
    failure, client = case.push.error, case.client
    if failure is None:
        return remedy
    options = tuple(fill(step, case.values) for step in client.own_remedies(failure.family))
    both = (*remedy, *options) if failure.family in client.retried else (*options, *remedy)
    return ordered(both, retry_helps=failure.retry_helps) or case.steps()
