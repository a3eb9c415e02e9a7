"""kaniko: the image by name and its digest when it is there, with the seconds of the build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.client_timestamps import client_timestamps
from pushlog.formats.clients.builder import PushBuilder, error_at, nearby, parsed_push, pushes_of
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.figures import elapsed, go_seconds
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.marks import MarkKind
from pushlog.formats.push_command import with_default_tag
from pushlog.formats.reference import split
from pushlog.intake.log_text import plain
from pushlog.intake.start_pattern import StartPattern
from pushlog.intake.unwrap.timestamps import seconds
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.formats.marks import Mark
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

LINES = LineParser("kaniko.lark")
OPENING = StartPattern(
    signs=(
        rb"Pushing image to ",
        rb"Pushed [^\n]{1,300}@sha256:",
        rb"Pushed image to ",
        rb"Retrying operation ",
        rb"Failed to push to destination ",
        rb"error (?:push|check)ing ",
    ),
    pattern=rb"(?:(?:\x1b\[\d+m)?(?:INFO|WARN|ERRO)(?:\x1b\[0m)?\[(?:\d+|\d{4}-[^\s\]]{1,30})\] "
    rb"|time=\"[^\"\n]+\" level=\w+ msg=\"?)"
    rb"(?:Pushing image to |Pushed \S+@sha256:|Pushed image to |Retrying operation after "
    rb"|Failed to push to destination )"
    # Copied without the level.
    rb"|Pushing image to \S{1,300}/\S|Pushed \S{1,300}/\S+@sha256:"
    rb"|INFO (?:Pushing image to \S{1,300}/\S|Pushed \S+@sha256:|Pushed image to \d+ destinations)"
    rb"|error pushing image: (?:failed to push to|getting tag for) destination|error checking push permissions ",
)
# Other programs tell its error behind words of their own.
INSIDE = StartPattern(
    signs=(
        rb"failed to push to destination ",
        rb"getting tag for destination: ",
        rb"error checking push permissions ",
    ),
    pattern=rb"error pushing image: (?:failed to push to|getting tag for) destination"
    rb"|error checking push permissions -- |Error: failed to push to destination ",
)
WHERE = (OPENING, INSIDE)
REDRAWN: frozenset[MarkKind] = frozenset()
_SINCE = lazy_pattern(r"\[(\d+)\]")
_STAMP = lazy_pattern(r'(?:time="|[A-Z]{4}\[)(\d{4}-[^"\]]+)["\]]')
_WITHOUT_SECONDS = lazy_pattern(r"[A-Z]{4} ")
_DESTINATION = lazy_pattern(r'(?:to destination |permission for ")(?:https?://)?([^\s"]+?)"?: ')
# So many names that a line has the beginning of are kept.
_MOST_CUT = 16
_OWN_ERROR = lazy_pattern(r"failed to push to destination |checking push permission")
_ENDS = {MarkKind.PUSHED, MarkKind.DONE, MarkKind.ERROR, MarkKind.LOG}
_BLOBS = {
    MarkKind.PUSHING: EventKind.PUSHED,
    MarkKind.EXISTS: EventKind.EXISTS,
    MarkKind.MOUNTED: EventKind.MOUNTED,
}
# The kaniko executor of before 2020 said nothing of a push itself: what it says of the build stands right above.
_OF_BUILD = lazy_pattern(
    r"(?:\s*time=\"[^\"\n]+\" level=info msg=\"?|(?:\x1b\[\d+m)?INFO(?:\x1b\[0?m)?\[\d{4,}\] )"
    r"(?:Taking snapshot of |Skipping unpacking as no "
    r"|Using files from context: |No files changed in this command, skipping snapshotting|Unpacking rootfs as cmd "
    r"|Using caching version of cmd: )"
)
_SENDS = lazy_pattern(r"(?i:put|patch|post) \"?https?://|\bpush|/blobs/uploads/")
_NO_PUSH = "--no-push flag"
_TOLD_BELOW = lazy_pattern(r"error pushing image: ")
_ABOVE = 8


def pushes(text: LogText, _: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the pushes of kaniko in a log, one for each destination."""
    marks = _of_pushes(LINES.marks(text, WHERE))
    groups = map(_without_bare, pushes_of(marks, starts=_starts, ends=_ENDS))
    return tuple(parsed_push(text, _push(text, group)) for group in groups if group and not _may_be_of_another(group))


