"""crane, ko and what else is built on go-containerregistry: a line for each blob when it is there, with its time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import Interleaved, PushBuilder, answers, error_at, parsed_push, pushes_of
from pushlog.formats.clients.kaniko import is_below_build
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import MarkKind
from pushlog.formats.push_command import pushed_by, with_default_tag
from pushlog.formats.reference import host, names_in, split
from pushlog.intake.start_pattern import StartPattern
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("crane.lark")
# An error that stands alone is known by the way the library names the request: in capitals, without quotes, right
# below the host; other services (Fulcio) have a version of their own further down.
OPENING = StartPattern(
    signs=(
        rb"ed blob: ",
        rb"existing (?:blob|manifest): ",
        rb"retrying [A-Z]",
        rb"Copying from ",
        rb"Publishing ",
        rb"publishing index tag ",
        rb": digest: sha256:",
        rb"Error: ",
        rb"failed to publish images: ",
    ),
    pattern=rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)? "
    rb"(?:(?:pushed|existing|mounted) blob: |existing manifest: |retrying [A-Z]|Copying from |Publishing \S+/\S"
    rb"|(?:INFO )?publishing index tag \S+/\S"
    rb"|\S+/\S+: digest: sha256:)"
    rb"|Error: (?:[^\n\"]{0,300}: )?(?:GET|HEAD|PUT|POST|PATCH) https?://[^\s\"/]+/v2/[^\s\"]*: "
    rb"|Error: (?:pushing image(?: to)? |failed to publish images: (?!error building ))"
    rb"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?:error during command execution: ?)?"
    rb"failed to publish images: (?!error building )",
)
# A push can end before it says anything but its error: then its command tells.
COMMAND = StartPattern(
    signs=(rb"crane ",),
    pattern=rb"\b(?:crane|gcrane) (?:[^\n]{0,160} )?"
    rb"(?:push|copy|cp|tag|blob|catalog|config|delete|digest|export|ls|manifest|pull|validate) ",
)
INSIDE = None
WHERE = (OPENING, COMMAND)
REDRAWN: frozenset[MarkKind] = frozenset()
# Requests that only a push makes, or one that says what it is for. What reads gets, and says a word of its own before
# it asks by HEAD (cmd/crane/cmd/digest.go, validate.go); a push that asks so says none.
_PUSH_ERROR = lazy_pattern(
    r"(?:[^\n\"]*: )?(?:(?:PUT|POST|PATCH) https?://[^\s/]+/v2/|GET https?://\S*push)"
    r"|HEAD https?://[^\s/]+/v2/|[^\n\"]*\b(?:writ|publish|copy)ing\b[^\n\"]*: HEAD https?://[^\s/]+/v2/"
    r"|pushing image(?: to)? |failed to publish images: (?!error building )|[^\n\"]*\bpush"
)
# The requests that the library says it tries again, as it names them, or as Go does.
_WRITES = lazy_pattern(
    r"(?i:put|post|patch) \"?https?://|/blobs/uploads/|without mount|(?i:head) \"?https?://\S+/blobs/"
)
_NAMED = lazy_pattern(r"(?:[^\n\"]*: failed to push|pushing image(?: to)?) ([^\s\"]+[./][^\s\"]*?): ")
_KINDS = {MarkKind.PUSHED: EventKind.PUSHED, MarkKind.EXISTS: EventKind.EXISTS, MarkKind.MOUNTED: EventKind.MOUNTED}
_BLOB = lazy_pattern(r"/blobs/(sha256:[0-9a-f]{64})")
# cosign's tags for a signature, an attestation and a bill of materials of an image.
_ATTACHED = lazy_pattern(r":sha256-[0-9a-f]{64}\.(?:sig|att|sbom)$")
# rules_oci tags an image right below the line that it was pushed.
_BELOW = 3
# Commands of crane and other programs by their lines; an error may be the only one.
_COMMANDS = {
    "copy": lazy_pattern(rb"\bg?crane (?:-\S+ )*(?:copy|cp) |\bCopying from |\bfailed to copy image: "),
    "ko": lazy_pattern(rb"\bPublishing |\bfailed to publish images: "),
    "apko": lazy_pattern(rb"\bpublishing index tag "),
}
_SAYS_COMMAND = {MarkKind.COMMAND, MarkKind.TARGET, MarkKind.ERROR}
_ENDS = (MarkKind.RESULT, MarkKind.ERROR)
# What ko calls its registry when it loads an image into a daemon or kind (ko-build/ko pkg/publish/{daemon,kind}.go).
_NO_REGISTRY = lazy_pattern(r"(?:ko|kind)\.local(?:/|$)")
# Why it did not come to a push (ko-build/ko pkg/commands/publisher.go, pkg/publish/kind/write.go).
_NEVER_SENT = lazy_pattern(
    r"failed to publish images: (?:importpath \"|error publishing \S+: (?:failed to \w+ image|no nodes found) )"
)
# A blob whose digest a person cut is known by what is left of it, if that is enough.
_LEFT = lazy_pattern(r"[0-9a-f]{7,}")
_STOPPED = "ko ends all its pushes when one of them fails."
_CUT_NAME = ("...", "\u2026")


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of go-containerregistry in a log."""
    groups = list(pushes_of(LINES.marks(text, WHERE), starts=_starts, ends=_ENDS))
    turns = _by_image(groups)
    found_pushes = [push for marks in turns if (push := _push(text, marks))]
    _stop_others(found_pushes)
    if turns != groups:
        interleaved = Interleaved.of(text, [mark for marks in groups for mark in marks])
        for push in found_pushes:
            push.interleaved = interleaved
    return tuple(parsed_push(text, push) for push in found_pushes)


