"""A push is read alike whatever a paste, a page or a program puts around its lines and its error."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pushlog.pipeline import analyze
from tests.paths import ROOT

Facts = list[tuple[str, str | None, int, str | None]]


def facts(data: bytes) -> Facts:
    return [
        (
            push.outcome.value,
            push.error.family.value if push.error else None,
            len(push.layers),
            push.reference.repository,
        )
        for push in analyze(data).pushes
    ]


def plain_logs() -> list[Path]:
    """Return the samples of docker as a pipe keeps them, those without a header left out."""
    paths = [
        path for store in ("graphdriver", "containerd") for path in (ROOT / "samples").glob(f"*-{store}-piped.txt")
    ]
    return sorted(path for path in paths if path.read_text("utf-8").startswith("The push refers to "))


def on_error(change: Callable[[str], str]) -> Callable[[list[str], int | None], str]:
    """Return a change of the first line of the error alone."""
    return lambda lines, error: "\n".join(
        change(line) if number == error else line for number, line in enumerate(lines, 1)
    )


CHANGES: dict[str, Callable[[list[str], int | None], str]] = {
    "literal-breaks": lambda lines, _: "\\n".join(lines),
    "json-string": lambda lines, _: json.dumps({"exit": 1, "output": "\n".join(lines)}),
    "ansible": lambda lines, error: (
        "fatal: [h]: FAILED! => "
        + json.dumps(
            {"rc": 1, "stderr": "\n".join(lines[error - 1 :]), "stdout": "\n".join(lines[: error - 1])}
            if error
            else {"rc": 0, "stderr": "", "stdout": "\n".join(lines)}
        )
    ),
    "joined-by-blanks": lambda lines, _: " ".join(lines),
    "html-breaks": lambda lines, _: "<br>".join(lines),
    "html-breaks-at-ends": lambda lines, _: "<br/>\n".join(lines),
    "preformatted": lambda lines, _: f"<pre>{chr(10).join(lines)}</pre>",
    "fenced": lambda lines, _: f"Hello\n```\n{chr(10).join(lines)}\n```\nAny ideas?",
    "quoted": lambda lines, _: "\n".join(f"> {line}" for line in lines),
    "first-line-quoted": lambda lines, _: f"> {chr(10).join(lines)}",
    "backslashes": lambda lines, _: "\\\n".join(lines),
    "wiki": lambda lines, _: f"{{noformat}}{chr(10).join(lines)}{{noformat}}",
    "ci-below": lambda lines, _: f"{chr(10).join(lines)}\nError: Process completed with exit code 1.",
    "label": on_error("[ERROR] {}".format),
    "wrapper": on_error("Error: Could not push image: Exception caught: {}".format),
    "bold": on_error("**{}**".format),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_stands_around_a_push_changes_nothing(change: str) -> None:
    assert plain_logs()
    for path in plain_logs():
        data = path.read_bytes()
        error = analyze(data).pushes[0].error
        lines = data.decode().rstrip("\n").split("\n")
        changed = CHANGES[change](lines, error.line if error else None)
        assert facts(f"{changed}\n".encode()) == facts(data), path.name
