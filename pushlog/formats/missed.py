"""The safety net: lines that hold words of a push and are part of none."""

from __future__ import annotations

from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from pushlog.formats.docker.command_reports import is_of_none
from pushlog.formats.docker.mentions import lines_with
from pushlog.formats.docker.surroundings import is_of_another_command, shows_other_usage
from pushlog.formats.errors.bystanders import is_of_cache
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.errors.wrapped import unlabelled
from pushlog.formats.lone_words import (
    COMMAND,
    COMMAND_WORDS,
    FAILED,
    FAILED_VARIABLE,
    FAILED_WORDS,
    REFUSED,
    REFUSED_WORDS,
)
from pushlog.formats.parsed_push import ranges_outside
from pushlog.formats.quoting.here_document import in_here_document
from pushlog.intake.literal_search import LiteralIndex
from pushlog.intake.mapped import find
from pushlog.knowledge.push_words import push_words
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Missed

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText, Piece
    from pushlog.knowledge.base import Knowledge

# Output that only a push prints, whatever the client: words that are found quickly, and what must stand around them.
_WORDS = (
    b"The push refers to ",
    b": digest: sha256:",
    b"Pushing tag",
    b": Preparing",
    b": Push",
    b": Layer already exists",
    b": Mounted from",
    b": Retrying in",
    b": Image ",
    b"pushing manifest for",
    b"Pushed ref ",
    b"'status': '",
    b'"status": "',
    b'"status":"',
)
_OUTPUT = lazy_pattern(
    rb"The push refers to (?:a )?(?:repository|image)|: digest: sha256:|Pushing tags? for rev \["
    rb"|(?<=[0-9a-fA-F]{12}): (?:Preparing|Pushing|Pushed|Layer already exists|Mounted from|Retrying in"
    rb"|Image already|Image successfully|Image push failed)\b"
    rb"|pushing manifest for|Pushed ref \S+ with digest"
    rb"|[\"']status[\"']: ?[\"'](?:Preparing|Pushing|Pushed|Layer already|The push refers)"
)
_NO_REFUSAL = lazy_pattern(rb"(?i:\bpull\b|\bpulling\b|\b(?:if|when) (?:you|it|the)\b)|\bFROM \S")
# The end of a document as much as an error; and what git says of a push of its own.
_END_OF_FILE = "EOF"
_GIT = "error: failed to push some refs"
_HELP = lazy_pattern(rb"--help|\[OPTIONS\]|^\s*#(?!\d+ )|\bUsage:")
# Below an error of usage docker names the command that it was of.
_USAGE = lazy_pattern(r"See '(?:docker(?! " + push_words(also=("compose",)) + r")|podman|buildah)[^'\n]* --help'")
# What only a pull, a search or a login asks for, and the commands that do.
_OTHER_REQUEST = lazy_pattern(
    r"\bG[Ee][Tt] \"?https?://\S+/(?:(?:manifests|blobs|tags)/|v1/(?:search\b|users\b|repositories/\S+/(?:tags|images)\b))"
    r"|(?<!failed to do request: )\bHead \"https?://\S+/manifests/[^\s\"]+\": "
    r"|\bscope=repository(?![^\s\"]*push)[^\s\"]*(?:%3A|:)pull\b"
)
_OTHER_COMMAND = lazy_pattern(
    r"(?:[^\n]{0,80}[$#%>\u276f\u3011] *)?(?:sudo )?docker (?:search|pull|run|create|build|login|logout)\b"
)
_ABOVE = 4
# A pull waits and retries in the words of a push; these are its own.
_RETRY = b": Retrying in"
_PULL_ROW = lazy_pattern(
    r"\S+: (?:Pulling (?:from|fs layer)|Pull complete|Download(?:ing| complete)|Verifying Checksum|Extracting\b)"
)
_PULL_ROWS = 40
# An error that begins its line, whatever marks stand before it: a refusal, or the words of a client that one ends.
_LEADS = lazy_pattern(
    rb"[\s\"'`*>|-]*(?:(?i:error): )*(?:denied: |push access denied"
    rb"|(?:(?i:error|fatal)(?:\[\d+\])?[: ]|(?i:failed|unable) to |time=\"[^\"\n]{1,40}\" level=(?:error|fatal) )"
    rb"[^\n]{0,2000}: (?:denied|unauthorized): )"
)
# So many are named at most, one for each run of lines; of each so many characters.
_MOST = 20
_RUN = 5
_SHOWN = 300
# A program that reports how a command ended shows once more what it printed, so far below it: the names in that.
_ENDED = lazy_pattern(
    rb"\bCommand failed\b|CalledProcessError|\breturned non-zero\b|\bexit(?:ed with)?(?: code| status)? ?:? ?[1-9]"
)
_ROW = lazy_pattern(rb"The push refers to (?:a )?repository \[([^\]\s]+)\]|(?<![0-9a-f])([0-9a-f]{12}): [A-Z]")
_REPEATED = 40
# A log without a push is read whole up to this size.
_SHORT = 1 << 16


def missed_lines(text: LogText, pushes: Sequence[ParsedPush], knowledge: Knowledge) -> tuple[Missed, ...]:
    """Return the first line of each run of lines that hold words of a push and are part of none."""
    named: list[Missed] = []
    last = -_RUN
    others = chain(_failures_beside(text, pushes), _refused_inside(pushes)) if pushes else _other_lines(text, knowledge)
    output = (line for line in _output_lines(text, pushes) if not _is_told_again(text, line, pushes))
    for line in sorted({*output, *others}):
        shown = text.shown(line) if line - last > _RUN and len(named) < _MOST else ""
        if shown and not is_of_cache(shown):
            named.append(Missed(line=line, text=shown[:_SHOWN]))
        last = line
    return tuple(named)


