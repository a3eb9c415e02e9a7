"""The clients whose pushes are known, and all pushes of a log in their order, whoever made them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import compress, pairwise
from typing import TYPE_CHECKING

from pushlog.formats.clients import buildkit, compose, containers, crane, kaniko, nerdctl, oras
from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.docker.split import alone, sections
from pushlog.intake.start_pattern import spoken
from pushlog.model import Capture

if TYPE_CHECKING:
    from types import ModuleType

    from pushlog.formats.docker.lines import Reading
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.knowledge.base import Knowledge

# What only a terminal writes: rows that are drawn over others, lines that end with CR LF.
_LONG = 1 << 24
_TERMINAL = re.compile(rb"\x1b\[\d*[AJ]|\r\n")


# Each is a module. `OPENING`: text that a push of it prints at the beginning of a line; `WHERE`: that and what else can
# stand by one; `sections(text, knowledge)`: its pushes in a log. Docker's own dialect reads what these leave.
DIALECTS: tuple[ModuleType, ...] = (buildkit, compose, containers, crane, kaniko, nerdctl, oras)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushes:
    """All pushes of a log, in order, and how its output was kept."""

    sections: tuple[ParsedPush, ...]
    capture: Capture


def openings() -> tuple[StartPattern, ...]:
    """Text that a push prints at the beginning of a line, whatever the client."""
    return (docker_lines.OPENING, *(dialect.OPENING for dialect in DIALECTS))


def pushes(text: LogText, knowledge: Knowledge, *, every: bool = True) -> Pushes:
    """Return every push in the log, once.

    `knowledge` tells how errors begin; `every`: with all rows, see `docker_lines.read`.
    """
    reading = docker_lines.read(text, every=every or len(text.data) < _LONG)
    spoken = [section for dialect in _spoken(text, reading) for section in dialect.sections(text, knowledge)]
    others = sorted(spoken, key=_start)
    found = sorted((*others, *sections(text, reading, knowledge, others)), key=_start)
    found = [replace(one, until=other.start) for one, other in pairwise(found)] + found[-1:]
    capture = reading.capture
    if others and capture in (Capture.PIPED, Capture.SCREEN):
        shown = any(_TERMINAL.search(text.data, section.start, section.stop + 2) for section in others)
        capture = Capture.TTY if shown else capture
    return Pushes(sections=tuple(found) or alone(text, reading, knowledge), capture=capture)


def _start(section: ParsedPush) -> int:
    return section.start


def _spoken(text: LogText, reading: Reading) -> list[ModuleType]:
    """The dialects that a log has openings of. Floods of docker's own lines need not be searched for them."""
    rest = b"\n".join(text.data[low:high] for low, high in reading.others.tolist())
    return list(compress(DIALECTS, spoken([dialect.WHERE for dialect in DIALECTS], rest)))
