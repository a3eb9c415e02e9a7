"""What programs put around a text, between its characters and in their place."""

from __future__ import annotations

import base64
import json
import shlex
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


def _lines(form: str) -> Callable[[str, random.Random], str]:
    """Each line of a text in this form, where `{n}` is a number that grows by one."""
    return lambda text, _: "\n".join(
        form.replace("{n}", f"{at % 60:02d}").replace("{}", line) for at, line in enumerate(text.split("\n"))
    )


def _every(sign: str) -> Callable[[str, random.Random], str]:
    """A sign behind every few characters of each line."""

    def surround(text: str, chance: random.Random) -> str:
        step = chance.randint(1, 9)
        return "\n".join(
            "".join(line[at : at + step] + sign for at in range(0, len(line), step)) for line in text.split("\n")
        )

    return surround


def _somewhere(sign: str) -> Callable[[str, random.Random], str]:
    def surround(text: str, chance: random.Random) -> str:
        at = chance.randrange(len(text))
        return text[:at] + sign + text[at:]

    return surround


def _broken(end: str = "\n", before: str = "", *widths: int) -> Callable[[str, random.Random], str]:
    """Broken into rows of a width, as a terminal or a CI system does, each with what stands before it."""

    def surround(text: str, chance: random.Random) -> str:
        width = chance.choice(widths or (80, 80, 100, 120, 132, 160))
        # A line alone begins somewhere in a row.
        long = text if "\n" in text else "- " * chance.randrange(width // 2) + text
        rows = [line[at : at + width] for line in long.split("\n") for at in range(0, max(1, len(line)), width)]
        return end.join(before.replace("{n}", f"{at % 60:02d}") + row for at, row in enumerate(rows))

    return surround


def _each(code: Callable[[str], str]) -> Callable[[str, random.Random], str]:
    """Every character as a code, or those that are no letters."""

    def surround(text: str, chance: random.Random) -> str:
        everything = chance.random() < 0.5
        return "".join(code(sign) if everything or not sign.isalnum() else sign for sign in text)

    return surround


def _in_lines(code: str, width: int) -> str:
    return "\n".join(code[at : at + width] for at in range(0, len(code), width))


def _recorded(text: str, chance: random.Random) -> str:
    """As pieces of a log that a runtime keeps in JSON."""
    size = chance.randint(20, 200)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return "\n".join(
        json.dumps({"log": piece + ("\n" if at == len(pieces) - 1 else ""), "stream": "stdout", "time": "2024"})
        for at, piece in enumerate(pieces)
    )


def _teamcity(text: str) -> str:
    for sign, code in (("|", "||"), ("'", "|'"), ("\n", "|n"), ("[", "|["), ("]", "|]")):
        text = text.replace(sign, code)
    return f"##teamcity[message text='{text}' status='NORMAL']"


def _plain(form: Callable[[str], str]) -> Callable[[str, random.Random], str]:
    return lambda text, _: form(text)


def _b64(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


SURROUNDINGS: dict[str, Callable[[str, random.Random], str]] = {
    # Codes that a terminal obeys, and characters that nobody sees.
    "coloured": _every("\x1b[1;36m"),
    "coloured lines": _lines("\x1b[32m{}\x1b[0m"),
    "character sets": _every("\x1b(B"),
    "links": _every("\x1b]8;;https://r.example\x1b\\"),
    "titles": _somewhere("\x1b]0;title\x07"),
    "NUL": _every("\0"),
    "without width": _every("\u200b"),
    "soft hyphens": _somewhere("\u00ad"),
    "byte order mark": _somewhere("\ufeff"),
    "steps back": _somewhere("x\b"),
    "written codes": _every("^[[1m"),
    "escaped codes": _every("\\033[0m"),
    "escaped for JSON": _every("\\u001b[31m"),
    "erased": _lines("{}\x1b[K"),
    "moves before": _lines("\x1b[2A\x1b[2K\r{}"),
    "column before": _lines("\x1b[1G{}"),
    "scrolled": _lines("\x1b[?25l{}\x1b[?25h"),
    "returns": _plain(lambda text: text.replace("\n", "\r\n") + "\r"),
    "redrawn": _lines("0%\r50%\r{}"),
    # What stands before each line.
    "stamp": _lines("2024-01-01T00:00:{n}.0000000Z {}"),
    "short stamp": _lines("00:00:{n} {}"),
    "brackets": _lines("[2024-01-01 00:00:{n}] [INFO] {}"),
    "gitlab": _lines("2024-01-01T00:00:{n}.000000Z 01O {}"),
    "runtime": _lines("2024-01-01T00:00:{n}.000000000Z stdout F {}"),
    "compose": _lines("app-1  | {}"),
    "step": _lines("#12 1.0{n} {}"),
    "syslog": _lines("Jan  1 00:00:{n} host dockerd[77]: {}"),
    "klog": _lines("I0101 00:00:{n}.000000       1 main.go:77] {}"),
    "maven": _lines("[INFO] {}"),
    "logger": _lines("2024/01/01 00:00:{n} main.go:77: {}"),
    "pod": _lines("web-7d277d277d-x7k2p app {}"),
    "quoted": _lines("> {}"),
    "diff": _lines("+{}"),
    "comment": _lines("# {}"),
    "traced": _lines("+ {}"),
    "indented": _lines("        {}"),
    "yaml": _plain(lambda text: "script: |\n" + "\n".join(f"  {line}" for line in text.split("\n"))),
    # A line that is broken into rows.
    "wrapped": _broken(),
    "wrapped, returns": _broken("\r\n"),
    "wrapped, erased": _broken("\x1b[K\r\n"),
    "wrapped, stamped": _broken("\n", "2024-01-01T00:00:{n}.0000000Z "),
    "wrapped, service": _broken("\n", "build-1  | "),
    "wrapped, coloured": _broken("\x1b[0m\r\n\x1b[31m"),
    "wrapped, moves": _broken("\x1b[1B\r"),
    "wrapped anywhere": _broken("\n", "", *range(60, 140)),
    # Inside another language.
    "records": _recorded,
    "record": lambda text, _: json.dumps({"level": "info", "msg": text, "n": 3}),
    "field": lambda text, chance: json.dumps({"n": 1, chance.choice(("cmd", "payload", "raw", "detail")): text}),
    "list": lambda text, _: json.dumps(["a", text, "b"], indent=1),
    "json in json": lambda text, _: json.dumps({"msg": json.dumps({"inner": text})}),
    "logfmt": lambda text, _: f'time="2024-01-01T00:00:00Z" level=debug msg={json.dumps(text)} id=1',
    "repr": lambda text, _: f"args: {text!r}",
    "shell": lambda text, _: f"+ sh -c {shlex.quote(text)}",
    "shell, double": lambda text, _: '+ bash -c "' + text.replace("\\", "\\\\").replace('"', '\\"') + '"',
    "csv": lambda text, _: '7,"' + text.replace('"', '""') + '",x',
    "teamcity": _plain(_teamcity),
    "github": _plain(
        lambda text: "::error file=a::" + text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    ),
    "page": lambda text, _: f"<pre>{escape(text)}</pre>",
    "cdata": lambda text, _: f"<log><![CDATA[{text}]]></log>",
    "code": lambda text, _: f"run `{text}` now",
    "tail": lambda text, _: f"{text}: exit status 1",
    "parentheses": lambda text, _: f"error ({text}) while pushing",
    # In other characters.
    "percent": lambda text, _: f"next=%2Fa&state={quote(text, safe='')}",
    "percent, all": _each(lambda sign: "".join(f"%{byte:02x}" for byte in sign.encode())),
    "percent twice": lambda text, _: f"u={quote(quote(text, safe=''), safe='')}",
    "form": lambda text, _: f"q={quote_plus(text)}",
    "entities": _each(lambda sign: f"&#{ord(sign)};"),
    "hex entities": _each(lambda sign: f"&#x{ord(sign):X};"),
    "unicode": _each(lambda sign: f"\\u{ord(sign):04x}"),
    "hex escapes": _each(lambda sign: f"\\x{ord(sign):02x}"),
    "octal": _each(lambda sign: f"\\{ord(sign):03o}"),
    "base64": lambda text, _: f"data: {_b64(text)}",
    "base64 in lines": lambda text, chance: _in_lines(_b64(text), chance.choice((60, 64, 76))),
    "base64, web": lambda text, _: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 twice": lambda text, _: _b64(_b64(text)),
    "base64 of UTF-16": lambda text, _: f"powershell -EncodedCommand {_b64(text, 'utf-16-le')}",
    "hex digits": lambda text, _: f"raw {text.encode().hex()}",
    "hex digits, capitals": lambda text, _: text.encode().hex().upper(),
}
