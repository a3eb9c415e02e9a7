"""What every output is tried on: stories of pushes, and texts by which a log could do harm."""

from collections.abc import Sequence
from dataclasses import replace

from pushlog.model import Log, Outcome
from pushlog.report.visible import SYMBOLS
from tests.diagnoses import (
    bare,
    body_limit,
    containerd_failure,
    cut_off,
    hostile,
    log,
    long_success,
    no_layers,
)

STORIES: dict[str, Sequence[Log]] = {
    "refused": [log(body_limit())],
    "long": [log(long_success())],
    "cut off": [log(cut_off())],
    "containerd": [log(containerd_failure())],
    "no layers": [log(no_layers())],
    "bare": [log(bare())],
    "interrupted": [log(replace(cut_off(), outcome=Outcome.INTERRUPTED))],
    "no push": [log(name="empty.txt", notes=("12 invalid UTF-8 bytes replaced",))],
    "several": [
        log(body_limit(), long_success(8), body_limit()),
        log(name="a/empty.txt"),
        log(no_layers(), name="b.log"),
    ],
    "the same log twice": [log(body_limit()), log(body_limit())],
    "nothing": [],
    "hostile": [hostile("<script>alert(1)</script>")],
}

PAYLOADS = {
    "escape codes": "\x1b[2J\x1b[31mred",
    "a terminal link": "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "directions": "\u202egpj.exe\u2066\u200f",
    "controls": "\x00\x01\x08\x7f\x85\x9b31m",
    "lone surrogates": "\ud800 \udfff",
    "no characters": "\ufffe\uffff",
    "line ends": "a\nb\r\nc\u2028d",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "the end of a cdata section": "]]><x/>",
    "the end of a comment": "--><x/>",
    "the end of our own tags": "</details></summary></code><h1>x",
    "an annotation": "::error::x",
    "a workflow command on a line of its own": "x\n::set-output name=a::b",
    "commands inside a line": "##[error]x ##vso[task.complete] ##teamcity[x]",
    "an escaped command": "%0A::stop-commands::x",
    "properties": "a,b:c=d,line=1",
    "fences": "```\n````\n`",
    "backticks": "`x` and ``y``",
    "pipes": "a|b||c \\| d\\\\|",
    "markdown": "*a* **b** _c_ ~~d~~ [e](https://evil.example) ![f](https://evil.example/g.png)",
    "a heading": "# a",
    "a numbered list": "1. a",
    "a list": "- a",
    "a quick action": "/close",
    "mentions": "@team @all #12 !3 &amp; <https://evil.example>",
    "templates": "{{ 7 * 7 }} ${{ github.token }}",
    "a path upwards": "../../etc/passwd",
    "a path on windows": "C:\\logs\\push.txt",
    "other scripts": "é\u0301漢字😀",
    "a long line": "x" * 5000,
    "nothing": "",
}


def controls(text: str) -> set[str]:
    """The characters of a text that no reader may meet as they are; line ends and tabs are not among them."""
    return {sign for sign in text if ord(sign) in SYMBOLS}


EVERYTHING: dict[str, Sequence[Log]] = {**STORIES, **{name: [hostile(payload)] for name, payload in PAYLOADS.items()}}
