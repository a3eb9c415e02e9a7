"""The files for CI systems are what those systems take: by their schemas, by an auditor, and run as far as we can."""

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

WORKFLOWS = ("tests.yml", "release.yml")


def checked(schema: str, *files: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "glob"),
    [
        ("vendor.github-workflows", ".github/workflows/*.yml"),
        ("vendor.github-actions", ".github/actions/*/action.yml"),
        ("vendor.dependabot", ".github/dependabot.yml"),
    ],
)
def test_the_schema_of_the_system_is_met(root: Path, schema: str, glob: str) -> None:
    files = sorted(root.glob(glob))
    assert files
    checked(schema, *files)


def test_an_auditor_finds_nothing(root: Path) -> None:
    """No action that can move, no template in a script, no permission that is not needed."""
    zizmor = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [str(zizmor), "--offline", "--no-progress", str(root / ".github")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_file_that_a_workflow_runs_is_there(root: Path, name: str) -> None:
    text = (root / ".github" / "workflows" / name).read_text("utf-8")
    named = re.findall(r"(?:\s|\.\./)((?:\.github|\.ci|tests|samples)(?:/[\w.-]+)*)", text)
    assert named
    assert [path for path in named if not (root / path).exists()] == []


def test_the_lowest_versions_are_those_of_all_that_runs(root: Path) -> None:
    """What CI tests as the lowest versions is what the metadata allows on this Python, but for the tools for tests."""
    printed = subprocess.run(
        [sys.executable, ".ci/lowest.py"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = (rows for name, rows in project["optional-dependencies"].items() if name not in ("test", "dev"))
    asked = [Requirement(row) for row in chain(project["dependencies"], *extras)]
    here = [row for row in asked if row.marker is None or row.marker.evaluate()]
    lowest = {row.name: [str(s.version) for s in row.specifier if s.operator == ">="] for row in here}
    assert {line.partition("==")[0]: [line.partition("==")[2]] for line in printed} == lowest


def test_the_gitlab_template_is_a_job_of_gitlab(root: Path, tmp_path: Path) -> None:
    spec, job = (root / ".ci" / "examples" / "gitlab-push-report.yml").read_text("utf-8").split("\n---\n")
    inputs = yaml.safe_load(spec)["spec"]["inputs"]
    filled = re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda match: inputs[match[1]]["default"], job)
    assert "$[[" not in filled
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(filled, "utf-8")
    checked("vendor.gitlab-ci", path)


def test_the_gitlab_script_writes_what_the_job_keeps(root: Path, tmp_path: Path) -> None:
    _, text = (root / ".ci" / "examples" / "gitlab-push-report.yml").read_text("utf-8").split("\n---\n")
    job = yaml.safe_load(text)["push-report"]
    (tmp_path / "push-log.txt").write_bytes((root / "samples" / "push-log.txt").read_bytes())
    script = "\n".join(job["script"]).replace(
        "pip install -q pushlog\n", f'pushlog() {{ "{sys.executable}" -m pushlog "$@"; }}\n'
    )
    done = subprocess.run(
        ["sh", "-euc", script],
        cwd=tmp_path,
        env={"PUSH_LOG": "push-log.txt"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kept = [*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()]
    assert [name for name in kept if not (tmp_path / name).exists()] == []


def test_the_jenkins_script_writes_what_its_steps_take(root: Path, tmp_path: Path) -> None:
    text = (root / ".ci" / "examples" / "Jenkinsfile").read_text("utf-8")
    assert text.count("{") == text.count("}")
    script = re.findall(r"sh '''#!/bin/bash\n(.*?)'''", text, re.DOTALL)[-1]
    call = next(line.strip() for line in script.splitlines() if " analyze " in line)
    (tmp_path / "push-log.txt").write_bytes((root / "samples" / "push-log.txt").read_bytes())
    command = call.replace(".pushlog/bin/pushlog", f'"{sys.executable}" -m pushlog')
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "push.sarif").is_file()
    assert (tmp_path / "push-report" / "index.html").is_file()


def test_the_image_runs_as_nobody_and_copies_what_is_there(root: Path) -> None:
    lines = (root / ".github" / "Dockerfile").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 65532:65532"]
    assert lines[-1].startswith("ENTRYPOINT [")
    ignored = (root / ".github" / "Dockerfile.dockerignore").read_text("utf-8").split()
    assert [name[1:] for name in ignored if name.startswith("!") and not (root / name[1:]).exists()] == []
