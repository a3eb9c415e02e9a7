"""What could not be read: logs without a push, lines that speak of one, and error texts that no row explains."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pushlog.audit.fingerprints import alike, normalised
from pushlog.formats.errors.detect import starts_error
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Family
from pushlog.record_class import record
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.frames import Frames

_LINE = lazy_pattern(r"(\d+): (.*)", re.DOTALL)
_TAKEN_OUT = lazy_pattern(r"\b(?:DIGEST|ID|TIME|ADDRESS|N|REPOSITORY|REGISTRY)\b")
# Characters of a sample: a longer text is a page, whose beginning tells it.
_SAMPLE, _START, _FEWEST = 400, 40, 4
_LISTED = 200
_FAMILIES = ", ".join(family.value for family in Family)


@record
class MissedLine:
    """A line of a log without a push that holds words of one."""

    input: str
    member: str
    line: int
    text: str


@record
class PushlessLog:
    """A log without a push. `words`: how many of its lines hold words of one."""

    input: str
    member: str
    words: int


@record
class UnknownText:
    """An error text that no row explains, as most pushes printed it. `draft`: a row for `--rules`."""

    text: str
    pushes: int
    draft: str


@record
class NotUnderstood:
    """Lines inside pushes that were not understood and read alike: one of them, and how many pushes have such a line.

    `input`, `member`, `line`: where the one stands.
    """

    text: str
    pushes: int
    input: str
    member: str
    line: int


def not_understood(frames: Frames) -> tuple[NotUnderstood, ...]:
    """Return the lines inside pushes that were not understood, those of most pushes first."""
    alike: dict[str, tuple[int, int, tuple[str, str, int, str]]] = {}
    columns = frames.pushes[["input", "member", "unread"]]
    for push, (name, member, lines) in enumerate(columns.itertuples(index=False)):
        for match in map(_LINE.fullmatch, lines or ()):
            if match:
                key = normalised(match[2])
                pushes, last, sample = alike.get(key, (0, -1, (name, member, int(match[1]), match[2])))
                alike[key] = (pushes + (last != push), push, sample)
    most_first = sorted(alike.values(), key=lambda entry: (-entry[0], entry[2]))
    return tuple(
        NotUnderstood(text=text, pushes=pushes, input=name, member=member, line=line)
        for pushes, _, (name, member, line, text) in most_first[:_LISTED]
    )


def missed(frames: Frames) -> tuple[MissedLine, ...]:
    """Return the lines that hold words of a push in logs without one, by log."""
    return tuple(
        MissedLine(input=name, member=member, line=int(match[1]), text=match[2])
        for name, member, lines in _pushless(frames)
        for match in map(_LINE.fullmatch, lines)
        if match
    )


def pushless(frames: Frames) -> tuple[PushlessLog, ...]:
    """Return the logs without a push, those with words of one first."""
    logs = [PushlessLog(input=name, member=member, words=len(lines)) for name, member, lines in _pushless(frames)]
    return tuple(sorted(logs, key=lambda log: not log.words))


def _pushless(frames: Frames) -> Iterator[tuple[str, str, list[str]]]:
    sources = frames.sources[frames.sources["status"] == "no-push"]
    for name, member, lines in zip(sources["input"], sources["member"], sources["missed"], strict=True):
        yield name, member, lines if isinstance(lines, list) else []


def unknown_texts(frames: Frames) -> tuple[UnknownText, ...]:
    """Return the error texts of family `unknown`, those of most pushes first."""
    pushes = frames.pushes
    unknown = pushes[pushes["family"].eq("unknown") & pushes["fingerprint"].notna() & pushes["error"].notna()]
    texts = []
    for name, group in unknown.groupby(unknown["fingerprint"].map(alike)):
        counts = group["error"].value_counts()
        text = min(str(t) for t in counts.index[counts == counts.max()])
        first = group[group["error"] == text].iloc[0]
        names = [value if isinstance(value, str) else None for value in (first["registry"], first["repository"])]
        texts.append(UnknownText(text=text, pushes=len(group), draft=draft(str(name), text, *names)))
    return tuple(sorted(texts, key=lambda t: (-t.pushes, t.text)))


def draft(name: str, text: str, registry: str | None = None, repository: str | None = None) -> str:
    """Return a row for `--rules` that takes this text; what it means is for the reader to fill in."""
    sample = visible(text.strip()[:_SAMPLE])
    first = sample.split("\n", 1)[0]
    same = _TAKEN_OUT.split(normalised(first, registry, repository))
    pieces = [piece.strip(" :;,.\"'") for piece in same]
    literal = max((p for p in pieces if p.lower() in first.lower()), key=len, default="")
    if len(literal) < _FEWEST:
        literal = first[:_SAMPLE]
    rows = {
        "id": f"own-{name}",
        "family": Family.UNKNOWN.value,
        "match.has": [literal.lower()],
        "title": "TITLE: what went wrong, in a sentence",
        "cause": "CAUSE: why it happens",
        "remedy": ["REMEDY: what to do now"],
        "sample": [sample],
    }
    if not starts_error(first):
        # Up to the first word that changes from push to push.
        is_start = len(pieces[0]) >= _FEWEST and first.lower().startswith(same[0].lower())
        rows["starts"] = [(same[0] if is_start else first)[:_START]]
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rows.items()]
    lines[1] += f"  # one of {_FAMILIES}"
    return "\n".join(("[[error]]", *lines)) + "\n"
