"""Programs that say of a push where it goes, and a word when it is done: Docker Hub's builder, Concourse's resource.

Others name what they pushed once it is there: Flux, docker-maven-plugin, and programs that push policies, bundles and
modules. Docker Hub's says the same word when it has fetched layers for its cache. A push that failed ends with an
error, which other dialects read.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.formats.clients.builder import PushBuilder, parsed_push
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import MarkKind
from pushlog.formats.reference import reference, split
from pushlog.intake.start_pattern import StartPattern
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("few_words.lark")
OPENING = StartPattern(
    signs=(rb"Pushing index\.", rb"pushing sha256:", rb"pushing tag\(s\) "),
    pattern=rb"Pushing index\.docker\.io/[^\s\"']+\.\.\.(?=\r?\n|\Z)"
    # With its level: BuildKit says the same of a manifest.
    rb"|(?:\x1b\[\d+m)?INFO(?:\x1b\[0?m)?\[\d+\] pushing"
    rb" (?:sha256:[0-9a-f]{64} to [\w.-]+(?::\d+)?/|tag\(s\) \w)",
)
INSIDE = StartPattern(
    signs=(
        rb"pushing artifact to ",
        rb"pushing bundle to: ",
        rb"pushed bundle with digest: ",
        rb"artifact successfully pushed to ",
        rb"Successfully validated and pushed to ",
        rb"Pushed (?:Tekton Bundle to |[\w.-]+[:/])",
        rb" pushed successfully, with digest \"sha256:",
        rb"Policy successfully pushed: ",
        rb"Successfully pushed ",
        rb"Published image ",
        rb"Pushed image ",
        rb"Store stage into ",
        rb"` successfully pushed to docker registry `http",
    ),
    pattern=rb"pushing artifact to [\w.-]+(?::\d+)?/|pushing bundle to: [\w.-]+[:/]"
    rb"|pushed bundle with digest: sha256:|artifact successfully pushed to [\w.-]+[:/]"
    rb"|Successfully validated and pushed to [\w.-]+[:/]|Pushed (?:Tekton Bundle to |[\w.-]+(?::\d+)?/\S+(?=\s|\Z))"
    rb"|Pushed sha256:[0-9a-f]{64} to [\w.-]+(?::\d+)?/"
    rb"|Successfully pushed (?:[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w-]+:\d+)/[\w./-]+:[\w.-]+(?=\s|\Z)"
    rb"|Bundle (?:tag )?\S+ pushed successfully, with|Policy successfully pushed: \S+@sha256:"
    rb"|Successfully pushed (?:image:|(?:docker|podman) image) [\w.-]+[:/]"
    rb"|Successfully pushed image '[\w./:-]{1,300}' to registry '[\w.-]+"
    rb"|Image `[\w./:-]{1,300}` successfully pushed to docker registry `https?://"
    rb"|(?<=[\"'])Pushed image (?:[\w./:-]{1,300} to )?[\w.-]+(?::\d+)?/[^\s\"']+[\"']"
    rb"|Published image [\w.-]+(?::\d+)?/\S+(?=\s|\Z)|Store stage into (?!\.)[\w.-]+(?::\d+)?/\S+ \(\d",
)
WHERE = (OPENING, INSIDE)
REDRAWN: frozenset[MarkKind] = frozenset()
# Docker Hub's tries five times, with a line for each, and an empty line can stand between.
_BELOW = 2
# Concourse's resource names its requests where it was asked to debug (hashicorp/go-retryablehttp).
_REQUESTS = lazy_pattern(rb"(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[DEBUG\] [^\n]*(?:\n|\Z)|\s+)*+")
_CRANE = lazy_pattern(rb" (?:retrying [A-Z]+ http|(?:pushed|existing|mounted) blob: )")
# A script says that it pushed whatever came of it: its word counts where nothing else tells of a push or a failure.
_TELLS = lazy_pattern(
    rb"push refers to|: Pushed|pushing (?:layer|manifest)|Copying blob|digest: sha256|failed to push|Failed to push"
)
_TOLD_ABOVE = 1 << 16
# The error of its own push stands just above; an error further up is one of another step.
_FAILS = lazy_pattern(rb"[Ee]rror|ERROR|[Ff]ail|FAIL|denied|refused|nauthorized|timeout|timed out|\bEOF\b|no such host")
_FAILS_ABOVE = 1 << 12
_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}")
# How a line says where a push goes; docker is told that an image is pushed, too.
_ANNOUNCED = {MarkKind.TARGET, MarkKind.IMAGE}
# The push itself can take its time between what is said before it and behind.
_NAMED_ABOVE = 40
# The images of a list, one for each platform.
_PARTS = 20
# It pushes with docker, Concourse with the library of crane.
_HUB = "HUB"
# A line that names an image and says that it was pushed, and its time if ACR Tasks print it. sbt, Quarkus and Ansible
# drive docker, too.
_WORD, _ACR = "WORD", "ACR"
_IMG = "Successfully pushed "
_SBT, _ANSIBLE = "Published image ", "Pushed image "
_QUARKUS = "Successfully pushed docker image "
# Its modules say the same of what they only would push (plugins/modules/docker_image.py; lib/ansible/plugins/callback/
# default.py, check_mode_markers).
_ANSIBLE_STEPS = lazy_pattern(rb"(?:TASK|HANDLER) \[[^\n]*|ansible-playbook [^\n]*")
_CHECK_MODE = lazy_pattern(rb"\] \[CHECK MODE\]|\s(?:--check|-[a-zA-BD-Z]*C)(?:\s|\Z)")
# How werf begins and ends the step that stores a stage.
_STEP = b"Store stage into "


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes that went well, and one that the log ends with."""
    return tuple(parsed_push(text, _push(marks)) for marks in _each_push(text, LINES.marks(text, WHERE)))


