"""Find pushes that a log shows only in part: a command and its error, an error alone, the one line of a quiet push."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.docker.bind_error import PushRange, bound_error
from pushlog.formats.docker.build_push import build_push
from pushlog.formats.docker.command_reports import ended_badly, error_above, is_of_first
from pushlog.formats.docker.engine_requests import answers_push, requested
from pushlog.formats.docker.error_lines import join_error_lines
from pushlog.formats.docker.headings import without_headings
from pushlog.formats.docker.lone_error import OTHER_COMMAND, SAYS_PUSH, UPLOAD, is_alone
from pushlog.formats.docker.other_things import is_change
from pushlog.formats.docker.sentences import advises, is_of_case, only_command, pushed_above, was_not_run
from pushlog.formats.docker.surroundings import cut_header, has_prompt, is_of_another_command
from pushlog.formats.errors.bystanders import is_source
from pushlog.formats.errors.wrapped import error_in
from pushlog.formats.image_names import has_open_tag, host, may_be, names_in, split
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.quoting.document import announces_others, documents, explains, is_one_of_many, lists_problems
from pushlog.intake.log_text import plain
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.docker.lines import Reading
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText, Piece
    from pushlog.knowledge.base import Knowledge

# A log that holds an error and no push is looked through up to this many bytes.
_SHORT_LOG = 65536
# So far below a quoted command its error may begin.
_BELOW = 2
# So many lines below an error other ones may be announced, and one told.
_OTHERS = 3
# A program reports that a command failed.
_FAILED = lazy_pattern(r"non-zero|returned|exit|fail|error|exception", re.IGNORECASE)
# A sentence that says that the command it quotes went well, and a statement that names what a program will run.
_WORKED = lazy_pattern(r"\w\s+:=\s|\b(?:worked|works fine|succeeded|was successful)\b", re.IGNORECASE)
_TRACE = lazy_pattern(r"[$+]+ +(?:\./)?\w")
# An item of a list of texts in the source of a program.
_ITEM_OF_SOURCE = lazy_pattern(r"\s*(['`]).*\1,\s*$")
# A script of Expect runs a command, and waits for what it may print.
_SPAWNS, _EXPECTS = lazy_pattern(r"\s*spawn "), lazy_pattern(r"\s*expect(?:_\w+)? [{\"]")
# A sentence names so many commands at most.
_MOST = 8
# What stands between two commands of which a sentence tells the same.
_AND = lazy_pattern(r"[^\w\n]{0,6}(?:and|or|und|oder|et|ou|y|o|e|\u0438|\u548c)?[^\w\n]{1,6}")
# The builder of Docker Hub pushes again by itself, and tells the error behind its last try; CapRover names its host.
_TRIED = lazy_pattern(r"Push failed\. Attempt \d+ in \d+ seconds\.$|Server: \S+$|This might take a few minutes\.\.\.$")
# Packer names the build and the step of it.
_PREFIX = lazy_pattern(r"[\w.-]{1,60} \([\w.-]{1,60}\): ")
# The words before a quoted error that tell of a push.
_QUOTES_OF_PUSH = lazy_pattern(r"\bpush[^\n]*[\"'`\u201c]$", re.IGNORECASE)


def push_without_rows(candidate: PushRange, opening: tuple[Mark, ...]) -> ParsedPush | None:
    """Return the push of a command that is followed by nothing but its error, or by the one line of `--quiet`."""
    command = next((m for m in opening if m.kind == MarkKind.COMMAND), None)
    if command is None:
        return None
    below = list(candidate.below(max(m.stop for m in opening)))
    pieces = list(without_headings(below))
    pieces = [] if pieces and (is_source(pieces[0].text) or documents(pieces[0].text)) else pieces
    error = candidate.first_error(pieces[:1] if pieces and OTHER_COMMAND.match(pieces[0].text) else pieces, 2)
    if error and (
        _is_of_document(candidate.text.shown(error.lines[0]), error, below)
        or is_of_first(candidate.text.shown(command.line), error)
    ):
        return None
    # Without a prompt this word ends a here-document far more often than a push that has said nothing yet.
    if error and (error.text != "EOF" or has_prompt(command)):
        return build_push(candidate, error, list(opening))
    options = " ".join(command.fields.get(name, "") for name in ("OPTIONS", "AFTER")).split()
    if pieces and {"-q", "--quiet"} & set(options) and _names(pieces[0].text, command):
        return _quiet(candidate, pieces[0], list(opening))
    sent = next((m for m in candidate.marks if m.kind == MarkKind.DONE and not m.fields), None)
    if sent and not error:
        return build_push(candidate, None, [*opening, sent])
    ended = ended_badly(command, pieces)
    cut = [] if error or len(pieces) != 1 else list(cut_header(pieces[0]))
    return build_push(candidate, ended, [*opening, *cut]) if ended or cut else None


def _is_of_document(line: str, error: ErrorLines, below: Sequence[Piece]) -> bool:
    """Return whether an error below a command is none of it: a document explains it, or lists what may go wrong."""
    if explains(line) or is_one_of_many(line, [piece.text for piece in without_headings(below)]):
        return True
    return _is_in_case(error, below) or lists_problems(
        [piece.text for piece in below if piece.line < error.lines[0]],
        [piece.text for piece in below if piece.line > error.lines[1]],
    )


def _is_in_case(error: ErrorLines | None, below: Sequence[Piece]) -> bool:
    """Return whether a line between a command and an error says what to do if that error comes."""
    return error is not None and any(advises(piece.text) for piece in below if piece.line < error.lines[0])


def _is_of_many(error: ErrorLines | None, below: Iterable[Piece]) -> bool:
    """Return whether a document goes on behind an error with others that are common."""
    if error is None:
        return False
    behind = (piece.text for piece in below if piece.line > error.lines[1])
    return announces_others(list(islice(behind, _OTHERS)))


def _names(line: str, command: Mark) -> bool:
    """Return whether the line is the output of this command with `--quiet`: the full name of the image it pushes."""
    if not docker_lines.is_quiet(line):
        return False
    image = command.fields.get("REFERENCE", "").replace("index.docker.io", "docker.io")
    name, tag = split(line)
    has_tag = has_open_tag(image) or not split(image)[0] or (split(image)[1] or "latest") == tag
    return not image or (may_be(image, name) and has_tag)


def _quiet(candidate: PushRange, piece: Piece, marks: list[Mark]) -> ParsedPush:
    mark = Mark(
        kind=MarkKind.QUIET, start=piece.start, stop=piece.stop, line=piece.line, fields={"REFERENCE": piece.text}
    )
    return replace(build_push(replace(candidate, marks=(*candidate.marks, mark)), None, [*marks, mark]), quiet=True)


def mentioned_pushes(candidate: PushRange) -> Iterator[ParsedPush]:
    """Return the pushes whose commands other programs quote beside the error, in a range without output of a push."""
    previous_stop = candidate.start
    mentions = [mark for mark in candidate.marks if mark.kind == MarkKind.MENTION]
    for number, mention in enumerate(mentions):
        if mention.start < previous_stop:
            continue
        line = candidate.text.shown(mention.line)
        joined = _joined(candidate.text, mentions[number : number + _MOST])
        if _WORKED.search(_words_about(candidate.text, mentions, number)) or advises(line) or is_change(line):
            continue
        if _ITEM_OF_SOURCE.match(line) or is_of_case(candidate.text, mention.line):
            continue
        if was_not_run(plain(candidate.text.data[candidate.text.start_of(mention.line) : mention.start])):
            continue
        if _SPAWNS.match(line) and _EXPECTS.match(candidate.text.shown(mention.line + 1)):
            continue
        error = _error_beside(candidate, joined[-1], previous_stop)
        if error and _is_sent_elsewhere(mention, error):
            continue
        after = next(iter(mentions[number + len(joined) : number + len(joined) + 1]), None)
        if error and not (after and _is_of_next(candidate.text, error, mention, after)):
            for each in joined:
                command = replace(each, kind=MarkKind.COMMAND)
                alone = replace(candidate, marks=(command,), events=candidate.events.part(0, 0))
                yield build_push(alone, error, [command])
            previous_stop = max(error.stop, joined[-1].stop)


def _is_sent_elsewhere(mention: Mark, error: ErrorLines) -> bool:
    """Return whether an error is of a request to another registry for the same repository: Zarf names the source."""
    asked = names_in([error.text])
    named = host(split(mention.fields.get("REFERENCE", ""))[0])
    return asked.repository is not None and asked.repository == named[1] and asked.registry not in (None, named[0])


def _is_of_next(text: LogText, error: ErrorLines, mention: Mark, after: Mark) -> bool:
    """Return whether a line quotes another command behind this one, and the error behind both."""
    if after.line != mention.line or after.fields == mention.fields:
        return False
    first = error.text.split("\n")[0].encode("utf-8", "replace")
    return not 0 <= text.data.find(first, mention.stop, text.stop_of(mention.line)) < after.start


def _joined(text: LogText, mentions: Sequence[Mark]) -> list[Mark]:
    """Return the first command with those that a sentence joins to it: what it tells of one it tells of all."""
    joined = [mentions[0]]
    for mention in mentions[1:]:
        words = text.data[joined[-1].stop : mention.start].decode("utf-8", "replace")
        if mention.line != mentions[0].line or mention.fields == joined[-1].fields or not _AND.fullmatch(words):
            break
        joined.append(mention)
    return joined


def _words_about(text: LogText, mentions: Sequence[Mark], number: int) -> str:
    """Return what a line says of a command: all of it, or up to the commands before and behind it."""
    mention = mentions[number]
    near = mentions[max(0, number - _MOST) : number + _MOST]
    beside = [m for m in near if m.line == mention.line and m.fields != mention.fields]
    start = max((m.stop for m in beside if m.stop <= mention.start), default=text.start_of(mention.line))
    stop = min((m.start for m in beside if m.start >= mention.stop), default=text.stop_of(mention.line))
    return text.data[start:stop].decode("utf-8", "replace")


def _error_beside(candidate: PushRange, mention: Mark, previous_stop: int) -> ErrorLines | None:
    """Return the error of a quoted command: behind it in its line, right below, or above the report that it failed."""
    text = candidate.text
    line = text.start_of(mention.line), text.stop_of(mention.line)
    whole = text.piece(*line)
    behind = len(plain(text.data[line[0] : mention.stop]))
    wrapped = error_in(whole.text, candidate.knowledge, behind=behind) if whole else None
    if whole and wrapped and not is_source(whole.text):
        return join_error_lines(text, whole, list(_told_below(candidate, line[1])), wrapped)
    error, prefixed = None, text.shown(mention.line)
    is_report = _FAILED.search(prefixed) is not None
    if not is_report and _is_answer_to_other(candidate, line[1]):
        return None
    if _labelled_error(candidate, _without_prefix(islice(_told_below(candidate, line[1]), _BELOW), prefixed)):
        pieces = list(_told_below(candidate, line[1]))
        error = _labelled_error(candidate, _without_prefix(pieces, prefixed), _BELOW)
        if _is_in_case(error, pieces) or _is_of_many(error, candidate.below(line[1])):
            return None
    if error or not is_report:
        return None if error and error.text == "EOF" and not is_report else error  # the end of a here-document
    return error_above(candidate, mention.line, previous_stop)


def _is_answer_to_other(candidate: PushRange, start: int) -> bool:
    """Return whether a shell's trace of another command stands right below an offset."""
    below = next(_told_below(candidate, start), None)
    return below is not None and _TRACE.match(below.text) is not None and "push" not in below.text


