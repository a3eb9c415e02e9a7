"""Logins above a push: the host of each, and whether it was taken."""

import pytest

from pushlog.formats.login import Login, host_of, logins_between
from pushlog.intake.log_text import LogText


def logins(*lines):
    data = "".join(f"{line}\n" for line in lines).encode()
    return logins_between(LogText(data), 0, len(data))


@pytest.mark.parametrize(
    ("command", "host"),
    [
        ("$ docker login r.example.com -u bob --password-stdin", "r.example.com"),
        ("+ docker login -u bob -p *** r.example.com:5000", "r.example.com:5000"),
        ("+ docker login -u bob -p ***", "docker.io"),
        ("echo $T | docker login https://ghcr.io -u me --password-stdin", "ghcr.io"),
        ('echo $T | docker login -u me --password-stdin "$REGISTRY"', None),
        ("docker login -u me -p *** ***.azurecr.io", None),
        (
            (
                "aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin "
                "123456789012.dkr.ecr.us-east-1.amazonaws.com"
            ),
            "123456789012.dkr.ecr.us-east-1.amazonaws.com",
        ),
        ("az acr login --name acme", "acme.azurecr.io"),
        ("az acr login -n acme.azurecr.io", "acme.azurecr.io"),
        ("[command]/usr/bin/docker login -u x", "docker.io"),
        ("🔑 Logging into ghcr.io...", "ghcr.io"),
        ("Logging into Docker Hub...", "docker.io"),
        ("Logging into DockerHub...", "docker.io"),
        ("$ podman login quay.io", "quay.io"),
        ("helm registry login r.example.com", "r.example.com"),
        ("crane auth login r.example.com -u x -p ***", "r.example.com"),
    ],
)
def test_an_answer_is_that_of_the_command_above_it(command, host):
    assert logins(command, "Login Succeeded!") == (Login(host=host, line=2),)


@pytest.mark.parametrize(
    ("answer", "host", "reason"),
    [
        (
            'Error response from daemon: Get "https://r.example.com/v2/": unauthorized: incorrect username or password',
            "r.example.com",
            "unauthorized: incorrect username or password",
        ),
        ('Error: Error response from daemon: Get "https://ghcr.io/v2/": denied: denied', "ghcr.io", "denied: denied"),
        (
            (
                "Error response from daemon: login attempt to https://r.example.com:5000/v2/ failed with status: "
                "401 Unauthorized"
            ),
            "r.example.com:5000",
            "401 Unauthorized",
        ),
        (
            'Error: logging into "r.example.com": invalid username/password',
            "r.example.com",
            "invalid username/password",
        ),
        (
            "Error: Cannot perform an interactive login from a non TTY device",
            "r.example.com",
            "Error: Cannot perform an interactive login from a non TTY device",
        ),
        (
            'Unable to locate credentials. You can configure credentials by running "aws configure".',
            "r.example.com",
            'Unable to locate credentials. You can configure credentials by running "aws configure".',
        ),
    ],
)
def test_a_refused_login_says_why(answer, host, reason):
    (login,) = logins("$ docker login r.example.com", answer)
    assert (login.host, login.reason) == (host, reason)


def test_a_login_is_taken_back():
    lines = ["$ docker login r.example.com", "Login Succeeded", "Removing login credentials for r.example.com"]
    assert [login.is_out for login in logins(*lines)] == [False, True]


def test_a_refused_request_of_another_command_is_no_login():
    assert logins('Error response from daemon: Get "https://r.example.com/v2/app/tags/list": denied: no') == ()
    assert logins("Error response from daemon: No such container: web", "please run docker login first") == ()


@pytest.mark.parametrize(
    ("server", "host"),
    [("https://index.docker.io/v1/", "docker.io"), ("localhost:5000", "localhost:5000"), ("succeeded", None)],
)
def test_the_host_is_the_one_in_the_name_of_an_image(server, host):
    assert host_of(server) == host
