"""podman, buildah and skopeo: containers/image prints when the copy of a blob begins, and seldom when it ends."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.bare_error import bare_error
from pushlog.formats.clients.builder import PushBuilder, answers, error_at, parsed_push, pushes_of
from pushlog.formats.clients.containers_client import BUILDAH, COPY, OLD_BUILDAH, OPENSHIFT, client_of
from pushlog.formats.clients.containers_copy import RETRIES, add_blobs, is_of_another
from pushlog.formats.clients.other_images import stores_here
from pushlog.formats.errors.page import unquoted
from pushlog.formats.figures import elapsed
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.image_names import named_by, names_in, split
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.push_command import is_help, pushed_by, reaches_registry, short_name, with_default_tag
from pushlog.intake.log_text import plain
from pushlog.intake.start_pattern import StartPattern
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("containers.lark")
# Words of an error that only a push has; the same wrappers around other words are those of a pull into the storage.
_PUSH_ERROR = (
    r"[Ww]riting (?:blob:(?=\r?\n|\Z)|blob: (?!adding layer|storing blob)|signatures: uploading )"
    r"|[Ii]nitiating layer upload to /v2/|[Uu]ploading (?:manifest \S+|layer) to (?!cache\b)"
    r"|reuse blob(?: \S+ at destination: |(?=\r?\n|\Z))|[Pp]ushing manifest list \S+?:(?=\s|\Z)"
    r"|Error copying (?:tag|image to the remote)|[Pp]ushing image \\?\""
    r"|error copying layers and metadata for container \"docker://|blob \S+ exists in \S+/\S+: "
    r"|Failed to push image(?:: |\. Response from registry is: )|initializing destination docker://"
)
OPENING = StartPattern(
    signs=(
        rb"Getting image ",
        rb"Copying (?:blob|config) ",
        rb"Writing manifest ",
        rb"Error: pushing image ",
        rb"Pushing image ",
        rb" image ...",
        rb"push for image ",
        rb"Pushed \d",
        rb"Successfully pushed ",
    ),
    pattern=rb"Getting image (?:source|list) signatures|Copying (?:blob|config) (?:sha256:)?[0-9a-f]{10,64}\b"
    rb"|Writing manifest (?:list )?to image destination|Error: pushing image \""
    rb"|Pushing (?:image [^\s\"]+|[^\s\"]+/[^\s\"]+ image) \.\.\.|push for image \S+ failed, will retry in "
    rb"|Pushed \d+/\d+ layers, \d|Successfully pushed (?://)?[\w.-]+(?::\d+)?/[^\s@]+@sha256:",
)
# An error can be all that is left of a push; the words of a push stand anywhere in it.
INSIDE = StartPattern(
    signs=(
        rb"riting blob:",
        rb"nitiating layer upload to ",
        rb"ploading (?:manifest|layer) ",
        rb"reuse blob",
        rb"Error copying ",
        rb"error copying layers ",
        rb"ushing image ",
        rb"ushing manifest list ",
        rb" exists in ",
        rb"Failed to push image",
        rb"initializing destination ",
    ),
    pattern=_PUSH_ERROR.encode(),
)
# A push can end before it says anything but its error: then its command tells.
COMMAND = StartPattern(
    signs=(rb"podman ", rb"buildah ", rb"skopeo ", rb"docker://"),
    pattern=rb"\b(?:podman|buildah|skopeo) (?:[^\n]{0,160} )?(?:push|copy) "
    rb"| --?(?:dest|destination|to|target|src|source|from)[ =][\"']?docker://"
    rb"|\b[Cc]opy(?:ing)? (?:[^\n]{0,400} )?[\"']?docker://\S+ (?:to )?[\"']?"
    rb"(?:docker(?:-archive|-daemon)?|oci(?:-archive)?|dir|containers-storage):",
)
WHERE = (OPENING, COMMAND, INSIDE)
# A list of images is pushed by a command of its own.
_OF_MANIFEST = lazy_pattern(r"\bpodman manifest push ")
REDRAWN = frozenset({MarkKind.COPYING, MarkKind.COPIED, MarkKind.EXISTS, MarkKind.CONFIG})
_ERRORS = (MarkKind.ERROR, MarkKind.FATAL, MarkKind.BUILD_ERROR, MarkKind.OLD_ERROR)
_ENDS = (*_ERRORS, MarkKind.KEPT, MarkKind.TAGGED, MarkKind.SUCCESSFUL)
# The same lines tell of an image that is fetched or built; these stand around them then.
_NO_PUSH = {MarkKind.FETCHED, MarkKind.BUILT, MarkKind.KEPT, MarkKind.TAGGED}
_IS_PUSH_ERROR = lazy_pattern(_PUSH_ERROR)
_NAMED = lazy_pattern(
    r'[Ee]rror pushing image "([^"\s]+)": |initializing destination docker://(\S+): |" to "docker://([^"\s]+)": '
    r"|[Pp]ushing manifest list (\S+?):(?=\s|\Z)"
)
# The builder of OpenShift 3 pushes by docker, which names the repository.
_BUSY = lazy_pattern(r"\bpush (?:or pull )?([\w.-]+(?::\d+)?(?:/[\w.-]+)+) is already in progress")
# Stands for a registry that nobody names.
_SOME_REGISTRY = "$REGISTRY/"
# With --debug the library says what it asks for; only a push sends (docker/docker_client.go).
_UPLOADS = lazy_pattern(rb"\b(?:POST|PUT|PATCH) https?://[^\s\"/]+/v2/[^\s\"]+?/(?:blobs/uploads|manifests)/[^\s\"]*")
# How far below the name that a build gave its image the lines of the push can stand.
_BELOW_TAG = 8
# With --debug the library says which kinds of manifest a registry refused (copy/multiple.go, copy/single.go).
_UPLOAD_FAILED = lazy_pattern(rb"DEBU\S* Upload of manifest (?:list )?type \S+ failed: ")
_DEBUGGED = 1 << 12


def pushes(text: LogText, knowledge: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of containers/image in a log. A copy from a registry into another is one too."""
    pushes_found: list[ParsedPush] = []
    tagged: Mark | None = None
    kept = 0
    for marks in pushes_of(LINES.marks(text, WHERE), starts=_starts, ends=_ENDS):
        # A record of both streams can say that the image was loaded before it shows how.
        push = None if marks[0].kind == MarkKind.BEGIN and marks[0].line == kept else _push(text, marks, tagged)
        kept = marks[-1].line if marks[-1].kind == MarkKind.KEPT else 0
        if push:
            push.error = push.error or bare_error(text, push.consumed[-1], knowledge)
            pushes_found.append(parsed_push(text, push))
        tagged = next((mark for mark in marks if mark.kind == MarkKind.TAGGED), None if push else tagged)
    return tuple(pushes_found)


