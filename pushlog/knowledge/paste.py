"""What may stand in a command that people paste: only what the grammars of names and hosts allow.

A name comes out of a log, and a log is written by strangers: a shell would run `r.example/$(id)`, and a program would
take `-v` for an option. Sources: distribution/reference, regexp.go and reference.go; RFC 1123; AWS regions and
accounts.
"""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern

_LABEL = r"(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL}){{0,30}}|\[[0-9A-Fa-f:]{{2,45}}\])(?::[0-9]{{1,5}})?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = rf"{_PART}(?:/{_PART}){{0,30}}"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,128}"
# A name that a step puts before an application's own, to be replaced by hand.
_TO_REPLACE = r"(?:(?:YOUR-NAME|HOST|NAMESPACE|NAME)/)*"
_FORMS = {
    "registry": _DOMAIN,
    "host": _DOMAIN,
    "repository": _PATH,
    "app": _PATH,
    "reference": rf"{_TO_REPLACE}(?:{_DOMAIN}/)?{_PATH}(?::{_TAG})?(?:@{_DIGEST})?",
    "tag": _TAG,
    "object": rf"{_DIGEST}|{_TAG}",
    "status": r"[1-5][0-9]{2}",
    "port": r"[0-9]{1,5}",
    "endpoint": rf"https?://{_DOMAIN}",
    # Docker's, in the home of a user.
    "config": r"(?:/[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,254}){1,30}/\.docker/config\.json",
    # Of AWS, and the name of a registry of Azure; regions of AWS and Google Cloud.
    "account": r"[0-9]{12}|[a-z0-9]{5,50}",
    "region": r"[a-z]{2,12}(?:-[a-z0-9]{1,12}){0,4}",
}
_PATTERNS = {name: lazy_pattern(form, re.ASCII) for name, form in _FORMS.items()}
# The grammar's own limit for a name.
_LONGEST = 512
# The image of a push, where its name can't stand in a command.
_IMAGE = "IMAGE"


def pasteable(name: str, value: str | None) -> str:
    """Return a value that a log gives for a placeholder, or the placeholder in capitals: it is replaced by hand."""
    pattern = _PATTERNS.get(name)
    if value is None or pattern is None or len(value) > _LONGEST or not pattern.fullmatch(value):
        return _IMAGE if value and name == "reference" else name.upper()
    return value


def in_prose(value: str) -> str:
    """Return a value for a sentence, in which it can't begin or end a command."""
    return value.replace("`", "'")