def _told_below(candidate: PushRange, start: int) -> Iterator[Piece]:
    """Yield the lines from an offset on without headings and those of a try before the last."""
    return (piece for piece in without_headings(candidate.below(start)) if not _TRIED.match(piece.text))


def _without_prefix(pieces: Iterable[Piece], line: str) -> list[Piece]:
    """Return pieces without the name of the program that stands before each of its lines, this one too."""
    prefix = _PREFIX.match(line.strip())
    if not prefix:
        return list(pieces)
    return [replace(piece, text=piece.text.removeprefix(prefix[0]).lstrip()) for piece in pieces]


def _labelled_error(candidate: PushRange, pieces: Sequence[Piece], near: int | None = None) -> ErrorLines | None:
    """Return the first error among pieces that has nothing but labels before it. `near`: in how many it may begin."""
    return next(_labelled_errors(candidate, pieces, near), None)


def _labelled_errors(candidate: PushRange, pieces: Sequence[Piece], near: int | None = None) -> Iterator[ErrorLines]:
    """Return the errors among pieces that have nothing but labels before them, in order."""
    stop = 0
    for number, piece in enumerate(pieces[:near]):
        wrapped = error_in(piece.text, candidate.knowledge, is_near=False) if piece.start >= stop else None
        if wrapped:
            error = join_error_lines(candidate.text, piece, pieces[number + 1 :], wrapped)
            stop = error.stop
            yield error