def without_hearsay(pushes: Sequence[ParsedPush]) -> list[ParsedPush]:
    """Return pushes without those that a script only says it made, where a client tells what came of that image."""
    if not any(map(_is_hearsay, pushes)):
        return list(pushes)
    repositories = {reference(p.marks).repository for p in pushes if not _is_hearsay(p)}
    believed: list[ParsedPush] = []
    images: set[tuple[str | None, str | None, tuple[str, ...]]] = set()
    for push in pushes:
        image = reference(push.marks)
        if not _is_hearsay(push):
            believed.append(push)
            continue
        name = (image.registry, image.repository, tuple(image.tags))
        if not {None, image.repository} & repositories and name not in images:  # a summary says it again
            believed.append(push)
            images.add(name)
    return believed


def _is_hearsay(push: ParsedPush) -> bool:
    return any(_WORD in mark.fields for mark in push.marks)


def _each_push(text: LogText, marks: Iterator[Mark]) -> Iterator[list[Mark]]:
    """Return the lines of each push that ends with the word of success, or with the log."""
    all_marks = [_with_whole_name(mark) for mark in marks]
    yield from ([mark] for mark in _untold(text, [mark for mark in all_marks if _WORD in mark.fields]))
    push: list[Mark] = []
    announced: list[Mark] = []
    marks_in_order = [mark for mark in all_marks if _WORD not in mark.fields]
    for number, mark in enumerate(marks_in_order):
        if mark.kind == MarkKind.NAMING or ("STORED" in mark.fields and _is_told_inside(text, mark)):
            continue
        announced = [above for above in announced if mark.line - above.line <= _NAMED_ABOVE]
        if mark.kind == MarkKind.RESULT:
            if any(_is_part(mark, below) for below in marks_in_order[number + 1 : number + 1 + _PARTS]):
                continue
            alike = [above for above in announced if _announces(above, mark)]
            announced = [above for above in announced if above not in alike]
            named = [m for m in marks_in_order[number + 1 : number + 2] if _names_below(m, mark)]
            # Of several that are under way at once, the line does not say which it means.
            yield [mark, *(alike if len({above.fields["HOSTED"] for above in alike}) == 1 else []), *named]
            push = []
            continue
        if mark.kind in _ANNOUNCED:
            announced.append(mark)
        push = [mark] if mark.kind in _ANNOUNCED else [*push, mark]
        is_near = all(_is_below(text, above, below) for above, below in pairwise(push))
        if mark.kind == MarkKind.DONE:
            if push[0].kind in _ANNOUNCED and is_near and _are_alike(push) and not _is_told_between(text, push):
                below = marks_in_order[number + 1 : number + 2]
                yield [*push, *(m for m in below if m.kind == MarkKind.DIGEST and m.line - mark.line <= _BELOW)]
            push = []
    if push and push[0].kind == MarkKind.TARGET and _behind_requests(text, push[-1]) >= len(text.data):
        yield push


