"""The catalogue of errors, `errors/*.toml`: what each error text means, what Docker does about it and what helps."""

from __future__ import annotations

import marshal
from dataclasses import fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pushlog.cache.disk import cached_bytes
from pushlog.knowledge import tables
from pushlog.knowledge.shipped import ours_in, texts_in
from pushlog.knowledge.tables import KnowledgeError, Row, document
from pushlog.knowledge.wording import Words, unknown_placeholder
from pushlog.model import Family, Store
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.knowledge.patterns import Linear

# How Docker reacts, as words for a sentence (moby distribution/errors.go and distribution/xfer/upload.go).
RETRIED = {
    "never": "never retried",
    "5x": "retried by the graphdriver store, five attempts over 50 s in all, and not by the containerd store",
    "layers": "retried only when it hits a layer in the graphdriver store: five attempts over 50 s in all",
    "bare-code": "retried for 50 s by the graphdriver store, only because the registry sent no message with it",
}
_FOLDER = "errors"
FAMILIES = tuple(family.value for family in Family)
STORES = (Store.GRAPHDRIVER.value, Store.CONTAINERD.value)
RETRY_HELPS = {"yes": True, "no": False, "unknown": None}


class Verified(StrEnum):
    """How well a row is known."""

    READ = "read"  # the text stands in the source that is named
    OBSERVED = "observed"  # the text was printed, to us or in published reports
    INFERRED = "inferred"  # neither: a possibility, and shown as one


VERIFIED = tuple(verified.value for verified in Verified)


@record
class Match:
    """The conditions for a text; it must meet all that are given.

    `has`: one of these lower-case literals stands in the text, which is compared in lower case; it is tried first and
    saves trying the rest. `code`: one of these registry codes. `without_message`: the code stands alone, or does not.
    `retried`: countdowns of layers stand above the error, or do not.
    `status`: one of these HTTP statuses, `5xx` for a class. `stage`: all of these wrappers. `message`, `cause` and
    `text`: regular expressions that are searched, ignoring case, in the registry's words, the innermost words and the
    whole text.
    """

    has: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    without_message: bool | None = None
    retried: bool | None = None
    status: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    message: str | Linear | None = None
    cause: str | Linear | None = None
    text: str | Linear | None = None


@record
class Signature:
    """One row: a kind of error.

    `match`: what a text must have. `title`, `cause` and `remedy`: the words for people, with the placeholders and
    scopes of `wording`; remedies come likeliest first. `retried`: a key of `RETRIED`; `daemon`: what Docker does about
    the error, as words for a sentence, where `RETRIED` does not say it. `retry_helps`: whether simply pushing again
    would help; None: nobody can tell. `store`: the only image store that prints the text. `standalone`: printed
    without any line of a push before it. `starts` and `line`: how the first line begins, or the whole of it, where the
    text has no shape of its own (formats/errors/detect.py). `sample`: texts that the row takes and no earlier row does.
    `lookalike`: texts that come close and that the row does not take.
    """

    id: str
    family: Family
    match: Match
    title: Words
    cause: tuple[Words, ...]
    remedy: tuple[Words, ...]
    daemon: str
    retried: str
    retry_helps: bool | None
    store: Store | None
    standalone: bool
    starts: tuple[str, ...]
    line: tuple[str, ...]
    sample: tuple[str, ...]
    lookalike: tuple[str, ...]
    source: str
    verified: Verified


@cache
def signatures() -> tuple[Signature, ...]:
    """Return the catalogue that comes with pushlog, first match first.

    It is cached as plain values: to read its rows and to check them takes three times as long.
    """
    try:
        code = [Path(file).read_text("utf-8") for file in (__file__, tables.__file__)]
    except OSError:  # only compiled code was installed
        return _read(ours_in(_FOLDER))

    def plain() -> bytes:
        return marshal.dumps([_plain(row) for row in _read(ours_in(_FOLDER))])

    kept = cached_bytes("catalogue", (*texts_in(_FOLDER).values(), *code), plain)
    return tuple(map(_of_plain, marshal.loads(kept)))  # noqa: S302 - as Python's own compiled code, from the same folder