def _starts(push: Sequence[Mark], mark: Mark) -> bool:
    """Return whether a line begins another push: no retry before it announced that the copy would begin again."""
    if mark.kind != MarkKind.BEGIN:
        return mark.kind in {
            MarkKind.COMMAND,
            MarkKind.FETCHED,
            MarkKind.BUILT,
            MarkKind.TARGET,
            MarkKind.TO_REGISTRY,
        }
    last = next((m.kind for m in reversed(push) if m.kind in COPY or m.kind in RETRIES), None)
    return last is not None and last not in {*RETRIES, MarkKind.BEGIN, MarkKind.IMAGE}


def _push(text: LogText, marks: Sequence[Mark], tagged: Mark | None) -> PushBuilder | None:
    """Return a push, or None where the lines are those of an image that was fetched, built, or copied elsewhere."""
    command = next((mark for mark in marks if mark.kind == MarkKind.COMMAND), None)
    error = next((mark for mark in marks if mark.kind in _ERRORS), None)
    if error and is_of_another(marks, error, _message(text, error)):
        marks, error = [mark for mark in marks if mark is not error], None
    if command and not reaches_registry(command.fields["COMMAND"]):
        return None
    if error and not command and stores_here(_message(text, error)):
        return None
    if command and (is_help(command.fields["COMMAND"]) or not _is_of(command, marks)):
        marks, command = [mark for mark in marks if mark is not command], None
    is_push_error = error is not None and _IS_PUSH_ERROR.search(_message(text, error)) is not None
    push_marks = _of_the_push(marks, has_command=command is not None, is_push_error=is_push_error)
    copies = [mark for mark in push_marks if mark.kind in COPY]
    is_openshift = any(mark.kind in OPENSHIFT for mark in push_marks)
    is_tried = any(
        m.kind in RETRIES and (command or _IS_PUSH_ERROR.search(m.fields.get("TEXT", ""))) for m in push_marks
    )
    if not push_marks or not (copies or answers(command, error) or is_push_error or is_openshift or is_tried):
        return None
    push = PushBuilder(client=Client.UNKNOWN, why="")
    push.consumed = [
        mark for mark in push_marks if mark.kind != MarkKind.LOG or not copies or mark.line >= copies[0].line - 1
    ]
    if error:
        push.error = error_at(text, error, _message(text, error))
    push.client, push.why = client_of(push_marks, command, error, push.error.text if push.error else "")
    push.command = "manifest" if command and _OF_MANIFEST.search(command.fields["COMMAND"]) else ""
    _add_names(push, command, tagged, error)
    _add_name_of_result(push)
    _add_name_of_requests(text, push)
    add_blobs(push, push.consumed)
    _add_end(text, push, copies)
    stamped = [(mark.start, _time(mark)) for mark in push.consumed if {"STAMP", "SINCE"} & set(mark.fields)]
    push.clock = client_timestamps(stamped, resolution=1.0, whole=False)
    return push


