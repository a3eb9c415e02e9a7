"""Pushes of a log in lanes: each is read in its own lane, its lines are those of the whole log."""

from pushlog.formats.dialects import openings
from pushlog.formats.lanes import read_pushes
from pushlog.intake.unwrap.log import unwrap
from pushlog.knowledge.base import shipped
from pushlog.pipeline import analyze
from tests.logs import DONE, HEADER, A, B


def in_turns(*lanes: tuple[str, list[str]]) -> bytes:
    """The lines of lanes, one of each in turn."""
    longest = max(len(lines) for _, lines in lanes)
    rows = (f"[{name}] {lines[n]}\n" for n in range(longest) for name, lines in lanes if n < len(lines))
    return "".join(rows).encode()


WEB = [HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE]
API = [HEADER.replace("app", "api"), f"{B}: Preparing", "denied: requested access to the resource is denied"]


def test_each_push_has_the_lines_of_its_lane_by_their_numbers_in_the_log() -> None:
    log = unwrap(in_turns(("web", WEB), ("api", API)), openings())
    read = read_pushes(log.text, log.lanes, shipped())
    assert [push.lines for push in read.parsed] == [(1, 7), (2, 6)]
    assert read.parsed[0].events.line.tolist() == [3, 5]
    assert read.parsed[1].error is not None
    assert read.parsed[1].error.lines == (6, 6)


def test_offsets_are_those_of_the_lane() -> None:
    log = unwrap(in_turns(("web", WEB), ("api", API)), openings())
    read = read_pushes(log.text, log.lanes, shipped())
    for push, text in zip(read.parsed, read.texts, strict=True):
        assert text.line_of(push.start) == push.lines[0]
        assert text.shown(push.lines[0]).startswith("The push refers to repository")


def test_what_is_quoted_is_of_the_lane() -> None:
    (_, api) = analyze(in_turns(("web", WEB), ("api", API))).pushes
    assert {quoted.line for quoted in api.excerpt} <= {2, 4, 6}
    assert all(quoted.text for quoted in api.excerpt)


def test_an_error_alone_in_a_lane_is_no_push() -> None:
    log = in_turns(("web", WEB), ("db", ["ready", "unauthorized: authentication required"]))
    assert [push.lines for push in analyze(log).pushes] == [(1, 6)]


def test_many_lanes_are_as_many_pushes() -> None:
    lanes = [(f"job {n}", [HEADER.replace("app", f"app{n}"), *WEB[1:]]) for n in range(40)]
    pushes = analyze(in_turns(*lanes)).pushes
    assert [push.reference.repository for push in pushes] == [f"team/app{n}" for n in range(40)]
    assert all(len(push.layers) == 1 and push.outcome.value == "succeeded" for push in pushes)


def test_the_names_of_lanes_are_told() -> None:
    assert (
        "lines are told apart by what their prefix names: web, api"
        in analyze(in_turns(("web", WEB), ("api", API))).source.notes
    )
