"""A user's own rows (`--rules FILE`), in the form of errors/, registries.toml and proxies.toml, over ours.

A row whose `id` or `kind` is one of ours may give some keys only; the others are taken from the row that it replaces.
Limits of a registry are replaced one by one, by `id`. A new error needs `id`, `family`, `match`, `title`, `cause` and
`remedy`, a new registry `kind` and `hosts`. `source` may be left out, and then is the file; `sample` too, but where
one is given it is tried. `retry_helps` is then unknown, and what the row says is taken as certain. Regular expressions
are those of `patterns`. Later files go before earlier ones.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pushlog.knowledge.base import Knowledge
from pushlog.knowledge.proxies import Proxy, proxy
from pushlog.knowledge.registries import Registry, registry
from pushlog.knowledge.signatures import Signature, signature
from pushlog.knowledge.tables import KnowledgeError, Row, document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Parsed = TypeVar("Parsed")

# A row that changes the first key changes what the others say about it: these are not taken from the replaced row.
TOGETHER = {
    "retried": ("daemon",),
    "token_seconds": ("token_source", "token_verified"),
    "right": ("right_source",),
    "value": ("words", "source", "verified"),
}


def with_user_rules(base: Knowledge, text: str, file: str, problems: list[KnowledgeError] | None = None) -> Knowledge:
    """Return the knowledge with the rows of a TOML text before its own. Raises KnowledgeError.

    With `problems` all faults of rows are collected there, and those rows are left out.
    """
    document_row = document(text, file, origin=file)
    errors = _read(document_row.rows("error", "id"), partial(_error, base=base), problems)
    registries = _read(document_row.rows("registry", "kind"), partial(_registry, base=base), problems)
    # Older files call a proxy `hop`.
    proxies = tuple(
        entry
        for key in ("proxy", "hop")
        for entry in _read(document_row.rows(key, "id"), partial(_proxy, base=base), problems)
    )
    _read([document_row], Row.done, problems)
    replaced = {row.id for row in errors}
    return Knowledge(
        own_signatures=(*errors, *(row for row in base.own_signatures if row.id not in replaced)),
        registries=_placed_registries(registries, base),
        proxies=_placed_proxies(proxies, base),
    )


def _read(
    rows: Iterable[Row], parse: Callable[[Row], Parsed], problems: list[KnowledgeError] | None
) -> tuple[Parsed, ...]:
    parsed: list[Parsed] = []
    try:
        for row in rows:
            try:
                parsed.append(parse(row))
            except KnowledgeError as error:
                if problems is None:
                    raise
                problems.append(error)
    except KnowledgeError as error:  # the list itself is wrong
        if problems is None:
            raise
        problems.append(error)
    return tuple(parsed)


def _error(row: Row, base: Knowledge) -> Signature:
    replaced = next((signature for signature in base.signatures if signature.id == row.name), None)
    return signature(row.over(_keys(row, replaced)) if replaced else row)


def _registry(row: Row, base: Knowledge) -> Registry:
    replaced = base.registry(row.name)
    if replaced is None:
        if not row.has("hosts"):
            raise row.missing("hosts")
        return registry(row.over({"name": row.name, "login": "{login} {registry}"}))
    entry = registry(row.over(_keys(row, replaced)))
    changed = {limit.id for limit in entry.limits}
    return replace(entry, limits=(*entry.limits, *(limit for limit in replaced.limits if limit.id not in changed)))


def _proxy(row: Row, base: Knowledge) -> Proxy:
    replaced = next((entry for entry in base.proxies if entry.id == row.name), None)
    return proxy(row.over(_keys(row, replaced)) if replaced else row)


def _keys(row: Row, replaced: Signature | Registry | Proxy) -> dict[str, object]:
    """Return the values of a replaced row, key by key."""
    values = {field.name: getattr(replaced, field.name) for field in fields(replaced)}
    changed = {other for key, others in TOGETHER.items() if row.has(key) for other in others}
    return {key: value for key, value in values.items() if value is not None and key not in changed}


def _placed_registries(rows: Sequence[Registry], base: Knowledge) -> tuple[Registry, ...]:
    """Return all entries; a user's come first, except those that leave the hosts as they were."""
    hosts = {entry.kind: entry.hosts for entry in base.registries}
    staying = {entry.kind: entry for entry in rows if entry.hosts == hosts.get(entry.kind)}
    leading = [entry for entry in rows if entry.kind not in staying]
    moved = {entry.kind for entry in leading}
    return (*leading, *(staying.get(entry.kind, entry) for entry in base.registries if entry.kind not in moved))


def _placed_proxies(rows: Sequence[Proxy], base: Knowledge) -> tuple[Proxy, ...]:
    """Return all entries; a user's come first, except those that leave the server's name as it was."""
    servers = {entry.id: entry.server for entry in base.proxies}
    staying = {entry.id: entry for entry in rows if entry.server == servers.get(entry.id)}
    leading = [entry for entry in rows if entry.id not in staying]
    moved = {entry.id for entry in leading}
    return (*leading, *(staying.get(entry.id, entry) for entry in base.proxies if entry.id not in moved))
