"""The picture of the report in README, drawn from a real log.

`python -m tests.picture` draws it anew; look at it before you commit it.
"""

import io

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from pushlog.report.text import render
from tests.golden import analyzed
from tests.paths import ROOT, SAMPLES

PICTURE = ROOT / ".github" / "report.svg"
LOG = SAMPLES / "push-log.txt"
COMMAND = "$ pushlog push-log.txt"
# Colours of GitHub's dark page: they are read on a light page too, since the picture brings its own background.
THEME = TerminalTheme(
    (13, 17, 23),
    (201, 209, 217),
    [
        (72, 79, 88),
        (255, 123, 114),
        (63, 185, 80),
        (210, 153, 34),
        (88, 166, 255),
        (188, 140, 255),
        (57, 197, 207),
        (177, 186, 196),
    ],
)
# As rich's own, without fonts from elsewhere and without the buttons of a window.
FORM = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img" \
aria-label="The report of pushlog on a failed push">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """The report as it stands on a terminal of 80 columns, below the command that prints it."""
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    console.print(Text(COMMAND + "\n", "bold"))
    console.print(Text.from_ansi(render([analyzed(LOG)], color=True)), end="")
    return console.export_svg(title="", theme=THEME, code_format=FORM, unique_id="report")


def main() -> None:
    """Draw the picture anew."""
    PICTURE.write_text(picture(), "utf-8")


if __name__ == "__main__":
    main()
