"""The image that a command asked for, where no line of its push names it: above the push, or beside it in a text."""

from __future__ import annotations

from dataclasses import replace
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.clients.buildkit_command import names_of_build
from pushlog.formats.image_names import host, split
from pushlog.formats.marks import HEADERS, Mark, MarkKind
from pushlog.formats.push_command import pushed_by, reaches_registry, short_name, with_default_tag
from pushlog.formats.reference import reference
from pushlog.formats.target import CHART, chart_tag, target_of
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText, Piece
    from pushlog.model import Reference

# How many lines above a push its command can stand, and below it, where a person tells how to repeat it.
_ABOVE, _BELOW = 300, 40
# These print the lines of a build between their command and the push.
_BUILDERS = {Client.BUILDX, Client.KANIKO}
# What Helm says of a chart that it packed, and how far above its push that stands.
_PACKAGED, _NEAR = b"packaged chart", 60
# A command that goes on in further lines has so many at most, and so many bytes.
_LINES, _LONGEST = 40, 1 << 14
_CONTAINERS = r"(?:podman|buildah|skopeo|docker)"
# The command of each client from its name on; quotes and the code of Markdown end it.
_COMMANDS = {
    Client.BUILDX: r"(?:docker|depot|nerdctl|buildctl)(?:\.exe)? (?:[^\n`]* )?(?:build|buildx b) ",
    Client.PODMAN: r"(?:podman|docker) (?:[^\n`]* )?push ",
    Client.BUILDAH: r"buildah (?:[^\n`]* )?push ",
    Client.SKOPEO: r"skopeo (?:[^\n`]* )?copy ",
    Client.UNKNOWN: rf"{_CONTAINERS} (?:[^\n`]* )?(?:push|copy) ",
    Client.CRANE: r"g?crane (?:[^\n`]* )?(?:push|copy|cp) ",
    Client.NERDCTL: r"(?:nerdctl|finch|ctr) (?:[^\n`]* )?push ",
    Client.HELM: r"helm3? +(?:[^\n`]* )?push ",
    Client.ORAS: r"oras (?:[^\n`]* )?(?:push|attach|copy|cp) ",
    Client.IMGPKG: r"imgpkg (?:[^\n`]* )?push ",
    Client.KANIKO: r"(?:executor|kaniko\S*)\b[^\n`]* (?=(?:--destination|-d)[ =])",
}
_PATTERNS = {client: lazy_pattern(rf"(?<![\w-])(?:{form})[^\n`]*") for client, form in _COMMANDS.items()}
# What a step of a build printed is no command of the job.
_OF_A_STEP = lazy_pattern(r"#\d+ ")
# A word that stands in every such command: a builder's lines hold those of the others by the thousand.
_WORDS = {Client.BUILDX: (b" build ", b" b "), Client.KANIKO: (b"destination", b" -d ")}
_WORDS_OF_COPIES = (b"\npush ", b" push ", b" copy ", b" cp ", b" attach ")
# The clients that add a tag themselves.
_DEFAULTS = {
    Client.BUILDX,
    Client.BUILDAH,
    Client.CRANE,
    Client.IMGPKG,
    Client.KANIKO,
    Client.NERDCTL,
    Client.PODMAN,
    Client.SKOPEO,
    Client.UNKNOWN,
}
_WITH_DIGEST = lazy_pattern(r"(?<![\w/.:-])([\w.-]+(?::\d+)?(?:/[\w.-]+)+(?::[\w.-]+)?)@(sha256:[0-9a-f]{64})")
_OF_IMGPKG = lazy_pattern(r"\s(?:--(?:image|bundle)|-[ib])[ =][\"']?([^\s\"'`,;|&]+)")
_DESTINATION = lazy_pattern(r"\s(?:--destination|-d)[ =][\"']?([^\s\"'`,;|&]+)")


def with_name_asked_for(text: LogText, pushes: Sequence[ParsedPush], number: int) -> ParsedPush:
    """Return a push with the name that its command has, where its own lines tell no repository or no tag.

    The nearest command above counts; one below only if it is the only one, as people tell how to repeat a failure.
    """
    push = pushes[number]
    is_asked = push.client in _PATTERNS
    if not is_asked and push.last(*HEADERS):
        return push
    image = reference(push.marks, push.error.text if push.error else "")
    named = None
    if image.repository is None and image.digest:
        named = _named_with_digest(text, push, image.digest)
    elif is_asked and image.registry and image.repository and not image.tags:
        named = _package(text, push, image.registry, image.repository)
    if named:
        return replace(push, marks=(*push.marks, named))
    if not is_asked or (image.repository and image.tags):
        return push
    command = _command_above(text, pushes, number) or (_command_below(text, push) if len(pushes) == 1 else None)
    if command is None:
        return push
    piece, names = command
    fitting = [name for name in names if _fits(name, image)]
    # Which of several repositories refused the push, the command can't tell.
    if len({host(split(name)[0]) for name in fitting}) != 1:
        return push
    return replace(push, marks=(*push.marks, *_marks(piece, fitting)))