def _is_of(command: Mark, marks: Sequence[Mark]) -> bool:
    """Return whether a command pushes by this library: `docker` does only where its lines follow."""
    is_docker = re.search(r"\b(?:podman|buildah|skopeo) ", command.fields["COMMAND"]) is None
    return not is_docker or any(mark.kind in {*COPY, MarkKind.EMULATED} for mark in marks)


def _of_the_push(marks: Sequence[Mark], *, has_command: bool, is_push_error: bool) -> Sequence[Mark]:
    """Return the marks that are those of a push; none where the image was fetched or built.

    Below the command of a push, or above an error that only a push has, the lines of a build or a pull are others'.
    """
    if not any(mark.kind in _NO_PUSH for mark in marks):
        return marks
    if not has_command and not is_push_error:
        return []
    fetched = max((number for number, mark in enumerate(marks) if mark.kind == MarkKind.FETCHED), default=None)
    if fetched is not None and not has_command:
        ends = (n for n, mark in enumerate(marks) if mark.kind in {MarkKind.MANIFEST, MarkKind.STORED} and n > fetched)
        marks = marks[max(ends, default=fetched) + 1 :]
    return [mark for mark in marks if mark.kind not in _NO_PUSH]


def _time(mark: Mark) -> float:
    return seconds(mark.fields["STAMP"], "iso") if "STAMP" in mark.fields else elapsed(mark.fields["SINCE"])


def _message(text: LogText, mark: Mark) -> str:
    """Return the text of an error without the words of logrus or klog around it."""
    if mark.kind == MarkKind.ERROR:
        return f"Error: {mark.fields['TEXT']}"
    if mark.kind == MarkKind.OLD_ERROR:
        return next(mark.fields[name] for name in ("OLD_ERROR", "BARE_ERROR", "MIRROR_ERROR") if name in mark.fields)
    if mark.kind == MarkKind.BUILD_ERROR:
        line = plain(text.data[mark.start : mark.stop])
        return line[re.search(r"(?:[Ee]rror: )?[Bb]uild error: |\Z", line).start() :]  # type: ignore[union-attr] # \Z is always there
    return unquoted(mark.fields["QUOTED"]) if "QUOTED" in mark.fields else mark.fields["TEXT"]


