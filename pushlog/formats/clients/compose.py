"""`docker compose push`: docker's layers behind a service's name, the images of a project side by side."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import Interleaved, PushBuilder, error_at, parsed_push, pushes_of
from pushlog.formats.docker.error_lines import join_error_lines
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import UNKNOWN, EventKind, EventRow
from pushlog.formats.figures import LONGEST_WAIT, elapsed, size
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import host, names_in, split
from pushlog.intake.start_pattern import StartPattern
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("compose.lark")
OPENING = StartPattern(
    signs=(rb"Pushing [^\[\s]", rb"Pushing ?\r?\n", rb"\[\+\] push "),
    pattern=rb"(?: (?:\x1b\[[0-9;]*m)*(?:[^\x00-\x7f]{3}(?:\x1b\[[0-9;]*m)* )?)?"
    rb"Pushing [^\s:\[][^\s]*: [0-9a-f]{12} [A-Z]"
    rb"| [\w./:*-]*[\w*] Pushing ?\r?\n"
    rb"|\[\+\] push \d+/\d",
)
# The rows that version 5 draws on a terminal: a spinner, a bar and colours stand around the name.
INSIDE = StartPattern(
    signs=(rb"Pushing +(?:\x1b\[|\d)",),
    pattern=rb"[\w.*-]+[/:][\w./:*-]+ +(?:\[[^\]\n]{0,400}\][^\]\n]{0,40} +)?Pushing +(?:\x1b\[\d+m)*\d+\.\ds",
)
WHERE = (OPENING, INSIDE)
REDRAWN = frozenset(
    {MarkKind.LAYER, MarkKind.PUSHING, MarkKind.PUSHED, MarkKind.SKIPPED, MarkKind.HEADING, MarkKind.CUT}
)
_WHY = "the lines are those of docker compose"
_AMONG = "; the error does not say which of the images of the command it is about"
_STOPPED = "Compose stops the other pushes of a command when one fails."
_PLAIN = (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED, EventKind.SKIPPED)
# What stands before a row that is under way is a Braille pattern, U+2800 to U+28FF.
_SPINS = lazy_pattern(rb"\s*\xe2[\xa0-\xa3]")
# Drawn again as they are: the same second of a countdown, and a layer that is done.
_UNCHANGED = (*_PLAIN, EventKind.RETRYING)
_IMAGE_KINDS = {MarkKind.PUSHING, MarkKind.PUSHED}
_REFUSED_KINDS = {MarkKind.REFUSED, MarkKind.REFUSED_ROW}
# What the row of an image ends with on a terminal; an error is cut to the width before it.
_ROW_END = lazy_pattern(r"(\.\.\.)? +\d+\.\d+s$")
# An error can be a page below its row; a run of nothing but such rows is read no further than this.
_ROWS_READ = 1000
_COUNTED = lazy_pattern(rb"(\d+)/(\d+)")
# Other lines between a push and its error, and how far its error may reach, in bytes.
_FOREIGN = 8
_PAGE = 32768


def pushes(text: LogText, knowledge: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of `docker compose push` in a log: one for each image of a run."""
    runs = pushes_of(_marks(text), starts=partial(_starts, text))
    return tuple(parsed_push(text, push) for run in runs for push in _pushes(text, knowledge, run))


def _marks(text: LogText) -> Iterator[Mark]:
    """Yield the marks of compose's lines; a row with an error is one only if an image of its name is pushed."""
    images: set[str] = set()
    on_screen = False
    for mark in LINES.marks(text, WHERE):
        if mark.kind in _IMAGE_KINDS:
            images.add(mark.fields["IMAGE"])
        on_screen = on_screen or mark.fields.get("HEADING") == "push"
        is_row = mark.kind != MarkKind.REFUSED_ROW or mark.fields["IMAGE_ROW"] in images
        if is_row or (on_screen and _is_refused_on_screen(text, mark)):
            yield mark


def _is_refused_on_screen(text: LogText, mark: Mark) -> bool:
    """Return whether a row stands behind the mark of a failure that compose v5 draws on a terminal."""
    above = text.data[max(0, mark.start - 200) : mark.stop].decode("utf-8", "replace")
    return re.search(r"[✘!](?:\x1b\[[0-9;]*m)* " + re.escape(mark.fields["IMAGE_ROW"]), above) is not None


def _starts(text: LogText, run: Sequence[Mark], mark: Mark) -> bool:
    """Return whether a line begins another run: at a command, or below the error that ended the last one."""
    return mark.kind == MarkKind.COMMAND or _has_error_between(text, run[-1], mark)


