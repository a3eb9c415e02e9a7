"""Find the row of the catalogue that explains an error text."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pushlog.formats.errors.detect import continues, starts_error
from pushlog.formats.errors.parse import DAEMON, ErrorText, parse_error
from pushlog.formats.errors.wrapped import error_in
from pushlog.knowledge.base import shipped
from pushlog.knowledge.patterns import Linear, search
from pushlog.knowledge.signatures import Match, Signature, signatures
from pushlog.model import Family, Store
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Classified", "classify", "continues", "starts_error", "store_of"]

# Wrappers that only one store puts around an error (moby daemon/containerd/registry_errors.go, containerd
# core/remotes/docker; docker/distribution registry/client/errors.go).
CONTAINERD_STAGES = frozenset({"registry", "commit", "copy", "request", "authorize", "access-denied", "redirect"})
GRAPHDRIVER_STAGES = frozenset({"received", "parsing", "errors"})
CLIENT_STAGES = frozenset({"build", "solve", "push", "upload"})
# So many parsed errors are kept.
_LATELY = 8


@record
class Classified:
    """An error text, its parts and the row of the catalogue that explains it; no row: family `unknown`."""

    parts: ErrorText
    signature: Signature | None
    family: Family
    retry_helps: bool | None
    http_status: int | None
    code: str | None
    store: Store


def classify(
    text: str,
    *,
    store: Store = Store.UNKNOWN,
    catalogue: Sequence[Signature] | None = None,
    retried: bool | None = False,
) -> Classified:
    """Return what an error text means. Raises nothing.

    `store`, if known, rules out rows of the other store. `retried`: whether an upload was tried again before; None: the
    log does not tell.
    Where nobody knows the whole text, the error that stands behind the words of a wrapper is looked up.
    """
    rows = signatures() if catalogue is None else catalogue
    whole = _classified(text, store, rows, retried=retried)
    if whole.signature:
        return whole
    first, feed, rest = text.strip().partition("\n")
    wrapped = error_in(first, shipped())
    if wrapped is None or not wrapped.head or whole.code:
        return whole
    inner = _classified(wrapped.text + feed + rest, store, rows, retried=retried)
    return replace(inner, parts=replace(inner.parts, text=text)) if inner.signature else whole


def _classified(text: str, store: Store, rows: Sequence[Signature], *, retried: bool | None) -> Classified:
    parts = _parsed(text)
    store_by_form = store_of(parts)
    likely_store = store if store is not Store.UNKNOWN else store_by_form
    # Docker's client puts words of its own before some errors: rows that tell how one begins mean what follows them.
    forms = [parts, _parsed(text.removeprefix(DAEMON))] if text.startswith(DAEMON) else [parts]
    signature = next(
        (
            row
            for row in _likely(rows, text.lower())
            if any(_fits(row, form, likely_store, retried=retried) for form in forms)
        ),
        None,
    )
    return Classified(
        parts=parts,
        signature=signature,
        family=signature.family if signature else Family.UNKNOWN,
        retry_helps=signature.retry_helps if signature else None,
        http_status=parts.http_status,
        code=parts.code,
        store=store_by_form,
    )


@lru_cache(_LATELY)
def _parsed(text: str) -> ErrorText:
    # An error is asked for before its store is known and after, and again where the next push ends with it.
    return parse_error(text)


def store_of(parts: ErrorText) -> Store:
    """Return the store that prints errors of this form."""
    stages = set(parts.stages)
    if stages & CLIENT_STAGES:  # other clients speak containerd's words, or the registry client's, without its store
        return Store.UNKNOWN
    if stages & CONTAINERD_STAGES or "unexpected" in stages:
        return Store.CONTAINERD
    if stages & GRAPHDRIVER_STAGES or parts.text.strip() == "no basic auth credentials":
        return Store.GRAPHDRIVER
    return Store.UNKNOWN


def _likely(rows: Sequence[Signature], lowered: str) -> Iterator[Signature]:
    """Return the rows of which the error has a word. A plain loop: `any` for each row takes three times as long."""
    for row in rows:
        words = row.match.has
        if not words:
            yield row
        for word in words:
            if word in lowered:
                yield row
                break


def _fits(row: Signature, parts: ErrorText, store: Store, *, retried: bool | None) -> bool:
    match = row.match
    if row.store is not None and store is not Store.UNKNOWN and row.store is not store:
        return False
    return (
        (not match.code or parts.code in match.code)
        and (match.retried is None or match.retried is retried)
        and (match.without_message is None or match.without_message is parts.bare)
        and (not match.status or _status_fits(match, parts.http_status))
        and all(stage in parts.stages for stage in match.stage)
        and _matches(match.message, parts.message)
        and _matches(match.cause, parts.cause)
        and _matches(match.text, parts.text)
    )


def _status_fits(match: Match, status: int | None) -> bool:
    return status is not None and (str(status) in match.status or f"{status // 100}xx" in match.status)


def _matches(pattern: str | Linear | None, text: str | None) -> bool:
    return pattern is None or (text is not None and search(pattern, text))