def _add_names(push: PushBuilder, command: Mark | None, tagged: Mark | None, error: Mark | None) -> None:
    """Add the references that lines name: the builder's push_marks, the command's, the build's above, the error's."""
    first = push.consumed[0]
    if command and (name := _named(command.fields["COMMAND"])):
        push.add_mark(MarkKind.REFERENCE, command, REFERENCE=with_default_tag(name))
    elif tagged and not command and 0 < first.line - tagged.line <= _BELOW_TAG and "." in tagged.fields["REFERENCE"]:
        push.add_mark(MarkKind.REFERENCE, first, REFERENCE=with_default_tag(tagged.fields["REFERENCE"]))
    for mark in push.consumed:
        if mark.kind in {MarkKind.TARGET, MarkKind.TO_REGISTRY} or (
            mark.kind in RETRIES and "REFERENCE" in mark.fields
        ):
            push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=with_default_tag(mark.fields["REFERENCE"]))
    if error and push.error:
        forms = (form.search(push.error.text) for form in (BUILDAH, OLD_BUILDAH, _NAMED))
        if match := next(filter(None, forms), None):
            push.add_mark(MarkKind.REFERENCE, error, REFERENCE=with_default_tag(next(filter(None, match.groups()))))
        elif (busy := _BUSY.search(push.error.text)) and not any(m.kind == MarkKind.REFERENCE for m in push.marks):
            push.add_mark(MarkKind.REFERENCE, error, REFERENCE=busy[1])
    retry = next((mark for mark in reversed(push.consumed) if mark.kind == MarkKind.RETRY), None)
    if retry and not error and not any(mark.kind == MarkKind.REFERENCE for mark in push.marks):
        tried = named_by(retry.fields["TEXT"])
        if tried.registry:
            push.add_mark(MarkKind.REFERENCE, retry, REFERENCE=f"{tried.registry}/{tried.repository or ''}")


def _add_name_of_result(push: PushBuilder) -> None:
    """Add the reference in the last line of OpenShift's builder, which has no tag, where no other line names one."""
    result = next((mark for mark in push.consumed if mark.kind == MarkKind.RESULT), None)
    if result and not any(mark.kind == MarkKind.REFERENCE for mark in push.marks):
        push.add_mark(MarkKind.REFERENCE, result, REFERENCE=result.fields["REFERENCE"])


def _add_name_of_requests(text: LogText, push: PushBuilder) -> None:
    """Add the image to which the library uploaded, as it says with --debug, where nothing else names a registry."""
    marks = [mark for mark in push.marks if mark.kind == MarkKind.REFERENCE]
    if any(not mark.fields["REFERENCE"].startswith(_SOME_REGISTRY) for mark in marks):
        return
    last = max(push.consumed[-1].stop, push.error.stop if push.error else 0)
    requests = _UPLOADS.finditer(text.data, push.consumed[0].start, last)
    asked = [names_in([request[0].decode("utf-8", "replace")]) for request in requests]
    if image := next((image for image in asked if image.tags), asked[0] if asked else None):
        tag = next(iter(image.tags), None) or next((split(mark.fields["REFERENCE"])[1] for mark in marks), None)
        name = f"{image.registry}/{image.repository}{f':{tag}' if tag else ''}"
        push.marks = [mark for mark in push.marks if mark not in marks]
        push.add_mark(MarkKind.REFERENCE, push.consumed[0], REFERENCE=name)


def _named(command: str) -> str | None:
    """Return the reference in a command. Where it names no registry, `registries.conf` or the storage decides."""
    if name := pushed_by(command):
        return name
    name = short_name(command)
    return f"{_SOME_REGISTRY}{name}" if name else None


def _add_end(text: LogText, push: PushBuilder, copies: Sequence[Mark]) -> None:
    """Add how the push ended: the builder's push_marks words, else the last line of the copy."""
    if push.error:
        return
    last = next((mark for mark in reversed(push.consumed) if mark.kind in COPY or mark.kind in RETRIES), None)
    successful = next((mark for mark in push.consumed if mark.kind == MarkKind.SUCCESSFUL), None)
    # Old builders print the digest before they know that the push went well.
    result = next((mark for mark in reversed(push.consumed) if mark.kind == MarkKind.RESULT), None)
    if result and (successful or not any(mark.kind in RETRIES and mark.start > result.start for mark in push.consumed)):
        push.add_mark(
            MarkKind.DIGEST, replace(result, start=(successful or result).start), DIGEST=result.fields["DIGEST"]
        )
    if successful:
        push.add_mark(MarkKind.DONE, successful)
    elif copies and last is copies[-1] and not _UPLOAD_FAILED.search(text.data, last.stop, last.stop + _DEBUGGED):
        if last.kind in {MarkKind.STORED, MarkKind.PRESENT}:
            push.add_mark(MarkKind.DONE, last)
        elif last.kind == MarkKind.MANIFEST:
            push.add_mark(MarkKind.LAST_WORD, last)
