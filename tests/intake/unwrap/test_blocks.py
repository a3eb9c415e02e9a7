"""Records read by the block: the log inside is that of a reading one by one."""

import json
from itertools import count
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.intake.log_text import LogText
from pushlog.intake.unwrap import recording
from pushlog.intake.unwrap.exports import blocks, json_document
from pushlog.intake.unwrap.exports.clocks import iso_seconds, reader
from pushlog.intake.unwrap.exports.forms import normal_record
from pushlog.intake.unwrap.exports.json_document import unwrap_json_document
from pushlog.intake.unwrap.exports.json_lines import unwrap_json_lines
from pushlog.intake.unwrap.exports.template import END, RecordTemplate
from pushlog.intake.unwrap.recording import unwrap_recording

# What may stand in a text, and what may break a block: ends of texts, escapes, halves of pairs, lines that are none.
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            ("Pushed\n", "", "\n", "a\\", '"', '","', "\x7f", "\x1b[1A", "\N{GRINNING FACE}", "\udc80", "\ud83d")
        ),
    ),
    max_size=12,
)
BROKEN = st.sampled_from(
    (
        b"",
        b"broken",
        b'[1.5, "i", "x"]',
        b'[1.5, "x", "3"]',
        b'[1.5, "o", "x"',
        b'[true, "o", "x"]',
        b'[-1, "o", "x"]',
        b'[1e3, "o", "x"]',
        b'[1-2, "o", "x"]',
        b'[2, "o", "a", "b"]',
        b'[2, "o", "\xff"]',
        b'{"log":"cut',
        b'{"log":"a","log":"b","stream":"stdout","time":"2026-11-29T10:00:00Z"}',
        b'{"log":"x\\","stream":"stdout","time":"2026-11-29T10:00:00Z"}',
        b'{"log":"x","stream":"std\\u0041","time":"no time"}',
        b'{"log":"x","time":"2026-11-29T10:00:00Z"}',
        b'{"log":"x","stream":"stdout","time":"soon"}',
        b'{"log":7,"stream":"stdout","time":"2026-11-29T10:00:00Z"}',
    )
)


def with_lines(lines: list[bytes], others: list[tuple[int, bytes]]) -> bytes:
    for place, line in others:
        lines.insert(place % (len(lines) + 1), line)
    return b"\n".join([*lines, b""])


@given(texts=TEXTS, others=st.lists(st.tuples(st.integers(0, 20), BROKEN), max_size=2), version=st.sampled_from((2, 3)))
def test_a_recording_is_the_same(texts: list[str], others: list[tuple[int, bytes]], version: int) -> None:
    events = [json.dumps([number / 7, "o", text]).encode() for number, text in enumerate(texts)]
    data = json.dumps({"version": version}).encode() + b"\n" + with_lines(events, others)

    def read(tries: int) -> tuple[object, ...]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(recording, "_TRIES", tries)
            record = unwrap_recording(LogText(data))
        assert record is not None
        assert record.timestamps is not None
        assert record.text.starts is not None
        starts, seconds = record.timestamps.starts.tolist(), record.timestamps.seconds.tolist()
        return record.text.data, record.text.starts.tolist(), starts, seconds, record.notes, record.status

    assert read(8) == read(0)


@given(
    texts=TEXTS,
    others=st.lists(st.tuples(st.integers(0, 20), BROKEN), max_size=2),
    digits=st.integers(0, 9),
    names=st.booleans(),
)
def test_json_lines_are_the_same(texts: list[str], others: list[tuple[int, bytes]], digits: int, names: bool) -> None:
    moments = (f"2026-11-29T10:00:{n % 60:02}{f'.{n:09}'[: digits + 1] if digits else ''}Z" for n in count())
    records = [
        json.dumps(
            {"log": text, "stream": "stdout", "time": moment, **({"pod": f"web-{len(text) % 2}"} if names else {})}
        ).encode()
        for text, moment in zip(["Pushed\n", *texts], moments, strict=False)
    ]
    data = with_lines(records, others)

    def read(tries: int) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blocks, "_TRIES", tries)
            export = unwrap_json_lines(LogText(data), [], None)
        if export is None:
            return None
        times, starts = export.timestamps, export.text.starts
        return (
            export.text.data,
            None if starts is None else starts.tolist(),
            None if times is None else (times.starts.tolist(), np.nan_to_num(times.seconds, nan=-1).tolist()),
            export.notes,
            export.system,
        )

    assert read(8) == read(0)


