"""What is kept beside the package: used while it is whole and of the same sources, made again otherwise."""

import re
import sys
import tomllib
from importlib.resources import files
from importlib.util import cache_from_source
from pathlib import Path

import lark
import pytest

import pushlog
from pushlog import record_class
from pushlog.cache import disk
from pushlog.cache.table import KeptTable
from pushlog.formats.grammar.load import load_grammar
from pushlog.knowledge.shipped import ours, texts_in
from pushlog.knowledge.signatures import read_signatures, signatures


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(disk, "_folder", lambda: tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


def made(data: bytes = b"tables", sources: tuple[str, ...] = ("a", "b")) -> tuple[bytes, bool]:
    """What `kept` gives, and whether it was made for that."""
    calls: list[int] = []

    def make() -> bytes:
        calls.append(1)
        return data

    return disk.cached_bytes("name", sources, make), bool(calls)


def test_it_is_made_once():
    assert [made(), made()] == [(b"tables", True), (b"tables", False)]


def test_a_source_that_changed_makes_it_again():
    made()
    assert made(b"new", ("a", "c")) == (b"new", True)
    assert made(b"new", ("a", "c")) == (b"new", False)


def test_where_one_source_ends_and_the_next_begins_matters():
    made(sources=("ab", "c"))
    assert made(sources=("a", "bc")) == (b"tables", True)


def test_another_python_makes_it_again(monkeypatch):
    made()
    monkeypatch.setattr(sys, "version", "another")
    assert made() == (b"tables", True)


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-1] + b"X", lambda _: b""])
def test_what_is_damaged_is_made_again(folder, damage):
    made()
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert made() == (b"tables", True)
    assert made() == (b"tables", False)


def test_a_folder_that_cannot_be_written_is_no_error(folder, monkeypatch):
    monkeypatch.setattr(disk, "_folder", lambda: folder / "missing" / "deeper")
    assert [made(), made()] == [(b"tables", True)] * 2


def test_nothing_is_written_where_python_may_not_write_compiled_code(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert [made(), made()] == [(b"tables", True)] * 2
    assert list(folder.iterdir()) == []


def test_it_lies_where_python_keeps_compiled_code_beside_the_package(monkeypatch):
    monkeypatch.undo()
    assert disk._folder() == Path(cache_from_source(str(Path(pushlog.__file__).parents[1] / "pushlog.py"))).parent


def test_a_folder_that_is_not_there_yet_is_made(folder, monkeypatch):
    monkeypatch.setattr(disk, "_folder", lambda: folder / "__pycache__")
    assert [made(), made()] == [(b"tables", True), (b"tables", False)]


def terminals(grammar):
    return [(terminal.name, terminal.pattern.to_regexp(), terminal.priority) for terminal in grammar.terminals]


def test_a_kept_grammar_is_the_grammar():
    fresh = lark.Lark.open_from_package(
        "pushlog.grammars", "buildkit.lark", parser="lalr", maybe_placeholders=False, g_regex_flags=re.ASCII
    )
    line = "#7 pushing layer 0123456789ab 1.05MB / 2.1MB 0.3s done"
    for grammar in (load_grammar("buildkit.lark"), load_grammar("buildkit.lark")):
        assert grammar.rules == fresh.rules
        assert terminals(grammar) == terminals(fresh)
        assert grammar.parse(line) == fresh.parse(line)


def test_a_kept_table_is_the_table():
    table = tomllib.loads(files("pushlog.knowledge").joinpath("clients.toml").read_text("utf-8"))
    assert [ours("clients.toml")._values, ours("clients.toml")._values] == [table, table]


def test_the_kept_catalogue_is_the_catalogue():
    rows = tuple(row for file, text in texts_in("errors").items() for row in read_signatures(text, file, tested=True))
    read, kept = signatures.__wrapped__(), signatures.__wrapped__()
    assert read == kept == rows
    assert [type(row.store) for row in kept] == [type(row.store) for row in rows]


def test_lexers_take_patterns_that_are_kept():
    lexer = load_grammar("buildkit.lark").parser.lexer
    assert not [each for each in (*lexer.lexers.values(), lexer.root_lexer) if each.re is re]


def test_the_code_of_a_record_is_compiled_once(at_end, monkeypatch):
    source = "def __init__(self):\n pass"
    for _ in range(2):
        table = KeptTable("records", 2)
        monkeypatch.setattr(record_class, "_codes", lambda table=table: table)
        names: dict[str, object] = {}
        exec(record_class._compiled(source), names)
        assert callable(names["__init__"])
        at_end.pop()()
        monkeypatch.setattr(record_class, "compile", None, raising=False)
