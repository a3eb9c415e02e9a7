"""Messages and comparisons: no secret, nothing that acts on a terminal, and the right thing blamed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import golden

TOKEN = "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
LOG = "The push refers to repository [r.example/te\x9b2Jam\u202e/app]\naaaaaaaaaaaa: Preparing\ndenied: no\n"


def run(*arguments: str, cwd: Path, shell: str = "") -> subprocess.CompletedProcess[bytes]:
    """The command as a process, with redirections of a shell where they are given."""
    command = [sys.executable, "-m", "pushlog", *arguments]
    if shell:
        command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x.txt").write_text(LOG, "utf-8")
    (tmp_path / f"{TOKEN}.log").write_bytes(golden.logs()[0].read_bytes())
    return tmp_path


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_comparison_neither_acts_nor_tells_secrets(folder: Path, form: str) -> None:
    out = run("compare", "x.txt", f"{TOKEN}.log", "-f", form, cwd=folder).stdout.decode()
    assert not {"\x9b", "\u202e"} & set(out)
    assert "REDACTED-github-token.log" in out
    assert TOKEN not in out


def test_a_comparison_of_results_hides_what_they_hold(folder: Path) -> None:
    log = f"The push refers to repository [r.example/{TOKEN.lower()}]\naaaaaaaaaaaa: Preparing\ndenied: no\n"
    (folder / "c.txt").write_text(log)
    run("analyze", "c.txt", "--no-redact", "-f", "json=c.json", cwd=folder)
    assert TOKEN.lower() in (folder / "c.json").read_text()
    for form in ("text", "json"):
        assert TOKEN.lower() not in run("compare", "c.json", "c.json", "-f", form, cwd=folder).stdout.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", f"no-{TOKEN}"),
        ("explain", TOKEN),
        ("analyze", "x.txt", "--timezone", TOKEN),
        ("analyze", "x.txt", "-f", TOKEN),
        ("analyze", f"--{TOKEN}"),
        ("analyze", "x.txt", "--what-if", f"bandwidth={TOKEN}"),
        ("analyze", "x.txt", "--manifest", "manifest.json"),
        ("report", "result.json"),
        ("record", "-o", "x.cast", "--", f"no-{TOKEN}"),
    ],
    ids=lambda arguments: " ".join(arguments)[:24],
)
def test_no_message_tells_a_secret(folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "manifest.json").write_text(json.dumps({"layers": [{"digest": f"password={TOKEN}", "size": 1}]}))
    run("analyze", "x.txt", "-f", "json=result.json", cwd=folder)
    result = json.loads((folder / "result.json").read_text())
    result["logs"][0]["source"]["bytes"] = TOKEN
    (folder / "result.json").write_text(json.dumps(result))
    done = run(*arguments, cwd=folder)
    assert done.returncode in (2, 127)
    assert done.stderr
    assert TOKEN[8:] not in done.stderr.decode() + done.stdout.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "shell", "status", "words"),
    [
        (("analyze", "x.txt"), ">&-", 2, "standard output: can't be written"),
        (("analyze", "-"), "<&-", 2, "standard input: can't be read"),
        (("analyze", "x.txt"), "2>&-", 0, ""),
        (("analyze", "no.txt"), "2>&-", 2, ""),
        (("analyze", "x.txt"), "<&- >&- 2>&-", 2, ""),
        (("rules",), ">&-", 2, "standard output: can't be written"),
        (("redact", "x.txt"), ">&-", 2, "standard output: can't be written"),
    ],
)
def test_closed_streams_are_told_in_a_word(
    folder: Path, arguments: tuple[str, ...], shell: str, status: int, words: str
) -> None:
    done = run(*arguments, cwd=folder, shell=shell)
    assert done.returncode == status
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_blamed_itself(folder: Path) -> None:
    (folder / "out").mkdir(mode=0o500)
    done = run("audit", "x.txt", "--out", "out/o", cwd=folder)
    assert b"standard output" not in done.stderr


def test_a_file_in_the_place_of_results_is_blamed_itself(folder: Path) -> None:
    (folder / "o").mkdir()
    (folder / "o" / "results").write_text("x")
    done = run("audit", "x.txt", "--out", "o", cwd=folder)
    assert done.returncode != 0
    assert b"standard output" not in done.stderr
    assert b"Traceback" not in done.stderr
