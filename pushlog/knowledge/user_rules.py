"""A user's own rows (`--rules FILE`), in the form of errors.toml and registries.toml, over what comes with pushlog.

A row whose `id` or `kind` is known may give some keys only; the others are taken from the row that it replaces. Limits
of a registry are replaced one by one, by `id`. A new error needs `id`, `family`, `match`, `title`, `cause` and
`remedy`, a new registry `kind` and `hosts`. `source` may be left out, and then is the file; `sample` too, but where
one is given it is tried. Regular expressions are those of `patterns`. Later files go before earlier ones.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from pushlog.knowledge.base import Knowledge
from pushlog.knowledge.registries import Hop, Registry, hop, registry
from pushlog.knowledge.signatures import Signature, signature
from pushlog.knowledge.tables import document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.knowledge.tables import Row

# Who changes the first changes what the others say about it, so that these are not taken from the replaced row.
TOGETHER = {
    "retried": ("daemon",),
    "token_seconds": ("token_source", "token_verified"),
    "value": ("words", "source", "date", "verified"),
}


def with_user_rules(base: Knowledge, text: str, file: str) -> Knowledge:
    """What is known, with the rows of a TOML text before it. Raises `KnowledgeError`."""
    whole = document(text, file, origin=file)
    errors = tuple(_error(row, base) for row in whole.rows("error", "id"))
    registries = tuple(_registry(row, base) for row in whole.rows("registry", "kind"))
    hops = tuple(_hop(row, base) for row in whole.rows("hop", "id"))
    whole.done()
    replaced = {row.id for row in errors}
    return Knowledge(
        own_signatures=(*errors, *(row for row in base.own_signatures if row.id not in replaced)),
        registries=_placed_registries(registries, base),
        hops=_placed_hops(hops, base),
    )


def _error(row: Row, base: Knowledge) -> Signature:
    ours = next((known for known in base.signatures if known.id == row.name), None)
    return signature(row.over(_keys(row, ours)) if ours else row)


def _registry(row: Row, base: Knowledge) -> Registry:
    ours = base.registry(row.name)
    if ours is None:
        if not row.has("hosts"):
            raise row.wrong("hosts", "is missing")
        return registry(row.over({"name": row.name, "login": "docker login {registry}"}))
    entry = registry(row.over(_keys(row, ours)))
    given = {limit.id for limit in entry.limits}
    return replace(entry, limits=(*entry.limits, *(limit for limit in ours.limits if limit.id not in given)))


def _hop(row: Row, base: Knowledge) -> Hop:
    ours = next((known for known in base.hops if known.id == row.name), None)
    return hop(row.over(_keys(row, ours)) if ours else row)


def _keys(row: Row, ours: Signature | Registry | Hop) -> dict[str, object]:
    """What a replaced row says, key by key."""
    said = {field.name: getattr(ours, field.name) for field in fields(ours)}
    changed = {other for key, others in TOGETHER.items() if row.has(key) for other in others}
    return {key: value for key, value in said.items() if value is not None and key not in changed}


def _placed_registries(own: Sequence[Registry], base: Knowledge) -> tuple[Registry, ...]:
    """Own entries first, for the first that knows a host wins; one that says nothing of hosts keeps its place."""
    ours = {entry.kind: entry.hosts for entry in base.registries}
    staying = {entry.kind: entry for entry in own if entry.hosts == ours.get(entry.kind)}
    leading = [entry for entry in own if entry.kind not in staying]
    moved = {entry.kind for entry in leading}
    return (*leading, *(staying.get(entry.kind, entry) for entry in base.registries if entry.kind not in moved))


def _placed_hops(own: Sequence[Hop], base: Knowledge) -> tuple[Hop, ...]:
    ours = {entry.id: entry.server for entry in base.hops}
    staying = {entry.id: entry for entry in own if entry.server == ours.get(entry.id)}
    leading = [entry for entry in own if entry.id not in staying]
    moved = {entry.id for entry in leading}
    return (*leading, *(staying.get(entry.id, entry) for entry in base.hops if entry.id not in moved))
