"""The list of all pushes: what went wrong first, the first of them on the page, all of them as data for its script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.record_class import record
from pushlog.report.visible import visible
from pushlog.units import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.audit.frames import Frames

# Rows that stand on the page itself, for readers without script; the rest is data beside it.
SHOWN = 200
# The data must not make the page slow to open: rows beyond so many bytes are in the dataset only.
BUDGET = 2_500_000
# What a row costs beside its own words.
_ROW = 30
_LONGEST = 160
_COLUMNS = [
    *("outcome", "repository", "tags", "registry", "family", "http_status", "failure", "moment", "dated_by", "exact"),
    *("seconds", "at_least", "client", "ci", "runner", "input", "member", "first_line", "page", "fingerprint"),
]


@record
class PushRow:
    """One push in the list. `sort`: its seconds; `cause`: its fingerprint, empty without one."""

    outcome: str
    image: str
    registry: str
    why: str
    when: str
    took: str
    sort: float
    client: str
    ci: str
    log: str
    page: str
    cause: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what the columns show, in order."""
        return (
            self.outcome,
            self.image,
            self.registry,
            self.why,
            self.when,
            self.took,
            self.client,
            self.ci,
            self.log,
        )


def push_rows(frames: Frames) -> Iterator[PushRow]:
    """Yield pushes that went wrong first, the newest first of them, those without a date last."""
    pushes = frames.pushes[[*_COLUMNS, *({"order", "moment", "outcome"} - set(_COLUMNS))]]
    ordered = pushes.assign(good=pushes["outcome"].eq("succeeded")).sort_values(
        ["good", "moment", "order"], ascending=[True, False, True], kind="stable", na_position="last"
    )
    cells = ordered[_COLUMNS].astype(object)
    for values in cells.where(cells.notna(), None).itertuples(index=False, name=None):
        yield _row(dict(zip(_COLUMNS, values, strict=True)))


def fitting(rows: Iterator[PushRow]) -> Iterator[PushRow]:
    """Yield rows until their data is too large."""
    room = BUDGET
    for row in rows:
        room -= _ROW + sum(len(text) for text in (row.log, row.image, row.page))
        if room < 0:
            return
        yield row


def data(rows: Sequence[PushRow]) -> str:
    """Return the rows as a script that holds nothing but data; each text stands in it once."""
    places: dict[str, int] = {}

    def place(text: str) -> int:
        return places.setdefault(visible(text), len(places))

    lines = [[*map(place, row.texts), round(row.sort, 1), place(row.page), place(row.cause)] for row in rows]
    texts = json.dumps(list(places), separators=(",", ":")).replace("<", "\\u003c")
    return f"const PUSHES={{texts:{texts},rows:{json.dumps(lines, separators=(',', ':'))}}};\n"


def _row(push: dict[str, object]) -> PushRow:
    tags, repository = push["tags"], push["repository"]
    tag = f":{tags[0]}" if isinstance(tags, list) and len(tags) == 1 else ""
    took, bound = push["seconds"], push["at_least"]
    seconds_shown = took if took is not None else bound or None
    assert seconds_shown is None or isinstance(seconds_shown, int | float)
    log = f"{push['input']}/{push['member']}" if push["member"] else str(push["input"])
    return PushRow(
        outcome=str(push["outcome"]),
        image=f"{repository}{tag}"[:_LONGEST] if repository else "",
        registry=str(push["registry"] or "")[:_LONGEST],
        why=_why(push),
        when=_when(push),
        took="" if seconds_shown is None else f"{'' if took is not None else '≥ '}{seconds(seconds_shown)}",
        sort=float(seconds_shown or 0),
        client=str(push["client"]),
        ci=" ".join(str(text)[:60] for text in (push["ci"], push["runner"]) if text),
        log=f"{log if len(log) <= _LONGEST else '…' + log[-_LONGEST:]}:{push['first_line']}",
        page=str(push["page"] or ""),
        cause=str(push["fingerprint"] or ""),
    )


def _why(push: dict[str, object]) -> str:
    """Return the family and the status; of a push that printed no error, the sentence that says so."""
    if push["family"]:
        return f"{push['family']} {push['http_status'] or ''}".strip()
    return str(push["failure"] or "")[:_LONGEST]


def _when(push: dict[str, object]) -> str:
    """Return the moment as far as it is known, with who says so where that is not the log's own clock."""
    moment = push["moment"]
    if moment is None:
        return ""
    text = str(moment)[:16]
    if push["exact"]:
        return text
    return f"{text[:10]} {push['dated_by']}" if push["dated_by"] == "path" else f"{text} {push['dated_by']}"
