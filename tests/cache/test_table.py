"""What a process keeps in a table is there in the next one: whole, and as much of it as there is room for."""

import sys

import pytest

from pushlog.cache.table import KeptTable

pytestmark = pytest.mark.usefixtures("at_end")


def test_what_is_added_to_a_table_is_there_in_the_next_process(at_end):
    KeptTable("name", 2).put(b"first", 1)
    at_end.pop()()
    table = KeptTable("name", 2)
    assert (table.get(b"first"), table.get(b"second")) == (1, None)


def test_of_a_full_table_gives_way_what_was_not_asked_for(at_end):
    table = KeptTable("name", 2)
    table.put(b"first", 1)
    table.put(b"second", 2)
    at_end.pop()()
    table = KeptTable("name", 2)
    assert table.get(b"second") == 2
    table.put(b"third", 3)
    at_end.pop()()
    table = KeptTable("name", 2)
    assert [table.get(key) for key in (b"first", b"second", b"third")] == [None, 2, 3]


def test_a_table_takes_no_more_than_it_may_hold():
    table = KeptTable("name", 2)
    for key in (b"first", b"second", b"third"):
        table.put(key, key)
    assert [table.get(key) for key in (b"first", b"second", b"third")] == [b"first", b"second", None]


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_damaged_byte_costs_no_more_than_what_it_stands_in(tmp_path, at_end, place):
    table = KeptTable("name", 2)
    table.put(b"first", "one")
    table.put(b"second", "two")
    at_end.pop()()
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    table = KeptTable("name", 2)
    # The head and the index are of all entries, the last byte is of one.
    assert [table.get(key) for key in (b"first", b"second")] == (["one", None] if place == -1 else [None, None])


def test_a_table_of_another_python_is_made_again(at_end, monkeypatch):
    KeptTable("name", 2).put(b"first", 1)
    at_end.pop()()
    monkeypatch.setattr(sys, "version", "another")
    assert KeptTable("name", 2).get(b"first") is None
