"""What a program says in lines of its own around a push whose own lines do not: its image, and that it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import names_in, split
from pushlog.intake.mapped import find
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText, Piece

# A name with its registry, as such lines have it.
_NAME = r"(?:localhost|[a-z0-9][\w.-]*[.:][\w.:-]*\w)(?:/[a-z0-9*][\w.*-]*)+"
# Tilt; Concourse's registry-image resource (cmd/out), which names all tags at once.
_TARGET = lazy_pattern(rf"\bSTEP \d+/\d+ \S Pushing (?P<name>{_NAME}):(?P<tags>\w[\w.-]*)")
_TAGS = lazy_pattern(rf"\bpushing tag\(s\) (?P<tags>\w[\w.-]*(?:, \w[\w.-]*)*)(?: to (?P<name>{_NAME}))?\s*$")
# flyctl, below a push whose header was cut off (internal/command/deploy/deploy_build.go).
_BUILT = lazy_pattern(rf"\s*image: (?P<name>{_NAME}):(?P<tags>\w[\w.-]*)\s*$")
_WORDS = (b"STEP ", b"pushing tag(s) ")
_ABOVE = 20
# superfly/flyctl internal/build/imgsrc; okteto/okteto cmd/build; concourse/registry-image-resource commands/out.go.
_DONE = {
    "fly": lazy_pattern(r"\s*--> Pushing image done\b"),
    "okteto": lazy_pattern(r"\W*Image '[^'\n]+' successfully pushed\s*$"),
    "concourse": lazy_pattern(r"(?:\x1b\[\d+m)?INFO(?:\x1b\[0?m)?\[\d+\] pushed\s*$"),
}
# Tilt begins its next step, and tells what each took, only where the push went well: tilt-dev/tilt
# internal/build/pipeline_state.go, internal/engine/buildcontrol/image_build_and_deployer.go.
_GOES_ON = lazy_pattern(r"\bSTEP (?P<next>\d+)/\d+ \S |\bStep (?P<took>\d+) - \d+\.\d+s\b")
_STEP = lazy_pattern(r"\bSTEP (?P<step>\d+)/\d+ \S Pushing ")
_BELOW = 8


def with_announced_name(text: LogText, push: ParsedPush) -> ParsedPush:
    """Return a push with the name and tags that the nearest such line gives it, where it has no tag of its own."""
    own_fields = [mark.fields for mark in push.marks if mark.kind != MarkKind.MENTION]
    named = [split(fields[key]) for fields in own_fields for key in ("REFERENCE", "NAME") if key in fields]
    if push.wrapper == "fly" and not named:
        return _with_name_below(text, push)
    if any(tag for _, tag in named) or any("TAG" in fields for fields in own_fields):
        return push
    start = text.start_of(max(1, push.lines[0] - _ABOVE))
    if not any(find(text.data, words, start, push.stop) >= 0 for words in _WORDS):
        return push
    for piece, match in reversed([*_announced(text, start, push.stop)]):
        # Versions of Concourse's resource say the tags alone, for what its requests name below.
        name = match["name"] or _own_name(push)
        if name and all(name.endswith(other) for other, _ in named):
            return replace(push, marks=(*push.marks, _reference(piece, name, match["tags"] or "")))
        if not name and not named:
            tags = (match["tags"] or "").split(", ")
            return replace(push, marks=(*push.marks, *(_mark(MarkKind.NAME, piece, {"TAG": tag}) for tag in tags)))
    return push


def _own_name(push: ParsedPush) -> str | None:
    """Return the name of a push that its own requests tell."""
    texts = [mark.fields["TEXT"] for mark in push.marks if mark.kind == MarkKind.RETRY]
    image = names_in([*texts, push.error.text if push.error else ""])
    return f"{image.registry}/{image.repository}" if image.registry and image.repository else None


def _with_name_below(text: LogText, push: ParsedPush) -> ParsedPush:
    """Return a push with the image that fly names below it, if that has the tag of its last line."""
    tags = {mark.fields["TAG"] for mark in push.marks if "TAG" in mark.fields}
    end = text.bounds(min(push.lines[1] + _BELOW, text.lines))[1]
    for piece in text.pieces(min(push.stop + 1, end), end):
        if (match := _BUILT.match(piece.text)) and match["tags"] in tags:
            return replace(push, marks=(*push.marks, _reference(piece, match["name"], match["tags"])))
    return push


def _reference(piece: Piece, name: str, tags: str) -> Mark:
    return _mark(MarkKind.REFERENCE, piece, {"REFERENCE": name, "TAGS": tags})


def _mark(kind: MarkKind, piece: Piece, fields: dict[str, str]) -> Mark:
    return Mark(kind=kind, start=piece.start, stop=piece.stop, line=piece.line, fields=fields)


def with_announced_end(text: LogText, push: ParsedPush) -> ParsedPush:
    """Return a push with its end where no line of the client tells it: these programs say so below it, Tilt goes on."""
    is_open = push.error is None and not push.last(MarkKind.DIGEST, MarkKind.DONE, MarkKind.AUX)
    if not is_open or push.wrapper not in (*_DONE, "tilt"):
        return push
    begin = text.start_of(max(1, push.lines[0] - _ABOVE))
    steps = [match for piece in text.pieces(begin, push.stop + 1) if (match := _STEP.search(piece.text))]
    end = min(len(text.data), text.bounds(min(push.lines[1] + _BELOW, text.lines))[1])
    says_so = _DONE.get(push.wrapper)
    for piece in text.pieces(min(push.stop + 1, end), end):
        if (says_so and says_so.match(piece.text)) or _goes_on(piece.text, steps):
            done = Mark(kind=MarkKind.DONE, start=piece.start, stop=piece.stop, line=piece.line, fields={})
            return replace(push, marks=(*push.marks, done), stop=piece.stop, lines=(push.lines[0], piece.line))
    return push


def _goes_on(line: str, steps: list[re.Match[str]]) -> bool:
    """Return whether a line of Tilt begins the step behind the last one, or tells what that took."""
    match = _GOES_ON.search(line) if steps else None
    if match is None:
        return False
    return match["took"] == steps[-1]["step"] or int(match["next"] or 0) == int(steps[-1]["step"]) + 1


def _announced(text: LogText, start: int, stop: int) -> Iterator[tuple[Piece, dict[str, str | None]]]:
    for piece in text.pieces(start, stop):
        match = _TARGET.search(piece.text) or _TAGS.search(piece.text)
        if match:
            yield piece, match.groupdict()
