"""The image that a command asked for, where no line of its push names it: above the push, or beside it in a text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.clients.buildkit_command import pushed_names
from pushlog.formats.image_names import host, split
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.push_command import pushed_by, reaches_registry, short_name, with_default_tag
from pushlog.formats.reference import reference
from pushlog.formats.target import target_of
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText, Piece
    from pushlog.model import Reference

# How many lines above a push its command can stand, and below it, where a person tells how to repeat it.
_ABOVE, _BELOW = 300, 40
# A command that goes on in further lines has so many at most.
_LINES = 40
_CONTAINERS = r"(?:podman|buildah|skopeo|docker)"
# The command of each client from its name on; quotes and the code of Markdown end it.
_COMMANDS = {
    Client.BUILDX: r"(?:docker|nerdctl) (?:image )?(?:buildx )?(?:build|b) |depot build |buildctl\b[^\n`]* build ",
    Client.PODMAN: r"(?:podman|docker) (?:[^\n`]* )?push ",
    Client.BUILDAH: r"buildah (?:[^\n`]* )?push ",
    Client.SKOPEO: r"skopeo (?:[^\n`]* )?copy ",
    Client.UNKNOWN: rf"{_CONTAINERS} (?:[^\n`]* )?(?:push|copy) ",
    Client.CRANE: r"g?crane (?:[^\n`]* )?(?:push|copy|cp) ",
    Client.NERDCTL: r"(?:nerdctl|finch|ctr) (?:[^\n`]* )?push ",
    Client.HELM: r"helm3? +(?:[^\n`]* )?push ",
    Client.ORAS: r"oras (?:[^\n`]* )?(?:push|attach|copy|cp) ",
    Client.KANIKO: r"(?:executor|kaniko\S*)\b[^\n`]* (?=(?:--destination|-d)[ =])",
}
_PATTERNS = {client: lazy_pattern(rf"(?<![\w-])(?:{form})[^\n`]*") for client, form in _COMMANDS.items()}
_WORDS = (b" push ", b" copy ", b" cp ", b" build ", b" b ", b" attach ", b"destination", b" -d ")
# The clients that add a tag themselves.
_DEFAULTS = {
    Client.BUILDX,
    Client.BUILDAH,
    Client.CRANE,
    Client.KANIKO,
    Client.NERDCTL,
    Client.PODMAN,
    Client.SKOPEO,
    Client.UNKNOWN,
}
_DESTINATION = lazy_pattern(r"\s(?:--destination|-d)[ =][\"']?([^\s\"'`,;|&]+)")


def with_name_asked_for(text: LogText, pushes: Sequence[ParsedPush], number: int) -> ParsedPush:
    """Return a push with the name that its command has, where its own lines tell no repository or no tag.

    The nearest command above counts; one below only if it is the only one, as people tell how to repeat a failure.
    """
    push = pushes[number]
    if push.client not in _PATTERNS:
        return push
    image = reference(push.marks, push.error.text if push.error else "")
    if image.repository and image.tags:
        return push
    first = max(pushes[number - 1].lines[1] + 1 if number else 1, push.lines[0] - _ABOVE)
    commands = list(_commands(text, first, push.lines[0], push.client))
    if not commands and len(pushes) == 1:
        commands = list(_commands(text, push.lines[1] + 1, push.lines[1] + _BELOW, push.client))
        commands = commands if len({tuple(names) for _, names in commands}) == 1 else []
    if not commands:
        return push
    piece, names = commands[-1]
    fitting = [name for name in names if _fits(name, image)]
    if len({split(name)[0] for name in fitting}) != 1:
        return push
    return replace(push, marks=(*push.marks, *_marks(piece, fitting)))


def _marks(piece: Piece, names: Sequence[str]) -> Iterator[Mark]:
    tags = [tag for name in names if (tag := split(name)[1])]
    fields = {"REFERENCE": names[0], **({"TAGS": ", ".join(dict.fromkeys(tags))} if tags else {})}
    yield Mark(kind=MarkKind.REFERENCE, start=piece.start, stop=piece.stop, line=piece.line, fields=fields)


def _fits(name: str, image: Reference) -> bool:
    """Return whether a command can have asked for what the push tells of its image."""
    registry, repository = host(split(name)[0])
    return (image.registry in (None, registry)) and (image.repository in (None, repository))


def _commands(text: LogText, first: int, last: int, client: Client) -> Iterator[tuple[Piece, list[str]]]:
    """Yield the commands of a client from one line up to another, each with the names that it pushes to."""
    start, stop = text.start_of(first), text.start_of(last)
    if not any(text.data.find(word, start, stop) >= 0 for word in _WORDS):
        return
    pieces = list(text.pieces(start, stop))
    for number, piece in enumerate(pieces):
        match = _PATTERNS[client].search(piece.text)
        if match is None:
            continue
        words = match[0]
        for further in pieces[number + 1 : number + _LINES]:
            if not words.endswith("\\"):
                break
            words = f"{words[:-1].rstrip()} {further.text.strip()}"
        names = _names(words.strip().rstrip("\\"), client)
        if names:
            yield piece, names


def _names(command: str, client: Client) -> list[str]:
    """Return the names that a command pushes to, none where it does not push to a registry."""
    if client is Client.BUILDX:
        names = pushed_names(command)
    elif client is Client.KANIKO:
        names = _DESTINATION.findall(command)
    elif client is Client.HELM:
        names = [name] if (name := target_of(command)) else []
    else:
        name = pushed_by(command) or short_name(command) if reaches_registry(command) else None
        names = [name] if name else []
    return [with_default_tag(name) if client in _DEFAULTS else name for name in names]