def _is_below(text: LogText, above: Mark, below: Mark) -> bool:
    return below.line - above.line <= _BELOW or _behind_requests(text, above) == below.start


def _is_told_between(text: LogText, push: list[Mark]) -> bool:
    """Return whether the library of crane tells of the push itself, below the tags that Concourse's resource names."""
    return "TAGS" in push[0].fields and _CRANE.search(text.data, push[0].stop, push[-1].start) is not None


def _behind_requests(text: LogText, mark: Mark) -> int:
    """Return the offset behind the empty lines and requests below a mark."""
    requests = _REQUESTS.match(text.data, mark.stop)
    return requests.end() if requests else mark.stop


def _with_whole_name(mark: Mark) -> Mark:
    """Return a mark with the name of its image in one piece, where a program prints its registry apart."""
    if "HOST" not in mark.fields:
        return mark
    name, registry = mark.fields["NAME"], mark.fields["HOST"]
    whole = name if name.startswith(f"{registry}/") else f"{registry}/{name}"
    return replace(mark, fields={**mark.fields, "HOSTED": whole})


def _untold(text: LogText, words: Sequence[Mark]) -> Iterator[Mark]:
    """Yield the words of scripts above which no client tells of a push."""
    # Up to where its lines were looked for, and where the last of them stands.
    searched, last_told = 0, -_TOLD_ABOVE - 1
    for mark in words:
        begin = max(searched, mark.start - _TOLD_ABOVE)
        last_told = max((match.start() for match in _TELLS.finditer(text.data, begin, mark.start)), default=last_told)
        searched = max(searched, mark.start)
        is_tried_out = mark.fields[_WORD].startswith(_ANSIBLE) and _is_tried_out(text, mark)
        if is_tried_out or (mark.fields[_WORD] == _IMG and not _is_begun_above(text, mark)):
            continue
        if mark.start - last_told > _TOLD_ABOVE and not _FAILS.search(
            text.data, max(0, mark.start - _FAILS_ABOVE), mark.start
        ):
            yield mark


def _is_tried_out(text: LogText, word: Mark) -> bool:
    """Return whether the task that Ansible runs there, or the command that started it, is in check mode."""
    steps = [step[0] for step in _ANSIBLE_STEPS.finditer(text.data, max(0, word.start - _TOLD_ABOVE), word.start)]
    latest = {step.startswith(b"ansible"): step for step in steps}
    return any(_CHECK_MODE.search(step) for step in latest.values())


def _is_begun_above(text: LogText, word: Mark) -> bool:
    """Return whether the line above says that the same image is being pushed, as img does."""
    above = text.pieces(text.start_of(max(1, word.line - _BELOW)), word.start)
    return any(piece.text.endswith(f"Pushing {word.fields['HOSTED']}...") for piece in above)


def _are_alike(push: list[Mark]) -> bool:
    """Return whether the lines of a push name the same image, or none."""
    return len({split(mark.fields["HOSTED"])[0] for mark in push if "HOSTED" in mark.fields}) < 2


def _announces(target: Mark, result: Mark) -> bool:
    """Return whether a line said that the image of another one would be pushed."""
    name, pushed = target.fields.get("HOSTED", ""), result.fields["HOSTED"]
    return split(name)[0] == split(pushed)[0]


