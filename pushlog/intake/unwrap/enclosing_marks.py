"""Marks around a text that stand on its own first and last line, and elements of HTML around each of its lines.

People paste between fences, tags and quotes without a line break behind the one and before the other. A page copied as
HTML has an element or a break for each line. Lines keep their numbers.
"""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern

# Longer texts are no pasted ones.
_LONGEST = 1 << 20
_TAG = rb"<(?:pre|code|samp|tt)(?: [^<>\n]{0,200})?>"
# A fence alone on its line, or with the name of a language behind it, stays: it is none of the text's.
_OPENING = lazy_pattern(
    rb"(?m)^[ \t]*+(?:`{3,}+(?:(?:bash|sh|shell|console|text|log|output|powershell)[ \t]+)?"
    rb"(?=[^\s`][^\n`]*[^\n` ] [^\n`])|(?:" + _TAG + rb"){1,3}+(?=[^\s<])"
    rb"|(?:\[(?:code|quote|pre|bash|shell|spoiler)(?:=[^\]\n]{0,80})?\]"
    rb"|\{(?:code|noformat|quote|panel)(?::[^}\n]{0,80})?\})(?=[^\s\[{]))"
)
_CLOSING = lazy_pattern(
    rb"(?m)(?<=[^\s`>\]}])[ \t]*(?:`{3,}+|(?:</(?:pre|code|samp|tt)>){1,3}+"
    rb"|\[/(?:code|quote|pre|bash|shell|spoiler)\]|\{(?:code|noformat|quote|panel)\})(?=[ \t]*\r?$)"
)
# One of these stands in every such text.
_SIGN = lazy_pattern(
    rb"```|<(?:pre|code|samp|tt)\b|</(?:pre|code|samp|tt)>|\[/?(?:code|quote|pre|bash|shell|spoiler)\b|\{\w"
)
_QUOTES = (b'"', b"'", b"`", b"**")

# What begins and ends a line of HTML: elements, a number in one of its own, a break.
_ELEMENT = rb"(?:p|div|li|span|code|samp|tt|pre|td|tr|ul|ol|table|tbody)"
_BEGINS = lazy_pattern(rb"(?m)^[ \t]*+(?:<" + _ELEMENT + rb"\b[^<>\n]{0,200}>(?:\d{1,6}</\w{1,5}>)?)++(?=[^<\s])")
_ENDS = lazy_pattern(rb"(?m)(?:</\w{1,10}>)*+<br ?/?>(?=[ \t]*\r?$)|(?:</" + _ELEMENT + rb">)++(?=[ \t]*\r?$)")
# What a page has beside lines of code.
_PAGE = lazy_pattern(rb"(?i:<(?:!doctype|html|head|body|script|h[1-6]|a|img|nav)\b)")
# So many lines must end so.
_MOST = 0.5


def without_enclosing_marks(text: bytes) -> bytes:
    """Return the text without such marks."""
    if len(text) > _LONGEST or is_page(text):
        return text
    if b"<" in text:
        text = _without_elements(text)
    if _SIGN.search(text):
        text = _CLOSING.sub(b"", _OPENING.sub(b"", text))
    return _without_quotes(text)


def is_page(text: bytes) -> bool:
    """Return whether a text has what a page of HTML has beside lines of code: titles, links, a head."""
    return b"<" in text and _PAGE.search(text) is not None


def _without_elements(text: bytes) -> bytes:
    """Return the lines of HTML as text, where nearly each has an element or a break of its own."""
    lines, ends = text.strip().count(b"\n") + 1, len(_ENDS.findall(text))
    if not ends or ends < _MOST * lines:
        return text
    return without_entities(_ENDS.sub(b"", _BEGINS.sub(b"", text)))


def without_entities(text: bytes) -> bytes:
    """Return the text of HTML without its entities, those that end as they must."""
    import html

    bare = text.decode("utf-8", "surrogateescape")
    return re.sub(r"&#?\w{1,10};", lambda entity: html.unescape(entity[0]), bare).encode("utf-8", "surrogateescape")


def _without_quotes(text: bytes) -> bytes:
    """Return a text of several lines without quotes around all of it."""
    bare = text.strip()
    mark = next((mark for mark in _QUOTES if bare.startswith(mark) and bare.endswith(mark)), None)
    if mark is None or b"\n" not in bare or bare.startswith(b"```"):
        return text
    inner = bare[len(mark) : -len(mark)]
    if any(line.strip().startswith(mark) or line.strip().endswith(mark) for line in inner.split(b"\n")):
        return text
    if mark not in (b'"', b"'") and mark in inner:
        return text
    return text.replace(bare, inner, 1)
