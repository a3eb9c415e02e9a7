"""The prefixes that CI systems put before the lines of a log: recognised from the lines of a push, and where they are.

A log can have several: two tools wrote into it, a branch has one more than the others, some lines have none. Which may
stand where is decided from one line of a push to the next.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pushlog.intake.mapped import find
from pushlog.intake.unwrap.line_prefix import (
    PLAIN,
    ZEROED_DIGITS,
    LinePrefix,
    compiled,
    known_prefix,
    outer_form,
    possible_forms,
    without_colours,
)
from pushlog.intake.unwrap.quotes import around_quote, in_source_comment, in_source_list, is_dry_run, is_marked
from pushlog.intake.unwrap.shared_prefix import edge_prefix, on_all_lines, shared_prefix
from pushlog.intake.unwrap.suffix import with_suffix
from pushlog.intake.unwrap.unknown_prefix import infer_prefixes
from pushlog.intake.unwrap.witnesses import Witness, witnesses
from pushlog.intake.unwrap.writers import with_lanes
from pushlog.knowledge.decorations import decorations
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.mapped import Data
    from pushlog.intake.start_pattern import StartPattern
    from pushlog.knowledge.decorations import Decoration

# The prefixes of so many lines of pushes above and below a line may be its own.
_NEAR = 8
# So many bytes at the beginning and the end of a log show what its lines there begin with.
_EDGE = 4096
# After so many shapes that are no prefix, nothing that is new is one.
_STRANGE = 300
# Systems whose stamp says nothing of what stands behind it.
_VAGUE = {"timestamp", "ts", "log-level", "prefix"}


@record
class PrefixRange:
    """A stretch of whole lines, by its offsets, and the prefixes that its lines may have, the most specific first."""

    start: int
    stop: int
    prefixes: tuple[LinePrefix, ...]


@record
class Prefixes:
    """The prefixes of a log: where each may stand, and how many lines of pushes showed each."""

    ranges: tuple[PrefixRange, ...] = ()
    votes: tuple[tuple[LinePrefix, int], ...] = ()
    lanes: frozenset[tuple[bytes, ...]] = frozenset()

    @property
    def all(self) -> tuple[LinePrefix, ...]:
        """Each prefix, the most frequent one first."""
        return tuple(prefix for prefix, _ in self.votes)

    @property
    def name(self) -> str | None:
        """The systems of all prefixes."""
        return ", ".join(dict.fromkeys(prefix.name or "" for prefix in self.all)) or None

    @property
    def has_clock(self) -> bool:
        """Whether one of them holds times."""
        return any(prefix.clock for prefix in self.all)

    @property
    def notes(self) -> tuple[str, ...]:
        """Why each prefix was recognised."""
        return tuple(
            f"{prefix.name}: {number} of the first lines of the push {prefix.why}" for prefix, number in self.votes
        )


def detect(text: LogText, openings: Sequence[StartPattern], anchors: Sequence[int]) -> Prefixes:
    """The prefixes of a log's lines.

    `openings`: text that pushes print at the beginning of a line; `anchors`: the offsets of the first of these.
    """
    forms = possible_forms(text)
    pairs = _recognised(text, witnesses(text, openings, anchors), forms)
    if not pairs:
        return _throughout(text, forms)
    votes = Counter(prefix for _, prefix in pairs if prefix.forms)
    if not votes:
        return Prefixes()
    suffixed = with_suffix(text, [(witness, prefix) for witness, prefix in pairs if prefix.forms])
    pairs = [(witness, suffixed.get(prefix, prefix)) for witness, prefix in pairs]
    in_lanes = with_lanes(text.data, pairs)
    pairs = [(witness, in_lanes.get(prefix, prefix)) for witness, prefix in pairs]
    votes = Counter(prefix for _, prefix in pairs if prefix.forms)
    return Prefixes(
        ranges=tuple(_with_edges(text.data, [*_ranges(pairs, len(text.data))], pairs, forms)),
        votes=tuple(votes.most_common()),
        lanes=frozenset(_lane(witness, prefix) for witness, prefix in pairs),
    )


def _lane(witness: Witness, prefix: LinePrefix) -> tuple[bytes, ...]:
    match = prefix.pattern.match(witness.prefix) if prefix.forms else None
    return lane_of(match.groupdict()) if match else ()


def lane_of(groups: dict[str, bytes | None]) -> tuple[bytes, ...]:
    """What the groups of a prefix name: a branch, a step, a pod."""
    return tuple(value for name, value in groups.items() if name.startswith("lane") and value is not None)


def _recognised(
    text: LogText, all_witnesses: Sequence[Witness], forms: Sequence[Decoration]
) -> list[tuple[Witness, LinePrefix]]:
    """Each witness with its prefix; those whose prefix nobody can tell are left out."""
    recognised: dict[int, LinePrefix] = {}
    unknown: list[Witness] = []
    likely: list[LinePrefix] = []
    strange: set[bytes] = set()
    quotes: dict[bytes, LinePrefix | None] = {}
    in_source: dict[tuple[int, bytes], bool] = {}
    for witness in all_witnesses:
        prefix = None if is_dry_run(witness.prefix) else _of_rows(witness.prefix, likely, strange, forms)
        if prefix is None:
            shape = witness.prefix.translate(ZEROED_DIGITS)
            if shape not in quotes:
                quotes[shape] = around_quote(text, witness.start, witness.prefix, forms)
            prefix = quotes[shape]
        elif _in_source(text, witness, in_source):
            prefix = LinePrefix(prefix.forms[:-1])
        if prefix is not None and (prefix.forms or not witness.is_command):
            recognised[witness.start] = prefix
        elif not witness.is_command and not is_marked(witness.prefix):
            unknown.append(witness)
    for prefix in (*_inferred(_printed(text, unknown), forms), *on_all_lines(text, unknown)):
        for witness in unknown:
            if witness.start not in recognised and prefix.pattern.fullmatch(witness.prefix):
                recognised[witness.start] = prefix
    return [(witness, recognised[witness.start]) for witness in all_witnesses if witness.start in recognised]


def _of_rows(
    prefix: bytes, likely: list[LinePrefix], strange: set[bytes], forms: Sequence[Decoration]
) -> LinePrefix | None:
    """The prefix that known forms make up.

    `likely`: those that were met before, which are tried first; `strange`: shapes of those that no forms make up.
    """
    if not prefix:
        return PLAIN
    for candidate in likely:
        if candidate.pattern.fullmatch(prefix):
            return candidate
    shape = prefix.translate(ZEROED_DIGITS)
    if shape in strange or len(strange) > _STRANGE:
        return None
    line_prefix = known_prefix(prefix, forms)
    if line_prefix is None:
        strange.add(shape)
    if line_prefix is not None and line_prefix.forms:
        if not line_prefix.pattern.fullmatch(prefix):
            line_prefix = replace(line_prefix, is_coloured=True)
        likely.insert(0, line_prefix)
    return line_prefix


def _in_source(text: LogText, witness: Witness, answers: dict[tuple[int, bytes], bool]) -> bool:
    """Whether a witness is a text in a list of a program's source, or in a comment there.

    `answers`: those for other lines and shapes of prefixes; that for the line above is the same.
    """
    if not witness.prefix:
        return False
    line, shape = text.line_of(witness.start), witness.prefix.translate(ZEROED_DIGITS)
    answer = answers.get((line - 1, shape))
    if answer is None:
        answer = any(form(text, witness.start, len(shape)) for form in (in_source_list, in_source_comment))
    answers[line, shape] = answer
    return answer


def _printed(text: LogText, unknown: Sequence[Witness]) -> list[Witness]:
    """The witnesses that a program's source does not quote."""
    answers: dict[tuple[int, bytes], bool] = {}
    return [witness for witness in unknown if not _in_source(text, witness, answers)]


