"""A pattern that was kept is the one that Python compiles, whoever kept it and whatever became of that."""

import re
import subprocess
import sys
from functools import cache

import pytest

from pushlog.cache import patterns
from pushlog.cache.patterns import kept_pattern
from pushlog.formats.docker.candidate_lines import lines_pattern
from pushlog.knowledge.secrets import secrets

PATTERNS = [
    (r"(?P<word>\w+)|(?P<sign>[^\s\w])(?=x)", re.ASCII),
    (rb"(?i:a)(b)?(?<!c)\d{2,5}+", re.MULTILINE),
    ("", 0),
    ("é|ß|\u0130", re.IGNORECASE),
    (lines_pattern().pattern, re.ASCII),
    *((row.pattern, 0) for row in secrets()),
]


pytestmark = pytest.mark.usefixtures("at_end")


@pytest.fixture(autouse=True)
def forms(monkeypatch):
    """Patterns that no earlier test made."""
    before = patterns._forms
    another_process(monkeypatch)
    yield
    monkeypatch.setattr(patterns, "_forms", before)


def another_process(monkeypatch):
    monkeypatch.setattr(patterns, "_forms", cache(patterns._forms.__wrapped__))


def never(*_):
    raise AssertionError("it was compiled again")


@pytest.mark.parametrize(("pattern", "flags"), PATTERNS)
def test_it_is_the_pattern_that_python_compiles(pattern, flags, at_end, monkeypatch):
    compiled = re.compile(pattern, flags)
    assert kept_pattern(pattern, flags) == compiled
    at_end.pop()()
    another_process(monkeypatch)
    monkeypatch.setattr(patterns, "_form", never)
    kept = kept_pattern(pattern, flags)
    assert kept == compiled
    assert (kept.groupindex, kept.groups, kept.flags) == (compiled.groupindex, compiled.groups, compiled.flags)


def test_a_later_process_adds_to_what_is_kept(at_end, monkeypatch):
    for text in ("first", "second"):
        kept_pattern(text)
        at_end.pop()()
        another_process(monkeypatch)
    monkeypatch.setattr(patterns, "_form", never)
    assert [kept_pattern(text).pattern for text in ("first", "second")] == ["first", "second"]


def test_flags_are_part_of_what_is_kept():
    assert kept_pattern("a").search("A") is None
    assert kept_pattern("a", re.IGNORECASE).search("A")
    assert kept_pattern(b"a").search(b"a")


def test_a_wrong_pattern_is_refused():
    with pytest.raises(re.error):
        kept_pattern("(")


def test_a_file_that_was_damaged_is_made_again(tmp_path, at_end, monkeypatch):
    kept_pattern("word")
    at_end.pop()()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    another_process(monkeypatch)
    assert kept_pattern("word") == re.compile("word")


def test_patterns_without_end_fill_neither_disk_nor_memory(at_end, monkeypatch):
    monkeypatch.setattr(patterns, "_MOST", 2)
    assert [kept_pattern(str(number)).pattern for number in range(3)] == ["0", "1", "2"]
    at_end.pop()()
    another_process(monkeypatch)
    kept = [bool(patterns._forms().get(b"str 0 %d" % number)) for number in range(3)]
    assert kept == [True, True, False]


def test_the_engine_of_a_later_python_is_not_taken_for_known(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 15, 0))
    assert not patterns._has_engine.__wrapped__()


def test_another_engine_compiles_each_time(monkeypatch):
    monkeypatch.setattr(patterns, "_has_engine", lambda: False)
    monkeypatch.setattr(patterns, "_form", never)
    assert kept_pattern("a(b)", re.ASCII) == re.compile("a(b)", re.ASCII)


READS_A_LOG = """
import sys
from pushlog.cache.table import KeptTable

KeptTable.get = lambda *_: None  # as if nothing had been kept
KeptTable.put = lambda self, key, value: print(key.decode(), value)

from pushlog.pipeline import analyze

assert analyze(sys.stdin.buffer.read()).pushes[0].layers
"""


def test_no_word_of_a_log_is_kept():
    """In a process of its own: here other tests had patterns made before."""
    rows = ["The push refers to repository [r.example.com/acme/app]", *(f"{n:012x}: Pushed" for n in range(8))]
    log = "".join(f"zebra-7 unit=okapi {row}\n" for row in rows)
    kept = subprocess.run(
        [sys.executable, "-c", READS_A_LOG], input=log, capture_output=True, text=True, check=True
    ).stdout
    assert "Pushed" in kept
    assert "zebra" not in kept
    assert "okapi" not in kept
