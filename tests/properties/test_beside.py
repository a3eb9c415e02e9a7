"""Lines and logs of others beside a push: some of those that `python -m tests.fuzz.beside` tries, and its finds."""

from zlib import crc32

import pytest

from tests.fuzz import beside


def is_drawn(text: str, every: int) -> bool:
    """Whether a text is one of a few from all over, the same ones whatever is added; by hand each of them is tried."""
    return crc32(text.encode()) % every == 0


LINES = [line for line in beside.lines() if is_drawn(line, 700)]
# Logs that begin a push of their own; one without a header goes on with what stands above it.
LOGS = {name: text for name, text in beside.texts() if text.startswith("The push refers to") and is_drawn(name, 20)}
# What a line says itself of the push beside it: a row of a layer, its digest, an answer of the Engine.
OF_A_PUSH = ("Preparing", "Pushed", "Pushing", "Waiting", "Retrying", "xists", "ounted", "igest", "rror", "status", ":")


@pytest.mark.parametrize("line", [line for line in LINES if not any(word in line for word in OF_A_PUSH)])
def test_a_line_of_another_log_changes_no_push(line: str) -> None:
    assert list(beside.beside_a_line(line)) == []


@pytest.mark.parametrize("line", LINES)
def test_no_line_beside_a_push_makes_a_success_that_none_says(line: str) -> None:
    assert [found for found in beside.beside_a_line(line) if found.startswith("FALSE")] == []


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_told_behind_a_push_as_alone(name: str) -> None:
    assert list(beside.behind_a_push(name, LOGS[name])) == []


# What the tool found, each line as it stood above the push.
FOUND = {
    "a cell of a table": "| Client | Version | Result |",
    "a line of JSON": '{"level":"info","msg":"listening","port":8080}',
    "what Azure expects": "##[error]The Operation will be canceled. The next steps may not contain expected logs.",
}


@pytest.mark.parametrize("line", FOUND.values(), ids=FOUND)
def test_what_was_found_stays_found(line: str) -> None:
    assert list(beside.beside_a_line(line)) == []
