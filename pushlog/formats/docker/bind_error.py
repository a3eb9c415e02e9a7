"""The range of a log in which one push may stand, and the error that is bound to this push."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import islice, takewhile
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.docker.error_lines import ErrorLines, broken_error, join_error_lines
from pushlog.formats.docker.powershell import is_quoted_by_powershell, read_record
from pushlog.formats.docker.surroundings import is_of_another_command
from pushlog.formats.errors.bystanders import (
    ends_output,
    is_bystander,
    is_command,
    is_remark,
    is_step,
    is_title,
    is_torn_row,
    nearest,
    speaks_of_error,
)
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.errors.detect import without_level
from pushlog.formats.errors.levels import is_lesser
from pushlog.formats.errors.wrapped import error_in, labelled_error, unlabelled
from pushlog.formats.events import EventKind, Events, gaps
from pushlog.formats.image_names import host, missing_image, split
from pushlog.formats.login import is_of_unread_config
from pushlog.formats.marks import HEADERS, Mark, MarkKind
from pushlog.knowledge.stops import stop_reason
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.intake.log_text import Int64, LogText, Piece
    from pushlog.knowledge.base import Knowledge

# docker/cli up to 1.7, api/client/utils.go (clientRequestAttemptLogin): the client logs in, and asks once more.
LOGS_IN, _LOGGED_IN, _HEADER = "Please login prior to push:", "Login Succeeded", b"The push refers to "
# So many other lines may stand between a push and its error: a second stream, a CI's own words.
_NEAR = 8
# An error printed to another stream can be captured a few lines early.
_ABOVE = 3
# Programs print what a command wrote to standard error before or behind what it wrote to standard output.
_STDERR = lazy_pattern(r"\W*std_?err\b")
_DONE = (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED, EventKind.SKIPPED)
# A command of docker that is no push: what stands right below it is its answer.
_OTHER_COMMAND = lazy_pattern(
    r"(?:[^\n]{0,80}[$#%>+] *)?(?:sudo +)?docker +(?:image +|container +)?"
    r"(?:tag|pull|build|rmi?|run|login|load|import|save)\b"
)
# A line that nothing explains stands below at most one empty one.
_APART = 2
# So many lines that nothing explains may follow such an error.
_OTHERS = 2
# An error has a word; what a terminal leaves where it was cut need not have one.
_WORD = lazy_pattern(r"[^\W\d_]{3}")
# How far below its last line the error of a push is looked for, in bytes.
_REACH = 65536
_PIECES = 400


@record(slots=False)
class PushRange:
    """The range in which a push may stand: its events and marks, and the offsets between which they and its error lie.

    `knowledge` tells how errors begin.
    """

    text: LogText
    knowledge: Knowledge
    events: Events
    marks: tuple[Mark, ...]
    start: int
    stop: int

    def leftover(self, start: int, stop: int) -> Iterator[Piece]:
        """Return the pieces between two offsets that neither an event nor a mark covers; a quoted command does not."""
        return self._leftover(start, stop, self._output)

    def _leftover(self, start: int, stop: int, covered: Int64) -> Iterator[Piece]:
        first, last = np.searchsorted(covered[0], [start, stop])
        starts, stops = covered[:, first:last]
        return (piece for gap in gaps(starts, stops, start, stop) for piece in self.text.pieces(*gap))

    @cached_property
    def _output(self) -> Int64:
        """The starts and ends of all events and marks but quoted commands, in order of their starts, shape (2, n)."""
        return self._covered({MarkKind.MENTION})

    @cached_property
    def _output_without_notes(self) -> Int64:
        return self._covered({MarkKind.MENTION, MarkKind.NOTE})

    def _covered(self, without: set[MarkKind]) -> Int64:
        marks = [m for m in self.marks if m.kind not in without]
        covered = np.array(
            [
                np.append(self.events.start, [m.start for m in marks]),
                np.append(self.events.until, [m.stop for m in marks]),
            ],
            dtype=np.int64,
        )
        return covered[:, np.argsort(covered[0], kind="stable")]

    def below(self, offset: int) -> Iterator[Piece]:
        """Return the nearest such pieces below an offset, notes among them: a note may be a line of an error."""
        stop = min(self.stop, offset + _REACH)
        pieces = self._leftover(offset, stop, self._output_without_notes)
        return islice((piece for piece in pieces if not is_of_unread_config(piece.text)), _PIECES)

    def first_error(self, pieces: Iterable[Piece], near: int | None = None) -> ErrorLines | None:
        """Return the error that the first possible piece begins, with its other lines.

        The error may have been drawn over the row of a layer, whose end then follows it. `near`: in how many pieces the
        error may begin, with any words before it; its other lines may reach further. None: in all pieces, none before.
        """
        rest = iter(pieces)
        for piece in nearest(rest, near):
            if near and is_command(piece.text) and not self._is_no_command(piece):
                return None
            record = read_record(self.text, piece) if near else None
            if record:
                error = join_error_lines(
                    self.text, record.piece, self.text.pieces(record.stop, self.stop), record.wrapped
                )
                return replace(error, stop=max(error.stop, record.stop))
            if is_of_another_command(piece.text):
                continue
            for line in (piece.text, *docker_lines.overdrawn(piece.text)):
                if line and starts_error(line, self.knowledge):
                    return join_error_lines(self.text, replace(piece, text=without_level(line)), rest)
            wrapped = error_in(piece.text, self.knowledge) if near and not stop_reason(piece.text) else None
            if wrapped:
                return join_error_lines(self.text, piece, rest, wrapped)
            if near and (broken := broken_error(self.text, piece, self.stop, self.knowledge)):
                return broken
        return None

    def _is_no_command(self, piece: Piece) -> bool:
        """Return whether what looks like a command is the place of an error in PowerShell, or a comment of an error."""
        commented = piece.text.lstrip("# ")
        return is_quoted_by_powershell(self.text, piece) or (
            commented != piece.text and starts_error(commented, self.knowledge)
        )


# The marks of lines that come before the error of a push.
_ROWS = (*HEADERS, MarkKind.NAMELESS)


def bound_error(candidate: PushRange, *, start: int, stop: int, previous_stop: int) -> ErrorLines | None:
    """Return the error of a push whose lines reach from offset `start` to `stop`.

    It is the Engine's own message, else the first error after the last event, else among the events, else just above
    them. `previous_stop`: where the push before this one ends.
    """
    message = next((m for m in candidate.marks if m.kind == MarkKind.ERROR), None)
    if message:
        text = message.fields["TEXT"].replace("\r\n", "\n").strip("\n")
        return ErrorLines(text=text, start=message.start, stop=message.stop, lines=(message.line, message.line))
    last_event = int(candidate.events.stop[-1]) if len(candidate.events) else start
    digests = [m.stop for m in candidate.marks if m.kind == MarkKind.DIGEST]
    if digests and max(digests) > last_event and not _may_fail_after_digest(candidate):
        return None
    after = max([last_event, *digests, *(m.stop for m in candidate.marks if m.kind in _ROWS)])
    line_above = max(1, candidate.text.line_of(start) - _ABOVE)
    above = candidate.text.pieces(max(previous_stop, candidate.text.start_of(line_above)), start)
    below = candidate.first_error(candidate.below(after), _NEAR) or _error_between(candidate, start, stop)
    if below and below.text == LOGS_IN:
        return _answer_to_prompt(candidate, below)
    return (
        (below if below and not _is_of_another_image(candidate, below) else None)
        or _error_above(candidate, list(above)[-_ABOVE:], candidate.text.line_of(start))
        or (None if digests or _is_ended(candidate, after) else _unexplained_error(candidate, after))
        or (None if digests else _failed_row(candidate))
    )


def _answer_to_prompt(candidate: PushRange, prompt: ErrorLines) -> ErrorLines | None:
    """Return the error that came of the login which the client asks for: None where it worked and nothing follows."""
    pieces = list(islice(candidate.below(prompt.stop), _NEAR))
    answers = list(takewhile(lambda piece: piece.text != _LOGGED_IN, pieces))
    is_last = candidate.text.data.find(_HEADER, prompt.stop) < 0
    worked = len(answers) < len(pieces) and is_last
    return candidate.first_error(answers, _NEAR) or (None if worked else prompt)


def _error_between(candidate: PushRange, start: int, stop: int) -> ErrorLines | None:
    """Return the error among the lines of a push: standard error came early, or a row was quoted again below it."""
    if error := candidate.first_error(candidate.leftover(start, stop)):
        return error
    pieces = candidate.leftover(start, stop)
    for piece in pieces:
        if (wrapped := labelled_error(piece.text, candidate.knowledge)) and not is_of_another_command(piece.text):
            return join_error_lines(candidate.text, piece, pieces, wrapped)
    return None


def _is_ended(candidate: PushRange, offset: int) -> bool:
    """Return whether somebody stopped a push behind its last line, or the program around docker says that it is done.

    What stands below that line is a word of the caller then.
    """
    return any(m.kind in {MarkKind.INTERRUPT, MarkKind.DONE} and m.start >= offset for m in candidate.marks)


def _is_of_another_image(candidate: PushRange, error: ErrorLines) -> bool:
    """Return whether an error names an image that is not the one of the header: standard error came before it."""
    named = missing_image(error.text)
    header = next((m for m in candidate.marks if m.kind in HEADERS), None)
    return named is not None and header is not None and host(named)[1] != host(split(header.fields["NAME"])[0])[1]


def _error_above(candidate: PushRange, pieces: list[Piece], line: int) -> ErrorLines | None:
    """Return the error just above a push: a stream captured early, or `stderr` that a program printed first.

    `line` is that of the push itself: one line can hold all of it.
    """
    for number, piece in enumerate(pieces):
        is_shared = piece.line == line or _STDERR.match(piece.text) is not None
        error = candidate.first_error(pieces[number:], 1) if is_shared else None
        if error:
            return error
    error = candidate.first_error(pieces)
    answers_other = error and _OTHER_COMMAND.match(candidate.text.shown(max(1, error.lines[0] - 1)))
    return None if answers_other else error


def _unexplained_error(candidate: PushRange, offset: int) -> ErrorLines | None:
    """Return the line right below a push as its error, if nothing else explains it and the output ends with it."""
    pieces = iter(candidate.leftover(offset, min(candidate.stop, offset + _REACH)))
    first = next(pieces, None)
    if first is None or not _can_be_error(candidate, first, offset):
        return None
    others = takewhile(lambda piece: not ends_output(piece.text, first.text), islice(pieces, _OTHERS + 1))
    if sum(1 for _ in others) > _OTHERS:
        return None
    wrapped = unlabelled(first.text)
    return ErrorLines(text=wrapped.text, start=first.start, stop=first.stop, lines=(first.line, first.line))


def _failed_row(candidate: PushRange) -> ErrorLines | None:
    """Return the last row as the error of a push, if it says that a layer failed: docker up to 1.9 tries once."""
    events = candidate.events
    if not len(events) or int(events.kind[-1]) != EventKind.FAILED:
        return None
    line, start, stop = int(events.line[-1]), int(events.start[-1]), int(events.stop[-1])
    return ErrorLines(text="Image push failed", start=start, stop=stop, lines=(line, line))


def _can_be_error(candidate: PushRange, first: Piece, offset: int) -> bool:
    """Return whether the first line below a push, which ends at `offset`, can be an error that nobody knows."""
    words = unlabelled(first.text).text
    if not _WORD.search(words) or is_bystander(first.text) or (is_step(words) and not speaks_of_error(first.text)):
        return False
    if is_title(first.text) or is_remark(first.text) or is_lesser(first.text):
        return False
    if is_of_another_command(first.text) or is_torn_row(first.text):
        return False
    if candidate.text.data[offset : first.start].count(b"\n") > _APART:
        return False
    # A client prints no empty line: what stands below one is a word of somebody else, unless it tells of an error. A
    # finished push whose proof was filtered out of the log goes on with other output.
    is_below_empty_line = not candidate.text.shown(max(1, first.line - 1)).strip()
    return speaks_of_error(first.text) or not (is_below_empty_line or _all_done(candidate))


def _all_done(candidate: PushRange) -> bool:
    """Return whether every layer of the range is in the registry, by its last row."""
    events = candidate.events
    last = dict(zip(events.layer.tolist(), events.kind.tolist(), strict=True))
    return bool(last) and all(kind in _DONE for kind in last.values())


def _may_fail_after_digest(candidate: PushRange) -> bool:
    """Return whether an error can follow a digest line: 1.8 and 1.9 send the manifest later, `-a` sends more."""
    commands = [m.fields for m in candidate.marks if m.kind == MarkKind.COMMAND]
    options = [o for fields in commands for name in ("OPTIONS", "AFTER") for o in fields.get(name, "").split()]
    has_several = sum(m.kind == MarkKind.DIGEST for m in candidate.marks) > 1
    return (
        has_several
        # Later versions print the old header without a length.
        or any(m.kind == MarkKind.OLD_HEADER and "COUNT" in m.fields for m in candidate.marks)
        or bool({"-a", "--all-tags"} & set(options))
    )