def _quoted_errors(candidate: PushRange, pieces: Sequence[Piece]) -> Iterator[ErrorLines]:
    """Return the errors that a sentence about a push quotes: it failed, or only an upload has such an error."""
    for number, piece in enumerate(pieces):
        is_of_push = UPLOAD.search(piece.text) or SAYS_PUSH.search(piece.text)
        wrapped = error_in(piece.text, candidate.knowledge) if is_of_push else None
        if wrapped and _QUOTES_OF_PUSH.search(wrapped.head):
            yield join_error_lines(candidate.text, piece, pieces[number + 1 :], wrapped)


# BuildKit tells so of a step that failed; its own dialect knows which of them push. Nothing but a push uploads.
_OF_A_STEP = lazy_pattern(r"[\s>`#]{0,8}#\d+ (?:ERROR|\d+\.\d+ error): ")


def alone(text: LogText, reading: Reading, knowledge: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the push of a short log that shows nothing of it but its error, or the one line of a quiet push."""
    marks = tuple(m for m in reading.marks if m.kind in {MarkKind.DEFAULT_TAG, MarkKind.ERROR})
    candidate = PushRange(
        text=text, knowledge=knowledge, events=reading.events.part(0, 0), marks=marks, start=0, stop=len(text.data)
    )
    pieces = list(candidate.below(0))
    if len(pieces) == 1 and docker_lines.is_quiet(pieces[0].text):
        return (_quiet(candidate, pieces[0], []),)
    if len(text.data) > _SHORT_LOG:
        return ()
    has_message = any(m.kind == MarkKind.ERROR for m in marks)
    message = bound_error(candidate, start=0, stop=0, previous_stop=0) if has_message else None
    if message and answers_push([piece.text for piece in pieces]):
        marks = (*requested(text, message.start), *marks)
        return (build_push(replace(candidate, marks=marks), message, list(marks)),)
    for error in [message] if message else (*_labelled_errors(candidate, pieces), *_quoted_errors(candidate, pieces)):
        line = error.lines[0]
        is_of_a_step = _OF_A_STEP.match(text.shown(line)) and not UPLOAD.search(error.text)
        if is_of_a_step or is_of_another_command(error.text) or is_of_case(text, line):
            continue
        if is_alone(error, pieces):
            commands = only_command(reading.marks, text, error.text)
            others = () if commands else pushed_above(error, pieces)
            marks = (*commands, *others, *marks)
            push = build_push(replace(candidate, marks=marks), error, list(marks))
            return (replace(push, client=Client.UNKNOWN, why="the command is none of docker") if others else push,)
    return ()
