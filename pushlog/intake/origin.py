"""Where a log comes from: what the log says of its CI job, what its path says, and what a file beside it says."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.intake.literal_search import LiteralIndex
from pushlog.knowledge.origins import origins
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Origin
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pushlog.intake.mapped import Data
    from pushlog.intake.metadata import Metadata
    from pushlog.intake.source_pattern import SourcePattern
    from pushlog.knowledge.origins import OriginLine

# CI systems tell of themselves before they run a job's own commands, and when it is over.
_HEAD, _TAIL = 1 << 18, 1 << 16
_LONGEST = 500
_FIELDS = tuple(field.name for field in fields(Origin))
_WHOLE_JOB = lazy_pattern(r"(?:.*/)?-?\d+_(?P<job>[^/]+)\.txt")
_STEP_OF_JOB = lazy_pattern(r"(?:.*/)?(?P<job>[^/]+)/\d+_[^/]+\.txt")
# Folders of runs and archives, in which logs of jobs stand.
_NO_JOB = lazy_pattern(r"\d+|logs?|.+\.(?:zip|tar|tgz|gz|bz2|xz|zst)")
_OPTIONAL = lazy_pattern(r"\[([^\[\]]*)\]")
_PART = lazy_pattern(r"\{(\w+)\}")
_VARIABLE = r"""(?:^|[ \t"'])%s=["']?([^\r\n"']{1,400})"""
# Words before a line mean that it is quoted; those before its stamp or a tab name a job and a step.
_SENTENCE = lazy_pattern(rb"[a-z]{2,} [a-z]{2,}|echo ")
_NAME_ENDS = lazy_pattern(rb"\t|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ")
_TRIES = 20
_ESCAPES = lazy_pattern(r"\x1b\[[0-9;]*[A-Za-z]")


@record
class OriginOptions:
    """What the user says of where logs come from: the form of their paths, and the records of a side file."""

    pattern: SourcePattern | None = None
    metadata: Metadata | None = None


def origin_of(name: str, data: Data, decoration: str | None, options: OriginOptions) -> Origin:
    """Return where the log of that name comes from; the user's word counts before the log's own.

    `data`: the log as it came; `decoration`: what stands around its lines.
    """
    head = data[:_HEAD] + (b"\n" + data[max(_HEAD, len(data) - _TAIL) :] if len(data) > _HEAD else b"")
    lines = [origins().lines[number] for number in _line_words().groups(head, 0, len(head))]
    path_parts = options.pattern.parts(name) if options.pattern else {}
    user_parts = options.metadata.parts(name, path_parts) if options.metadata else {}
    ci = user_parts.get("ci") or path_parts.get("ci") or _system(head, lines, decoration)
    parts = {**_named_job(name, ci), **_printed(head, lines, ci), **path_parts, **user_parts}
    if "project" not in parts and "owner" in parts and "repo" in parts:
        parts["project"] = f"{parts['owner']}/{parts['repo']}"
    address = parts.get("run_url") or _address(ci, parts)
    fields_of_log = {**parts, "ci": ci, "run_url": address}
    return Origin(**{field: _clean(fields_of_log.get(field)) for field in _FIELDS})


def versions_of(data: Data) -> dict[str, str]:
    """Return the versions of clients that a log prints near its beginning, by client."""
    head = data[:_HEAD]
    versions: dict[str, str] = {}
    for number in _version_words().groups(head, 0, len(head)):
        line = origins().versions[number]
        if line.word.encode() in head and (match := _compiled(line.pattern).search(head)):
            versions.setdefault(line.client, match["version"].decode("utf-8", "replace"))
    return versions


@cache
def _line_words() -> LiteralIndex:
    """Return the words of the lines, a group each: one look for all takes a quarter of the time of one for each."""
    return LiteralIndex.of_words(line.word.encode() for line in origins().lines)


@cache
def _version_words() -> LiteralIndex:
    return LiteralIndex.of_words(line.word.encode() for line in origins().versions)


def _system(head: bytes, lines: Sequence[OriginLine], decoration: str | None) -> str | None:
    """Return the CI system: by the first line that only one prints, else by what stands before every line.

    `lines`: those that may be in the head of the log.
    """
    proofs = [(match.start(), line.ci) for line in lines if line.proves and (match := _line_match(line, head))]
    if proofs:
        return min(proofs)[1]
    systems = origins().systems
    return next((systems[name] for name in (decoration or "").split("+") if name in systems), None)


def _line_match(line: OriginLine, head: bytes) -> re.Match[bytes] | None:
    """Return where a line stands, as a line of its own and not quoted in a sentence."""
    if line.word.encode() not in head:
        return None
    for match in islice(_compiled(line.pattern).finditer(head), _TRIES):
        before = head[head.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        named = max((end.end() for end in _NAME_ENDS.finditer(before)), default=0)
        if not _SENTENCE.search(before, max(named, len(before) - _LONGEST)):
            return match
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return kept_pattern(pattern.encode(), re.MULTILINE)


def _printed(head: bytes, lines: Sequence[OriginLine], ci: str | None) -> dict[str, str]:
    """Return the parts that the log tells; of several lines the first counts."""
    parts: dict[str, str] = {}
    for line in lines:
        match = _line_match(line, head) if line.ci == ci else None
        for field, value in (match.groupdict() if match else {}).items():
            if value:
                parts.setdefault(field, value.decode("utf-8", "replace").strip())
    for name, field in next((row.names for row in origins().variables if row.ci == ci), {}).items():
        if f"{name}=".encode() in head and (match := _compiled(_VARIABLE % name).search(head)):
            parts.setdefault(field, match[1].decode("utf-8", "replace").strip())
    return parts


def _named_job(name: str, ci: str | None) -> dict[str, str]:
    """Return the job that the file is named after, as GitHub and Azure name the logs of a run."""
    if ci not in ("github-actions", "azure-pipelines"):
        return {}
    match = _WHOLE_JOB.fullmatch(name)
    step = _STEP_OF_JOB.fullmatch(name)
    if step and not _NO_JOB.fullmatch(step["job"]):
        match = step
    return {"job": match["job"]} if match else {}


def _address(ci: str | None, parts: Mapping[str, str]) -> str | None:
    """Return the address of the run, if all that it is made of is known."""
    for row in origins().addresses:
        if row.ci != ci:
            continue
        url = _OPTIONAL.sub(lambda match: match[1] if _is_known(match[1], parts) else "", row.url)
        if _is_known(url, parts):
            return _PART.sub(lambda match: parts[match[1]], url)
    return None


def _is_known(template: str, parts: Mapping[str, str]) -> bool:
    return all(parts.get(name) and not re.search(r"[\s*]", parts[name]) for name in _PART.findall(template))


def _clean(value: str | None) -> str | None:
    """Return a value without escapes, on one line; None for an empty one."""
    text = _ESCAPES.sub("", value or "").strip()[:_LONGEST]
    return " ".join(text.split()) or None
