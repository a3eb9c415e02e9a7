"""The action for GitHub: its scripts run by bash, with the files that a runner hands over."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml


class Runner:
    """A job of GitHub Actions as far as a step sees it."""

    def __init__(self, folder: Path, action: Path) -> None:
        self.folder, self.action = folder, action
        self.output, self.summary = folder / "output", folder / "summary"
        tools = folder / "tools"
        tools.mkdir()
        tool = tools / "pushlog"
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pushlog "$@"\n', "utf-8")
        tool.chmod(0o755)
        self.path = f"{tools}{os.pathsep}{os.environ['PATH']}"

    def run(self, script: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.action / script)],
            cwd=self.folder,
            env=self.environment() | inputs,
            capture_output=True,
            text=True,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        return {
            "PATH": self.path,
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }

    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.output.read_text("utf-8").splitlines())

    def job(self, **inputs: str) -> tuple[int, dict[str, str]]:
        """Run the steps of `action.yml` one after another, as a runner does; its status, and the action's outputs.

        Steps that use another action are passed over; one that fails ends the job.
        """
        action = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        values = {f"inputs.{name}": str(about.get("default", "")) for name, about in action["inputs"].items()}
        values |= {f"inputs.{name}": value for name, value in inputs.items()}
        status = 0
        for step in action["runs"]["steps"]:
            if "run" not in step:
                continue
            environment = {name: filled(text, values) for name, text in step["env"].items()}
            environment |= self.environment() | {"GITHUB_ACTION_PATH": str(self.action)}
            # What GitHub runs for `shell: bash`.
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            status = subprocess.run(
                command, cwd=self.folder, env=environment, capture_output=True, check=False
            ).returncode
            if self.output.exists():
                values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in self.outputs().items()}
            if status:
                break
        return status, {name: filled(about["value"], values) for name, about in action["outputs"].items()}


def filled(text: str, values: dict[str, str]) -> str:
    """Return a text with the expressions of GitHub in it replaced; what has no value is empty there, too."""
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda expression: values.get(expression[1], ""), text)


@pytest.fixture
def runner(tmp_path: Path, root: Path) -> Runner:
    return Runner(tmp_path, root / ".github" / "actions" / "pushlog")


def kept(runner: Runner, root: Path, sample: str, name: str = "push-log.txt") -> str:
    (runner.folder / name).write_bytes((root / "samples" / sample).read_bytes())
    return name


def test_a_failed_push_is_annotated_summed_up_and_classed(runner: Runner, root: Path) -> None:
    log = kept(runner, root, "push-log.txt")
    done = runner.run("analyze.sh", LOG=log, SUMMARY="true", HTML="page")
    assert done.returncode == 0, done.stderr
    assert "\n::error file=push-log.txt,line=" in done.stdout
    assert runner.outputs()["exit-class"] == "14"
    assert runner.outputs()["retry"] == "false"
    assert "413 Request Entity Too Large" in runner.summary.read_text("utf-8")
    assert (runner.folder / "page" / "index.html").is_file()


def test_a_push_that_heals_by_itself_asks_for_another(runner: Runner) -> None:
    text = "The push refers to repository [docker.io/acme/web]\n0123456789ab: Preparing\n"
    (runner.folder / "log").write_text(
        text + "received unexpected HTTP status: 503 Service Unavailable\n", encoding="utf-8"
    )
    assert runner.run("analyze.sh", LOG="log", SUMMARY="false").returncode == 0
    assert runner.outputs()["exit-class"] == "10"
    assert runner.outputs()["retry"] == "true"
    assert not runner.summary.exists()


def test_a_success_is_class_0(runner: Runner, root: Path) -> None:
    log = kept(runner, root, "buildah-ok-piped.txt")
    assert runner.run("analyze.sh", LOG=log).returncode == 0
    assert runner.outputs()["exit-class"] == "0"


def test_a_log_without_a_push_is_said_aloud(runner: Runner) -> None:
    (runner.folder / "log").write_text("make: nothing to be done\n", encoding="utf-8")
    done = runner.run("analyze.sh", LOG="log")
    assert done.returncode == 0
    assert "::warning::pushlog: no push was found in log" in done.stdout
    assert runner.outputs()["exit-class"] == "3"


@pytest.mark.parametrize("log", ["", "\n  \n"])
def test_no_file_is_an_error(runner: Runner, log: str) -> None:
    done = runner.run("analyze.sh", LOG=log)
    assert done.returncode == 2
    assert "names no file" in done.stdout


def test_a_file_that_is_not_there_is_an_error(runner: Runner) -> None:
    done = runner.run("analyze.sh", LOG="nowhere.txt")
    assert done.returncode == 2
    assert "nowhere.txt" in done.stderr


def test_several_logs_names_with_blanks_and_patterns(runner: Runner, root: Path) -> None:
    kept(runner, root, "push-log.txt", "a push.txt")
    kept(runner, root, "buildah-ok-piped.txt", "second-1.log")
    kept(runner, root, "buildah-ok-piped.txt", "second-2.log")
    done = runner.run("analyze.sh", LOG="  a push.txt \n\nsecond-*.log\n", SUMMARY="true")
    assert done.returncode == 0, done.stderr
    result = Path(runner.outputs()["result"]).read_text("utf-8")
    assert [name in result for name in ("a push.txt", "second-1.log", "second-2.log")] == [True] * 3


@pytest.mark.parametrize("log", ["$(touch made)", "`touch made`", "; touch made", "--output=made", "-fhtml=made"])
def test_a_hostile_name_is_a_name(runner: Runner, log: str) -> None:
    done = runner.run("analyze.sh", LOG=log, HTML="")
    assert done.returncode == 2
    assert not (runner.folder / "made").exists()


@pytest.mark.parametrize(("fail_on", "status"), [("never", 0), ("", 0), ("failed", 1), ("warning", 1)])
def test_fail_on_decides_after_the_report(runner: Runner, root: Path, fail_on: str, status: int) -> None:
    runner.run("analyze.sh", LOG=kept(runner, root, "push-log.txt"))
    result = runner.outputs()["result"]
    assert runner.run("fail-on.sh", RESULT=result, FAIL_ON=fail_on).returncode == status


def test_a_version_is_asked_of_uvx(runner: Runner, root: Path) -> None:
    """A version that was named is not replaced by the one that happens to be installed."""
    tool = runner.folder / "tools" / "uvx"
    tool.write_text('#!/bin/sh\necho "$1 $2 $3" >>"$RUNNER_TEMP/asked"\nshift 2\nexec "$@"\n', "utf-8")
    tool.chmod(0o755)
    runner.run("analyze.sh", LOG=kept(runner, root, "push-log.txt"), VERSION="0.2.0")
    assert (runner.folder / "asked").read_text("utf-8") == "--from pushlog==0.2.0 pushlog\n"


def push(image: str, end: str) -> str:
    """The log of one push with its command."""
    return (
        f"+ docker push registry.example.com/acme/{image}:1.0\n"
        f"The push refers to repository [registry.example.com/acme/{image}]\n0123456789ab: Preparing\n{end}"
    )


DONE = f"0123456789ab: Pushed\n1.0: digest: sha256:{'a1' * 32} size: 528\n"
BUSY = "received unexpected HTTP status: 503 Service Unavailable\n"
DENIED = "denied: requested access to the resource is denied\n"
# What can come of a push, or of several, and what a job is told: the class, and whether to push again.
ENDS: dict[str, tuple[str, str, str]] = {
    "done": (push("web", DONE), "0", "false"),
    "busy": (push("web", BUSY), "10", "true"),
    "denied": (push("web", DENIED), "12", "false"),
    "cut": (push("web", ""), "19", "false"),
    "none": ("make: nothing to be done\n", "3", "false"),
    "one-of-two-done": (push("web", DONE) + push("worker", BUSY), "10", "true"),
    "the-other-one": (push("worker", BUSY) + push("web", DONE), "10", "true"),
    # What would heal by itself is no reason to push again beside what would not.
    "denied-too": (push("web", BUSY) + push("worker", DENIED), "12", "false"),
    "denied-first": (push("worker", DENIED) + push("web", BUSY), "12", "false"),
    "healed": (push("web", BUSY) + push("web", DONE), "0", "false"),
    "broke-again": (push("web", DONE) + push("web", BUSY), "10", "true"),
}


@pytest.mark.parametrize(("text", "exit_class", "retry"), ENDS.values(), ids=ENDS)
def test_the_outputs_of_the_action_say_whether_to_push_again(
    runner: Runner, text: str, exit_class: str, retry: str
) -> None:
    (runner.folder / "push.log").write_text(text, "utf-8")
    status, outputs = runner.job(log="push.log")
    assert status == 0
    assert (outputs["exit-class"], outputs["retry"]) == (exit_class, retry)
    assert Path(outputs["result"]).is_file()
    assert runner.summary.read_text("utf-8").strip()


@pytest.mark.parametrize(
    ("fail_on", "text", "status"), [("failed", DENIED, 1), ("failed", DONE, 0), ("never", BUSY, 0)]
)
def test_the_job_ends_as_fail_on_asks_and_has_its_outputs_all_the_same(
    runner: Runner, fail_on: str, text: str, status: int
) -> None:
    (runner.folder / "push.log").write_text(text, "utf-8")
    ended, outputs = runner.job(**{"log": "push.log", "fail-on": fail_on})
    assert ended == status
    assert outputs["exit-class"]


def test_a_success_in_another_log_does_not_speak_for_a_failure(runner: Runner) -> None:
    """Which of two files is the later one, nothing says."""
    for name, end in (("a.log", BUSY), ("b.log", DONE), ("c.log", BUSY)):
        (runner.folder / name).write_text(push("web", end), "utf-8")
    for logs in ("a.log\nb.log", "b.log\nc.log"):
        assert runner.job(log=logs)[1]["exit-class"] == "10"
