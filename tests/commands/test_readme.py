"""The README is true: its two commands are there, what they name exists, and its formats are those of the program."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from pushlog.commands.epilogs import EPILOGS
from pushlog.commands.rules import FILE_PAGES
from pushlog.topic_pages import topic_page, topics
from tests.picture import PICTURE, picture

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


@pytest.mark.skipif(int(version("rich").partition(".")[0]) < 15, reason="older versions of rich draw other spaces")
def test_the_picture_is_the_report_that_is_drawn() -> None:
    assert PICTURE.read_text("utf-8") == picture(), "draw it anew: python -m tests.picture"


def test_it_is_read_in_a_minute(readme: str) -> None:
    assert readme.count("\n") < 160


@pytest.mark.parametrize("number", [0, 1])
def test_the_snippets_for_ci_are_whole_documents(readme: str, number: int) -> None:
    yaml = pytest.importorskip("yaml", reason="NO YAML: snippets for CI go unread")
    block = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)[number]
    document = yaml.safe_load(block)
    steps = document if isinstance(document, list) else document.values()
    assert all(isinstance(step, dict) for step in steps)
    assert "pushlog push-log.txt" in block


def test_every_topic_that_is_named_is_explained(readme: str) -> None:
    named = readme.partition("`pushlog explain TOPIC`:")[2].partition("- `pushlog rules")[0]
    assert set(re.findall(r"`([\w-]+)`", named)) == {*topics(), *FILE_PAGES}
    assert {f"  {name}" for name in EPILOGS["explain"].partition("Topics:\n")[2].split()} == {
        f"  {name}" for name in (*topics(), *FILE_PAGES)
    }


@pytest.mark.parametrize("name", topics())
@pytest.mark.parametrize("width", [40, 80, 100])
def test_a_topic_fills_the_page_and_breaks_no_code(name: str, width: int) -> None:
    page = topic_page(name, width)
    assert page is not None
    lines = [line for line in page.splitlines() if not line.startswith("    ")]
    # A word can be longer than a narrow page.
    assert all(len(line) <= width or " " not in line.strip().removeprefix("- ") for line in lines)


def test_the_options_that_topics_name_are_those_of_the_program() -> None:
    told = "".join(helped(command) for command in ("analyze", "watch", "record", "audit", "compare", "redact"))
    spoken = {option for name in topics() for option in re.findall(r"`(--[a-z][a-z-]+)", topic_page(name, 1000) or "")}
    foreign = {"--progress"}
    assert [option for option in sorted(spoken - foreign) if option not in told] == []


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
        r"\bpushlog (\w+)(?![\w.-])((?: (?!-- )[^#|`\n]*)?)",
        "\n".join(re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)),
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
