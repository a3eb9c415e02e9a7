"""The sheet that the terminal report is set on: text made safe for it, wrapped, cut to width and drawn with rich."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.report.prose import clip
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Longer lines of prose are hard to read; evidence may use the whole width.
PROSE = 100

# One more column and a digest would not fit on a line of 80.
LABEL = 9

# No yellow and no cyan anywhere: on a white terminal they can't be read, nor can blue on a black one.
CODE = "bold"
QUOTED = lazy_pattern(r"`[^`]+`")
QUIET = "dim"

# ASCII replacements of the signs of the report and of the pictures that `visible` makes.
SIGNS = {
    "\N{MIDDLE DOT}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}": "<",
    "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}": ">",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{CHECK MARK}": "+",
    "\N{BALLOT X}": "x",
    "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}": ">",
    "\N{CLOCKWISE OPEN CIRCLE ARROW}": "~",
    "\N{REPLACEMENT CHARACTER}": "?",
    "\N{SYMBOL FOR DELETE}": "^?",
    **{chr(0x2400 + code): f"^{chr(code + 0x40)}" for code in range(0x20)},
}
ASCII = str.maketrans(SIGNS)


@record
class Page:
    """The room there is and the letters that may be used."""

    width: int
    ascii_only: bool

    def say(self, text: str) -> str:
        """Return the text as it may be shown: nothing that a terminal would act on, ASCII where that is asked for."""
        safe = visible(clip(text))
        if not self.ascii_only:
            return safe
        return safe.translate(ASCII).encode("ascii", "backslashreplace").decode("ascii")

    def line(self, text: str) -> str:
        """Return the text as one line."""
        return " ".join(self.say(text).split())

    def cut(self, text: str, width: int) -> str:
        """Return one line of text in no more than `width` columns, with dots where it goes on."""
        line = self.say(text).replace("\n", " ").expandtabs(4).rstrip()
        if cell_len(line) <= width:
            return line
        dots = "..." if self.ascii_only else "…"
        return set_cell_size(line, max(width - len(dots), 0)).rstrip() + dots

    def cut_inside(self, text: str, width: int) -> str:
        """Return one line of text in no more than `width` columns; what is left out is in its middle."""
        line = self.say(text).replace("\n", " ").expandtabs(4).rstrip()
        if cell_len(line) <= width:
            return line
        dots = "..." if self.ascii_only else "…"
        end = max(width * 2 // 5, 0)
        tail = line[len(line) - end :]
        while cell_len(tail) > end:
            tail = tail[1:]
        head = set_cell_size(line, max(width - cell_len(tail) - len(dots), 0))
        return self.cut(f"{head}{dots}{tail}", width)

    def wrapped(self, lead: Text, body: Text, *, width: int | None = None) -> Iterator[Text]:
        """Yield the body in lines behind `lead`; those after the first hang below its start."""
        room = min(self.width, width or PROSE) - lead.cell_len
        lines = body.wrap(RULER, room, overflow="fold") or [Text()]
        for number, line in enumerate(lines):
            line.rstrip()
            yield Text.assemble(lead if number == 0 else " " * lead.cell_len, line)

    def prose(self, indent: int, text: str, style: str = "") -> Iterator[Text]:
        """Yield text in paragraphs as written, each wrapped; code between backticks stands out."""
        for part in self.say(text).expandtabs(4).splitlines():
            depth = indent + len(part) - len(part.lstrip())
            body = Text(part.strip(), style)
            body.highlight_regex(QUOTED.pattern, CODE)
            yield from self.wrapped(Text(" " * min(depth, self.width // 2)), body)


def row(page: Page, label: str, text: str) -> Iterator[Text]:
    """Yield a fact behind its label."""
    yield from page.wrapped(Text(label.ljust(LABEL), QUIET), Text(page.line(text)))


# rich asks for a console when it wraps, though nothing is written to this one.
RULER = Console(file=io.StringIO(), width=PROSE, color_system=None)


def render_lines(lines: Iterable[Text], *, color: bool) -> str:
    """Return the lines as a terminal reads them, whatever this process's own terminal and environment are."""
    sheet = io.StringIO()
    console = Console(
        file=sheet,
        color_system="standard" if color else None,
        force_terminal=color,
        force_jupyter=False,
        no_color=not color,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        width=PROSE,
    )
    for line in lines:
        line.rstrip()
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    return sheet.getvalue()
