"""Docker's warning that it could not read its configuration explains a refusal that has no other reason."""

import pytest

from pushlog.model import Confidence, Outcome
from tests.logs import HEADER, A, B, push

FILE = "/home/ci/.docker/config.json"
WARNING = f"WARNING: Error loading config file: {FILE}: open {FILE}: permission denied"
ROW = f"{A}: Preparing"
DENIED = "denied: requested access to the resource is denied"
COMMAND = "$ docker push registry.example.com/team/app:1.4"
NO_SCOPE = (
    "push access denied, repository does not exist or may require authorization: server message: insufficient_scope: "
    "authorization failed"
)


def cause(*lines):
    return push(*lines).findings[0]


@pytest.mark.parametrize(
    ("warning", "why"),
    [
        (f"WARNING: Error loading config file:stat {FILE}: permission denied", "permission denied"),
        (f"WARNING: Error loading config file:{FILE} - stat {FILE}: permission denied", "permission denied"),
        (WARNING, "permission denied"),
        (f"WARNING: Error loading config file: open {FILE}: permission denied", "permission denied"),
        (r"WARNING: Error loading config file: open C:\Users\a b\.docker\config.json: Access is denied.", "denied"),
        (f"docker : WARNING: Error loading config file: open {FILE}: permission denied", "permission denied"),
        (f"WARNING: Error loading config file:{FILE} - EOF", "no valid JSON"),
        (f"WARNING: Error parsing config file ({FILE}): invalid character '}}' looking for a value", "no valid JSON"),
        (f"WARNING: Error loading config file: {FILE}: read {FILE}: is a directory", "a folder"),
    ],
)
def test_the_warning_of_every_version_is_read(warning, why):
    found = cause(warning, HEADER, ROW, DENIED)
    assert found.name == "config-unread"
    assert why in found.title
    assert [evidence.line for evidence in found.evidence] == [1, 4]


@pytest.mark.parametrize("error", [DENIED, "unauthorized: authentication required", "denied", NO_SCOPE])
def test_a_refusal_without_a_reason_has_this_one(error):
    found = cause(COMMAND, WARNING, HEADER, ROW, error)
    assert (found.name, found.confidence) == ("config-unread", Confidence.LIKELY)


def test_a_client_without_a_login_is_proof():
    assert cause(COMMAND, WARNING, HEADER, ROW, "no basic auth credentials").confidence is Confidence.CERTAIN


def test_the_step_names_the_file_of_the_warning():
    first, *_, last = cause(WARNING, HEADER, ROW, DENIED).remedy
    assert f'`sudo chown "$(id -u)" {FILE}`' in first
    assert last == "Then log in again, and push: `docker login registry.example.com`"


def test_the_home_of_root_is_not_given_away():
    steps = cause(WARNING.replace("/home/ci", "/root"), HEADER, ROW, DENIED).remedy
    assert "below `/root`" in steps[0]
    assert "`DOCKER_CONFIG`" in steps[0]
    assert not any("chown" in step for step in steps)


def test_windows_has_words_of_its_own():
    steps = cause(
        r"WARNING: Error loading config file: open C:\\U\\.docker\\config.json: Access is denied.", HEADER, DENIED
    ).remedy
    assert "`icacls" in steps[0]
    assert not any("chown" in step for step in steps)


@pytest.mark.parametrize("path", ["/etc/app/config.json", "/x/$(id)/.docker/config.json", "/a/../.docker/config.json"])
def test_no_other_file_goes_into_a_command(path):
    steps = cause(WARNING.replace(FILE, path), HEADER, ROW, DENIED).remedy
    assert "~/.docker/config.json" in steps[0]
    assert not any(path in step for step in steps)


def test_two_pipes_put_the_warning_below_the_first_rows():
    assert cause(COMMAND, HEADER, ROW, WARNING, f"{B}: Preparing", DENIED).name == "config-unread"


def test_a_good_login_above_was_not_read():
    login = ["$ docker login registry.example.com -u ci --password-stdin", "Login Succeeded"]
    assert cause(*login, COMMAND, WARNING, HEADER, ROW, DENIED).name == "config-unread"


@pytest.mark.parametrize("why", ["EOF", "unexpected EOF", "permission denied", "denied"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_the_warning_is_not_the_error_of_the_push(why, times):
    warnings = [f"WARNING: Error parsing config file ({FILE}): {why}"] * times
    for lines in ([COMMAND, *warnings, DENIED], [COMMAND, *warnings, HEADER, ROW, DENIED], [*warnings, HEADER, DENIED]):
        assert push(*lines).error.text == DENIED


def test_the_warning_alone_is_no_failure():
    assert push(COMMAND, HEADER, ROW, f"WARNING: Error loading config file:{FILE} - EOF").error is None


LOOK_ALIKES = {
    "the warning of another command": ["$ docker tag a b", WARNING, COMMAND, HEADER, ROW, DENIED],
    "lines between that are no push's": [WARNING, "Successfully built 0123456789ab", HEADER, ROW, DENIED],
    "another program's configuration": ["Error loading config file: app.yml: permission denied", HEADER, ROW, DENIED],
    "an error with a reason": [COMMAND, WARNING, HEADER, ROW, "name invalid: invalid repository name"],
    "a failure of the network": [COMMAND, WARNING, HEADER, ROW, "EOF"],
    "a layer went in": [COMMAND, WARNING, HEADER, ROW, f"{B}: Preparing", f"{B}: Pushed", DENIED],
}


@pytest.mark.parametrize("lines", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_a_look_alike_keeps_its_own_cause(lines):
    assert "config-unread" not in {finding.name for finding in push(*lines).findings}


def test_a_push_that_went_through_is_none_the_worse():
    digest = f"1.4: digest: sha256:{'0' * 64} size: 528"
    done = push(COMMAND, WARNING, HEADER, ROW, f"{A}: Pushed", digest)
    assert done.outcome is Outcome.SUCCEEDED
    assert "config-unread" not in {finding.name for finding in done.findings}