def is_below_build(text: LogText, first: Mark, last: Mark) -> bool:
    """Return whether the lines right above a push are those of a build by kaniko, which does not tell of it below."""
    above = [piece.text for piece in text.pieces(text.start_of(max(1, first.line - _ABOVE)), first.start)]
    is_of_build = any(map(_OF_BUILD.match, above)) and not any(_NO_PUSH in line for line in above)
    below = text.pieces(last.stop + 1, text.bounds(min(last.line + 1, text.lines))[1]) if is_of_build else ()
    return is_of_build and not any(map(_TOLD_BELOW.match, (piece.text for piece in below)))


def _without_bare(push: Sequence[Mark]) -> Sequence[Mark]:
    """Return the marks of a push without the lines that have no level, unless one names the image and one its digest.

    Other programs say one or the other.
    """
    bare = [m for m in push if m.kind in {MarkKind.BEGIN, MarkKind.PUSHED} and "DRESS" not in m.fields]
    names = {m.kind: split(m.fields["REFERENCE"])[0].removeprefix("index.docker.io/") for m in bare}
    if len(names) == len({MarkKind.BEGIN, MarkKind.PUSHED}) and len(set(names.values())) == 1:
        return push
    rest = [m for m in push if m not in bare]
    # Other programs have an error that begins so, too.
    is_own = any("DRESS" in m.fields or "ERROR" in m.fields for m in rest)
    return rest if is_own or not bare else [m for m in rest if _OWN_ERROR.search(m.fields.get("TEXT", ""))]


def _may_be_of_another(push: Sequence[Mark]) -> bool:
    """Return whether all that a log has of a push are lines that stand elsewhere too.

    One without its seconds is printed by other programs; layers of a base are fetched again as others are sent again.
    """
    if all(mark.kind == MarkKind.RETRY for mark in push):
        return not any(_SENDS.search(mark.fields["TEXT"]) for mark in push)
    is_one = len({mark.kind for mark in push}) == 1 and push[0].kind in {MarkKind.BEGIN, MarkKind.PUSHED}
    return is_one and _WITHOUT_SECONDS.fullmatch(push[0].fields.get("DRESS", "")) is not None


