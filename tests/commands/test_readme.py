"""The README is true: its two commands are there, what they name exists, and its formats are those of the program."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from pushlog.commands.epilogs import EPILOGS
from pushlog.commands.rules import FILE_PAGES
from pushlog.manual.topic_pages import topic_page, topics
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


@pytest.fixture
def snippets(readme: str) -> dict[str, Any]:
    """The documents of the section on CI, by the first word above each."""
    yaml = pytest.importorskip("yaml", reason="NO YAML: snippets for CI go unread")
    found = re.findall(
        r"^(\w+)[^\n]*(?:\n[^\n`]+)*:\n\n```(\w+)\n(.*?)```", section(readme, "In CI"), re.DOTALL | re.MULTILINE
    )
    return {name: yaml.safe_load(text) if kind == "yaml" else text for name, kind, text in found}


def ran_as(script: str, folder: Path, root: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a script of a snippet by bash, where `pip` does nothing, `docker` fails and `pipx` runs this pushlog."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    ours = f'exec "{sys.executable}" -m pushlog "$@"'
    for name, does in {
        "docker": f"cat '{root}/samples/push-log.txt' >&2; exit 1",
        "pip": "exit 0",
        "pipx": f"shift 2; {ours}",
        "pushlog": ours,
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{does}\n", "utf-8")
        (tools / name).chmod(0o755)
    return subprocess.run(
        ["bash", "-ec", script],
        cwd=folder,
        env={"PATH": f"{tools}:/usr/bin:/bin", "IMAGE": "acme/web:1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_snippets_are_those_of_three_systems(snippets: dict[str, Any]) -> None:
    assert set(snippets) == {"GitHub", "GitLab", "Jenkins"}


def test_what_github_runs_fails_with_the_push_and_keeps_why(
    snippets: dict[str, Any], tmp_path: Path, root: Path
) -> None:
    push, why, upload = snippets["GitHub"]
    assert ran_as(push["run"], tmp_path, root).returncode == 1
    done = ran_as(why["run"], tmp_path, root, GITHUB_STEP_SUMMARY=str(tmp_path / "step-summary"))
    assert done.returncode == 0, done.stderr
    assert "nginx in front of the registry refused layer" in done.stdout
    assert "nginx in front of the registry refused layer" in (tmp_path / "step-summary").read_text("utf-8")
    assert [name for name in upload["with"]["path"].split() if not (tmp_path / name).is_file()] == []


def test_what_gitlab_runs_fails_with_the_push_and_keeps_why(
    snippets: dict[str, Any], tmp_path: Path, root: Path
) -> None:
    push, report = snippets["GitLab"]["push"], snippets["GitLab"]["push-report"]
    assert ran_as("\n".join(push["script"]), tmp_path, root).returncode == 1
    assert (tmp_path / push["artifacts"]["paths"][0]).is_file()
    done = ran_as("\n".join(report["script"]), tmp_path, root)
    assert done.returncode == 0, done.stderr
    kept = [*report["artifacts"]["paths"], *report["artifacts"]["reports"].values()]
    assert [name for name in kept if not (tmp_path / name).is_file()] == []


def test_what_jenkins_runs_writes_what_it_names(snippets: dict[str, Any], tmp_path: Path, root: Path) -> None:
    (script,) = re.findall(r"^sh '(.*)'$", snippets["Jenkins"], re.MULTILINE)
    (tmp_path / "push-log.txt").write_bytes((root / "samples" / "push-log.txt").read_bytes())
    assert ran_as(script, tmp_path, root).returncode == 0
    assert (tmp_path / "push.sarif").is_file()
    assert (tmp_path / "push-report" / "index.html").is_file()


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