def _stop_others(pushes: Sequence[PushBuilder]) -> None:
    """Say of the images that ko had begun when another one failed that this ended them (pkg/commands/resolver.go)."""
    failed = max((push.error.start for push in pushes if push.error), default=-1)
    for push in pushes:
        is_announced = any(mark.kind == MarkKind.TARGET and "SOURCE" not in mark.fields for mark in push.consumed)
        is_ended = push.error or any(mark.kind in {MarkKind.DIGEST, MarkKind.DONE} for mark in push.marks)
        if is_announced and not is_ended and push.consumed[-1].start < failed:
            push.add_mark(MarkKind.INTERRUPT, push.consumed[-1], WHY=_STOPPED)


def _by_image(groups: Sequence[list[Mark]]) -> list[list[Mark]]:
    """Return the marks of each push: ko pushes several images at once, and many of its lines name the image."""
    pushes: list[list[Mark]] = []
    announced: dict[str, list[Mark]] = {}
    for marks in groups:
        push: list[Mark] = []
        for mark in marks:
            named = _repository(mark)
            if named and mark.kind == MarkKind.TARGET:
                announced[named] = push
            its_push = announced.get(named, push) if named and named not in map(_repository, push) else push
            before = its_push or (pushes[-1] if pushes else [])
            if any(_is_told_again(mark, above) for above in before):
                before.append(replace(mark, kind=MarkKind.NOTE))
                continue
            # What has its end already is another push of the same image.
            (push if mark.kind in {other.kind for other in its_push} else its_push).append(mark)
        if push and pushes and _is_tagged_below(pushes[-1], push):
            pushes[-1] += push
        elif push:
            pushes.append(push)
    return pushes


def _is_told_again(mark: Mark, above: Mark) -> bool:
    """Return whether a line is the error of one above: ko's main program says again what its command said."""
    if not mark.kind == above.kind == MarkKind.ERROR:
        return False
    words, first_words = (each.fields.get("TEXT") or each.fields.get("REASON", "") for each in (mark, above))
    return words == first_words


def _is_tagged_below(push: Sequence[Mark], marks: Sequence[Mark]) -> bool:
    """Return whether lines only tell of tags for what was pushed by its digest just above, as rules_oci does it."""
    end = next((number for number, mark in enumerate(push) if mark.kind == MarkKind.RESULT), None)
    if end is None or any(map(_tagged, push[:end])) or marks[0].line - push[-1].line > _BELOW:
        return False
    image = (push[end].fields["DIGEST"], _repository(push[end]))
    return all(_tagged(mark) and (mark.fields.get("DIGEST"), _repository(mark)) == image for mark in marks)


def _repository(mark: Mark) -> str | None:
    """Return the repository that a line names; the one of its request, if it is an error."""
    if mark.kind == MarkKind.ERROR:
        return names_in([mark.fields.get("TEXT") or mark.fields.get("REASON", "")]).repository
    return host(split(mark.fields["REFERENCE"])[0])[1] if "REFERENCE" in mark.fields else None


def _starts(push: Sequence[Mark], mark: Mark) -> bool:
    """Return whether a mark begins another push: crane prints one result below the digest of a tag."""
    return mark.kind in {MarkKind.COMMAND, MarkKind.TARGET, MarkKind.FETCHED} or (
        _tagged(push[-1]) and mark.kind != MarkKind.RESULT
    )


def _tagged(mark: Mark) -> bool:
    """Return whether the line ends the push of a tag.

    The parts of an index are pushed by their digests, what belongs to an image by tags that are made of its digest.
    """
    if mark.kind != MarkKind.DIGEST:
        return False
    return "@" not in mark.fields["REFERENCE"] and _ATTACHED.search(mark.fields["REFERENCE"]) is None


