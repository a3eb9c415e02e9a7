"""Where pushes begin and end in a log, and which error is whose."""

import pytest

from pushlog.model import Family, Outcome, Store
from tests.logs import DIGEST, DONE, HEADER, A, B, log, push

ERROR = "denied: requested access to the resource is denied"


def test_a_push_reaches_from_its_header_to_its_digest_line():
    only = push("Cloning into 'app'...", HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE, "Job finished")
    assert only.lines == (2, 5)
    assert only.outcome is Outcome.SUCCEEDED


def test_pushes_one_after_the_other_are_kept_apart():
    first, second = log(HEADER, f"{A}: Preparing", HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE).pushes
    assert (first.lines, first.outcome) == ((1, 2), Outcome.INCOMPLETE)
    assert (second.lines, second.outcome) == ((3, 6), Outcome.SUCCEEDED)


def test_all_tags_of_one_command_are_one_push():
    again = [f"{A}: Layer already exists", f"1.3: digest: {DIGEST} size: 739"]
    only = push(HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE, f"{A}: Preparing", again)
    assert only.reference.tags == ("1.2", "1.3")
    assert only.reference.digest == DIGEST
    assert [layer.state.value for layer in only.layers] == ["pushed"]


def test_a_later_tag_can_fail():
    only = push(HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE, f"{B}: Preparing", ERROR)
    assert only.outcome is Outcome.FAILED
    assert only.reference.tags == ("1.2",)


def test_an_error_may_stand_a_few_foreign_lines_below():
    only = push(HEADER, f"{A}: Preparing", "Uploading artifacts...", ERROR)
    assert only.error is not None
    assert (only.error.line, only.error.text, only.lines) == (4, ERROR, (1, 4))


def test_an_error_above_its_header_is_found_when_there_is_none_below():
    only = push("Cloning into 'app'...", ERROR, HEADER, f"{A}: Preparing")
    assert only.error is not None
    assert (only.error.line, only.lines) == (2, (2, 4))


def test_an_error_among_the_layers_is_found():
    only = push(HEADER, f"{A}: Preparing", ERROR, f"{A}: Waiting")
    assert only.error is not None
    assert (only.error.line, only.lines) == (3, (1, 4))


def test_an_error_after_a_digest_line_is_not_the_pushs():
    only = push(HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE, "Error response from daemon: manifest unknown")
    assert only.outcome is Outcome.SUCCEEDED
    assert only.error is None


def test_before_docker_1_10_the_digest_line_proves_nothing_when_an_error_follows():
    header = "The push refers to a repository [docker.io/acme/app] (len: 1)"
    assert push(header, f"{A}: Image successfully pushed", DONE, ERROR).outcome is Outcome.FAILED


def test_an_error_of_many_lines_is_kept_whole():
    page = [
        "unknown: <html>",
        "<head><title>413 Request Entity Too Large</title></head>",
        "<body>",
        "</body>",
        "</html>",
    ]
    only = push(HEADER, f"{A}: Preparing", page, "", "Job finished")
    assert only.error is not None
    assert only.error.text == "\n".join(page)
    assert only.lines == (1, 7)


def test_an_error_list_is_kept_whole():
    listed = ["errors:", ERROR, "unauthorized: authentication required"]
    only = push(HEADER, f"{A}: Preparing", listed, "", "Error: Process completed with exit code 1.")
    assert only.error is not None
    assert only.error.text == "\n".join(listed)
    assert only.error.family is Family.PERMISSION


def test_an_error_drawn_over_a_layers_row_is_found():
    only = push(HEADER, f"{A}: Pushing [=>  ]  1MB/9MB", "deniedbbbbbb: Retrying in 1 second")
    assert only.error is not None
    assert only.error.text == "denied"


def test_a_command_names_the_tag_that_the_log_does_not():
    only = push(
        "$ docker push registry.example.com/team/app:1.2 2>&1 | tee push-log.txt", HEADER, f"{A}: Preparing", ERROR
    )
    assert only.reference.tags == ("1.2",)
    assert only.lines == (2, 4)


def test_a_command_for_another_image_names_nothing():
    only = push("$ docker push registry.example.com/team/other:1.2", HEADER, f"{A}: Preparing", ERROR)
    assert only.reference.tags == ()


