"""Pushes as a registry or a proxy saw them: the requests of one client to one repository, from the first to the tag."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.other_side.record import SideKind
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

# After so long without a request, in seconds, the next one is of another push: Docker waits 25 s at most.
_IDLE = 60.0
# The status of an upload that may begin, and how near the clocks of two hosts are, in seconds.
_GIVEN = 202
_CLOCKS = 2.0
# Many logs know whole seconds only, and cut off the rest.
_SECOND = 1.0
_WRITES = ("POST", "PATCH", "PUT", "HEAD")


@record(slots=False, kw_only=False)
class Session:
    """Requests of one client to one repository. `rows`: of the log that tells most, in the order of their ends.

    `is_crowded`: further clients pushed through the same address at that time, and nothing tells whose each request is.
    """

    repository: str
    user: str
    agent: str
    remote: str
    rows: pd.DataFrame
    is_crowded: bool = False

    @cached_property
    def start(self) -> float:
        """When its first request began."""
        return float(self.rows["since"].min())

    @cached_property
    def end(self) -> float:
        """When its last request ended."""
        return float(self.rows["when"].max())

    @cached_property
    def uploads(self) -> frozenset[str]:
        """The ids of its uploads."""
        return frozenset(self.rows["upload"]) - {""}

    @cached_property
    def closed(self) -> dict[str, str]:
        """The uploads that the registry took as a whole, and their blobs."""
        rows = self.rows[
            (self.rows["upload"] != "") & (self.rows["method"] == "PUT") & self.rows["status"].between(200, 299)
        ]
        return dict(zip(rows["upload"], rows["digest"], strict=True))

    @cached_property
    def sent(self) -> frozenset[str]:
        """The blobs of its uploads, also of those that broke, where a request names them."""
        return frozenset(self.rows.loc[self.rows["upload"] != "", "digest"]) - {""}

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags whose manifest the registry took."""
        rows = self.rows
        taken = (rows["request"] == "manifest") & (rows["method"] == "PUT") & rows["status"].between(200, 299)
        names = rows.loc[taken, "reference"]
        return tuple(dict.fromkeys(name for name in names if ":" not in name))

    @cached_property
    def ends_alone(self) -> bool:
        """Whether the last upload began when all others had ended, clocks of whole seconds being what they are."""
        rows = self.rows[self.rows["upload"].isin(self.closed)]
        times = rows.groupby("upload").agg(start=("since", "min"), end=("when", "max"))
        if not len(times):
            return True
        starts, ends = times["start"].to_numpy(), times["end"].to_numpy()
        last = int(np.lexsort((starts, ends))[-1])
        return bool((np.delete(ends, last) <= starts[last] + _SECOND).all())

    @cached_property
    def begun(self) -> int:
        """How many uploads it asked for and was given."""
        return int(((self.rows["method"] == "POST") & (self.rows["status"] == _GIVEN)).sum())

    def within(self, start: float, end: float) -> Session | None:
        """Return the part of it between two moments, clocks being what they are; None where there is none."""
        if self.end < start - _SECOND:
            return None
        rows = self.rows[(self.rows["since"] >= start - _CLOCKS) & (self.rows["since"] <= end - _SECOND)]
        return replace(self, rows=rows) if len(rows) else None

    def without(self, other: Session) -> Session | None:
        """Return the part of it that is not of another one; None where there is none."""
        rows = self.rows.drop(index=self.rows.index.intersection(other.rows.index))
        return replace(self, rows=rows) if len(rows) else None

    def overlaps(self, start: float, end: float) -> bool:
        """Whether it ran at some time between two moments."""
        return self.start <= end and self.end >= start


