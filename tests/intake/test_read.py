"""Bytes become lines, whatever the file is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.faults import InputError
from pushlog.intake.log_text import LogText
from pushlog.intake.read import raw, read

LOG = "The push refers to repository [docker.io/acme/app]\n8fca24a28722: Preparing\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_in_any_encoding_that_a_shell_writes(encoding):
    assert raw("x", LOG.encode(encoding)).data[:].decode() == LOG


def test_what_was_replaced_is_noted():
    assert raw("x", b"a\xff\xfe\x80b\n").notes == ("3 invalid UTF-8 bytes replaced",)
    assert raw("x", "ä\n".encode()).notes == ()


def test_a_binary_is_noted():
    assert "NUL" in raw("x", b"\x7fELF\x02\x01\x01\x00\x03").notes[0]


def test_an_empty_file_is_noted():
    assert raw("x", b"").notes == ("the file is empty",)


def test_the_hash_and_size_are_those_of_the_file():
    given = raw("x", LOG.encode("utf-16"))
    assert given.size == len(LOG.encode("utf-16"))
    assert len(given.sha256) == 64


def test_a_missing_file_a_folder_and_an_impossible_name_say_so(tmp_path):
    with pytest.raises(InputError, match=r"gone\.txt: can't be read: no such file"):
        read(str(tmp_path / "gone.txt"))
    with pytest.raises(InputError, match="is a folder"):
        read(str(tmp_path))
    with pytest.raises(InputError, match="not a file name"):
        read("a\0b")


@given(st.binary(max_size=300))
def test_lines_are_those_of_the_file(data):
    text = LogText(data)
    split = data.split(b"\n")
    assert text.lines == len(split) - (split[-1] == b"")
    for number, line in enumerate(split[: text.lines], 1):
        assert data[text.start_of(number) : text.stop_of(number)] == line
        assert text.line_of(text.start_of(number)) == number


@given(st.binary(max_size=300))
def test_every_piece_stands_where_it_says(data):
    text = LogText(data)
    ends = 0
    for piece in text.pieces(0, len(data)):
        assert ends <= piece.start < piece.stop
        assert piece.line == data[: piece.start].count(b"\n") + 1
        assert piece.text
        ends = piece.stop


def test_escapes_are_not_part_of_what_is_read():
    text = LogText(b"\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n")
    assert [piece.text for piece in text.pieces(0, len(text.data))] == ["red link"]


def test_redraws_are_pieces_of_one_line():
    text = LogText(b"one\rtwo\x1b[2Athree\n")
    assert [(piece.line, piece.text) for piece in text.pieces(0, len(text.data))] == [
        (1, "one"),
        (1, "two"),
        (1, "three"),
    ]
