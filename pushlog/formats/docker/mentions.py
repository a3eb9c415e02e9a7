"""Find push commands that other programs quote: in sentences, in lists of words, in reports of a failed command."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import HEADERS, Mark, MarkKind
from pushlog.formats.name_ends import without_emphasis, without_stop
from pushlog.formats.reference import split
from pushlog.knowledge.push_words import MOST_OPTIONS, docker_push
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.mapped import Data

# distribution/reference: host, path and tag; a person can have masked parts of it.
_LETTER = r"(?:[\w.-]|<[\w -]{1,40}>)"
_NAME = rf"[a-z0-9](?:{_LETTER}|(?::\d+/))*(?:/{_LETTER}+)*(?::[\w][\w.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?"
# A variable or a mask goes on with a name; two stars at most end an emphasis.
_END = r"(?:(?=\*{1,2}(?![\w*]))|(?![\w/@$%*{<]|\xe2\x80\xa6))"
# Between the words of a command: a blank, or the end of a string and the beginning of the next in a list.
_GAP = r"""(?:\s+|\\?["']\s*,\s*\\?["'])"""
# A letter of an option's value, which is no word of a list.
_VALUE = r"[^\s\"',]"
_COMMAND = lazy_pattern(
    rf"(?<![\w/.-])(?:_{{0,3}}|(?:/[\w.-]+)*/bin/|microk8s\.)"
    rf"{docker_push(_GAP, value=_VALUE)}{_GAP}(?:--?[a-z][\w-]*(?:={_VALUE}+)?{_GAP}){{0,{MOST_OPTIONS}}}+"
    rf"\\?[\"']?(?P<name>(?>{_NAME})){_END}",
    # A line is read byte by byte: letters beyond ASCII would be any.
    re.ASCII,
)
# A word alone may be any word of a sentence.
_IMAGE = lazy_pattern(r"[/:]")
# distribution/reference: a host has a dot or a port, or is this one.
_HOST = lazy_pattern(r"[.:]|^localhost$")
# Programs that run `docker push` and say so in their own words; an image without a path needs quotes and a tag here.
_WORDS = lazy_pattern(
    r"(?:[Ff]ailed to push(?=(?: image)? \S+(?: after \d+ tries)?: .*exit|(?: docker)? image \S+:"
    r"|[^\n]{1,300} registry\b)"
    r"|[Uu]nable to push|[Cc](?:ould not|ouldn't|annot|an't) push"
    r"|[Pp]ushing(?::| to remote:| to registry:| docker image:?| image:?| the image:?)?)"
    rf"(?: the)?(?: image| docker image)? "
    rf"(?:(?P<quote>[\"'`])(?P<quoted>[a-z0-9][\w.-]*:\w[\w.-]{{0,127}})(?=(?P=quote))"
    rf"|(?P<ended>[a-z0-9][\w.-]*:\w[\w.-]{{0,127}})(?=(?: after \d+ tries)?: ?(?:exit|$))"
    rf"|[\"'`]?(?P<name>(?=\S*/)(?>{_NAME})){_END})"
    rf"(?:[\"'`]? (?:to|from) (?:the )?registry [\"'`]?(?P<host>[\w.-]+(?::\d+)?(?:/[\w./-]*\w)?)(?=[\"'`\s:]))?",
    re.ASCII,
)
# sbt/sbt-native-packager DockerPlugin.scala, where it has one tag.
_BUILT = lazy_pattern(rf"Built image (?P<name>{_NAME}) with tags \[(?P<tag>[\w][\w.-]{{0,127}})\]")
# One of these stands in every line with such words: plain texts, which are found at the speed of memory.
_Sign = tuple[bytes, re.Pattern[bytes] | None]
_COMMAND_SIGNS: tuple[_Sign, ...] = ((b"push", lazy_pattern(rb"docker")),)
_SIGNS: tuple[_Sign, ...] = (
    (b"push", lazy_pattern(rb"docker|(?:ailed to|nable to|ould not|ouldn't|annot|can't) $")),
    (b"ushing ", None),
    (b"Built image ", None),
)
# So many bytes before the word `push` the word `docker` can stand: options with a path may come between.
_NEAR_SIGN = 120
# Ansible prints the words of a command as a list, one a line.
_LIST = lazy_pattern(rb"- docker\r?\n\s*- push\r?\n\s*- [\"']?(?P<name>[^\s\"']+)")
_LIST_SIGN = b"- docker"
# A record of PowerShell repeats the command below the place where it ran.
_PLACE = lazy_pattern(rb"(?:^|\n)At \S[^\n]* ?char:\d+\s*\n[^\n]*$")
_LONGEST = 1 << 16
_NEAR_HEADER = 15


def mentioned(text: LogText, start: int, stop: int) -> Iterator[Mark]:
    """Return a mark for each push command that is quoted between two offsets."""
    for first, last in sorted(set(lines_with(_SIGNS, text.data, start, stop))):
        # One character for each byte, so that places in it are offsets.
        line = text.data[first:last].decode("latin-1")
        for built in _BUILT.finditer(line):
            yield _mention(text, first + built.start(), first + built.end(), f"{built['name']}:{built['tag']}")
        for pattern in (_COMMAND, _WORDS):
            for match in pattern.finditer(line):
                groups = match.groupdict()
                name, host = groups["name"] or groups["quoted"] or groups["ended"], groups.get("host")
                if not _IMAGE.search(without_stop(name)):
                    continue
                if host and _HOST.search(host) and not name.startswith(f"{host}/"):
                    name = f"{host}/{name}"
                name = without_emphasis(name, line)
                yield _mention(text, first + match.start(), first + match.end(), name)
    if text.data.find(_LIST_SIGN, start, stop) >= 0:
        for listed in _LIST.finditer(text.data, start, stop):
            yield _mention(text, listed.start(), listed.end(), listed["name"].decode("utf-8", "replace"))


def first_command(text: LogText, start: int, stop: int) -> Mark | None:
    """Return the first push command between two offsets of a line; None where its image is not written there."""
    match = _COMMAND.search(text.data[start:stop].decode("latin-1"))
    if match is None:
        return None
    mention = _mention(text, start + match.start(), start + match.end(), match["name"])
    return replace(mention, kind=MarkKind.COMMAND)


def lines_with_command(data: Data, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Return the lines between two offsets that may quote a push command."""
    return lines_with(_COMMAND_SIGNS, data, start, stop)


def lines_with(signs: Sequence[_Sign], data: Data, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Return the lines with one of these signs: the words of a command stand near each other."""
    for sign, before in signs:
        offset = data.find(sign, start, stop)
        while offset >= 0:
            if before and not before.search(data[max(start, offset - _NEAR_SIGN) : offset]):
                offset = data.find(sign, offset + 1, stop)
                continue
            first = max(start, data.rfind(b"\n", max(start, offset - _LONGEST), offset) + 1, offset - _LONGEST)
            last = data.find(b"\n", offset, min(stop, offset + _LONGEST))
            last = last if last >= 0 else min(stop, offset + _LONGEST)
            yield first, last
            offset = data.find(sign, last, stop)


def _mention(text: LogText, start: int, stop: int, name: str) -> Mark:
    fields = {"REFERENCE": without_stop(name)}
    return Mark(kind=MarkKind.MENTION, start=start, stop=stop, line=text.line_of(start), fields=fields)


def in_record(text: LogText, mark: Mark) -> bool:
    """Return whether a command stands in a record of PowerShell, which repeats it below an error."""
    return _PLACE.search(text.data[max(0, mark.start - _LONGEST // 64) : mark.start]) is not None


def adopted(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return the marks, with a quoted command as the command of the push whose header below names the same image.

    A push without a header is the command's if the tag of its digest line is the one that was asked for. Of several
    commands in one line, as `&&` joins them, the first one ran first.
    """
    if not any(mark.kind == MarkKind.MENTION for mark in marks):
        return tuple(marks)
    headers = [mark for mark in marks if mark.kind in HEADERS]
    first_in_line = {mark.line: mark for mark in reversed(marks) if mark.kind == MarkKind.MENTION}
    every: list[Mark] = []
    above: Mark | None = None
    for number, mark in enumerate(marks):
        if mark.kind != MarkKind.MENTION:
            above = mark
            every.append(mark)
            continue
        is_first = mark is first_in_line[mark.line] or not _is_same_image(mark, first_in_line[mark.line])
        has_header = any(h.start > mark.start and _is_of(mark, h) for h in headers)
        # A line inside a push that tells what is pushed is no command.
        is_command = has_header or (not _is_below(mark, above) and _is_ended(mark, marks[number + 1 :]))
        every.append(replace(mark, kind=MarkKind.COMMAND) if is_first and is_command else mark)
    return tuple(every)


def _is_below(mention: Mark, above: Mark | None) -> bool:
    """Return whether the last line of a push above a quoted command is the header of the same image."""
    return above is not None and above.kind in HEADERS and _is_of(mention, above)


def _is_same_image(mention: Mark, other: Mark) -> bool:
    return split(mention.fields["REFERENCE"])[0] == split(other.fields["REFERENCE"])[0]


def _is_ended(mention: Mark, below: Sequence[Mark]) -> bool:
    """Return whether the next line of a push below a quoted command is the digest line of its tag, or implies one."""
    next_mark = next((mark for mark in below[:_NEAR_HEADER] if mark.kind != MarkKind.MENTION), None)
    if next_mark is None or next_mark.line - mention.line > _NEAR_HEADER:
        return False
    tag = split(mention.fields["REFERENCE"])[1]
    if tag is None:
        return next_mark.kind == MarkKind.DEFAULT_TAG
    return next_mark.kind == MarkKind.DIGEST and next_mark.fields.get("TAG") == tag


def with_command(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return the marks of a push; if it has no command, one that is quoted takes this place.

    With a header it is one near it that names the same image; without, the only image for which one is quoted.
    """
    header = next((mark for mark in marks if mark.kind in HEADERS), None)
    mentions = [mark for mark in marks if mark.kind == MarkKind.MENTION and (header is None or _is_of(mark, header))]
    if header is None and not _is_only_one(mentions, marks):
        mentions = []
    mention = next(iter(mentions), None)
    if mention is None or any(mark.kind == MarkKind.COMMAND and "REFERENCE" in mark.fields for mark in marks):
        return tuple(marks)
    return tuple(replace(mark, kind=MarkKind.COMMAND) if mark is mention else mark for mark in marks)


def _is_only_one(mentions: Sequence[Mark], marks: Sequence[Mark]) -> bool:
    """Return whether commands name one image alone, and no other tag than the digest line of the push."""
    names = {mark.fields["REFERENCE"] for mark in mentions}
    pushed = {mark.fields["TAG"] for mark in marks if mark.kind == MarkKind.DIGEST and "TAG" in mark.fields}
    return len(names) == 1 and {split(name)[1] or "latest" for name in names} >= pushed


def _is_of(mention: Mark, header: Mark) -> bool:
    name = split(mention.fields.get("REFERENCE", ""))[0]
    image = split(header.fields["NAME"])[0]
    names = {image, image.removeprefix("docker.io/"), image.removeprefix("docker.io/library/")}
    return abs(header.line - mention.line) <= _NEAR_HEADER and bool(name) and name in names
