"""The uploads of a push as its rows tell them, one by one, and which layer and attempt of the client each is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import failing_layers
from pushlog.diagnosis.hops.daemon import failed_layers
from pushlog.diagnosis.hops.sessions import is_fault
from pushlog.model import Fate, JoinedBy, Outcome
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pushlog.diagnosis.case import Case
    from pushlog.diagnosis.hops.own import OwnRows

_BODIES = ("PATCH", "PUT")
# Two hops tell of the same end within this, in seconds.
_SAME = 1.5
# From the client's side: what it got is what the outermost hop answered.
_OUTERMOST = ("daemon", "proxy", "registry")


@record(slots=False)
class Try:
    """One upload, or the request that should have begun one. `rows`: of all logs, in the order of the table.

    `layer` and `attempt`: of the client, None and 0 where nothing tells; `by`: how that was found out. `line`: of the
    client's log, where it tells that the attempt failed.
    """

    upload: str
    digest: str
    rows: tuple[int, ...]
    is_failed: bool
    order: tuple[float, float, int]
    layer: str | None = None
    attempt: int = 0
    by: JoinedBy = JoinedBy.UPLOAD
    line: int | None = None


def tries_of(case: Case, joined: OwnRows) -> list[Try]:
    """Return the uploads of a push in the order of their ends, each with its layer where something tells it."""
    rows = joined.rows
    all_tries = [
        part
        for upload, group in rows[rows["upload"] != ""].groupby("upload")
        for part in _of_upload(str(upload), group)
    ]
    all_tries += _not_begun(rows) or ([] if all_tries else _not_answered(rows))
    all_tries.sort(key=lambda item: item.order)
    return _with_layers(case, joined, all_tries)


def _of_upload(upload: str, rows: pd.DataFrame) -> list[Try]:
    """Return the bodies sent to one upload; the containerd store sends another to the same one after an error."""
    digest = next((d for d in rows["digest"] if d), "")
    numbers = _numbers(rows)
    count = max(numbers.values(), default=1)
    result = []
    for number in range(1, count + 1):
        part = rows.loc[[row for row, body in numbers.items() if body == number]]
        is_failed = _is_failed(part)
        result.append(
            Try(
                upload=upload,
                digest=digest,
                rows=tuple(map(int, part.index)),
                is_failed=is_failed,
                order=_order(part),
            )
        )
    return result


def _numbers(rows: pd.DataFrame) -> dict[int, int]:
    """Return for each row of an upload which body sent to it it is about, from 1."""
    if (rows["method"] == "PATCH").any():
        return dict.fromkeys(map(int, rows.index), 1)
    # A registry writes each request into its log and into its access log, often both into one file.
    parts = [part for _, part in rows.groupby([rows["file"], rows["request_id"] != ""])]
    main = max((_statuses(part) for part in parts), key=len)
    numbers: dict[int, int] = {}
    for part in parts:
        steps = _steps(_statuses(part), main)
        passed = 0
        for index, is_end in zip(part.index, _ends(part), strict=True):
            numbers[int(index)] = steps[min(passed, len(steps) - 1)] if steps else 1
            passed += is_end
    return numbers


def _ends(rows: pd.DataFrame) -> list[bool]:
    """Return which rows tell that a body was answered."""
    return ((rows["method"] == "PUT") & (rows["request"] == "upload") & (rows["status"] >= 0)
            & ~rows["kind"].map(is_fault)).to_list()  # fmt: skip


def _statuses(rows: pd.DataFrame) -> list[int]:
    return rows.loc[_ends(rows), "status"].to_list()


def _steps(statuses: Sequence[int], main: Sequence[int]) -> list[int]:
    """Return which of the answers of the log that tells most those of another one are: a hop need not have seen all."""
    if len(statuses) == len(main):
        return list(range(1, len(main) + 1))
    result, start = [], 0
    for status in statuses:
        place = next((n for n in range(start, len(main)) if main[n] == status), min(start, len(main) - 1))
        result.append(place + 1)
        start = place + 1
    return result


def _order(rows: pd.DataFrame) -> tuple[float, float, int]:
    """Return what puts uploads in the order of their ends for the client: the outermost hop's time, and a finer one.

    Many logs know whole seconds only: what ended in the same one is told apart by a hop with a finer clock, else by
    the order of lines.
    """
    outer = next((part for hop in _OUTERMOST if len(part := rows[(rows["hop"] == hop) & rows["when"].notna()])), None)
    if outer is None:
        return float("inf"), 0.0, int(rows["line"].min())
    ended = float(outer["when"].max())
    fine = rows.loc[(rows["when"] % 1 != 0) & ((rows["when"] - ended).abs() <= _SAME), "when"]
    return ended, float(fine.max()) if len(fine) else ended, int(outer["line"].max())


def _is_failed(rows: pd.DataFrame) -> bool:
    """Return whether an upload failed for the client: by the outermost hop that answered it, else by what broke it."""
    answered = rows[rows["method"].isin(_BODIES) & (rows["status"] >= 0) & (rows["request"] == "upload")]
    for hop in _OUTERMOST:
        statuses = answered.loc[answered["hop"] == hop, "status"].to_list()
        if statuses:
            return any(status >= 400 for status in statuses)
    return any(is_fault(str(kind)) for kind in rows["kind"])


def _not_begun(rows: pd.DataFrame) -> list[Try]:
    """Return the requests to begin an upload that failed; those of several logs are the same ones, in order."""
    posts = rows[
        (rows["upload"] == "") & (rows["method"] == "POST") & (rows["status"] >= 400) & (rows["status"] != 401)
    ]
    by_file = {int(str(file)): part.index.to_list() for file, part in posts.groupby("file")}
    if not by_file:
        return []
    main = max(by_file.values(), key=len)
    parts = [part for part in by_file.values() if len(part) == len(main)]
    return [
        Try(
            upload="",
            digest="",
            rows=tuple(sorted(int(part[number]) for part in parts)),
            is_failed=True,
            order=_order(rows.loc[[part[number] for part in parts]]),
            by=JoinedBy.ORDER,
        )
        for number in range(len(main))
    ]


def _not_answered(rows: pd.DataFrame) -> list[Try]:
    """Return the first request of a push as one, where that failed and no other followed."""
    pings = rows[rows["request"] == "ping"]
    if not len(pings):
        return []
    row = tuple(map(int, pings.index))
    return [Try(upload="", digest="", rows=row, is_failed=True, order=_order(pings), by=JoinedBy.TIME)]


def _with_layers(case: Case, joined: OwnRows, all_tries: Sequence[Try]) -> list[Try]:
    layers = {digest: layer for layer, (digest, _) in joined.blobs.items()}
    attempts = {layer.id: layer.attempts for layer in case.push.layers}
    tries = list(all_tries)
    for place, item in enumerate(tries):
        layer = layers.get(item.digest)
        if layer is None:
            continue
        same = [other for other in tries[: place + 1] if other.digest == item.digest]
        number = max(len(same), attempts[layer]) if not item.is_failed else len(same)
        tries[place] = replace(item, layer=layer, attempt=number, by=JoinedBy.DIGEST)
    # The first request of a push is of no layer.
    open_tries = [item.is_failed and item.layer is None and item.by is not JoinedBy.TIME for item in tries]
    open_places = [place for place, is_open in enumerate(open_tries) if is_open]
    failures = _failures(case, joined)
    if len(failures) == len(open_places):
        pairs = list(zip(open_places, failures, strict=True))
    elif len({layer for layer, _, _ in failures}) == 1:
        pairs = list(zip(open_places, failures, strict=False))
    else:
        pairs = []
    alone = len({layer for layer, _, _ in failures}) == 1
    for place, (layer, number, line) in pairs:
        by = JoinedBy.UPLOAD if alone and tries[place].upload else JoinedBy.ORDER
        tries[place] = replace(tries[place], layer=layer, attempt=number, by=by, line=line)
    return tries


def _failures(case: Case, joined: OwnRows) -> list[tuple[str, int, int | None]]:
    """Return the failed attempts: layer, number, line of the client's log; in the daemon's order, if it tells."""
    printed = client_failures(case)
    lines = {(layer, number): line for layer, number, line in printed}
    if joined.section is None:
        return printed
    retried = [layer for layer, _, _ in printed]
    by_row = failed_layers(joined.section, list(dict.fromkeys(retried)))
    failures = joined.section.failures()
    if len(by_row) != len(failures) or sorted(by_row.values()) != sorted((a, b) for a, b, _ in printed):
        return printed
    return [(*by_row[int(row)], lines.get(by_row[int(row)])) for row in failures.index]


def client_failures(case: Case) -> list[tuple[str, int, int | None]]:
    """Return the attempts that failed, in the order in which the client prints their countdowns; the last have none."""
    events = case.events
    ids = case.parsed.events.ids
    firsts: dict[tuple[str, int], int] = {}
    for row in (events.wait > 0).nonzero()[0].tolist() if len(events) else []:
        firsts.setdefault((ids[int(events.layer[row])], int(events.attempt[row])), int(events.line[row]))
    result: list[tuple[str, int, int | None]] = [(layer, number, line) for (layer, number), line in firsts.items()]
    if case.push.outcome in (Outcome.INTERRUPTED, Outcome.INCOMPLETE):
        left = [layer for layer in case.push.layers if not layer.state.done]
        return [*result, *((layer.id, max(1, layer.attempts), None) for layer in left[:1] if len(left) == 1)]
    if case.push.outcome is not Outcome.FAILED or case.push.error is None:
        return result
    ended = [layer for layer in case.push.layers if layer.fate in (Fate.FAILED, Fate.GAVE_UP)]
    if not ended:
        failing = failing_layers(case).layers
        ended = [layer for layer in case.push.layers if layer.id in failing] if len(failing) == 1 else []
    line = case.push.error.line
    result += [
        (item.id, max(1, item.attempts), line) for item in ended if (item.id, max(1, item.attempts)) not in firsts
    ]
    return result
