"""The address at which a client asks the Engine for a push, in errors and in what libraries log: it names the image.

moby client/image_push.go; docker-java escapes the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.intake.mapped import Data

_IMAGE = r"/images/(?P<name>[^\s\"'?]{1,400}?)/push(?:\?(?:(?:[^\s\"'&]*&)*?tag=(?P<tag>\w[\w.-]*))?[^\s\"'\\:]*)?"
# With the version of the API, which other addresses don't have; Go quotes an address.
_VERSIONED = lazy_pattern(rf"/v\d[\d.]*{_IMAGE}(?=\\?\"?(?:[:\s]|$))")
_ANY = lazy_pattern(rf"{_IMAGE}(?![\w/])".encode())
# An address that a program in Go took for a format: of `%3A` it printed this, for it had no value to put in (Go fmt).
_NO_VALUE = lazy_pattern(r"%!([A-F])\(MISSING\)")
_LETTERS = {"A": "%3A", "B": "%2B", "C": "%2C", "D": "%3D", "E": "%2E", "F": "%2F"}


@record
class AskedPush:
    """A push that the Engine was asked for: the name of the image, its tag if the address has one, and both offsets."""

    name: str
    tag: str | None
    start: int
    stop: int

    @property
    def image(self) -> str:
        """The name with its tag."""
        return f"{self.name}:{self.tag}" if self.tag else self.name


def with_escapes(line: str) -> str:
    """Return a line with the escapes of addresses that a program in Go took for those of a format."""
    return _NO_VALUE.sub(lambda letter: _LETTERS[letter[1]], line) if "(MISSING)" in line else line


def asked_push(line: str, *, is_quoted: bool = True) -> AskedPush | None:
    """Return the push for which a line shows the address; `is_quoted`: even one that Go quotes, as docker prints it."""
    match = _VERSIONED.search(line)
    if match is None or (not is_quoted and line[match.end() : match.end() + 1] in {'"', "\\"}):
        return None
    return AskedPush(name=unquote(match["name"]), tag=match["tag"], start=match.start(), stop=match.end())


def last_asked_push(data: Data, stop: int) -> AskedPush | None:
    """Return the last push for which a log shows the address before an offset, with the version or without."""
    last = None
    for match in _ANY.finditer(data, 0, stop):
        last = match
    if last is None:
        return None
    name = unquote(last["name"].decode("utf-8", "replace"))
    return AskedPush(name=name, tag=last["tag"].decode() if last["tag"] else None, start=last.start(), stop=last.end())