def _push(text: LogText, marks: Sequence[Mark]) -> PushBuilder | None:
    if any(_NO_REGISTRY.match(mark.fields.get("REFERENCE", "")) for mark in marks):
        return None
    if marks[0].kind == MarkKind.FETCHED:
        error = next((mark for mark in marks[1:2] if mark.kind == MarkKind.ERROR), None)
        if len(marks) == 1 or answers(marks[0], error):
            return None
        marks = marks[1:]
    push = PushBuilder(
        client=Client.CRANE, why="the lines are those of go-containerregistry, which crane, ko and others use"
    )
    if marks[0].kind in _KINDS and is_below_build(text, marks[0], marks[-1]):
        push.client, push.why = Client.KANIKO, "the lines above are those of the executor"
    for mark in marks:
        _tell(text, push, mark)
    push.command = next(filter(None, (_command(text, mark) for mark in marks if mark.kind in _SAYS_COMMAND)), "")
    command = next((mark for mark in marks if mark.kind == MarkKind.COMMAND), None)
    error = next((mark for mark in marks if mark.kind == MarkKind.ERROR), None)
    if push.error and _NEVER_SENT.search(push.error.text):
        return None
    is_push_error = error and (answers(command, error) or _PUSH_ERROR.match(error.fields.get("TEXT", "push")))
    if not (is_push_error or any(map(_is_of_push, marks))):
        return None
    stamps = [(m.start, seconds(m.fields["CLOCK"].strip(), "slashes")) for m in marks if "CLOCK" in m.fields]
    began = next((m.fields["CLOCK"].strip().replace("/", "-") for m in marks if "CLOCK" in m.fields), None)
    push.clock = client_timestamps(stamps, resolution=1.0, began=began)
    return push if stamps or push.error else None


def _command(text: LogText, mark: Mark) -> str:
    """Return which program or command a line is of, if not of `crane push`."""
    line = text.data[mark.start : mark.stop]
    return next((name for name, words in _COMMANDS.items() if words.search(line)), "")


def _is_of_push(mark: Mark) -> bool:
    """Return whether a line with its time stands in a push only: a pull tries requests again, too."""
    return "CLOCK" in mark.fields and (mark.kind != MarkKind.RETRY or _WRITES.search(mark.fields["TEXT"]) is not None)


def _tell(text: LogText, push: PushBuilder, mark: Mark) -> None:
    """Add one line in the common words."""
    push.consumed.append(mark)
    fields = mark.fields
    if mark.kind in _KINDS:
        push.rows += _row(mark)
    elif mark.kind == MarkKind.RETRY:
        push.add_mark(MarkKind.RETRY, mark, TEXT=fields["TEXT"])
        if blob := _BLOB.search(fields["TEXT"].split(": ", 1)[0]):
            push.rows.append(EventRow(start=mark.start, stop=mark.stop, layer=blob[1], kind=EventKind.RETRYING, wait=0))
    elif mark.kind in {MarkKind.MANIFEST, MarkKind.RESULT}:
        _tell_result(push, mark)
    elif _tagged(mark):
        _tell_tag(push, mark)
    elif mark.kind == MarkKind.TARGET and not any(cut in fields["REFERENCE"] for cut in _CUT_NAME):
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=fields["REFERENCE"])
    elif mark.kind == MarkKind.COMMAND and (name := pushed_by(fields["COMMAND"])):
        push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=name)
    elif mark.kind == MarkKind.ERROR:
        push.error = error_at(text, mark, fields.get("REASON") or fields.get("CAUSE") or f"Error: {fields['TEXT']}")
        if match := _NAMED.match(fields.get("TEXT", "")):
            push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=match[1])


def _row(mark: Mark) -> list[EventRow]:
    """Return the row of a blob; none where nothing is left of its digest."""
    left = _LEFT.search(mark.fields.get("CUT", ""), len("sha256:"))
    layer = mark.fields.get("DIGEST") or (left[0] if left else None)
    return [EventRow(start=mark.start, stop=mark.stop, layer=layer, kind=_KINDS[mark.kind])] if layer else []


def _tell_tag(push: PushBuilder, mark: Mark) -> None:
    """Add the line that ends the push of a tag; a digest that was cut proves it as well as a whole one."""
    push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=mark.fields["REFERENCE"])
    tag = split(with_default_tag(mark.fields["REFERENCE"]))[1]
    fields = {"DIGEST": mark.fields.get("DIGEST"), "TAG": tag}
    push.add_mark(MarkKind.DIGEST, mark, **{name: text for name, text in fields.items() if text})
    if "DIGEST" not in mark.fields:
        push.add_mark(MarkKind.DONE, mark)


def _tell_result(push: PushBuilder, mark: Mark) -> None:
    """Add a manifest that is there; the last line where no digest stands above it: ko as a library prints none."""
    if mark.kind == MarkKind.MANIFEST:
        push.add_mark(MarkKind.DIGEST, mark, TAG=mark.fields["REFERENCE"], DIGEST=mark.fields["DIGEST"])
        return
    if any(m.kind == MarkKind.DIGEST for m in push.marks):
        return
    # The tag may stand in the line of the target alone.
    named = [mark.fields["REFERENCE"], *(m.fields["REFERENCE"] for m in push.marks if m.kind == MarkKind.REFERENCE)]
    tag = next((tag for name in named if (tag := split(name)[1])), None)
    push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=split(named[0])[0] or named[0])
    push.add_mark(MarkKind.DIGEST, mark, DIGEST=mark.fields["DIGEST"], **({"TAG": tag} if tag else {}))