def _has_error_between(text: LogText, last: Mark, mark: Mark) -> bool:
    if mark.line - last.line <= 1 or last.kind in _REFUSED_KINDS:
        return False
    return any(starts_error(piece.text) for piece in text.pieces(last.stop, mark.start))


def _pushes(text: LogText, knowledge: Knowledge, run: list[Mark]) -> list[PushBuilder]:
    """Return the pushes of one command."""
    if len(run) == 1 and run[0].kind == MarkKind.PUSHING and not {"/", ":"} & set(run[0].fields["IMAGE"]):
        return []  # one word before `Pushing`: other programs say so too
    pushes: dict[str, PushBuilder] = {}
    refused: dict[str, ErrorLines] = {}
    rows: dict[tuple[str, str], EventRow] = {}
    rows_read = 0
    single = len({m.fields["IMAGE"] for m in run if m.kind in _IMAGE_KINDS}) == 1
    for number, mark in enumerate(run):
        name = _name(mark) or (next(iter(pushes), "") if single else "")
        if mark.kind in {MarkKind.LAYER, *_IMAGE_KINDS, *_REFUSED_KINDS} or (mark.kind == MarkKind.BARE and name):
            push = pushes.setdefault(name, _new(mark, name)) if name not in pushes else pushes[name]
            _tell(push, mark, rows, name)
        rows_read += mark.kind in _REFUSED_KINDS
        if mark.kind in _REFUSED_KINDS and rows_read <= _ROWS_READ:
            refused[name] = _row_error(text, mark)
            run[number] = replace(mark, stop=refused[name].stop)
    if not pushes:
        return []
    interleaved = Interleaved.of(text, run)
    for push in pushes.values():
        push.interleaved = interleaved
    _end(pushes, refused, _error(text, knowledge, run[-1]), is_open=_is_open(text, run))
    return list(pushes.values())


def _is_open(text: LogText, run: Sequence[Mark]) -> bool:
    """Return whether the last count above the rows says that some of them are not done, or a spinner without one.

    Compose 2 does not count a layer that was mounted.
    """
    heading = next((mark for mark in reversed(run) if mark.kind == MarkKind.HEADING), None)
    count = _COUNTED.search(text.data[heading.start : heading.stop]) if heading else None
    if count is None:
        return _SPINS.match(text.data, run[-1].start, run[-1].stop) is not None
    states = {(_name(mark), mark.fields["LAYER"]): mark.fields["STATE"] for mark in run if "STATE" in mark.fields}
    return int(count[1]) + sum(state.upper() == "MOUNTED" for state in states.values()) < int(count[2])


def _name(mark: Mark) -> str | None:
    return mark.fields.get("SERVICE") or mark.fields.get("IMAGE") or mark.fields.get("IMAGE_ROW")


def _new(mark: Mark, name: str) -> PushBuilder:
    push = PushBuilder(client=Client.COMPOSE, why=_WHY)
    # A service is not an image: only a name with a path or a tag is one. A narrow terminal cuts it.
    if ("/" in name or ":" in name) and not name.endswith("..."):
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)
    return push


def _tell(push: PushBuilder, mark: Mark, rows: dict[tuple[str, str], EventRow], name: str) -> None:
    """Add a line in the common words. `rows`: the last row of each image and layer."""
    fields = mark.fields
    if mark.kind == MarkKind.PUSHED:
        if any(m.kind == MarkKind.DONE for m in push.marks):
            return  # drawn once more
        push.add_mark(MarkKind.DONE, mark)
        layers = dict.fromkeys(row.layer for row in push.rows)
        push.rows += [
            EventRow(start=mark.start, stop=mark.stop, layer=layer, kind=EventKind.PUSHED) for layer in layers
        ]
    elif "LAYER" in fields and (row := _row(mark)):
        last = rows.get((name, row.layer))
        if last and row.kind in _UNCHANGED and replace(row, start=last.start, stop=last.stop) == last:
            return  # drawn once more
        rows[name, row.layer] = row
        push.rows.append(row)
        if "FROM" in fields:
            push.marks.append(
                Mark(kind=MarkKind.MOUNT, start=mark.start, stop=mark.stop, line=mark.line, fields=fields)
            )
    push.consumed.append(mark)