def _plain(row: Signature) -> dict[str, object]:
    """Return the values of a row without classes of ours."""
    return {each.name: getattr(row, each.name) for each in fields(row)} | {
        "match": {each.name: getattr(row.match, each.name) for each in fields(Match)},
        "title": row.title.by_scope,
        "cause": tuple(words.by_scope for words in row.cause),
        "remedy": tuple(words.by_scope for words in row.remedy),
        "family": row.family.value,
        "store": row.store.value if row.store else None,
        "verified": row.verified.value,
    }


def _of_plain(values: dict[str, Any]) -> Signature:
    values |= {
        "match": Match(**values["match"]),
        "title": Words(values["title"]),
        "cause": tuple(map(Words, values["cause"])),
        "remedy": tuple(map(Words, values["remedy"])),
        "family": Family(values["family"]),
        "store": Store(values["store"]) if values["store"] else None,
        "verified": Verified(values["verified"]),
    }
    return Signature(**values)


def read_signatures(text: str, file: str, *, tested: bool = False) -> tuple[Signature, ...]:
    """Return the rows of a TOML text; `tested`: it must be as complete as ours. Raises KnowledgeError."""
    return _read((document(text, file, tested=tested),))


def _read(files: Sequence[Row]) -> tuple[Signature, ...]:
    rows: dict[str, Signature] = {}
    for file in files:
        for row in file.rows("error", "id"):
            if row.name in rows:
                raise row.wrong("id", "is used twice")
            rows[row.name] = signature(row)
        file.done()
    return tuple(rows.values())


def signature(row: Row) -> Signature:
    """Return one row. Raises KnowledgeError."""
    retried = row.choice("retried", tuple(RETRIED)) or "never"
    family = row.choice("family", FAMILIES)
    store = row.choice("store", STORES)
    if family is None:
        raise _missing(row, "family")
    match = row.inherited("match")
    parsed = Signature(
        id=row.text("id"),
        family=Family(family),
        match=match if isinstance(match, Match) else _match(row.table("match")),
        title=row.words("title"),
        cause=row.all_words("cause"),
        remedy=row.all_words("remedy"),
        daemon=row.maybe_text("daemon") or RETRIED[retried],
        retried=retried,
        retry_helps=_retry_helps(row),
        store=Store(store) if store else None,
        standalone=row.flag("standalone") or False,
        starts=row.texts("starts"),
        line=row.texts("line"),
        sample=row.texts("sample"),
        lookalike=row.texts("lookalike"),
        source=row.source(),
        verified=_verified(row),
    )
    row.done()
    _check(row, parsed)
    return parsed


def _retry_helps(row: Row) -> bool | None:
    """Return what a row says; a user's own may leave it out, or say it with true and false."""
    word = row.choice("retry_helps", tuple(RETRY_HELPS), flags=("yes", "no"))
    if word is None and row.tested:
        raise _missing(row, "retry_helps")
    return RETRY_HELPS[word or "unknown"]


def _verified(row: Row) -> Verified:
    """Return what a row says; a user's own that does not say it is as good as read."""
    word = row.choice("verified", VERIFIED, flags=(Verified.READ.value, Verified.INFERRED.value))
    if word is None and row.tested:
        raise _missing(row, "verified")
    return Verified(word or Verified.READ)


def _missing(row: Row, key: str) -> KnowledgeError:
    return row.missing(key)


def _match(row: Row) -> Match:
    match = Match(
        has=row.texts("has"),
        code=row.texts("code"),
        without_message=_without_message(row),
        retried=row.flag("retried"),
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


def _without_message(row: Row) -> bool | None:
    older = row.flag("bare")  # the name of the key in older files
    return older if row.has("bare") else row.flag("without_message")


def _check(row: Row, parsed: Signature) -> None:
    for key, value in (("cause", parsed.cause), ("remedy", parsed.remedy)):
        if not value:
            raise _missing(row, key)
    if row.tested and not parsed.sample:
        raise _missing(row, "sample")
    for key, parts in (("title", (parsed.title,)), ("cause", parsed.cause), ("remedy", parsed.remedy)):
        for text in (text for part in parts for _, text in part.by_scope):
            if unknown := unknown_placeholder(text):
                raise row.wrong(key, f"has the placeholder {unknown}, which nothing fills")