def main_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the requests of the logs that tell most of them: a proxy's, else those of all registries."""
    requests = frame[(frame["request"] != "") & (frame["method"] != "") & (frame["status"] >= 0)]
    proxies = requests[requests["hop"] == "proxy"]
    # Lines of errors name requests too, but no client and no time that they took.
    proxies = proxies[(proxies["agent"] != "") | proxies["seconds"].notna()]
    if len(proxies):
        most = proxies["file"].value_counts().idxmax()
        return proxies[proxies["file"] == most]
    registries = requests[requests["hop"] == "registry"]
    # The registry's log and its access log tell the same requests; the log tells more of each.
    logs = registries[registries["seconds"].notna()]
    if len(logs):
        return logs
    return registries if len(registries) else requests


def sessions(frame: pd.DataFrame) -> list[Session]:
    """Return the pushes to each repository, in the order of their begin. `frame`: rows by one clock."""
    rows = main_rows(frame)
    rows = rows[(rows["repository"] != "") & rows["method"].isin(_WRITES)]
    # The first request of a client has no login, and is answered so by design.
    rows = rows[~((rows["status"] == 401) & (rows["user"] == ""))]
    rows = rows.assign(host=rows["remote"].map(_host))
    result = [
        session
        for key, group in rows.groupby(["repository", "host", "user", "agent"], sort=False)
        for session in _with_crowds(
            [Session(str(key[0]), str(key[2]), str(key[3]), str(key[1]), part) for part in _parts(_in_order(group))]
        )
    ]
    return sorted(result, key=lambda session: session.start)


def _with_crowds(parts: list[Session]) -> Iterator[Session]:
    """Yield the pushes of one client; those that came without a pause are crowded where one has uploads of another.

    A client asks for its uploads before it sends them: one that sends more than it asked for has them of a push that
    ran at the same time.
    """
    burst: list[Session] = []
    for part in parts:
        if burst and part.start - burst[-1].end > _IDLE:
            yield from _burst(burst)
            burst = []
        burst.append(part)
    yield from _burst(burst)


def _burst(parts: list[Session]) -> list[Session]:
    if not any(len(part.uploads) > part.begun for part in parts[1:]):
        return parts
    return [replace(part, is_crowded=True) for part in parts]


def _host(remote: str) -> str:
    """Return an address without its port, which is another one for each connection."""
    host, colon, port = remote.rpartition(":")
    return host if colon and port.isdigit() and ("." in host or host.startswith("[")) else remote


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return requests in the order in which they ended: that of the lines, whatever the clock can tell apart."""
    return rows if (rows["file"] == rows["file"].iloc[0]).all() else rows.sort_values(["when", "line"], kind="stable")


def _parts(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the requests of one push after another: a taken tag ends one, and so does a long silence."""
    cuts, tagged, latest = [0], False, float("-inf")
    is_tag = ((rows["request"] == "manifest") & (rows["method"] == "PUT") & rows["status"].between(200, 299)).to_list()
    work = (rows["request"] != "manifest").to_list()
    since, when = rows["since"].to_list(), rows["when"].to_list()
    uploads = rows["upload"].to_list()
    seen: set[str] = set()
    for place, upload in enumerate(uploads):
        is_new = upload not in seen or not upload
        idle = since[place] - latest > _IDLE
        if place > cuts[-1] and is_new and ((tagged and work[place]) or idle):
            cuts.append(place)
            tagged = False
        tagged |= is_tag[place]
        latest = max(latest, when[place])
        seen.add(upload)
    for start, stop in zip(cuts, [*cuts[1:], len(rows)], strict=True):
        yield rows.iloc[start:stop]


def is_fault(kind: str) -> bool:
    """Whether a line of this kind tells of something that went wrong between hops."""
    return kind not in _NO_FAULT


_NO_FAULT = {
    SideKind.REQUEST,
    SideKind.BUFFERED,
    SideKind.STARTED,
    SideKind.PUSH_BEGAN,
    SideKind.LAYER_BEGAN,
    SideKind.LAYER_KNOWN,
    SideKind.UPLOADED,
    SideKind.NEXT_ENDPOINT,
    SideKind.NO_SECRET,
    SideKind.NOTE,
}
