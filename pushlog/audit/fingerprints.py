"""The fingerprint of a failure: what stays of an error text when all that changes from push to push is taken out.

`-` parts it in two: the text with the hop that answered, and the registry. Failures whose first part is the same read
alike, whatever the registry.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.model import Failure, Reference

# An error can be a web page; its beginning tells it from others.
_LONGEST = 600
_QUERY = lazy_pattern(r"\?[^\s\"'<>]*[=&][^\s\"'<>]*")
_CHANGING = (
    (re.compile(r"\b[a-z0-9]{2,10}:[0-9a-f]{32,128}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "ID"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"), "TIME"),
    (re.compile(r"\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b"), "TIME"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"), "ADDRESS"),
    (re.compile(r"\[[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,8}\](?::\d+)?"), "ADDRESS"),
    (re.compile(r"(?<![\w.])(?:\d+(?:\.\d+)?(?:ms|µs|us|ns|h|m|s))+\b"), "TIME"),
    # Ids of layers, requests and sessions: at least one digit, so that no word is taken for one.
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,64}\b"), "ID"),
    (re.compile(r"\b(?=[\w+/-]{20,}={0,2}(?!\w))(?=[A-Za-z+/_-]*\d)[A-Za-z0-9+_-]{20,}={0,2}"), "ID"),
    # The port of a host; a number that no letter leads, and the one of a name such as `worker17`.
    (re.compile(r"(?<=[A-Za-z]):\d{1,5}\b"), ""),
    (re.compile(r"(?<![A-Za-z\d])\d+(?:[.,]\d+)*"), "N"),
    (
        re.compile(r"\b(?!(?:x509|(?i:sha|utf|base|amd|arm|ppc|riscv|int|uint)-?\d{1,3})\b)([A-Za-z]{1,30})\d{2,20}\b"),
        r"\1N",
    ),
)


def normalised(text: str, registry: str | None = None, repository: str | None = None) -> str:
    """Return an error text without ids, digests, addresses, ports, numbers and times, and without the image's name."""
    line = _QUERY.sub("", " ".join(text[: 4 * _LONGEST].split()))
    # A name alone could be a word of the text: only one that cannot is taken out.
    if repository and ("/" in repository or len(repository) > 3):
        line = re.sub(rf"(?<![\w.-]){re.escape(repository)}(?::[\w][\w.-]{{0,127}})?(?![\w-])", "REPOSITORY", line)
    if registry:
        host = registry.partition(":")[0]
        line = re.sub(rf"(?<![\w.-]){re.escape(host)}(?::\d+)?(?![\w-])", "REGISTRY", line)
    for pattern, word in _CHANGING:
        line = pattern.sub(word, line)
    return line[:_LONGEST]


def fingerprint(error: Failure, reference: Reference, hop: str | None) -> str:
    """Return the fingerprint of a failure; `hop`: what answered instead of the registry."""
    text = normalised(error.text, reference.registry, reference.repository)
    words = (error.family.value, str(error.http_status or ""), text, hop or "")
    return f"{_hash(*words, length=12)}-{_hash(reference.registry or '', length=6)}"


def alike(fingerprint: str) -> str:
    """Return the part of a fingerprint that is the same at every registry."""
    return fingerprint.partition("-")[0]


def _hash(*parts: str, length: int) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:length]
