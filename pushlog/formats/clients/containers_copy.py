"""The blobs that containers/image copies: what each line says of one, over all attempts of a push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.events import UNKNOWN, EventKind, EventRow
from pushlog.formats.figures import binary, go_seconds
from pushlog.formats.marks import Mark, MarkKind
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.formats.clients.builder import PushBuilder

RETRIES = {MarkKind.RETRY, MarkKind.PUSH_FAILED}
# Errors at a blob: the configuration is one too, so that its line proves nothing then.
_AT_A_BLOB = lazy_pattern(
    r"[Ww]riting blob|[Uu]ploading layer|[Ii]nitiating layer upload|at destination: |blob \S+ exists"
)
_BLOB = lazy_pattern(r"blob (sha256:[0-9a-f]{64})")

# What the library's errors speak of.
_OF_IMAGES = lazy_pattern(
    r"(?i:manifest|blob|image|layer|push|copying|writing|storing|upload|commit|signature|registry|destination|trying"
    r"|denied|unauthorized|/v2/)"
)


def add_blobs(push: PushBuilder, marks: Sequence[Mark]) -> None:
    """Add the state of each blob in the common words, and the retries of the push.

    An attempt lists the blobs again. Those that went through before are listed by the digest that they have in the
    registry, which differs from that in the local storage; they keep the name of the first attempt.
    """
    names: dict[str, str] = {}
    stored: set[str] = set()
    before: list[str] = []
    attempts = _attempts(marks)
    for number, attempt in enumerate(attempts):
        is_last = number == len(attempts) - 1
        names |= _aliases(before, attempt)
        if number:
            again = [names.get(blob, blob) for blob in _blobs(attempt, MarkKind.COPYING, MarkKind.COPIED)]
            _add_retry(
                push, attempts[number - 1][-1], [blob for blob in again if blob in before and blob not in stored]
            )
        _add_attempt(push, attempt, names, stored, error=_error(push, attempt, is_last=is_last))
        before = list(dict.fromkeys([*before, *(names.get(blob, blob) for blob in _blobs(attempt))]))
    if attempts and attempts[-1] and attempts[-1][-1].kind in RETRIES:
        _add_retry(push, attempts[-1][-1], [blob for blob in before if blob not in stored])


def _attempts(marks: Iterable[Mark]) -> list[list[Mark]]:
    """Return the marks of each attempt; the retry that follows one ends it."""
    attempts: list[list[Mark]] = [[]]
    for mark in marks:
        if attempts[-1] and attempts[-1][-1].kind in RETRIES:
            attempts.append([])
        attempts[-1].append(mark)
    return attempts


def _blobs(attempt: Sequence[Mark], *kinds: MarkKind) -> list[str]:
    wanted = kinds or (MarkKind.COPYING, MarkKind.COPIED, MarkKind.EXISTS)
    return list(dict.fromkeys(mark.fields["BLOB"] for mark in attempt if mark.kind in wanted))


def _aliases(before: Sequence[str], attempt: Sequence[Mark]) -> dict[str, str]:
    """Return the names of the first attempt for blobs that this one finds in the registry under new digests."""
    earlier, listed = set(before), set(_blobs(attempt))
    new_names = [blob for blob in _blobs(attempt, MarkKind.EXISTS) if blob not in earlier]
    if not new_names:
        return {}
    unlisted = [blob for blob in before if blob not in listed]
    return dict(zip(new_names, unlisted, strict=False))


def _add_attempt(
    push: PushBuilder, attempt: Sequence[Mark], names: dict[str, str], stored: set[str], *, error: str
) -> None:
    """Add what an attempt says of its blobs. `error`: the text of the one that ended it, empty without one."""
    started: dict[str, Mark] = {}
    sent = {row.layer for row in push.rows if row.kind == EventKind.PUSHING}
    is_at_a_blob = _AT_A_BLOB.search(error) is not None
    done = _done_before_the_end(attempt, error) if is_at_a_blob else None
    for mark in attempt:
        blob = names.get(mark.fields.get("BLOB", ""), mark.fields.get("BLOB", ""))
        if mark.kind in {MarkKind.COPYING, MarkKind.COPIED} and blob not in stored:
            started[blob] = mark
            push.rows.append(_row(mark, blob, EventKind.PUSHING))
            if done is not None and mark.kind == MarkKind.COPIED and mark.fields["BLOB"] in done:
                stored.add(blob)
                push.rows.append(_row(mark, blob, EventKind.PUSHED))
        elif mark.kind == MarkKind.EXISTS:
            # A blob that an earlier attempt sent went through then.
            push.rows.append(_row(mark, blob, EventKind.PUSHED if blob in sent else EventKind.EXISTS))
            stored.add(blob)
        elif mark.kind == MarkKind.MANIFEST or (mark.kind == MarkKind.CONFIG and not is_at_a_blob):
            # All blobs are there when the manifest is written, and when the copy of the configuration begins.
            push.rows += [_row(mark, layer, EventKind.PUSHED) for layer in started if layer not in stored]
            stored |= set(started)
    if done is None:
        # The log ends before the configuration: what the bars show is all that is known.
        copied = {blob: mark for blob, mark in started.items() if mark.kind == MarkKind.COPIED and blob not in stored}
        push.rows += [_row(mark, blob, EventKind.PUSHED) for blob, mark in copied.items()]
        stored |= set(copied)


def is_of_another(marks: Sequence[Mark], error: Mark, message: str) -> bool:
    """Return whether an error below the last line of a copy is one of the next program: it speaks of no image."""
    is_below = any(mark.kind in {MarkKind.MANIFEST, MarkKind.STORED} and mark.start < error.start for mark in marks)
    return is_below and error.kind == MarkKind.ERROR and _OF_IMAGES.search(message) is None


def _done_before_the_end(attempt: Sequence[Mark], error: str) -> set[str]:
    """Return the blobs that went through in an attempt that failed at a blob.

    When it fails, every bar is drawn as done. So one is known to be only if another was not, then or at the end.
    """
    last = {mark.fields["BLOB"]: mark for mark in attempt if mark.kind in {MarkKind.COPYING, MarkKind.COPIED}}
    done = {blob for blob, mark in last.items() if mark.kind == MarkKind.COPIED}
    failed = _BLOB.search(error)
    done -= {blob for blob in done if failed and _is_same(blob, failed[1])}
    if len(done) < len(last):
        return done
    first = {mark.fields["BLOB"]: mark.start for mark in reversed(attempt) if mark.kind == MarkKind.COPIED}
    unfinished = max((mark.start for mark in attempt if mark.kind == MarkKind.COPYING), default=-1)
    return {blob for blob in done if first[blob] < unfinished}


def _is_same(blob: str, digest: str) -> bool:
    return digest.startswith(blob) or digest.removeprefix("sha256:").startswith(blob)


def _add_retry(push: PushBuilder, mark: Mark, blobs: Iterable[str]) -> None:
    """Add a retry of the push, and of the blobs that it copies again."""
    wait = go_seconds(mark.fields["WAIT"])
    if not any(other.kind == MarkKind.RETRY and other.start == mark.start for other in push.marks):
        fields = {key: mark.fields[key] for key in ("TRY", "TRIES", "TEXT") if key in mark.fields}
        push.add_mark(MarkKind.RETRY, mark, WAIT=f"{wait:g}", **{"TEXT": "", **fields})
    push.rows += [_row(mark, blob, EventKind.RETRYING, wait=round(wait)) for blob in blobs]


def _error(push: PushBuilder, attempt: Sequence[Mark], *, is_last: bool) -> str:
    """Return the text of the error that ended an attempt, empty where it went well or no line tells."""
    if attempt and attempt[-1].kind in RETRIES:
        return attempt[-1].fields.get("TEXT", "")
    return push.error.text if is_last and push.error else ""


def _row(mark: Mark, blob: str, kind: EventKind, wait: int = UNKNOWN) -> EventRow:
    figures = {key: binary(mark.fields[key.upper()]) for key in ("current", "total") if key.upper() in mark.fields}
    return EventRow(start=mark.start, stop=mark.stop, layer=blob, kind=kind, wait=wait, **figures)