OTHER_RECORDS = st.sampled_from(
    (
        b"7",
        b"[]",
        b'{"log":7,"stream":"stdout","time":"2026-11-29T10:00:00Z"}',
        b'{"log":"a","log":"b","stream":"stdout","time":"2026-11-29T10:00:00Z"}',
        b'{"log":"x},{","stream":"std\\u0041","time":"no time"}',
        b'{"log":"x\\\\","stream":"},\\n{","time":"2026-11-29T10:00:00Z"}',
        b'{"log":"x","stream":"stdout","time":"2026-11-29T10:00:00Z" , "more": [1, {"log": "y"}]}',
        b'{"log":"cut',
        b'{"log":"\xff\xc3\xa9","stream":"stdout","time":"2026-11-29T10:00:00Z"}',
    )
)


@given(
    texts=TEXTS,
    others=st.lists(st.tuples(st.integers(1, 20), OTHER_RECORDS), max_size=2),
    comma=st.sampled_from((b",", b", ", b",\n", b"\n , \r\n  ")),
    around=st.sampled_from(((b"[", b"]\n"), (b'{"app":"shop","logs":[ ', b' ],"next":null}'), (b"[", b""))),
    size=st.sampled_from((100, 300, 1 << 20)),
)
def test_a_document_is_the_same(
    texts: list[str], others: list[tuple[int, bytes]], comma: bytes, around: tuple[bytes, bytes], size: int
) -> None:
    lines = ["The push refers to repository [r/x]\n", *texts, "aaaaaaaaaaaa: Pushed\n"]
    records = [
        json.dumps({"log": text, "stream": "stdout", "time": f"2026-11-29T10:00:{n % 60:02}Z"}).encode()
        for n, text in enumerate(lines)
    ]
    for place, other in others:
        records.insert(place % len(records) + 1, other)
    data = around[0] + comma.join(records) + around[1]
    anchors = [place for word in (b"The push", b"aaaaaaaaaaaa: Pushed") if (place := data.find(word)) >= 0]

    def read(tries: int) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blocks, "_TRIES", tries)
            patch.setattr(blocks, "_BLOCK", size)
            export = unwrap_json_document(data, anchors, lambda _: True, None)
        if export is None:
            return None
        times = export.timestamps
        seconds = None if times is None else (times.starts.tolist(), np.nan_to_num(times.seconds, nan=-1).tolist())
        return export.text.data, seconds, export.notes, export.system, export.lanes

    assert read(8) == read(0)


def test_the_members_of_a_list_are_read_at_once(monkeypatch) -> None:
    """So that a change which sends all of them to the reader of JSON does not go unseen."""
    records = [
        {"log": f"aaaaaaaaaa{n:02}: Pushed\n", "stream": "stdout", "time": f"2026-11-29T10:00:{n:02}Z"}
        for n in range(50)
    ]
    data = json.dumps(records, indent=1).encode()
    one_by_one = Mock(wraps=normal_record)
    monkeypatch.setattr(json_document, "normal_record", one_by_one)
    export = unwrap_json_document(data, [data.find(b"aaaaaaaaaa00")], lambda _: True, None)
    assert export is not None
    assert bytes(export.text.data).count(b": Pushed\n") == 50
    assert one_by_one.call_args_list[-1].args[0] == records[-1]
    assert one_by_one.call_count < 10


def test_a_block_is_read_at_once() -> None:
    """So that a change which sends all blocks to the reader of JSON does not go unseen."""
    line = b'{"log":"a\\n","n":1,"ok":true,"pod":{"name":"web"},"time":"2026-11-29T10:00:00Z"}'
    other = b'{"log":"\\u001b[1A","n":-2.5e3,"ok":false,"pod":{"name":"db"},"time":"2026-11-29T10:00:01Z"}'
    template = RecordTemplate.of(line, ("log",), [("time",), ("pod", "name")])
    assert template is not None
    block = template.read(b"\n".join((line, other, b"")))
    assert block is not None
    assert block.texts == b"a\n" + END + b"\x1b[1A" + END
    assert block.values == [[b"2026-11-29T10:00:00Z", b"2026-11-29T10:00:01Z"], [b"web", b"db"]]


@given(
    moments=st.lists(
        st.one_of(
            st.from_regex(
                r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?Z", fullmatch=True
            ),
            st.sampled_from(("2026-11-29 10:00:00Z", "2026-02-30T10:00:00Z", "2026-11-29T10:00:00+01:00", "-", "")),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_times_are_the_same(moments: list[str]) -> None:
    known = iso_seconds(moments)
    read = reader("2026-11-29T10:00:00Z", counts_seconds=False, zone=None)
    assert read is not None
    assert known is None or known.tolist() == [read(moment) for moment in moments]


def test_times_of_one_form_are_read_at_once() -> None:
    assert iso_seconds(["2026-11-29T10:00:00Z", "2026-11-29T10:00:00.25Z"]) is not None