def _inferred(unknown: Sequence[Witness], forms: Sequence[Decoration]) -> Iterator[LinePrefix]:
    """Prefixes that no row knows; a known system may stand outside them."""
    if not unknown:
        return
    outer = [outer_form(without_colours(witness.prefix), forms) for witness in unknown]
    rest: list[Witness] = []
    for form in dict.fromkeys(peeled[0] if peeled else None for peeled in outer):
        behind = [
            (witness, peeled[1]) for witness, peeled in zip(unknown, outer, strict=True) if peeled and peeled[0] is form
        ]
        inner = [replace(witness, prefix=part) for witness, part in behind]
        inferred = infer_prefixes(inner) if form and form.clock and form.system not in _VAGUE else ()
        if form and inferred:
            is_coloured = any(b"\x1b" in witness.prefix for witness, _ in behind)
            yield LinePrefix((form, *inferred), is_coloured=is_coloured)
        else:
            rest += [witness for witness, peeled in zip(unknown, outer, strict=True) if (peeled and peeled[0]) is form]
    yield from (LinePrefix((form,)) for form in infer_prefixes(sorted(rest)))


def _ranges(pairs: Sequence[tuple[Witness, LinePrefix]], end: int) -> Iterator[PrefixRange]:
    """The stretches between witnesses, those with the same prefixes as one."""
    all_prefixes = {prefix for _, prefix in pairs}
    if len(all_prefixes) == 1:
        yield PrefixRange(start=0, stop=end, prefixes=_sorted(all_prefixes))
        return
    start, current = 0, _near(pairs, 0)
    for number in range(1, len(pairs)):
        prefixes = _near(pairs, number)
        if prefixes != current:
            yield PrefixRange(start=start, stop=pairs[number][0].start, prefixes=current)
            start, current = pairs[number][0].start, prefixes
    yield PrefixRange(start=start, stop=end, prefixes=current)


