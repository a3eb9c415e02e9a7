"""The catalogue of errors, `errors.toml`: what each error text means, what Docker does about it and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pushlog.knowledge.tables import Row, document, ours
from pushlog.knowledge.wording import unknown_placeholder
from pushlog.model import Family, Store

if TYPE_CHECKING:
    from pushlog.knowledge.patterns import Linear

# How Docker reacts, as words for a sentence (moby distribution/errors.go and distribution/xfer/upload.go).
RETRIED = {
    "never": "never retried",
    "5x": "retried by the graphdriver store, five attempts over 50 s in all, and not by the containerd store",
    "layers": "retried only when it hits a layer in the graphdriver store: five attempts over 50 s in all",
    "bare-code": "retried for 50 s by the graphdriver store, only because the registry sent no message with it",
}
FAMILIES = tuple(family.value for family in Family)
STORES = (Store.GRAPHDRIVER.value, Store.CONTAINERD.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a text must have, every key of it.

    `has`: one of these lower-case literals stands in the text (compared in lower case); it comes first and spares the
    rest. `code`: one of these registry codes. `bare`: the code stands alone, or does not. `status`: one of these HTTP
    statuses, `5xx` for a class. `stage`: all of these wrappers. `message`, `cause` and `text` are regular expressions
    that are searched, ignoring case, in the registry's words, the innermost words and the whole text.
    """

    has: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    bare: bool | None = None
    status: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    message: str | Linear | None = None
    cause: str | Linear | None = None
    text: str | Linear | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One row: an error that is known.

    `title`, `cause` and `remedy` are for people and may hold the placeholders of `wording.WORDS`; remedies come
    likeliest first. `daemon` says what Docker does about the error, as words for a sentence; `retried` the same as a
    key of `RETRIED`. `retry_helps`: would simply pushing again help; None: nobody can tell. `store`: the only store
    that prints the text. `standalone`: printed without any line of a push before it. `starts` and `line` tell the first
    line of a text that has no shape of its own: how it begins, or the whole of it. `verified`: whether a source was
    read or the text was observed.
    """

    id: str
    family: Family
    match: Match
    title: str
    cause: str
    remedy: tuple[str, ...]
    daemon: str
    retried: str
    retry_helps: bool | None
    store: Store | None
    standalone: bool
    starts: tuple[str, ...]
    line: tuple[str, ...]
    sample: tuple[str, ...]
    source: str
    verified: bool


@cache
def signatures() -> tuple[Signature, ...]:
    """The catalogue that comes with pushlog, first match first."""
    return _read(ours("errors.toml"))


def read_signatures(text: str, file: str) -> tuple[Signature, ...]:
    """The rows of a TOML text; raises `KnowledgeError`."""
    return _read(document(text, file))


def _read(rows: Row) -> tuple[Signature, ...]:
    return tuple(signature(row) for row in rows.rows("error", "id"))


def signature(row: Row) -> Signature:
    """One row; raises `KnowledgeError`."""
    retried = row.choice("retried", tuple(RETRIED)) or "never"
    family = row.choice("family", FAMILIES)
    store = row.choice("store", STORES)
    if family is None:
        raise row.wrong("family", "is missing")
    ours = row.inherited("match")
    found = Signature(
        id=row.text("id"),
        family=Family(family),
        match=ours if isinstance(ours, Match) else _match(row.table("match")),
        title=row.text("title"),
        cause=row.text("cause"),
        remedy=row.texts("remedy"),
        daemon=row.maybe_text("daemon") or RETRIED[retried],
        retried=retried,
        retry_helps=row.flag("retry_helps"),
        store=Store(store) if store else None,
        standalone=row.flag("standalone") or False,
        starts=row.texts("starts"),
        line=row.texts("line"),
        sample=row.texts("sample"),
        source=row.source(),
        verified=row.flag("verified") is not False,
    )
    row.done()
    _check(row, found)
    return found


def _match(row: Row) -> Match:
    match = Match(
        has=row.texts("has"),
        code=row.texts("code"),
        bare=row.flag("bare"),
        status=row.texts("status"),
        stage=row.texts("stage"),
        message=row.pattern("message"),
        cause=row.pattern("cause"),
        text=row.pattern("text"),
    )
    row.done()
    if match == Match():
        raise row.wrong("has", "is missing, and so is every other key to match on")
    if any(literal != literal.lower() for literal in match.has):
        raise row.wrong("has", "must be in lower case")
    return match


def _check(row: Row, found: Signature) -> None:
    if not found.remedy:
        raise row.wrong("remedy", "is missing")
    if row.tested and not found.sample:
        raise row.wrong("sample", "is missing")
    for key, words in (("title", (found.title,)), ("cause", (found.cause,)), ("remedy", found.remedy)):
        if unknown := next(filter(None, map(unknown_placeholder, words)), None):
            raise row.wrong(key, f"has the placeholder {unknown}, which nothing fills")