def _of_pushes(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Yield the marks that belong to pushes: blobs once one has begun, a line of the log as the cause of a failure.

    Up to 2019 no line said that one begins: then blobs belong to the error below them, unless they are the cache's.
    """
    last: Mark | None = None
    is_open = False
    blobs: list[Mark] = []
    cached: set[str] = set()
    cut: list[str] = []
    cached_left = 0  # layers of the cache whose last line is still to come: it names none
    for mark in marks:
        if mark.kind in {MarkKind.CACHE, MarkKind.SKIPPED}:
            blobs = []
            last = mark
            name = mark.fields.get("REFERENCE", "")
            is_cut = mark.kind == MarkKind.CACHE and "WHERE" not in mark.fields  # and the name may be, too
            cut = [*cut, name][-_MOST_CUT:] if is_cut else cut
            cached |= set() if is_cut else {name}
            continue
        # A layer of the cache is written as an image is.
        if mark.kind in {MarkKind.BEGIN, MarkKind.PUSHED, MarkKind.REFUSED} and (
            _is_one_of(mark, cached) or _begins_as(mark, cut)
        ):
            is_open = False
            cached_left += 1 if mark.kind == MarkKind.BEGIN else -1
            last = mark
            continue
        if mark.kind == MarkKind.DONE and not is_open and cached_left > 0:
            cached_left -= 1
            last = mark
            continue
        is_cause = last is not None and last.kind == MarkKind.REFUSED and mark.line == last.line + 1
        if mark.kind in _BLOBS and not is_open:
            is_of_cache = last is not None and last.kind == MarkKind.CACHE
            blobs += [] if is_of_cache else [mark]
            last = last if is_of_cache else mark
            continue
        if mark.kind == MarkKind.LOG and not is_cause:
            last = mark
            continue
        if mark.kind == MarkKind.ERROR and not is_open and blobs and nearby(blobs[-1], mark):
            yield from blobs
        blobs = []
        yield mark
        is_open = mark.kind == MarkKind.BEGIN or (is_open and mark.kind not in _ENDS)
        last = mark


def _is_one_of(mark: Mark, cached: set[str]) -> bool:
    """Return whether a line names a layer of the cache; with its digest it has no tag."""
    name = mark.fields["REFERENCE"]
    return name in cached or (mark.kind == MarkKind.PUSHED and name in {split(other)[0] for other in cached})


def _begins_as(mark: Mark, cut: Sequence[str]) -> bool:
    """Return whether a line names a layer of the cache of which another line has the beginning, some of its tag too."""
    name = mark.fields["REFERENCE"]
    is_pushed = mark.kind == MarkKind.PUSHED
    return any(name.startswith(c) or (is_pushed and name == split(c)[0]) for c in cut if split(c)[1])


def _starts(_: Sequence[Mark], mark: Mark) -> bool:
    return mark.kind == MarkKind.BEGIN


def _push(text: LogText, marks: Sequence[Mark]) -> PushBuilder:
    push = PushBuilder(client=Client.KANIKO, why="the lines are those of the executor", consumed=list(marks))
    for mark in marks:
        if "REFERENCE" in mark.fields and not (mark.kind == MarkKind.PUSHED and _name(push)):
            # What is there has its digest, and its tag in no line.
            name = mark.fields["REFERENCE"]
            push.add_mark(
                MarkKind.REFERENCE, mark, REFERENCE=name if mark.kind == MarkKind.PUSHED else with_default_tag(name)
            )
        if mark.kind == MarkKind.PUSHED:
            tag = split(_name(push))[1]
            fields = {"TAG": tag or "", "DIGEST": mark.fields.get("DIGEST", "")}
            push.add_mark(MarkKind.DIGEST, mark, **{name: text for name, text in fields.items() if text})
        if mark.kind == MarkKind.DONE or (mark.kind == MarkKind.PUSHED and "DIGEST" not in mark.fields):
            push.add_mark(MarkKind.DONE, mark)
        elif mark.kind == MarkKind.RETRY:
            wait = go_seconds(mark.fields["WAIT"])
            push.add_mark(MarkKind.RETRY, mark, WAIT=f"{wait:g}", TEXT=_message(mark.fields["TEXT"], mark))
        elif mark.kind == MarkKind.ERROR:
            line = text.data[mark.start : mark.stop].decode("utf-8", "replace").strip()
            push.error = error_at(text, mark, mark.fields.get("ERROR", line))
            if (destination := _DESTINATION.search(push.error.text)) and not _name(push):
                push.add_mark(MarkKind.REFERENCE, mark, REFERENCE=with_default_tag(destination[1]))
        elif mark.kind in {MarkKind.REFUSED, MarkKind.LOG}:
            push.error = error_at(text, mark, _words(text, mark))
        elif mark.kind in _BLOBS:
            row = EventRow(start=mark.start, stop=mark.stop, layer=mark.fields["DIGEST"], kind=_BLOBS[mark.kind])
            push.rows.append(row)
    push.clock = client_timestamps(_times(marks), resolution=1.0)
    return push


def _words(text: LogText, mark: Mark) -> str:
    """Return the text of a line without the words of logrus around it."""
    return _message(plain(text.data[mark.start : mark.stop]).removeprefix(mark.fields["DRESS"]), mark)


def _message(words: str, mark: Mark) -> str:
    """Return what logrus put in quotes where its output is no terminal, or the words as they are."""
    if mark.fields.get("DRESS", "").endswith('"'):
        return words.removesuffix('"').replace('\\"', '"')
    return words.removesuffix('"') if words.count('"') % 2 else words


def _name(push: PushBuilder) -> str:
    return next((m.fields["REFERENCE"] for m in push.marks if m.kind == MarkKind.REFERENCE), "")


def _times(marks: Sequence[Mark]) -> Iterator[tuple[int, float]]:
    """Yield the offset of each stamped mark and its seconds."""
    for mark in marks:
        dress = mark.fields.get("DRESS", "")
        if since := _SINCE.search(dress):
            yield mark.start, elapsed(since[1])
        elif stamp := _STAMP.search(dress):
            yield mark.start, seconds(stamp[1], "iso")
