"""A large log is read by a process of its own: what ends that one early is told, all else is passed on."""

import subprocess
import sys

import pytest

from pushlog import guard
from pushlog.intake import mapped
from tests.logs import DONE, HEADER, A

PUSH = f"{HEADER}\n{A}: Preparing\n{A}: Pushed\n{DONE}\n" + "x\n" * 4096
# Every file counts as large; `cut`: another program empties it as soon as it is mapped.
RUN = """
import os, sys
from pushlog.intake import mapped
mapped.LARGE = 1000
real = mapped.contents
def emptied(file):
    data = real(file)
    os.truncate(file.name, 0)
    return data
if sys.argv.pop(1) == "cut":
    mapped.contents = emptied
from pushlog.cli import main
main()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork, and no file can be cut short while mapped")


def run(path, how, *arguments):
    command = [sys.executable, "-c", RUN, how, *arguments, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["analyze", "redact"])
def test_a_file_that_is_cut_short_while_it_is_read_is_told_in_a_word(command, tmp_path):
    path = tmp_path / "x.log"
    path.write_text(PUSH, "utf-8")
    ended = run(path, "cut", command)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert (
        ended.stderr == f"pushlog: {path}: was cut short by another program while it was read; analyze a copy of it\n"
    )


@pytest.mark.parametrize(("text", "status"), [(PUSH, 0), ("x\n" * 4096, 3)])
def test_what_the_other_process_says_and_ends_with_is_passed_on(text, status, tmp_path):
    path = tmp_path / "x.log"
    path.write_text(text, "utf-8")
    ended = run(path, "whole", "analyze", "--format", "json")
    assert ended.returncode == status
    assert ended.stderr == ""
    assert ended.stdout.startswith('{\n "schema": "pushlog/1"')
    assert ended.stdout.count("schema") == 1


def test_small_files_and_commands_that_map_nothing_stay_in_one_process(tmp_path, monkeypatch):
    path = tmp_path / "x.log"
    path.write_text(PUSH, "utf-8")
    monkeypatch.setattr("os.fork", None)
    assert guard.run_isolated(["analyze", str(path), "no such file", "\0"]) is None
    monkeypatch.setattr(mapped, "LARGE", 1000)
    assert guard.run_isolated(["audit", str(path)]) is None
    assert guard.run_isolated([]) is None