def _output_lines(text: LogText, pushes: Sequence[ParsedPush]) -> Iterator[int]:
    """Return the lines with output of a push outside the lines of the pushes."""
    for start, stop in ranges_outside(text, pushes):
        for words in (_WORDS[number] for number in _index().groups(text.data, start, stop)):
            yield from islice(_places(text, words, start, stop), _MOST * _RUN)


@cache
def _index() -> LiteralIndex:
    return LiteralIndex.of_words(_WORDS)


def _places(text: LogText, words: bytes, start: int, stop: int) -> Iterator[int]:
    offset = find(text.data, words, start, stop)
    while offset >= 0:
        if _OUTPUT.match(text.data, offset, stop):
            line = text.line_of(offset)
            if words != _RETRY or not _is_of_pull(text, line):
                yield line
        offset = find(text.data, words, offset + 1, stop)


def _is_told_again(text: LogText, line: int, pushes: Sequence[ParsedPush]) -> bool:
    """Return whether a line repeats one of a failed push right above it, below words that say how its command ended."""
    failed = next((push for push in reversed(pushes) if push.lines[1] < line), None)
    if failed is None or failed.error is None or line - failed.lines[1] > _REPEATED:
        return False
    rows = _ROW.findall(text.whole(line))
    shown = {*failed.events.ids, *(mark.fields.get("NAME", "") for mark in failed.marks)}
    if not rows or not {name.decode("utf-8", "replace") for row in rows for name in row if name} <= shown:
        return False
    return any(_ENDED.search(text.beginning(number)) for number in range(failed.lines[1] + 1, line + 1))


def _is_of_pull(text: LogText, line: int) -> bool:
    """Return whether a row that only a pull prints is near a line."""
    for number in range(max(1, line - _PULL_ROWS), line + _PULL_ROWS):
        if _PULL_ROW.match(text.shown(number).strip()):
            return True
    return False


def _failures_beside(text: LogText, pushes: Sequence[ParsedPush]) -> Iterator[int]:
    """Return the lines outside the pushes of a log that tell of another failure: a refusal, or a push by its name."""
    errors = {push.error.text for push in pushes if push.error}
    for start, stop in ranges_outside(text, pushes):
        for match in _firsts(text, REFUSED, REFUSED_WORDS, start, stop):
            line = text.line_of(match.start())
            whole = text.whole(line)
            shown = text.shown(line)
            if _LEADS.match(whole) and not _NO_REFUSAL.search(whole) and not any(error in shown for error in errors):
                yield line
        for match in _firsts(text, FAILED, FAILED_WORDS, start, stop):
            name, line = match["name"].decode("utf-8", "replace"), text.line_of(match.start())
            if is_of_none(name, pushes) and not in_here_document(text, line):
                yield line
        if not errors:
            for match in _firsts(text, FAILED_VARIABLE, FAILED_WORDS[2:], start, stop):
                yield text.line_of(match.start())


def _refused_inside(pushes: Sequence[ParsedPush]) -> Iterator[int]:
    """Return the lines inside a push without an error that begin with a refusal: they are of another one."""
    for push in pushes:
        for piece in push.unread if push.error is None else ():
            line = piece.text.encode("utf-8", "replace")
            if _LEADS.match(line) and REFUSED.search(line) and not _NO_REFUSAL.search(line):
                yield piece.line


def _other_lines(text: LogText, knowledge: Knowledge) -> Iterator[int]:
    """Return the lines of a log without a push that hold a command or read like the error of one."""
    for start, stop in text.parts:
        for match in _firsts(text, COMMAND, COMMAND_WORDS, start, stop):
            line = text.line_of(match.start())
            whole = text.whole(line)
            if not _HELP.search(whole) and not in_here_document(text, line):
                yield line
        for match in _firsts(text, REFUSED, REFUSED_WORDS, start, stop):
            line = text.line_of(match.start())
            whole = text.whole(line)
            if not _NO_REFUSAL.search(whole) and not _HELP.search(whole):
                yield line
        for piece in text.pieces(start, min(stop, start + _SHORT)):
            error = unlabelled(piece.text).text
            is_error = starts_error(error, knowledge) and not is_of_another_command(error)
            is_error = is_error and error != _END_OF_FILE and not error.startswith(_GIT)
            below = [text.shown(line).strip() for line in range(piece.line + 1, piece.line + 4)] if is_error else [""]
            is_error = is_error and not _USAGE.match(below[0]) and not shows_other_usage("\n".join([error, *below]))
            is_error = is_error and not _answers_another(text, piece)
            if is_error and not in_here_document(text, piece.line):
                yield piece.line
                break


def _answers_another(text: LogText, piece: Piece) -> bool:
    """Return whether an error answers another command than a push, by its request or by the command above it."""
    if _OTHER_REQUEST.search(piece.text):
        return True
    above = (text.shown(line).strip() for line in text.above(piece.line, _ABOVE))
    return next((_OTHER_COMMAND.match(line) is not None for line in above if "docker " in line), False)


def _firsts(
    text: LogText, pattern: re.Pattern[bytes], words: Sequence[bytes], start: int, stop: int
) -> Iterator[re.Match[bytes]]:
    """Return the first match of each line in the first part of a range: of one line a thousand would tell the same.

    `words`: of each match one stands in its line, which is found much sooner than the match.
    """
    stop = min(stop, start + _SHORT)
    for first, last in sorted(set(lines_with([(word, None) for word in words], text.data, start, stop))):
        if match := pattern.search(text.data, first, last):
            yield match