def _named_with_digest(text: LogText, push: ParsedPush, digest: str) -> Mark | None:
    """Return the name that a line below has for the digest of a push: that of the image, if all have the same."""
    start, stop = text.stop_of(push.lines[1]), text.stop_of(min(text.lines, push.lines[1] + _BELOW))
    names_below = {
        name[1]: piece
        for piece in text.pieces(start, stop)
        for name in _WITH_DIGEST.finditer(piece.text)
        if name[2] == digest
    }
    if len(names_below) != 1:
        return None
    name, piece = names_below.popitem()
    return next(_marks(piece, [name]))


def _package(text: LogText, push: ParsedPush, registry: str, repository: str) -> Mark | None:
    """Return the tag of a chart, which the file has that Helm packaged or pushed near above."""
    if push.client not in {Client.HELM, Client.UNKNOWN}:
        return None
    start, stop = text.start_of(max(1, push.lines[0] - _NEAR)), text.stop_of(push.lines[1])
    if text.data.find(b"helm ", start, stop) < 0 and text.data.find(_PACKAGED, start, stop) < 0:
        return None
    lines = text.data[start:stop].decode("utf-8", "replace")
    tags = [chart_tag(chart) for chart in CHART.finditer(lines) if chart[1] == repository.rpartition("/")[2]]
    if not tags:
        return None
    fields = {"REFERENCE": f"{registry}/{repository}:{tags[-1].partition(':')[2]}"}
    line = push.lines[0]
    return Mark(kind=MarkKind.REFERENCE, start=text.start_of(line), stop=text.stop_of(line), line=line, fields=fields)


def _command_above(text: LogText, pushes: Sequence[ParsedPush], number: int) -> tuple[Piece, list[str]] | None:
    """Return the nearest command above a push and below the one before it, with its names."""
    push = pushes[number]
    first = pushes[number - 1].lines[1] + 1 if number else 1
    if push.client not in _BUILDERS:
        first = max(first, push.lines[0] - _ABOVE)
    return next(_commands(text, first, push.lines[0], push.client), None)


def _command_below(text: LogText, push: ParsedPush) -> tuple[Piece, list[str]] | None:
    """Return the command below a push with its names, if all that stand there say the same."""
    commands = list(_commands(text, push.lines[1] + 1, push.lines[1] + _BELOW, push.client))
    return commands[-1] if len({tuple(names) for _, names in commands}) == 1 else None


def _marks(piece: Piece, names: Sequence[str]) -> Iterator[Mark]:
    tags = [tag for name in names if (tag := split(name)[1])]
    fields = {"REFERENCE": names[0], **({"TAGS": ", ".join(dict.fromkeys(tags))} if tags else {})}
    yield Mark(kind=MarkKind.REFERENCE, start=piece.start, stop=piece.stop, line=piece.line, fields=fields)


def _fits(name: str, image: Reference) -> bool:
    """Return whether a command can have asked for what the push tells of its image."""
    registry, repository = host(split(name)[0])
    return (image.registry in (None, registry)) and (image.repository in (None, repository))


def _commands(text: LogText, first: int, last: int, client: Client) -> Iterator[tuple[Piece, list[str]]]:
    """Yield the commands of a client between two lines, the last one first, each with the names that it pushes to."""
    words_of = _WORDS.get(client, _WORDS_OF_COPIES)
    for pieces in _spoken_lines(text, words_of, text.start_of(first), text.start_of(last)):
        piece = next(pieces, None)
        if piece is None or _OF_A_STEP.match(piece.text):
            continue
        words = piece.text
        for further in islice(pieces, _LINES):
            if not words.endswith("\\"):
                break
            words = f"{words[:-1].rstrip()} {further.text.strip()}"
        match = _PATTERNS[client].search(words)
        if match and (names := _names(match[0].strip().rstrip("\\"), client)):
            yield piece, names


def _spoken_lines(text: LogText, words: Sequence[bytes], start: int, stop: int) -> Iterator[Iterator[Piece]]:
    """Yield what stands between two offsets from each line on that has one of the words, the last one first."""
    end = stop
    for place in merge(*(_backwards(text, word, start, stop) for word in words), reverse=True):
        if place < end:
            end = max(text.data.rfind(b"\n", start, place) + 1, start)
            # The program's name can stand in a line above.
            while end - 2 > start and text.data[end - 2 : end] == b"\\\n":
                end = max(text.data.rfind(b"\n", start, end - 1) + 1, start)
            yield text.pieces(end, min(stop, end + _LONGEST))


def _backwards(text: LogText, word: bytes, start: int, stop: int) -> Iterator[int]:
    """Yield the offsets of a word, the last one first."""
    place = text.data.rfind(word, start, stop)
    while place >= 0:
        yield place
        place = text.data.rfind(word, start, place)


def _names(command: str, client: Client) -> list[str]:
    """Return the names that a command pushes to, none where it does not push to a registry."""
    if client is Client.BUILDX:
        names = names_of_build(command)
    elif client is Client.IMGPKG:
        names = _OF_IMGPKG.findall(command)
    elif client is Client.KANIKO:
        names = _DESTINATION.findall(command)
    elif client is Client.HELM:
        names = [name] if (name := target_of(command)) else []
    else:
        name = pushed_by(command) or short_name(command) if reaches_registry(command) else None
        names = [name] if name else []
    return [with_default_tag(name) if client in _DEFAULTS else name for name in names]
