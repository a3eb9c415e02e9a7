"""The ways to read a text in which something stands between the characters or in their place.

Escape sequences and invisible characters are left out; percent-encoding, escapes of JSON and of shells and entities of
HTML are decoded, as often as one stands inside another. Sources: ECMA-48 and xterm control sequences; RFC 3986; RFC
8259; html.entities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.redaction.view import whole

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from pushlog.redaction.view import View

# As often as one encoding stands inside another.
_DEEPEST = 6
_STEPS_BACK = 8
# Escape sequences, as the terminal gets them and as programs write them out (`^[[0m`, `\033[0m`, the sign for ESC);
# controls, directions and characters without width.
_INVISIBLE = lazy_pattern(
    r"(?:\x1b|\u241b)(?:[\[]([0-?]*)[ -/]*([@-~])|\][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|[PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~])"
    r"|\x9b[0-?]*[ -/]*[@-~]|\x9d[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\^\[|\\{1,8}(?:033|e|x1[bB]|u001[bB]))\[[0-9;?]{0,20}[A-Za-z]"
    r"|[\x00-\x08\x0e-\x1b\x7f-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_HALF = lazy_pattern(r"(?:\^\[|\\{1,8}(?:033|x1[bB]|u001[bB]))(?!\[)")
_WITHIN = lazy_pattern(
    r"(?:\^\[|\\{1,8}(?:033|e|x1[bB]|u001[bB]))\[[0-9;?]{0,20}[A-Za-z]|[\x00\xad\u200b-\u200f\u2060-\u2064\ufeff]"
)
_MAY_BE_INVISIBLE = lazy_pattern(
    r"[\x00-\x08\x0e-\x1b\x7f-\x9f\xad\u061c\u200b-\u206f\u241b\ufe00-\ufeff]|\^\[|\\[0exu]"
)
# A title, a link, a command of a terminal: what it carries.
_STRINGS = lazy_pattern(r"(?:\x1b[\]PX^_]|\x9d)([^\x07\x1b\x9c\n]*)")
_FORWARD = lazy_pattern(r"(?:\x1b\[|\x9b)[0-9]{0,4}C")
_BACKSPACE = lazy_pattern(r"[^\x08\r\n]\x08")
_ENCODED = lazy_pattern(
    r"((?:%[C-Fc-f][0-9A-Fa-f])(?:%[89ABab][0-9A-Fa-f]){1,3})|%([0-9A-Fa-f]{2})"
    r"|\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|([nrtbf\"'/\\]))"
    r"|&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,24}));|'(?:\"'\"|\\')'"
)
# A cell of CSV in quotes has two for one; TeamCity escapes by a bar.
_DOUBLED = lazy_pattern(r"\"\"(?=\w)|(?<=[\w=/+.-])\"\"")
_BARS = lazy_pattern(r"\|(?:0x([0-9A-Fa-f]{4})|(['|\[\]nrx]))")
_CONTINUED = lazy_pattern(r"[ \t]*\\\n[ \t]*")
_PERCENT, _PLUS = lazy_pattern(r"%[0-9A-Fa-f]{2}"), lazy_pattern(r"\+")
_MAY_BE_ENCODED = lazy_pattern(r"\"\"\w|\w\"\"|##teamcity\[|%[0-9A-Fa-f]|\\[nrtbf\"'/\\ux0-3]|&[#A-Za-z]|'\"'\"'")
# What one of these two patterns matches in printable ASCII has one of these signs.
_SIGNS = ("\\", "%", "&", "^[", "'\"'", '""', "##teamcity[")
# Fields with pluses, though no other character is encoded.
_FORM_FIELD = lazy_pattern(r"[=?&][^\s+&]{1,80}\+\S{1,200}")
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def readings(view: View) -> Iterator[View]:
    """Yield each way to read a text: the first is the text as a person sees it."""
    for visible in _visible(view):
        yield visible
        yield from _decoded(visible)


def readings_of_rows(rows: str) -> Iterator[str]:
    """Yield each way to read rows, which line feeds divide, and keep them apart.

    None may carry strings for a terminal or go back: see `is_plain_or_moved`.
    """
    if not rows:
        return
    seen = [plain(whole(rows))]
    if _FORWARD.search(rows):
        seen.append(plain(whole(rows).replaced(_FORWARD, lambda _: " ")))
    for text in seen:
        yield text.text
        yield from (decoded.text for decoded in _decoded(text, _character_in_row))


def is_plain_or_moved(row: str) -> bool:
    """Whether a row carries no strings for a terminal and does not go back."""
    return "\b" not in row and not _STRINGS.search(row)


def plain(text: View) -> View:
    """Return the text without escape sequences and invisible characters."""
    if not _MAY_BE_INVISIBLE.search(text.text):
        return text
    seen = text.replaced(_INVISIBLE, lambda _: "")
    # One may have stood inside another.
    return seen.replaced(_INVISIBLE, lambda _: "") if _MAY_BE_INVISIBLE.search(seen.text) else seen


def is_literal(text: str) -> bool:
    """Whether there is but one way to read a text."""
    # Nearly all texts have none of the signs: that is seen in a fraction of the time.
    if text.isascii() and text.replace("\n", "").isprintable() and not any(sign in text for sign in _SIGNS):
        return True
    return not _MAY_BE_INVISIBLE.search(text) and not _MAY_BE_ENCODED.search(text)


def _visible(view: View) -> Iterator[View]:
    """The text without what is invisible, and that by itself; where a move or a step back has two readings, both."""
    if not _MAY_BE_INVISIBLE.search(view.text):
        yield view
        return
    yield plain(view)
    yield from (view.part(*hit.span(1)) for hit in _STRINGS.finditer(view.text) if hit[1])
    if _FORWARD.search(view.text):
        yield plain(view.replaced(_FORWARD, lambda _: " "))
    if "\x1b" in view.text and _WITHIN.search(view.text):
        # Codes that were written out, and what has no width, may stand inside those that a terminal got.
        yield plain(view.replaced(_WITHIN, lambda _: ""))
    if _HALF.search(view.text):
        # What an analysis leaves of a code whose first sign was written out.
        yield plain(view.replaced(_HALF, lambda _: ""))
    if "\b" in view.text:
        for _ in range(_STEPS_BACK):
            view = view.replaced(_BACKSPACE, lambda _: "")
        yield plain(view)


def _decoded(view: View, character: Callable[[re.Match[str]], str] | None = None, deep: int = 1) -> Iterator[View]:
    yield from _respelled(view, character, deep)
    for level in _levels(view, character or _character):
        yield level
        yield from _respelled(level, character, deep)


def _respelled(view: View, character: Callable[[re.Match[str]], str] | None, deep: int) -> Iterator[View]:
    """The text as the fields of a form, a cell of CSV or a message of TeamCity mean it, and what is encoded in it."""
    others: list[View] = []
    if "+" in view.text and (_PERCENT.search(view.text) or _FORM_FIELD.search(view.text)):
        # The fields of a form have a plus for a space.
        others.append(view.replaced(_PLUS, lambda _: " "))
    if '""' in view.text:
        others.append(view.replaced(_DOUBLED, lambda _: '"'))
    if "##teamcity[" in view.text:
        others.append(view.replaced(_BARS, _barred if character is None else _barred_in_row))
    for other in others:
        if other is not view:
            yield other
            yield from _decoded(other, character, deep - 1) if deep else _levels(other, character or _character)


def _levels(view: View, character: Callable[[re.Match[str]], str]) -> Iterator[View]:
    for _ in range(_DEEPEST):
        if not _MAY_BE_ENCODED.search(view.text):
            return
        decoded = view.replaced(_ENCODED, character)
        if decoded is view:
            return
        if "\b" in decoded.text:
            yield plain(decoded.replaced(_BACKSPACE, lambda _: ""))
        view = plain(decoded)
        yield view
        # A command that goes on, in lines that are encoded as one.
        if "\\\n" in view.text:
            yield view.replaced(_CONTINUED, lambda _: " ")


def _barred(hit: re.Match[str]) -> str:
    return chr(int(hit[1], 16)) if hit[1] else _SHORT.get(hit[2], hit[2])


def _barred_in_row(hit: re.Match[str]) -> str:
    sign = _barred(hit)
    return "\v" if sign == "\n" else sign


def _character_in_row(hit: re.Match[str]) -> str:
    """The same, where a line feed ends a row: another end of a line stands for one that is encoded."""
    character = _character(hit)
    return "\v" if character == "\n" else character


def _character(hit: re.Match[str]) -> str:
    """The character that a code stands for; the code itself where it stands for none."""
    several, percent, braced, unicode_code, byte, octal, short, decimal, hexadecimal, name = hit.groups()
    if several:
        return bytes.fromhex(several.replace("%", "")).decode("utf-8", "replace")
    if short:
        return _SHORT.get(short, short)
    if name:
        from html.entities import html5

        return html5.get(f"{name};", hit[0])
    if hit[0][0] == "'":
        return "'"
    if octal or decimal:
        code = int(octal, 8) if octal else int(decimal)
    else:
        code = int(percent or braced or unicode_code or byte or hexadecimal, 16)
    return chr(code) if code < 0x110000 else hit[0]