def _with_edges(
    data: Data, ranges: list[PrefixRange], pairs: Sequence[tuple[Witness, LinePrefix]], forms: Sequence[Decoration]
) -> list[PrefixRange]:
    """The stretches, where the lines above all witnesses or below them may have a prefix that no witness has."""
    others = list({prefix for _, prefix in pairs})
    top, bottom = pairs[0][0].start, find(data, b"\n", pairs[-1][0].start, len(data)) + 1 or len(data)
    head = edge_prefix(data[: min(top, _EDGE)].split(b"\n"), forms, others)
    tail = edge_prefix(data[max(bottom, len(data) - _EDGE) :].split(b"\n")[::-1], forms, others)
    if head and top:
        first = ranges[0]
        above = PrefixRange(start=0, stop=top, prefixes=_sorted({*first.prefixes, head}))
        ranges = [above, replace(first, start=top), *ranges[1:]]
    if tail and bottom < len(data):
        last = ranges[-1]
        below = PrefixRange(start=bottom, stop=len(data), prefixes=_sorted({*last.prefixes, tail}))
        ranges = [*ranges[:-1], replace(last, stop=bottom), below]
    return ranges


def _near(pairs: Sequence[tuple[Witness, LinePrefix]], number: int) -> tuple[LinePrefix, ...]:
    near = {prefix for _, prefix in pairs[max(0, number - _NEAR) : number + _NEAR + 1]}
    return _sorted(near)


def _sorted(prefixes: set[LinePrefix]) -> tuple[LinePrefix, ...]:
    ordered = sorted((prefix for prefix in prefixes if prefix.forms), key=_specificity)
    return tuple(dict.fromkeys((*ordered, *filter(None, map(_without_inner, ordered)))))


def _without_inner(prefix: LinePrefix) -> LinePrefix | None:
    """What a line has that the tool between the client and the CI system left as it is."""
    *outer, inner = prefix.forms
    is_lane = any(group.startswith("lane") for group in LinePrefix((inner,)).groups)
    return LinePrefix(tuple(outer)) if outer and outer[0].clock and not is_lane else None


def _specificity(prefix: LinePrefix) -> tuple[tuple[int, ...], bytes]:
    """The order in which prefixes are tried: that of their rows, what nobody knows first, the longer of two alike."""
    rows = _rows()
    return (*(rows.get(form.id, -1) for form in prefix.forms), len(rows)), prefix.source


@cache
def _rows() -> dict[str, int]:
    return {form.id: number for number, form in enumerate(decorations().forms)}


def _throughout(text: LogText, forms: Sequence[Decoration]) -> Prefixes:
    """The prefix that nearly every line begins with: a log of nothing but an error, say."""
    prefix, lines = shared_prefix(text, forms)
    if not prefix.forms:
        return Prefixes()
    whole = PrefixRange(start=0, stop=len(text.data), prefixes=(prefix,))
    matches = filter(None, map(prefix.pattern.match, lines))
    return Prefixes(
        ranges=(whole,),
        votes=((prefix, len(lines)),),
        lanes=frozenset(lane_of(match.groupdict()) for match in matches),
    )


def is_noise(line: str) -> bool:
    """Whether the CI itself wrote the line, between those of the client."""
    return any(compiled(noise.pattern).match(line.encode()) for noise in decorations().noise)
