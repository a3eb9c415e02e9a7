"""Dialects of a few fixed lines: how their marks make a push. The clients that have one are listed in `small.py`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder, answers, error_at, parsed_push
from pushlog.formats.clients.few_lines_cut import BEGUN, NEAR, ROWS, groups, says_sent
from pushlog.formats.clients.other_images import fails_elsewhere, full, named_below, reads_elsewhere
from pushlog.formats.events import EventRow
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import split
from pushlog.formats.target import target_of
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.knowledge.base import Knowledge

_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}")
# What stands behind the text of an error: Maven's help, MSBuild's project.
_BEHIND = lazy_pattern(r"\s+(?:-> \[Help \d+\]|\[[^\[\]\n]+\.\w+proj(?:::[^\]\n]*)?\])\s*$")
# The image that a registry refused access to, as jib names it.
_DENIED = lazy_pattern(r"(?:Unauthorized|permissions|credentials) for '?([\w.-]+(?::\d+)?(?:/[\w.-]+)+)(?=[':\s]|$)")
# The image that it tried to push.
_TRIED = lazy_pattern(r"Tried to push (?:BLOB|image manifest) for (\S+?)(?= with digest | but failed )")


@record(slots=False)
class FewLines:
    """The dialect of such a client; its grammar bears its name.

    The marks of its grammar: `begin`, `pushing`, `pushed`, `exists` and `reference` stand in a push only; `done` proves
    success, `last_word` may; `digest` belongs to the one before it; `refused` is an error that says itself that a push
    failed, `failed` one that does not; `more` goes on with the error above it; `sized` is what a client without a
    dialect prints right below the same last line; `note` says nothing more.
    `OPENING`: text at the beginning of a line; `INSIDE`: text that other programs put their words before.
    `adds_latest`: whether the client itself adds the tag `latest` to a name without a tag. `signs`: whether the
    reference is that of another image, to which the pushed one belongs. `gathers`: where lines mean something only
    together: the marks of a log, with one mark in the place of those.
    """

    name: str
    client: Client
    OPENING: StartPattern
    INSIDE: StartPattern | None = None
    COMMAND: StartPattern | None = None
    adds_latest: bool = False
    signs: bool = False
    copies: bool = False
    REDRAWN: frozenset[MarkKind] = frozenset()
    gathers: Callable[[Iterable[Mark]], Iterator[Mark]] | None = None

    @property
    def __name__(self) -> str:
        """The name of the dialect."""
        return self.name

    @cached_property
    def LINES(self) -> LineParser:  # noqa: N802 - a constant of a dialect
        """The grammar of its lines."""
        return LineParser(f"{self.name}.lark")

    @property
    def WHERE(self) -> tuple[StartPattern, ...]:  # noqa: N802 - a constant of a dialect
        """The opening, text inside a line, and the command."""
        return tuple(filter(None, (self.OPENING, self.INSIDE, self.COMMAND)))

    def pushes(self, text: LogText, _: Knowledge, /) -> tuple[ParsedPush, ...]:
        """Return the pushes of the client in a log, in order."""
        marks = self.LINES.marks(text, self.WHERE)
        pieces = groups(self.gathers(marks) if self.gathers else marks)
        builders = (self._push(text, marks) for marks in pieces)
        return tuple(parsed_push(text, push) for push in builders if push)

    def _push(self, text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
        command = next((mark for mark in marks if mark.kind == MarkKind.COMMAND), None)
        error = _error_mark(marks, command)
        if error is None and (not any(mark.kind in BEGUN for mark in marks) or _is_kept(marks)):
            return None
        if _is_of_another(marks):
            push = PushBuilder(client=Client.UNKNOWN, why="the line says that something was pushed")
        else:
            push = PushBuilder(client=self.client, why=f"the lines are those of {self.name.replace('_', ' ')}")
        push.consumed = [mark for mark in marks if mark.kind != MarkKind.COMMAND and not _is_of_next(marks, mark)]
        for mark in marks:
            self._tell(push, mark)
        target = target_of(command.fields["COMMAND"]) if command else None
        if target and not any(mark.kind == MarkKind.REFERENCE for mark in push.marks) and command:
            below = named_below(full(target), _error(text, marks, error).text if error else "")
            push.marks.append(_named(command, below or full(target)))
        if not any(mark.kind == MarkKind.REFERENCE for mark in push.marks):
            push.marks += _named_apart(marks)
        if error:
            push.error = _error(text, marks, error)
            denied = _DENIED.search(push.error.text)
            tried = denied or _TRIED.search(push.error.text)
            if self.copies and target and reads_elsewhere(push.error.text, target):
                return None
            if denied and fails_elsewhere(_target(push), full(denied[1])):
                return None
            if tried and not any("REFERENCE" in mark.fields for mark in push.marks):
                push.add_mark(MarkKind.REFERENCE, error, REFERENCE=full(tried[1]))
        return push

    def _tell(self, push: PushBuilder, mark: Mark) -> None:
        """Add one line in the common words."""
        fields = mark.fields
        names = [full(name) for name in fields["TARGETS"].split(", ")] if "TARGETS" in fields else []
        if "REFERENCE" in fields and mark.kind != MarkKind.MORE:
            host = fields.get("HOST")
            names = [full(f"{host}/{fields['REFERENCE']}" if host else fields["REFERENCE"])]
            names += [f"{split(names[0])[0]}:{tag}" for tag in filter(None, fields.get("TAGS", "").split(", "))]
        if names:
            name = f"{names[0]}:latest" if self.adds_latest and split(names[0])[1] is None else names[0]
            tags = self._tags([each for each in names if split(each)[0] == split(names[0])[0]])
            every = {"TAGS": ", ".join(filter(None, tags))} if len(tags) > 1 else {}
            push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=split(name)[0] or name if self.signs else name, **every)
        if mark.kind in ROWS:
            push.rows.append(EventRow(start=mark.start, stop=mark.stop, layer=fields["LAYER"], kind=ROWS[mark.kind]))
        digest = next((hit[0] for value in fields.values() if (hit := _DIGEST.search(value))), None)
        if _is_sent_tag(mark):
            push.add_mark(MarkKind.DONE, mark)
        elif mark.kind == MarkKind.DIGEST or (mark.kind == MarkKind.DONE and digest):
            push.add_mark(MarkKind.DIGEST, mark, TAG=_tag(push), DIGEST=digest or "")
        if mark.kind == MarkKind.RETRY:
            push.add_mark(MarkKind.RETRY, mark, TEXT=fields["QUOTED"].strip('"'))
        if mark.kind in (MarkKind.DONE, MarkKind.LAST_WORD):
            push.add_mark(mark.kind, mark)
            tags = self._tags(names)
            if "TAG" in fields:
                push.add_mark(MarkKind.DIGEST, mark, TAG=fields["TAG"])
            for tag in filter(None, tags if len(tags) > 1 else []):
                push.add_mark(MarkKind.DIGEST, mark, TAG=tag, **({"DIGEST": digest} if digest else {}))

    def _tags(self, names: Sequence[str]) -> list[str]:
        """Return the tag of each name, empty where it has none and the client adds none."""
        return [split(name)[1] or ("latest" if self.adds_latest else "") for name in names]


def _is_kept(marks: Sequence[Mark]) -> bool:
    """Return whether the lines tell that something was put into the store of the client alone."""
    kinds = {mark.kind for mark in marks}
    return MarkKind.KEPT in kinds and not kinds & {MarkKind.HEADER, MarkKind.DONE, MarkKind.LAST_WORD}


def _is_of_next(marks: Sequence[Mark], mark: Mark) -> bool:
    """Return whether an error stands below the proof of success: it is one of the next push of a loop, or of none."""
    return mark.kind == MarkKind.FAILED and any(
        above.kind == MarkKind.DONE and above.start < mark.start for above in marks
    )


def _is_of_another(marks: Sequence[Mark]) -> bool:
    """Return whether a client without a dialect printed these lines: one of its own stands below the last word."""
    sized = {mark.line for mark in marks if mark.kind == MarkKind.SIZED}
    return any(mark.kind == MarkKind.DONE and mark.line + 1 in sized for mark in marks)


def _named_apart(marks: Sequence[Mark]) -> list[Mark]:
    """Return the reference of an image whose name and registry stand in two lines, or of its registry alone."""
    image = next((mark for mark in marks if mark.kind == MarkKind.IMAGE), None)
    sent = next((mark for mark in marks if re.search(r"[.:]", mark.fields.get("HOST", ""))), None)
    if sent is None:
        return []
    host = sent.fields["HOST"]
    tags = [mark.fields["TAG"] for mark in marks if _is_sent_tag(mark)]
    if image is None:
        return [_reference_at(sent, f"{host.partition('/')[0]}/", tags)]
    tag = re.split(r"[,;] *", image.fields["TAGS"])[0]
    return [_reference_at(image, f"{host}/{image.fields['NAME']}:{tag}", tags)]


def _is_sent_tag(mark: Mark) -> bool:
    """Return whether a line says that a tag is in the registry, without the digest of what it names."""
    return mark.kind == MarkKind.DIGEST and "TAG" in mark.fields and "DIGEST" not in mark.fields


def _reference_at(mark: Mark, name: str, tags: Sequence[str]) -> Mark:
    fields = {"REFERENCE": name, **({"TAGS": ", ".join(tags)} if tags else {})}
    return Mark(kind=MarkKind.REFERENCE, start=mark.start, stop=mark.stop, line=mark.line, fields=fields)


def _error_mark(marks: Sequence[Mark], command: Mark | None) -> Mark | None:
    """Return the error that ended a push: one that says so, else the first behind its lines or below its command."""
    done = max((mark.start for mark in marks if mark.kind == MarkKind.DONE), default=-1)
    refused = next((mark for mark in marks if mark.kind == MarkKind.REFUSED and mark.start > done), None)
    if refused:
        return refused
    failures = [mark for mark in marks if mark.kind == MarkKind.FAILED and mark.start > done]
    # A line that only names the image stands above the error itself.
    failures = [mark for mark in failures if _words(mark)] or failures
    begun = next((mark for mark in marks if mark.kind in BEGUN), None)
    for failed in failures:
        is_asked_for = answers(command, failed) or (command is not None and says_sent(failed))
        if (begun and begun.start < failed.start and done < 0) or is_asked_for or _is_traced(marks, failed):
            return failed
    return next((failed for failed in failures[:1] if _names_no_base(marks, failed)), None)


def _is_traced(marks: Sequence[Mark], failed: Mark) -> bool:
    """Return whether the trace of an exception shows that it came of a push."""
    return any(mark.kind == MarkKind.TRACE and failed.line < mark.line <= failed.line + NEAR for mark in marks)


def _names_no_base(marks: Sequence[Mark], failed: Mark) -> bool:
    """Return whether an error refuses access to another image than the one that the build began with."""
    base = next((mark.fields["SOURCE"] for mark in marks if mark.kind == MarkKind.FETCHED), None)
    denied = _DENIED.search(next(iter(failed.fields.values()), ""))
    return bool(base and denied and split(base)[0] != denied[1])


def _error(text: LogText, marks: Sequence[Mark], mark: Mark) -> ErrorLines:
    """Return the error at a mark with the lines that go on with it."""
    message = _BEHIND.sub("", _words(mark)).strip()
    if message.endswith("]") and message.count("]") > message.count("["):
        message = message[:-1]
    error = error_at(text, mark, message)
    for further in marks:
        if further.kind == MarkKind.MORE and further.line == error.lines[1] + 1:
            detail = next((further.fields[name] for name in ("TEXT", "DETAIL", "CAUSE") if name in further.fields), "")
            if detail.startswith("->"):
                break
            error = _longer(error, further, _BEHIND.sub("", detail))
    return error


def _words(mark: Mark) -> str:
    names = ("TEXT", "REQUEST", "FAILURE", "CAUSE", "ANSWER")
    return next((mark.fields[name] for name in names if name in mark.fields), "")


def _longer(error: ErrorLines, mark: Mark, detail: str) -> ErrorLines:
    joined = f"{error.text}\n{detail}" if error.text else detail
    return replace(error, text=joined, stop=mark.stop, lines=(error.lines[0], mark.line))


def _tag(push: PushBuilder) -> str:
    names = [mark.fields["REFERENCE"] for mark in push.marks if mark.kind == MarkKind.REFERENCE]
    return (split(names[-1])[1] or "") if names else ""


def _named(command: Mark, name: str) -> Mark:
    return Mark(
        kind=MarkKind.COMMAND, start=command.start, stop=command.stop, line=command.line, fields={"REFERENCE": name}
    )


def _target(push: PushBuilder) -> str | None:
    return next((mark.fields["REFERENCE"] for mark in push.marks if mark.kind == MarkKind.REFERENCE), None)
