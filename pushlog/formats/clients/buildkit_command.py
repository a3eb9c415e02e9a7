"""The command of a build that pushes: it names the image where BuildKit's own lines do not."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

from pushlog.formats.clients.buildkit_lines import reference_of, repository_of, tag_of
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.reference import split
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.clients.builder import PushBuilder
    from pushlog.intake.log_text import LogText, Piece

# docker/buildx commands/build.go. What a step of a build printed is no command of the job.
_COMMAND = lazy_pattern(
    r"(?!#\d+ )(?:[^\n]*[\s/$>\"'+`])?(?:docker|depot|nerdctl|buildctl)(?:\.exe)? (?:[^\n`]* )?build (?P<rest>[^\n`]+)"
)
_SIGN = b" build "
_IMAGE = lazy_pattern(r"(?:[\w.*-]+(?::\d+)?/)*[\w.*-]+(?::[\w.*-]+)?")
_OUTPUT_NAME = lazy_pattern(r"(?:^|,)\"?name=([^\",\s]+)")
# A command goes on in so many lines behind a backslash.
_LINES, _LONGEST = 40, 1 << 14


def add_names_of_commands(text: LogText, pushes: Sequence[PushBuilder]) -> None:
    """Give pushes without a name or tag those of the nearest build command above, below the push before it."""
    floor = 0
    for push in pushes:
        marks = [*push.consumed, *push.marks]
        start, stop = min(mark.start for mark in marks), max(mark.stop for mark in marks)
        name = reference_of(push)
        if floor < start and (name is None or split(name)[1] is None):
            _add_name(text, push, name, floor, start)
        floor = max(floor, stop)


def _add_name(text: LogText, push: PushBuilder, name: str | None, floor: int, start: int) -> None:
    command = _nearest(text, floor, start)
    tags = pushed_names(" ".join(piece.text.rstrip("\\ ") for piece in command)) if command else []
    same = [tag for tag in tags if name is None or repository_of(tag) == repository_of(name)]
    # Which of several repositories refused the push, the command can't tell.
    if not same or len({repository_of(tag) for tag in same}) > 1:
        return
    all_tags = dict.fromkeys(filter(None, map(tag_of, same)))
    fields = {"REFERENCE": split(same[0])[0], "TAGS": ", ".join(all_tags)}
    # The build stands between: the command is no line of the push.
    first = push.consumed[0]
    push.marks.insert(
        0, Mark(kind=MarkKind.REFERENCE, start=first.start, stop=first.stop, line=first.line, fields=fields)
    )


def _nearest(text: LogText, floor: int, start: int) -> list[Piece]:
    """Return the lines of the last build command between two offsets; none without one."""
    offset = text.data.rfind(_SIGN, floor, start)
    while offset >= 0:
        line = text.data.rfind(b"\n", max(floor, offset - _LONGEST), offset) + 1 or max(floor, offset - _LONGEST)
        pieces = text.pieces(line, min(start, line + _LONGEST))
        first = next(pieces, None)
        if first is not None and _COMMAND.match(first.text):
            return [first, *_further(first, pieces)]
        offset = text.data.rfind(_SIGN, floor, line) if line > floor else -1
    return []


def _further(first: Piece, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Return the lines in which a command goes on."""
    last = first
    for piece in islice(pieces, _LINES):
        if not last.text.endswith("\\"):
            return
        yield piece
        last = piece


def pushed_names(command: str) -> list[str]:
    """Return the names that a build pushes to; none where it does not push, or where variables hide one."""
    match = _COMMAND.match(command)
    words = [word.strip("\"'") for word in (match["rest"] if match else "").split()]
    options = [word.partition("=") for word in words]
    outputs = [value for key, _, value in options if key in {"--output", "-o"}]
    outputs += [value for key, value in pairwise(words) if key in {"--output", "-o"}]
    is_push = any(word in {"--push", "--push=true"} for word in words) or any(
        "push=true" in output or "type=registry" in output for output in outputs
    )
    names = [value for key, value in pairwise(words) if key in {"-t", "--tag"}]
    names += [value for key, equals, value in options if key in {"-t", "--tag"} and equals]
    names += [match[1] for output in outputs if (match := _OUTPUT_NAME.search(output))]
    return names if is_push and all(_IMAGE.fullmatch(name) for name in names) else []
