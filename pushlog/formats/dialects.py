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

# From this size on, rows that only advance a figure are left out.
_LONG = 1 << 24
# Only a terminal draws rows over others and ends lines with CR LF.
_TERMINAL = re.compile(rb"\x1b\[\d*[AJ]|\r\n")


# Modules. `OPENING`: text that a push prints at the beginning of a line; `WHERE`: that, and other signs of a push;
# `sections(text, knowledge)`: the pushes in a log. Docker's own dialect gets the rest of the log.
DIALECTS: tuple[ModuleType, ...] = (buildkit, compose, containers, crane, kaniko, nerdctl, oras)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushes:
    """All pushes of a log, in order, and how its output was kept."""

    sections: tuple[ParsedPush, ...]
    capture: Capture


def openings() -> tuple[StartPattern, ...]:
    """Return the patterns of text that a push of any client prints at the beginning of a line."""
    return (docker_lines.OPENING, *(dialect.OPENING for dialect in DIALECTS))


def pushes(text: LogText, knowledge: Knowledge, *, every: bool = True) -> Pushes:
    """Return every push in the log, once.

    `knowledge` tells how errors begin; `every`: with all rows, see `docker_lines.read`.
    """
    reading = docker_lines.read(text, every=every or len(text.data) < _LONG)
    dialects = _dialects_in(text, reading)
    others = sorted((push for dialect in dialects for push in dialect.sections(text, knowledge)), key=_start)
    in_order = sorted((*others, *sections(text, reading, knowledge, others)), key=_start)
    in_order = [replace(push, until=following.start) for push, following in pairwise(in_order)] + in_order[-1:]
    capture = reading.capture
    if others and capture in (Capture.PIPED, Capture.SCREEN):
        is_terminal = any(_TERMINAL.search(text.data, push.start, push.stop + 2) for push in others)
        capture = Capture.TTY if is_terminal else capture
    return Pushes(sections=tuple(in_order) or alone(text, reading, knowledge), capture=capture)


def _start(push: ParsedPush) -> int:
    return push.start


def _dialects_in(text: LogText, reading: Reading) -> list[ModuleType]:
    """Return the dialects with a sign in the log. Floods of docker's own lines need no search."""
    rest = b"\n".join(text.data[start:stop] for start, stop in reading.others.tolist())
    return list(compress(DIALECTS, spoken([dialect.WHERE for dialect in DIALECTS], rest)))
