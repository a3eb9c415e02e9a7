"""Find pushes of which a log shows nothing but a program's report that the command failed."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.docker.build_push import build_push
from pushlog.formats.docker.error_lines import ErrorLines, join_error_lines
from pushlog.formats.docker.mentions import lines_with_command
from pushlog.formats.docker.sentences import advises, is_of_case
from pushlog.formats.docker.surroundings import is_of_another_command
from pushlog.formats.errors.classify import classify
from pushlog.formats.errors.wrapped import LABEL, error_in
from pushlog.formats.image_names import may_be, split
from pushlog.formats.marks import Mark, MarkKind
from pushlog.knowledge.push_words import docker_push
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Family

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.docker.bind_error import PushRange
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import Piece

# A shell says that there is no such command with 126 and 127, and above those that a signal ended it.
_STATUS = r"(?:12[0-5]|1[01]\d|[1-9]\d?)(?!\d)"
# One command and nothing beside it: of several, another one may have failed. Its group is the name.
_COMMAND = (
    rf"(?:sudo )?{docker_push()} (?:--?\w[\w-]*(?:=\S+)? )*+"
    r"([\"']?(?:\$\([^()\n]{1,200}\)|[^\s\"'&;|<>()\[\]]{1,400})[\"']?)"
)
_WORDS = docker_push("', '", value=r"[^\s']")
_LIST = rf"\[(?:'sudo', )?'{_WORDS}', (?:'-[\w-]+', )*'([^\s'\"]{{1,400}})'\]"
# The cells of CodeBuild's table of phases: name, status, duration.
_PHASE = r"(?:[A-Z_]{5,20}[ \t|]+)?(?i:failed)(?:[ \t|]+[^|\n]{0,40}?)?[ \t|]+"
# AWS CodeBuild, Travis (travis-build's travis_cmd and travis_assert), Python's subprocess, Node's child_process and
# execa, Rake's sh, programs in Go (os/exec), Terraform's local-exec with nothing behind it, Quarkus
# (container-image-docker-common CommonProcessor.java).
_REPORT = lazy_pattern(
    rf"Command did not exit successfully {_COMMAND} exit status {_STATUS}$"
    rf"|(?:(?:Phase context status code: |{_PHASE})?COMMAND_EXECUTION_ERROR(?: Message)?: )?"
    rf"Error while executing command: {_COMMAND}\. Reason: exit status {_STATUS}$"
    rf"|The command \"{_COMMAND}\" (?:failed and )?exited with {_STATUS}(?: during \w*)? ?\.?$"
    rf"|(?:[\w.]{{0,40}}CalledProcessError: )?Command '(?:{_COMMAND}|{_LIST})' returned non-zero "
    rf"exit status {_STATUS}\.?$"
    rf"|(?:Error: )?Command failed(?: with exit code {_STATUS}(?: \([^()\n]{{1,60}}\))?)?: {_COMMAND}$"
    rf"|Command failed with status \({_STATUS}\): \[{_COMMAND}[^\]\n]{{0,80}}\]$"
    rf"|(?:exec: )?{_COMMAND}: exit status {_STATUS}$"
    rf"|Error running command '{_COMMAND}': exit status {_STATUS}\. Output:$"
    rf"|Execution of '{_COMMAND}' failed\. See docker output for more details$"
)
# Directly below a command that was run: Go's os/exec, Drone's plugin, and GitLab's runner, which may clean up before.
_ENDED = lazy_pattern(
    rf"(?:(?:ERROR|Error|error): )?(?:exit status|Job failed: exit code) {_STATUS}$"
    rf"|time=\"[^\"]{{1,40}}\" level=fatal msg=\"exit status {_STATUS}\"$"
)
_CLEANS_UP = "Cleaning up project directory and file based variables"
# A program may report first, and show in so many lines below what the command printed.
_BELOW = 5
# The error that the command printed may stand so far above the report.
_ABOVE = 12
# A shell that traces what it runs, and a CI that shows it, put nothing else before a command.
_TRACED = lazy_pattern(r"(?:[^\s\[\]]{0,80} ?)?[$#%>+\u276f\u279c]+ (?:sudo )?(?:/\S{0,80}/)?")
# So many reports of a log are told at most.
_MOST = 20
# A command that is run only where another one of docker went well.
_AND_THEN = lazy_pattern(r"\bdocker (?:build|tag|login|pull|buildx|image)\b[^\n]*&&[^\n]*\bdocker (?:image )?push\b")
# What joins a command to another one.
_JOINS = lazy_pattern(r"[&|;({]")


def is_of_first(line: str, error: ErrorLines) -> bool:
    """Return whether an error is of the command of docker before the push on a line, which found no daemon either."""
    signature = classify(error.text).signature if _AND_THEN.search(line) else None
    return signature is not None and signature.family == Family.DAEMON_UNREACHABLE


def ended_badly(command: Mark, pieces: Sequence[Piece]) -> ErrorLines | None:
    """Return the status with which a command ended, where nothing but that stands below it."""
    prompt = command.fields.get("PROMPT", "")
    if "TAIL" in command.fields or _JOINS.search(prompt) or not _TRACED.fullmatch(prompt):
        return None
    below = next((piece for piece in pieces if not piece.text.startswith(_CLEANS_UP)), None)
    return _error(below, below.text) if below and _ENDED.fullmatch(below.text) else None


def error_above(candidate: PushRange, line: int, start: int) -> ErrorLines | None:
    """Return the last error between an offset and the line of a report, near above it: what the command printed."""
    text = candidate.text
    above = list(candidate.leftover(max(start, text.start_of(max(1, line - _ABOVE))), text.start_of(line)))
    errors = [(number, error_in(piece.text, candidate.knowledge, is_near=False)) for number, piece in enumerate(above)]
    last = next(((number, error) for number, error in reversed(errors) if error), None)
    return join_error_lines(text, above[last[0]], above[last[0] + 1 :], last[1]) if last else None


def below_pushes(candidate: PushRange, pushes: Sequence[ParsedPush]) -> PushRange | None:
    """Return the rest of a range below its pushes; None where no line of it names another image than theirs."""
    start = max(candidate.text.stop_of(push.lines[1]) for push in pushes)
    mentions = [mark for mark in candidate.marks if mark.kind == MarkKind.MENTION and mark.start >= start]
    others = tuple(mark for mark in mentions if is_of_none(mark.fields["REFERENCE"], pushes))
    return replace(candidate, events=candidate.events.part(0, 0), marks=others, start=start) if others else None


def reported_pushes(candidate: PushRange, pushes: Sequence[ParsedPush] = ()) -> Iterator[ParsedPush]:
    """Return the pushes of which programs report in a range that the command failed; each command once.

    `pushes`: those above the range, whose images are none of these.
    """
    names: set[str] = set()
    for piece in _lines_with_signs(candidate):
        report = _REPORT.search(piece.text)
        if not report or not LABEL.fullmatch(piece.text, 0, report.start()) or advises(piece.text):
            continue
        if is_of_case(candidate.text, piece.line):
            continue
        name = next((name.strip("\"'") for name in report.groups() if name), "")
        if len(names) == _MOST:
            return
        if name not in names and is_of_none(name, pushes):
            names.add(name)
            fields = {} if name.startswith("$(") else {"REFERENCE": name}
            mark = Mark(kind=MarkKind.COMMAND, start=piece.start, stop=piece.stop, line=piece.line, fields=fields)
            alone = replace(candidate, marks=(mark,), events=candidate.events.part(0, 0))
            error = error_above(candidate, piece.line, candidate.start)
            if error is None or is_of_another_command(error.text):
                error = _error(piece, report[0])
            yield build_push(alone, error, [mark])


def without_reports(pushes: Sequence[ParsedPush], others: Sequence[ParsedPush]) -> list[ParsedPush]:
    """Return pushes without those of reports that tell of a push which the log shows: above, or right below."""
    reports = [push for push in pushes if _is_report(push)]
    left_out = {id(report) for report in reports}
    every = [*others, *(push for push in pushes if id(push) not in left_out)]
    for report in reports[:_MOST]:
        if not any(_is_of(report, other) for other in every):
            left_out.discard(id(report))
            every.append(report)
    return [push for push in pushes if id(push) not in left_out]


def _is_report(push: ParsedPush) -> bool:
    return push.error is not None and _REPORT.fullmatch(push.error.text) is not None


def _is_of(report: ParsedPush, other: ParsedPush) -> bool:
    """Return whether a report tells of another push: one that failed, or right below, of its image or of none."""
    below = other.lines[0] - report.lines[1]
    if below > _BELOW or (other.error is None and below < 0):
        return False
    return _is_image_of(_name(report), other)


def is_of_none(reference: str, pushes: Sequence[ParsedPush]) -> bool:
    """Return whether a reference can be that of the image of none of some pushes."""
    return not any(_is_image_of(reference, push) for push in pushes)


def _is_image_of(reference: str, push: ParsedPush) -> bool:
    """Return whether a reference can be that of the image of a push, which may have no name."""
    names = split(reference)[0], split(_name(push))[0]
    return not all(names) or "$" in "".join(names) or may_be(*names)


def _name(push: ParsedPush) -> str:
    fields = [mark.fields for mark in push.marks]
    return next((each[key] for key in ("NAME", "REFERENCE") for each in fields if each.get(key)), "")


def _lines_with_signs(candidate: PushRange) -> Iterator[Piece]:
    """Return the lines of a range that may quote a push command."""
    text = candidate.text
    lines = {text.line_of(first) for first, _ in lines_with_command(text.data, candidate.start, candidate.stop)}
    for line in sorted(lines):
        yield from islice(text.pieces(text.start_of(line), text.stop_of(line)), 1)


def _error(piece: Piece, words: str) -> ErrorLines:
    return ErrorLines(text=words, start=piece.start, stop=piece.stop, lines=(piece.line, piece.line))
