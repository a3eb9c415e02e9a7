"""Take off what a page of HTML, a browser or a wiki puts into the text of a log. Lines keep their numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

# Browsers put these in place of a space: no-break, narrow no-break, figure and ideographic space.
_BLANK = lazy_pattern(rb"\xc2\xa0|\xe2\x80[\xaf\x87]|\xe3\x80\x80")
# Characters without width: space, joiners, word joiner, byte order mark.
_ZERO_WIDTH = lazy_pattern(rb"\xe2\x80[\x8b-\x8d]|\xe2\x81\xa0|\xef\xbb\xbf")

# The text of a page: docker's bar, or the words around a request or a blank, with entities in them.
_ESCAPED = lazy_pattern(
    rb"=&gt;|-&gt;\d|&gt; *\]|(?:get|head|put|post|patch|on ref|pushing image) &(?:quot|#34|#x22);|: ?&nbsp;"
    rb"|&(?:apos|quot|#0?39|#34|#x27);[\w./:-]{1,300}&(?:apos|quot|#0?39|#34|#x27);"
    # What a server answered, and the address that was asked.
    rb"|(?:of value|json input|value|response|debug|repository [\w./:-]{1,255})[:=]? ?&(?:quot|#34|#x22);"
    rb"|\bcharacter (?:'|&(?:apos|#0?39|#x27);)&(?:lt|quot|amp);|\w&(?:apos|#0?39|#x27);(?:s|t)\b"
    rb"|[?&]scope=[^\s&]{1,400}&amp;service="
    rb"|&lt;(?:!doctype|/?(?:html|head|title|body|center|h1|hr))\b|[?&]_?state=[^\s&]{1,400}&amp;digest=",
    re.IGNORECASE,
)
_ENTITY = lazy_pattern(rb"&(?:gt|lt|amp|quot|apos|nbsp|#\d{1,5}|#x[0-9a-fA-F]{1,4});")
_WITHOUT_TAGS = lazy_pattern(rb"(?m)^[^<\n]++$")
_ESCAPED_BAR = lazy_pattern(rb"(\[=*)&gt;(?= *\])")

# What colours the words of a page of HTML: Prism, highlight.js, Rouge, Pygments and their kin, each with a class, which
# some editors take off.
_COLOURED = lazy_pattern(
    rb"<span(?: class=\"(?:token |hljs-|language-|pl-|mtk\d|crayon-|[a-z]{1,3}\d?\")|>[^<>\n]{1,60}</span>[\w./:\]-])"
)
_COLOUR = lazy_pattern(rb"<span(?: [a-z-]{1,20}=\"[^\"<>\n]{0,200}\"){0,4}>|</span>")

# GitHub makes links of digits that look like an issue, and of names that look like a host.
_LINKED_DIGITS = lazy_pattern(
    rb"(?:(?<=[0-9a-f])|(?<=sha256:)|(?=\[[0-9a-f]+\]\([^\s)]+\)[0-9a-f]+: ))\[([0-9a-f]{1,64})\]\(https?://[^\s)]+\)"
)
_LINKED_ADDRESS = lazy_pattern(
    rb"\[((?:https?://)?((?:[\w-]{1,63}\.){1,9}[a-z]{2,20}[^\s\]\\\"()]{0,500})(?:[\\\"()][^\s\]]{0,100})?)"
    rb"\]\(https?://\2[^\s)]{0,600}\)"
)
# Digits of a line that are its number too become a link to the step in GitHub's page of a run.
_LINKED_NUMBER = lazy_pattern(rb"(?<=[^\n\r])\[(\d{1,6})\]\(https?://[^\s()]+/runs/\d[^\s()#]*#step:\d+:\d+\)")
_LINKED_NAME = lazy_pattern(rb"(The push refers to (?:a )?repository \[[^\s\]]+\])\(https?://[^\s)]+\)")
# A highlighter ends one piece of code and begins the next inside a line.
_SEAM = lazy_pattern(rb"</code><code(?: [^<>\n]{0,200})?>")

# A person sets a part of what docker printed in bold, in italics or in a colour: Markdown, HTML, a forum. Stars beside
# the letters of a name are a mask.
_MARKED = lazy_pattern(rb"(?m)^[^\n]*?(?:\*|`|</|\[/)[^\n]*$")
_MARKS_INSIDE = (b"**", b"</", b"[/", b": *", b"*:", b": `", b"`:")
_EMPHASIS = lazy_pattern(
    rb"(?<![\w*/.-])(\*{1,2}|`)(?=[\w\[])([^*`\n]{1,300}?)(?<=[\w\])])\1(?![\w*/.-])"
    rb"|</?(?:b|i|u|em|strong|mark|font|span|code)(?: [^<>\n]{0,80})?>"
    rb"|\[/?[biu]\]|\[(?:color|size|font)=[^\]\n]{1,20}\]|\[/(?:color|size|font)\]"
)
_ALL_OF_IT = lazy_pattern(rb"\s*(\*{1,2}|`)[^*`\n]+\1\s*")
_CLIENT_LINE = lazy_pattern(
    rb"\s*(?:The push refers to (?:a )?repository \[[^\s\[\]]+\]|\w[\w.-]{0,127}: digest: sha256:[0-9a-f]{64}"
    rb"|[0-9a-f]{12}: (?:Preparing|Waiting|Push(?:ing|ed)|Layer already exists|Mounted from \S|Retrying in \d|Image ))"
    rb"[^\n]{0,120}"
)
_PASTED = 1 << 20
# An editor of Markdown puts a backslash before what would be a mark: sure where one stands before docker's bracket, or
# before an underscore inside a word.
_SURELY_ESCAPED = lazy_pattern(rb"\b(?:repository|Pushing|Extracting) {1,2}\\\[|[A-Za-z0-9]\\_[A-Za-z0-9]")
_ESCAPED_MARK = lazy_pattern(rb"\\([\[\]_*<>#`~|])")


def without_page(text: bytes) -> bytes:
    """Return a text without the marks of a page: colours, entities, odd blanks, links and emphasis."""
    for repair in _REPAIRS:
        text = repair(text)
    return text


def _without_entities(text: bytes) -> bytes:
    """Return the text of a page without its entities; in a text with tags only bars and lines without tags are."""
    # The first two are found by a single byte, which most logs do not have.
    if b"&" not in text or not _ENTITY.search(text) or not _ESCAPED.search(text):
        return text
    if b"<" in text:
        text = _WITHOUT_TAGS.sub(lambda line: _without_entities(line[0]), text)
        return _ESCAPED_BAR.sub(rb"\1>", text)
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[bytes]) -> bytes:
    """Return what an entity stands for; one for the end of a line stays, for lines keep their numbers."""
    import html

    character = html.unescape(entity[0].decode("ascii"))
    return entity[0] if character in "\r\n" else character.encode()


def _without_colours(text: bytes) -> bytes:
    """Return the text of a page without the spans that colour its words."""
    if b"<span" not in text or not _COLOURED.search(text):
        return text
    return _COLOUR.sub(b"", text)


def _without_seams(text: bytes) -> bytes:
    """Return the text of a page without the places where a highlighter ended one piece of code and began the next."""
    return _SEAM.sub(b"", text) if b"</code><code" in text else text


def _plain_blanks(text: bytes) -> bytes:
    """Return the text with spaces in place of other blanks, and without characters that have no width."""
    return text if text.isascii() else _ZERO_WIDTH.sub(b"", _BLANK.sub(b" ", text))


def _without_links(text: bytes) -> bytes:
    """Return the text without the links that Markdown made of a part of an id, a digest or a name."""
    if b"](http" not in text:
        return text
    for link in (_LINKED_DIGITS, _LINKED_NUMBER, _LINKED_ADDRESS, _LINKED_NAME):
        text = link.sub(rb"\1", text)
    return text


def _without_emphasis(text: bytes) -> bytes:
    """Return a pasted text with docker's own lines as it printed them, where a person set a part of one in bold."""
    if len(text) > _PASTED or not any(mark in text for mark in _MARKS_INSIDE):
        return text
    return _MARKED.sub(_plain_line, text)


def _plain_line(line: re.Match[bytes]) -> bytes:
    """Return a line of docker without emphasis; any other stays, and so does one that is set apart as a whole."""
    plain = line[0] if _ALL_OF_IT.fullmatch(line[0]) else _EMPHASIS.sub(rb"\2", line[0])
    return plain if plain != line[0] and _CLIENT_LINE.fullmatch(plain) else line[0]


def _without_backslashes(text: bytes) -> bytes:
    """Return the text without the backslashes that an editor of Markdown put before its marks."""
    if (b"\\[" not in text and b"\\_" not in text) or not _SURELY_ESCAPED.search(text):
        return text
    return _ESCAPED_MARK.sub(rb"\1", text)


_REPAIRS: tuple[Callable[[bytes], bytes], ...] = (
    _without_colours,
    _without_seams,
    _without_entities,
    _without_backslashes,
    _plain_blanks,
    _without_links,
    _without_emphasis,
)
