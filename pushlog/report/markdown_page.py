"""Text made safe for Markdown: no HTML, no mention, no structure and no workflow command comes from the log.

Words become entities where a sign could mean something to GitHub or GitLab; lines of the log stand in fences that are
longer than any run of backticks inside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.report.prose import Piece, clip, prose
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Signs of Markdown, of HTML and of references; an entity is never read as structure.
ACTIVE = lazy_pattern(r"[\\`*_\[\]{}<>|~&#$!@]")
# A zero-width space parts the sign from the name: GitHub and GitLab look for mentions in the finished text.
MENTION = lazy_pattern(r"(&#(?:33|35|64|126);)(?=\w)")
APART = "&#8203;"
# A number that begins a list.
LISTED = lazy_pattern(r"\d+[.)]")
# Code spans that need no care inside tables either.
PLAIN = lazy_pattern(r"[^`|\\]+")
# CI systems take commands from standard output: `::` where a line starts, `##[` and `##vso[` anywhere.
COMMAND = lazy_pattern(r"^(\s*:)(?=:)|(#)(?=#\w*\[)", re.MULTILINE)


def _entity(sign: str) -> str:
    return f"&#{ord(sign)};"


def _shown(text: str) -> str:
    return " ".join(visible(clip(text)).split())


def _escaped(text: str) -> str:
    return MENTION.sub(rf"\1{APART}", ACTIVE.sub(lambda match: _entity(match[0]), text))


def harmless(text: str) -> str:
    """Return the text with a space inside what a CI system would take for a command."""
    return COMMAND.sub(lambda match: f"{match[0]} ", text)


def code(text: str) -> str:
    """Return inline code, in a form that tables take too."""
    visible_text = harmless(_shown(text))
    if not visible_text:
        return ""
    return f"`{visible_text}`" if PLAIN.fullmatch(visible_text) else f"<code>{_escaped(visible_text)}</code>"


def inline(text: str | Sequence[Piece]) -> str:
    """Return a sentence as inline Markdown: words escaped, code set as code."""
    pieces = prose(" ".join(clip(text).split())) if isinstance(text, str) else text
    return "".join(code(piece.text) if piece.code else _words(piece.text) for piece in pieces).strip()


def _words(text: str) -> str:
    # The spaces at the ends stand between words and code.
    lead, trail = text[:1].isspace() * " ", text[1:][-1:].isspace() * " "
    return f"{lead}{_escaped(_shown(text))}{trail}"


def paragraph(text: str | Sequence[Piece]) -> str:
    """Return a sentence that starts a line: its first letter can't make it a list, a heading or a command."""
    body = inline(text)
    plain = not body or body[0].isalpha() or body[0] in "`<&" or (body[0].isdecimal() and not LISTED.match(body))
    return body if plain else _entity(body[0]) + body[1:]


def fenced(lines: Iterable[str], language: str = "text", indent: str = "") -> str:
    """Return a code block behind a fence that nothing inside can close."""
    body = [harmless(visible(clip(line))) for text in lines for line in (text.split("\n") or [""])]
    longest = max((len(run) for line in body for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join(f"{indent}{line}".rstrip() for line in (f"{fence}{language}", *body, fence))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(summary: str, *body: str) -> str:
    """Return blocks behind a summary that opens on a click."""
    inner = "\n\n".join(part for part in body if part)
    return f"<details>\n<summary>{inline(summary)}</summary>\n\n{inner}\n\n</details>"
