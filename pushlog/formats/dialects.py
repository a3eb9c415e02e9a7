"""The clients whose pushes are known, and all pushes of a log in their order, whoever made them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.bulk import redraws
from pushlog.formats.clients import (
    buildkit,
    compose,
    containers,
    crane,
    few_words,
    kaniko,
    manifest_push,
    nerdctl,
    oc_mirror,
    oras,
)
from pushlog.formats.clients.announced import with_announced_end, with_announced_name
from pushlog.formats.clients.asked_for import with_name_asked_for
from pushlog.formats.clients.generic import OPENING as GENERIC
from pushlog.formats.clients.generic import generic_pushes
from pushlog.formats.clients.small import CLIENTS
from pushlog.formats.docker import candidate_lines
from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.docker.fragments import alone
from pushlog.formats.docker.split import docker_pushes
from pushlog.formats.lone_words import OPENING as LONE
from pushlog.formats.quoting.quoted import is_quoted, is_shown
from pushlog.formats.quoting.test_reports import is_of_test
from pushlog.formats.repeats.attempts import joined
from pushlog.formats.wrapper import wrapper_of, wrappers_near
from pushlog.intake.limits import MOST_LAYERS
from pushlog.intake.start_pattern import spoken
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Capture, Client
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.clients.dialect import Dialect
    from pushlog.formats.docker.lines import Reading
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import Int64, LogText
    from pushlog.intake.mapped import Data
    from pushlog.intake.numbered_text import NumberedText
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.knowledge.base import Knowledge

# What only a terminal writes: rows that are drawn over others, lines that end with CR LF.
_LONG = 1 << 24
_TERMINAL = lazy_pattern(rb"\x1b\[\d*[AJ]|\r\n")
# The first digits of the SHA-256 of `{}`: image-spec manifest.md, guidance for an empty descriptor.
_EMPTY_CONFIG = "44136fa355b3"


# Each is a module, or a client of `clients/small.py`. Docker's own dialect reads what these leave, and the generic one
# what docker leaves.
DIALECTS: tuple[Dialect, ...] = (
    *CLIENTS,
    buildkit,
    compose,
    containers,
    crane,
    few_words,
    kaniko,
    manifest_push,
    nerdctl,
    oc_mirror,
    oras,
)


@record
class Pushes:
    """All pushes of a log, in order, and how its output was kept. `left_out`: rows of layers beyond the limit."""

    parsed: tuple[ParsedPush, ...]
    capture: Capture
    left_out: int = 0


def openings() -> tuple[StartPattern, ...]:
    """Text that a push prints at the beginning of a line, whatever the client."""
    return (docker_lines.OPENING, *(dialect.OPENING for dialect in DIALECTS))


@cache
def start_patterns() -> tuple[StartPattern, ...]:
    """Return the text by which pushes of all clients but docker are found, and what tells of a push that is not shown.

    Docker's lines have words of their own.
    """
    quick = (pattern for dialect in DIALECTS for pattern in dialect.WHERE if pattern.is_quick)
    return (*quick, GENERIC, LONE)


def pushes(
    text: LogText,
    knowledge: Knowledge,
    *,
    keep_redraws: bool = True,
    is_thin: bool = False,
    is_whole: bool = True,
    most_layers: int = MOST_LAYERS,
) -> Pushes:
    """Return every push in the log, once.

    `knowledge` tells how errors begin; `keep_redraws`: with all rows, see `docker_lines.read`; `is_thin`: it has
    no redraws but docker's, or hardly any; `is_whole`: an error that stands alone in it is all that was kept of a push;
    `most_layers`: rows of further layers are left out.
    """
    if not keep_redraws and not is_thin:
        text = redraws.without_redraws(text, _is_progress)
    reading = docker_lines.read(text, keep_redraws=keep_redraws or len(text.data) < _LONG, most_layers=most_layers)
    dialects, is_told = _dialects_in(text, reading)
    others = _outer(_pushes_of_others(text, dialects, knowledge))
    parsed = sorted((*others, *docker_pushes(text, reading, knowledge, others)), key=_start)
    parsed = few_words.without_hearsay(parsed)
    parsed = _with_wrappers(text, joined(generic_pushes(text, knowledge, parsed) if is_told else parsed))
    capture = reading.capture
    if others and capture in (Capture.PIPED, Capture.SCREEN):
        shown = any(_TERMINAL.search(text.data, *span) for span in _spans(others))
        capture = Capture.TTY if shown else capture
    is_alone = is_whole and not parsed
    parsed = [
        _without_empty_config(with_announced_end(text, with_announced_name(text, p)))
        for p in parsed
        if not is_quoted(text, p)
    ]
    parsed = [with_name_asked_for(text, parsed, number) for number in range(len(parsed))]
    every_push = _with_wrappers(text, alone(text, reading, knowledge)) if is_alone else parsed
    every_push = [push for push in every_push if not is_of_test(text, push)]
    if every_push and is_shown(text):
        every_push = []
    return Pushes(parsed=tuple(every_push), capture=capture, left_out=reading.left_out)


@record(frozen=False)
class Thinner:
    """Takes redraws that only say how far a push is out of the logs of terminals.

    `is_off`: all of them are asked for. `bare`: the data of a log that was looked through and has none, so that it is
    not looked through again.
    """

    is_off: bool = False
    bare: Data | None = None

    def __call__(self, text: LogText, is_timed: bool) -> NumberedText | None:
        """Return the lines of a text that say more than that; None if it has few others.

        `is_timed`: the log has times, by which all redraws of a short one count.
        """
        passed = None if self.is_off else redraws.passed_over(text, _is_progress, is_timed=is_timed)
        if passed is None:
            return None
        if not len(passed):
            self.bare = text.data
        return redraws.thinned(text, passed)


def _is_progress(line: str) -> bool:
    """Return whether a line is one that the terminal of another client than docker draws again and again."""
    if docker_lines.lane(candidate_lines.LINES.file).pattern.fullmatch(
        line.encode()
    ):  # no other grammar need be loaded
        return False
    for dialect in DIALECTS:
        mark = dialect.LINES.line(line) if dialect.REDRAWN else None
        if mark is not None and mark.kind in dialect.REDRAWN:
            return True
    return False


def _spans(pushes: Sequence[ParsedPush]) -> list[tuple[int, int]]:
    """Return the parts of a log that pushes take; those of pushes that take turns are searched once."""
    spans: list[tuple[int, int]] = []
    for start, stop in sorted((push.start, push.stop + 2) for push in pushes):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        else:
            spans.append((start, stop))
    return spans


def _pushes_of_others(text: LogText, dialects: Sequence[Dialect], knowledge: Knowledge) -> list[ParsedPush]:
    """Return the pushes of all clients but docker, in order. A client of few lines keeps those that others read too."""
    pushes: list[ParsedPush] = []
    few: list[ParsedPush] = []
    for dialect in dialects:
        read = dialect.pushes(text, knowledge)
        pushes += [p for p in read if not any(p.start <= other.stop and other.start <= p.stop for other in few)]
        few += read if dialect in CLIENTS else ()
    return sorted(pushes, key=_start)


def _with_wrappers(text: LogText, pushes: Sequence[ParsedPush]) -> list[ParsedPush]:
    """Return the pushes, each with the program that drove its client and the offset at which the next one starts."""
    bounded: list[ParsedPush] = []
    programs = wrappers_near(text, [(push.start, push.stop + 1) for push in pushes])
    for number, push in enumerate(pushes):
        first = pushes[number - 1].stop if number else 0
        last = pushes[number + 1].start if number + 1 < len(pushes) else None
        wrapper = wrapper_of(text, push.start, push.stop + 1, first=first, last=last, among=programs)
        bounded.append(replace(push, until=last, wrapper=wrapper.id if wrapper else None))
    return bounded


def _start(push: ParsedPush) -> int:
    return push.start


def _without_empty_config(push: ParsedPush) -> ParsedPush:
    """Return a push without the empty configuration of an attestation or an artifact, which is no layer."""
    events = push.events
    config = next((layer for layer in events.ids if layer.removeprefix("sha256:").startswith(_EMPTY_CONFIG)), None)
    return push if config is None or len(events.ids) == 1 else replace(push, events=events.without(config))


def _outer(pushes: list[ParsedPush]) -> list[ParsedPush]:
    """Return pushes in order without those that a library made for other clients, which tell of them around."""
    tellers = [push for push in pushes if push.client is not Client.CRANE]
    starts = np.array([push.start for push in tellers], dtype=np.int64)
    stops = np.maximum.accumulate(np.array([push.stop for push in tellers], dtype=np.int64))
    return [push for push in pushes if push.client is not Client.CRANE or not _is_told_around(push, starts, stops)]


def _is_told_around(push: ParsedPush, starts: Int64, stops: Int64) -> bool:
    """Return whether all lines of a push lie in others, of which the offsets are given, the furthest end so far."""
    places = np.append(push.events.start, [mark.start for mark in push.marks]).astype(np.int64)
    places = places if len(places) else np.array([push.start, push.stop])
    above = np.searchsorted(starts, places, side="right") - 1
    return bool(len(starts) and (above >= 0).all() and (places <= stops[above]).all())


def _dialects_in(text: LogText, reading: Reading) -> tuple[list[Dialect], bool]:
    """The dialects that a log has openings of, and whether a line of it may tell of a push by an unknown client.

    Floods of docker's own lines need not be searched for them.
    """
    rest = b"\n".join(text.data[low:high] for low, high in reading.others.tolist())
    *is_spoken, is_told = spoken([*(dialect.WHERE for dialect in DIALECTS), (GENERIC,)], rest)
    return list(compress(DIALECTS, is_spoken)), is_told