def _row(mark: Mark) -> EventRow | None:
    fields = mark.fields
    figures = {key: size(fields[key.upper()]) for key in ("current", "total") if key.upper() in fields}
    wait = round(min(float(fields["WAIT"]), LONGEST_WAIT)) if "WAIT" in fields else UNKNOWN
    kind = EventKind[fields["STATE"].upper()] if "STATE" in fields else EventKind.PUSHING
    if mark.kind != MarkKind.LAYER and not figures:
        return None
    return EventRow(start=mark.start, stop=mark.stop, layer=fields["LAYER"], kind=kind, wait=wait, **figures)


def _row_error(text: LogText, mark: Mark) -> ErrorLines:
    """Return the error in the row of an image. A page goes on below the row, on a terminal to the row's seconds."""
    message = mark.fields["TEXT"]
    if _ROW_END.search(message):
        return error_at(text, replace(mark), _ROW_END.sub(r"\1", message))
    error = error_at(text, mark, message)
    for piece in text.pieces(mark.stop, error.stop):
        if _ROW_END.match(piece.text):
            lines = (mark.line, piece.line)
            return replace(error, text=f"{message.rstrip()}\n...", stop=piece.stop, lines=lines)
    return error


def _error(text: LogText, knowledge: Knowledge, last: Mark) -> ErrorLines | None:
    """Return the engine's message below the last line, which ends the command."""
    pieces = list(text.pieces(last.stop, min(len(text.data), last.stop + _PAGE)))
    for number, piece in enumerate(pieces[:_FOREIGN]):
        if starts_error(piece.text, knowledge):
            return join_error_lines(text, pieces[number], pieces[number + 1 :])
    return None


def _end(
    pushes: dict[str, PushBuilder], refused: dict[str, ErrorLines], last: ErrorLines | None, *, is_open: bool
) -> None:
    """Add how each push of a command ended. `is_open`: compose itself counts rows that are not done.

    `refused` are the errors in the rows of images, which may be cut; `last` stands below all rows and is whole.
    """
    errors = {name: last if last and _is_same(error, last) else error for name, error in refused.items()}
    if not errors and last:
        failed = _failed(list(pushes.values()), last)
        for push in failed:
            push.shares_error = len(failed) > 1
        is_failed = {id(push) for push in failed}
        errors = {name: last for name, push in pushes.items() if id(push) in is_failed}
    repositories = {name: _repository(push) for name, push in pushes.items()}
    others = set(repositories.values())
    for name, push in pushes.items():
        _add_clock(push)
        error = errors.get(name)
        about = names_in([error.text]).repository if error else None
        is_of_other = about is not None and about != repositories[name] and about in others
        if error and not is_of_other:
            push.error = error
            push.why += _AMONG if push.shares_error else ""
        elif _finished(push):
            # Version 2 prints no word of success: beside an error only the layers are known to be there.
            if not errors and not is_open and not any(m.kind == MarkKind.DONE for m in push.marks):
                push.add_mark(MarkKind.LAST_WORD, push.consumed[-1])
        elif errors:
            push.add_mark(MarkKind.INTERRUPT, push.consumed[-1], WHY=_STOPPED)


def _is_same(row: ErrorLines, last: ErrorLines) -> bool:
    """Return whether the error in a row, which may be cut, is the one that stands below all rows."""
    start = row.text.removesuffix("...").rstrip().split("\n", 1)[0]
    return last.text.startswith(start)


def _add_clock(push: PushBuilder) -> None:
    """Add the clock: each row tells how long it has been there, which is no longer than the push has."""
    stamps = [(m.start, elapsed(m.fields["ELAPSED"].strip(" s"))) for m in push.consumed if "ELAPSED" in m.fields]
    if stamps:
        push.clock = client_timestamps([(push.consumed[0].start, 0.0), *stamps], resolution=0.1, whole=False)


def _finished(push: PushBuilder) -> bool:
    last = {row.layer: row.kind for row in sorted(push.rows, key=lambda row: row.start)}
    return any(m.kind == MarkKind.DONE for m in push.marks) or (
        bool(last) and all(kind in _PLAIN for kind in last.values())
    )


def _failed(pushes: Sequence[PushBuilder], error: ErrorLines) -> list[PushBuilder]:
    """Return the pushes that the error can be about: the one whose requests it names, else all unfinished ones."""
    repository = names_in([error.text]).repository
    same = [push for push in pushes if repository and repository == _repository(push)]
    return same or [push for push in pushes if not _finished(push)] or list(pushes)


def _repository(push: PushBuilder) -> str | None:
    names = [m.fields["REFERENCE"] for m in push.marks if m.kind == MarkKind.REFERENCE]
    return host(split(names[0])[0])[1] if names else None