def test_a_command_followed_by_its_error_alone_is_a_push():
    only = push("$ docker push Team/App", "invalid reference format: repository name (Team/App) must be lowercase")
    assert only.error is not None
    assert only.error.family is Family.CLIENT_USAGE


def test_a_quiet_push_below_its_command():
    first, second = log(
        "$ docker push -q docker.io/acme/app:1", "docker.io/acme/app:1", "$ docker push acme/other", ERROR
    ).pushes
    assert (first.outcome, first.reference.tags) == (Outcome.SUCCEEDED, ("1",))
    assert second.outcome is Outcome.FAILED


def test_a_quiet_push_alone_in_its_log():
    assert push("docker.io/acme/app:1").outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    "lines",
    [
        ["hello", "world"],
        [ERROR, "and much more of something else"],
        ["latest: Pulling from library/ubuntu", f"{A}: Waiting", f"{A}: Download complete", f"Digest: {DIGEST}"],
        ["$ docker push acme/app:1", "hello"],
        ["docker.io/acme/app:1", "docker.io/acme/app:2"],
    ],
)
def test_other_output_is_no_push(lines):
    assert log(lines).pushes == ()


def test_an_error_without_a_push_is_said_to_be_unbound():
    result = log("Step 1/2 : FROM ubuntu", ERROR, "and much more of something else")
    assert result.pushes == ()
    assert result.source.notes == ("line 2 holds words of a push, but is part of none that was found",)
    assert log("hello", "world").source.notes == ()


def test_a_pull_after_a_failed_push_proves_nothing():
    pull = ["latest: Pulling from library/ubuntu", f"{B}: Already exists", f"Digest: {DIGEST}"]
    only = push(HEADER, f"{A}: Preparing", pull)
    assert only.outcome is Outcome.INCOMPLETE
    assert [layer.id for layer in only.layers] == [A]


def test_a_pushed_layer_without_a_header_is_a_push_of_an_unknown_image():
    only = push(f"{A}: Preparing", f"{A}: Pushed")
    assert only.reference.repository is None
    assert only.outcome is Outcome.INCOMPLETE


def test_ctrl_c_is_an_interruption():
    assert push(HEADER, f"{A}: Preparing", "^C").outcome is Outcome.INTERRUPTED


def test_foreign_lines_inside_a_push_lower_its_coverage():
    result = log(HEADER, f"{A}: Preparing", "something else", f"{A}: Pushed", DONE)
    assert result.source.coverage == 0.8
    assert [line.text for line in result.pushes[0].unread] == ["something else"]


@pytest.mark.parametrize(
    ("lines", "store"),
    [
        ([f"{A}: Preparing", f"{A}: Pushed"], Store.GRAPHDRIVER),
        ([f"{A}: Waiting", f"{A}: Pushed"], Store.CONTAINERD),
        ([f"{A}: Pushed"], Store.UNKNOWN),
        ([f"{A}: Pushing [==>]  9.1MB", f"{A}: Retrying in 5 seconds"], Store.GRAPHDRIVER),
        ([f"{A}: Unavailable"], Store.CONTAINERD),
        (["received unexpected HTTP status: 503 Service Unavailable"], Store.GRAPHDRIVER),
        (["error from registry: unknown error"], Store.CONTAINERD),
    ],
)
def test_the_store_is_told_from_the_lines_or_left_unknown(lines, store):
    assert push(HEADER, lines).store is store


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("app", "docker.io/library/app:latest"),
        ("app:latest", "docker.io/library/app:latest"),
        ("acme/app:1", "docker.io/acme/app:1"),
        ("index.docker.io/acme/app:1", "docker.io/acme/app:1"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ('"$IMAGE"', "registry.example.com/team/app:1"),
        ("r.example/app:${TAG}", "r.example/app:7"),
        ("", "registry.example.com/team/app:1"),
    ],
)
def test_the_line_of_a_quiet_push_names_what_was_asked_for(asked, said):
    assert push(f"$ docker push -q {asked}", said).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    ("asked", "said"),
    [("d", "ocker.io/acme/app:1"), ("app:1", "docker.io/library/app:2"), ("app", "docker.io/library/app:1")],
)
def test_a_line_that_names_something_else_is_not_that_of_a_quiet_push(asked, said):
    assert not log(f"$ docker push -q {asked}", said, "more").pushes
