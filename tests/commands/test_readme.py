"""The README is true: its two commands are there, what they name exists, and its formats are those of the program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

RUN = (
    "python3 -m venv .venv && .venv/bin/pip install -q . && "
    ".venv/bin/pushlog analyze samples/push-log.txt -f text -f html=report.html"
)
TESTS = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest -q"


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text("utf-8")


def helped(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "import pushlog.cli; pushlog.cli.main()", *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "200", "NO_COLOR": "1", "PATH": "/usr/bin:/bin"},
    )
    return done.stdout


def section(readme: str, heading: str) -> str:
    return readme.partition(f"## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("command", [RUN, TESTS])
def test_the_two_commands_stand_on_lines_of_their_own(readme: str, command: str) -> None:
    assert readme.splitlines().count(command) == 1


def test_the_report_that_is_shown_is_the_one_that_is_drawn(readme: str, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import pushlog.cli; pushlog.cli.main()", "analyze", "samples/push-log.txt"],
        capture_output=True,
        check=True,
        cwd=root,
        env={"PYTHONUTF8": "1", "PATH": "/usr/bin:/bin"},
    )
    shown = readme.partition("```text\n")[2].partition("```")[0]
    assert done.stdout.decode("utf-8").startswith(shown)


def test_every_path_that_is_named_exists(readme: str, root: Path) -> None:
    named = {"samples/push-log.txt", *re.findall(r"\]\((?!https?:)([^)#]+)\)", readme)}
    assert {path for path in named if not (root / path).exists()} == set()


def test_the_formats_are_those_of_the_program(readme: str) -> None:
    formats = re.findall(r"^\| `(\w+)` \|", section(readme, "Use it"), re.MULTILINE)
    assert formats
    told = helped("analyze")
    assert [name for name in formats if not re.search(rf"\b{name}\b", told)] == []


def test_the_commands_and_options_are_those_of_the_program(readme: str) -> None:
    # What stands behind `--` is the command that `record` runs.
    called = re.findall(
        r"\bpushlog (\w+)((?: (?!-- )[^#|`\n]*)?)", "\n".join(re.findall(r"```sh\n(.*?)```", readme, re.DOTALL))
    )
    commands = {command for command, _ in called}
    assert {"analyze", "watch", "record", "audit", "compare", "report", "redact", "rules", "explain"} <= commands
    told = {command: helped(command) for command in sorted(commands)}
    missing = [
        (c, o) for c, words in called for o in re.findall(r"(?<![\w-])--[a-z][a-z-]+", words) if o not in told[c]
    ]
    assert missing == []
    spoken = set(re.findall(r"`(--[a-z][a-z-]+)", section(readme, "Use it")))
    assert [option for option in sorted(spoken) if not any(option in words for words in told.values())] == []


def test_what_it_does_in_python_can_be_done(readme: str) -> None:
    names = set(re.findall(r"\bpushlog\.(\w+)\(", readme))
    import pushlog

    assert names
    assert [name for name in names if not callable(getattr(pushlog, name, None))] == []
