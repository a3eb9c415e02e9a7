"""Find the HTTP status in the free words of a client: behind its number, or as the name of it."""

from __future__ import annotations

import re
from http import HTTPStatus

from pushlog.lazy_pattern import lazy_pattern

_PHRASES = {
    re.sub(r"\W", "", phrase).lower(): status.value
    for status in HTTPStatus
    if status >= HTTPStatus.BAD_REQUEST
    for phrase in (status.phrase,)
} | {"requestentitytoolarge": 413, "payloadtoolarge": 413, "gatewaytimeout": 504}
_WORDS = r"[A-Z][A-Za-z-]+(?: [A-Z][A-Za-z-]+){0,4}"
# Java and Go print `401 Unauthorized`, .NET `401 (Unauthorized)` or only the name, regclient `[http 401]`, and Python's
# httplib2 `'status': '401'`, docker-maven-plugin `(code: 500, Internal Server Error)`,
# Charliecloud `expected status {202} but got 401: Unauthorized`; go-containerregistry ends in the
# number.
_FORMS = (
    lazy_pattern(rf"\b(?P<number>[45]\d\d) \(?(?P<words>{_WORDS})"),
    lazy_pattern(rf"\((?:code|status): (?P<number>[45]\d\d), (?P<words>{_WORDS})"),
    lazy_pattern(rf"expected status \{{[\d, ]+\}} but got (?P<number>[45]\d\d): (?P<words>{_WORDS})"),
    lazy_pattern(r"\[http (?P<number>[45]\d\d)\]"),
    lazy_pattern(r"'status': '(?P<number>[45]\d\d)'"),
    lazy_pattern(r"\b(?:status code|token exchange:) (?P<number>[45]\d\d)(?![\w.])"),
    lazy_pattern(r"\bstatus code:? '(?P<words>[A-Za-z]+)'"),
)


def status_in_words(text: str) -> int | None:
    """Return the HTTP status that a text without a known form tells; None where it tells none."""
    for form in _FORMS:
        for match in form.finditer(text):
            groups = match.groupdict()
            named = _named(groups["words"]) if groups.get("words") else None
            number = int(groups["number"]) if groups.get("number") else named
            if number is not None and (not groups.get("words") or number == named):
                return number
    return None


def _named(words: str) -> int | None:
    """Return the status that these words name, or the first of them."""
    parts = words.replace("-", " ").split()
    names = ("".join(parts[:count]).lower() for count in range(len(parts), 0, -1))
    return next((_PHRASES[name] for name in names if name in _PHRASES), None)
