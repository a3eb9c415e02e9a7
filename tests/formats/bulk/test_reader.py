"""The fast lane is derived from the grammar and agrees with it, whatever stands around the lines."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import LarkError

from pushlog.formats.bulk import line_shapes, reader
from pushlog.formats.docker import candidate_lines
from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.docker.inline import HINTS
from pushlog.formats.events import EventKind, EventRow
from pushlog.formats.grammar import regex
from pushlog.intake.log_text import LogText, Piece
from tests.examples import examples

hex_digits = st.text("0123456789abcdef", min_size=12, max_size=12)
figure = st.one_of(
    st.integers(0, 999).map(lambda n: f"{n}B"),
    st.tuples(st.integers(1, 9999), st.integers(0, 3), st.sampled_from(["", " "]), st.sampled_from("kMGT")).map(
        lambda t: f"{t[0] / 10 ** t[1]:.{t[1]}f}{t[2]}{t[3]}B"
    ),
)
bar = st.integers(0, 50).map(lambda n: f"[{'=' * n}>{' ' * (50 - n)}] ")
pushing = st.tuples(st.just("") | bar, figure, st.none() | figure).map(
    lambda t: f"Pushing {t[0]} {t[1]}" + (f"/{t[2]}" if t[2] else "")
)
plain = st.sampled_from(["Preparing", "Waiting", "Pushing", "Pushed", "Layer already exists", "Unavailable"])
retrying = st.integers(1, 20).map(lambda n: f"Retrying in {n} second{'s' if n > 1 else ''}")
layer_line = st.tuples(hex_digits, st.one_of(pushing, plain, retrying)).map(lambda t: f"{t[0]}: {t[1]}")
noise = st.text(st.characters(exclude_characters="\r\n\x1b", exclude_categories=["Cs"]), max_size=40)


def may_be_line(line):
    return candidate_lines.lines_pattern().fullmatch(line) or candidate_lines.may_begin_otherwise(line)


def rows(events):
    return [
        (events.ids[layer], EventKind(kind), int(current), int(total), int(wait))
        for layer, kind, current, total, wait in zip(
            events.layer, events.kind, events.current, events.total, events.wait, strict=True
        )
    ]


def careful(lines):
    """What Lark alone reads."""
    found = [docker_lines.row(line) for line in lines]
    return [(r.layer, r.kind, r.current, r.total, r.wait) for r in found if isinstance(r, EventRow)]


@given(st.lists(st.one_of(layer_line, noise), max_size=20), st.sampled_from(["\n", "\r\n"]))
def test_both_lanes_read_the_same_from_a_pipe(lines, end):
    text = LogText(end.join(lines).encode())
    assert rows(docker_lines.read(text).events) == careful(lines)


@given(st.lists(layer_line, min_size=1, max_size=20))
def test_both_lanes_read_the_same_from_a_terminal(lines):
    drawn = "".join(f"\x1b[{n % 3 + 1}A\x1b[2K\r{line} \r\x1b[{n % 3 + 1}B" for n, line in enumerate(lines))
    assert rows(docker_lines.read(LogText(f"\r\n{drawn}".encode())).events) == careful(lines)


@given(
    hex_digits,
    st.sampled_from(["Pushing", "Waiting", "Unavailable", "Retrying in 5 seconds", "Retrying in 1 second"]),
    st.none() | st.integers(1, 10**12),
    st.none() | st.integers(1, 10**12),
    st.booleans(),
)
def test_both_lanes_read_the_same_message_of_the_engine(layer, status, current, total, rendered):
    detail = {k: v for k, v in (("current", current), ("total", total)) if v is not None}
    message = {"status": status, "progressDetail": detail}
    if rendered:
        message["progress"] = "[=>   ]  1.2MB/3MB"
    line = json.dumps({**message, "id": layer}, separators=(",", ":"))
    fast = rows(docker_lines.read(LogText(f"{line}\r\n".encode())).events)
    events = docker_lines._parse_piece(Piece(0, len(line), 1, line))
    slow = [(r.layer, r.kind, r.current, r.total, r.wait) for r, _ in events if isinstance(r, EventRow)]
    assert fast == slow


SHAPES = [
    ("docker.lark", "8fca24a28722: Pushing [=>   ]  1.2MB/3MB"),
    ("docker.lark", "8fca24a28722: Retrying in 5 seconds"),
    ("engine.lark", '{"status":"Pushing","progressDetail":{"current":5,"total":9},"id":"8fca24a28722"}'),
]


@pytest.mark.parametrize(("name", "row"), SHAPES)
def test_the_shapes_that_repeat_are_read_without_lark(name, row):
    assert docker_lines.lane(name).pattern.fullmatch(row.encode())
    found = reader.scan(
        LogText(f"{row}\r\n".encode() * 3), docker_lines.lane("docker.lark"), docker_lines.lane("engine.lark")
    )
    assert len(found.columns.start) == 3
    assert not len(found.others)


@pytest.mark.parametrize("row", [row for _, row in SHAPES])
def test_a_row_that_is_spoilt_at_any_byte_is_read_alike_whether_or_not_a_whole_one_came_before(row, monkeypatch):
    def kinds(data):
        found = reader.scan(LogText(data), docker_lines.lane("docker.lark"), docker_lines.lane("engine.lark"))
        return found.columns.kind.tolist()

    for place in range(len(row)):
        for spoilt in (0x80 | ord(row[place]), ord("x"), ord(" ")):
            data = row[:place].encode() + bytes([spoilt]) + row[place + 1 :].encode() + b"\r\n"
            monkeypatch.setattr(line_shapes, "_left", [])
            cold = kinds(data)
            monkeypatch.setattr(line_shapes, "_left", [])
            assert kinds(row.encode() + b"\r\n")
            assert kinds(data) == cold, data


@given(st.lists(st.one_of(layer_line, noise, st.just("")), max_size=30), st.integers(20, 200))
def test_rows_are_the_same_wherever_the_data_is_cut_into_stretches(lines, size):
    data = "\r\n".join(lines).encode()
    with pytest.MonkeyPatch.context() as patch:
        whole = docker_lines.read(LogText(data)).events
        patch.setattr(reader, "CHUNK", size)
        cut = docker_lines.read(LogText(data)).events
    assert rows(cut) == rows(whole)
    assert cut.line.tolist() == whole.line.tolist()


@given(st.lists(layer_line, min_size=1, max_size=10))
def test_every_byte_is_a_rows_or_left_for_the_careful_lane(lines):
    data = "\r\n".join([*lines, "something else", *lines]).encode()
    found = reader.scan(LogText(data), docker_lines.lane("docker.lark"), docker_lines.lane("engine.lark"))
    rest = b"".join(data[low:high] for low, high in found.others.tolist())
    assert b"something else" in rest
    assert not [line for line in lines if line.encode() in rest and not line.endswith("Mounted")]


# What lines of the grammar are made of, and what stands around it.
WORDS = [
    *(
        "$ ",
        "Run ",
        "x ",
        "docker ",
        "image ",
        "push",
        " -a",
        " r.example/a:1",
        " | tee log",
        "1.2",
        ": digest: ",
        "Digest: ",
    ),
    *(
        "sha256:" + "7d27" * 16,
        " size: ",
        "19",
        "latest",
        ": Pulling from ",
        "library/x",
        "aaaaaaaaaaaa: ",
        "Pushed",
        "^C",
    ),
    *(
        'time="x" level=error msg="Upload failed, retrying: ',
        "EOF",
        '"',
        " id=1",
        "WARNING! ",
        "Using default tag: latest",
    ),
    *("The push refers to repository [", "]", "Pushing web (", ")...", "Retrying in ", " seconds"),
]


@settings(max_examples=examples(300))
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=7))
@example(["$ ", "docker ", "push", " -a", " r.example/a:1"])
@example(["1.2", ": digest: ", "sha256:" + "7d27" * 16, " size: ", "19"])
@example(["latest", ": Pulling from ", "library/x"])
@example(["x ", 'time="x" level=error msg="Upload failed, retrying: ', "EOF", '"', " id=1"])
def test_the_filter_holds_back_what_the_whole_grammar_would_and_nothing_that_lark_takes(words):
    line = "".join(words).strip(" \t\r\n")
    kinds = {rule.alias for rule in candidate_lines.grammar().rules if rule.alias}
    whole = re.compile(regex.pattern(candidate_lines.grammar(), "start", fields=(), kinds=kinds), re.ASCII)
    is_held_back = not may_be_line(line)
    assert not (is_held_back and whole.fullmatch(line)) or any(hint in line for hint in HINTS)
    # Commands are few: Lark alone looks at them.
    assert is_held_back or whole.fullmatch(line) or ("docker" in line and " push" in line)
    with suppress(LarkError):
        candidate_lines.grammar().parse(line, start="start")
        assert may_be_line(line)


def test_a_field_in_two_places_is_refused():
    grammar = Lark('start: A | "x" A -> other\nA: /a/', parser="lalr")
    with pytest.raises(ValueError, match="two places"):
        regex.pattern(grammar, "start", fields=("A",), kinds=("other",))