def _is_part(result: Mark, below: Mark) -> bool:
    """Return whether an image was pushed by its digest for a list that is pushed below with its tag."""
    tag, next_tag = (split(mark.fields.get("HOSTED", ""))[1] for mark in (result, below))
    is_next = below.kind == MarkKind.RESULT and below.line - result.line <= _NAMED_ABOVE
    return is_next and tag is None and next_tag is not None and _announces(result, below)


def _is_told_inside(text: LogText, result: Mark) -> bool:
    """Return whether docker's own lines stand between the begin of a step of werf and its end."""
    begin = text.data.rfind(_STEP, max(0, result.start - _TOLD_ABOVE), result.start)
    return begin >= 0 and _TELLS.search(text.data, begin, result.start) is not None


def _names_below(name: Mark, result: Mark) -> bool:
    """Return whether a line names the image that the line above it says is there."""
    return name.kind == MarkKind.NAMING and name.line - result.line <= _BELOW and _announces(name, result)


def _push(marks: list[Mark]) -> PushBuilder:
    if "HOSTED" in marks[0].fields:
        return _named_push(marks)
    fields = marks[0].fields
    name = fields.get(_HUB) or fields.get("REFERENCE", "")
    tags = fields.get("TAGS", "")
    is_hub = _HUB in fields
    push = PushBuilder(
        client=Client.DOCKER if is_hub else Client.CRANE,
        why=f"the lines are those of {'the builder of Docker Hub' if is_hub else 'a resource of Concourse'}",
        consumed=marks,
    )
    if name:
        push.add_mark(
            MarkKind.REFERENCE, marks[0], REFERENCE=name.removeprefix("index."), **({"TAGS": tags} if tags else {})
        )
    for mark in marks:
        if mark.kind == MarkKind.RETRY:
            push.add_mark(MarkKind.RETRY, mark, WAIT=mark.fields["SECONDS"], TEXT="")
    if "DIGEST" in fields and marks[-1].kind == MarkKind.DONE:
        push.add_mark(MarkKind.DIGEST, marks[-1], TAG=split(name)[1] or "", DIGEST=fields["DIGEST"])
    for tag in [] if name else filter(None, tags.split(", ")):
        push.add_mark(MarkKind.DIGEST if marks[-1].kind == MarkKind.DONE else MarkKind.NAME, marks[-1], TAG=tag)
    if marks[-1].kind == MarkKind.DONE:
        push.add_mark(MarkKind.DONE, marks[-1])
    return push


def _named_push(marks: list[Mark]) -> PushBuilder:
    """Return the push of a program that names what it pushes."""
    fields = marks[0].fields
    drives_docker = fields.get(_WORD, "").startswith((_SBT, _ANSIBLE, _QUARKUS))
    is_engine = "ENGINE" in fields or "HOST" in fields or _ACR in fields or drives_docker
    client = Client.DOCKER if is_engine else Client.UNKNOWN
    push = PushBuilder(client=client, why="the line says that something was pushed", consumed=marks)
    names = [mark.fields["HOSTED"] for mark in marks if "HOSTED" in mark.fields]
    name = next((name for name in names if split(name)[1]), names[0])
    push.add_mark(MarkKind.REFERENCE, marks[0], REFERENCE=name)
    result = next((mark for mark in marks if mark.kind in {MarkKind.RESULT, MarkKind.DONE}), None)
    digest = next((mark for mark in marks if mark.kind == MarkKind.DIGEST), None)
    if digest:
        push.add_mark(MarkKind.DIGEST, digest, TAG=split(name)[1] or "", DIGEST=digest.fields["DIGEST"])
    if result and _WORD in result.fields:
        push.add_mark(MarkKind.DONE if _ACR in result.fields else MarkKind.LAST_WORD, result, WORD=result.fields[_WORD])
    elif result:
        if _DIGEST.fullmatch(result.fields.get("CUT", "")):
            push.add_mark(MarkKind.DIGEST, result, TAG=split(name)[1] or "", DIGEST=result.fields["CUT"])
        push.add_mark(MarkKind.DONE, result)
    return push
