"""Words for people: placeholders, and what holds for which client."""

from __future__ import annotations

import re

import pytest

from pushlog.knowledge.clients import clients
from pushlog.knowledge.registries import registries
from pushlog.knowledge.signatures import signatures
from pushlog.knowledge.wording import COMMANDS, doubled_article, fill, sentences, steps, versions, words
from pushlog.model import Client
from pushlog.report.facts import NAMES_LAYERS

# Errors that only programs around Docker's daemon print: what is said of them names Docker, whoever pushed.
OF_DOCKER = {
    "docker-desktop-proxy",
    "daemon-lost",
    *("daemon-not-running", "daemon-socket-permission", "daemon-connection-failed", "daemon-stream-ended"),
    *("api-version-mismatch", "platform-needs-newer-daemon", "push-digest-reference", "wrong-number-of-arguments"),
    *("all-tags-not-implemented", "authorization-plugin", "compose-service-without-image", "schema1-only-registry"),
    *("repository-missing-locally", "no-endpoints"),
}
# Docker Hub is a registry; the rest are names in a protocol, a file, or the options of other programs.
NAMES = re.compile(
    r"Docker Hub|`?[Dd]ocker media types|Docker-(?:Content-Digest|Distribution-Api-Version)|[\w/~.]*\.docker/\S*"
    r"|format=docker|configure-docker|docker://|docker\.io"
)
FACTS = list(clients().values())
OTHERS = [facts for facts in FACTS if "docker-cli" not in facts.groups]


# Clients that read Docker's login, and those whose push takes the image from a file of theirs.
DOCKER_LOGIN = re.compile(r"docker log(?:in|out)\b")
BY_CONFIGURATION = {Client.COMPOSE, Client.HELM, Client.EARTHLY, Client.DOTNET, Client.BAZEL}


def without_names(facts, text):
    """The text without the names that hold for a client."""
    text = NAMES.sub("", text)
    return DOCKER_LOGIN.sub("", text) if facts.commands.get("login") == "docker login" else text


def said(facts, parts):
    return steps(parts, facts.scopes, facts.words("r.example/app:1"))


@pytest.mark.parametrize("row", signatures(), ids=lambda row: row.id)
def test_every_client_is_told_a_cause_and_no_placeholder_stays(row):
    for facts in FACTS:
        assert said(facts, row.cause)
        assert len(said(facts, (row.title,))) == 1
        for text in said(facts, (row.title, *row.cause, *row.remedy)):
            assert not re.search(r"\{(?!\{|[%\"])[A-Za-z]+\}", text)
            assert not re.search(r"``|  |^\s|\s$", text)


@pytest.mark.parametrize("row", [row for row in signatures() if row.id not in OF_DOCKER], ids=lambda row: row.id)
def test_nothing_is_said_of_docker_to_another_client(row):
    for facts in OTHERS:
        for text in said(facts, (row.title, *row.cause, *row.remedy)):
            assert not re.search(r"\bdocker\b|\bdockerd\b|\bdaemon\b", without_names(facts, text), re.IGNORECASE)


def test_the_errors_of_docker_are_rows():
    assert {row.id for row in signatures()} >= OF_DOCKER


@pytest.mark.parametrize("entry", registries(), ids=lambda entry: entry.kind)
def test_a_login_is_a_command_of_the_client(entry):
    for facts in OTHERS:
        for text in said(facts, (entry.login,)):
            assert "docker " not in without_names(facts, text)
            assert facts.commands["login"] in text or text.startswith(("gcloud ", "doctl ", "heroku "))


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: facts.client.value)
def test_commands_hold_the_image_once_and_the_words_before_arguments_none(facts):
    for verb, command in facts.commands.items():
        names_images = verb in ("push", "inspect") and facts.client not in BY_CONFIGURATION
        assert command.count("{}") == (1 if names_images or verb == "inspect" else 0)
    for remedy in facts.remedies:
        assert doubled_article(remedy.text) is None


def test_the_report_knows_the_clients_that_name_all_layers():
    assert {facts.client for facts in FACTS if facts.names_layers} == set(NAMES_LAYERS)


def test_placeholders_read_well_with_and_without_values():
    text = "Log in to {registry}: `{login} {registry}` and see `{{.Name}}`."
    podman = clients()[Client.PODMAN].words("x")
    assert (
        fill(text, {**podman, "registry": "ghcr.io"})
        == "Log in to ghcr.io: `podman login ghcr.io` and see `{{.Name}}`."
    )
    assert fill(text, podman) == "Log in to the registry: `podman login REGISTRY` and see `{{.Name}}`."


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (Client.DOCKER, "Docker waits. The daemon of the Docker host asks, and Docker answers."),
        (Client.COMPOSE, "Docker waits. The daemon of the Docker host asks, and Docker answers."),
        (Client.CRANE, "crane waits. crane of this machine asks, and crane answers."),
        (Client.UNKNOWN, "The client waits. The client of this machine asks, and the client answers."),
    ],
)
def test_the_client_is_named_as_it_stands_in_the_sentence(client, expected):
    text = "{Client} waits. {Sender} of {machine} asks, and {client} answers."
    assert fill(text, clients()[client].words("x")) == expected


def test_the_first_scope_that_fits_counts_and_nothing_is_said_where_none_does():
    parts = (words(engine="A.", podman="B.", others="C."), words(containers_image="D."), versions("E."))
    by_client = {facts.client: sentences(parts, facts.scopes, {}) for facts in FACTS}
    assert by_client[Client.DOCKER] == by_client[Client.COMPOSE] == "A. E."
    assert by_client[Client.PODMAN] == "B. D. E."
    assert by_client[Client.SKOPEO] == "C. D. E."
    assert by_client[Client.CRANE] == "C. E."


def test_the_first_version_counts_whose_command_the_client_has():
    parts = (versions("Tag it: `{retag} A B`.", "Push under another name."), versions("Ask: `{history} A`."))
    docker, skopeo = clients()[Client.DOCKER], clients()[Client.SKOPEO]
    assert said(docker, parts) == ("Tag it: `docker tag A B`.", "Ask: `docker history A`.")
    assert said(skopeo, parts) == ("Push under another name.",)


def test_a_name_with_braces_is_not_filled_again():
    assert fill("`{push}`", clients()[Client.DOCKER].words("{login}/app:1")) == "`docker push IMAGE`"


def test_a_scope_that_no_client_has_is_refused():
    with pytest.raises(ValueError, match="the scope 'docker-engine' is none of docker, "):
        words(docker_engine="x")


@pytest.mark.parametrize(
    "text", ["See the {tag}.", "Ask a {server}.", "Its {repository} is gone.", "The {registry} says no."]
)
def test_an_article_before_a_placeholder_is_found(text):
    assert doubled_article(text) is not None
    assert doubled_article(f"`{text}`") is None


def test_every_command_has_a_client():
    # `signin` is put together from `login` and the registry.
    assert set(COMMANDS) - {"signin"} == {verb for facts in FACTS for verb in facts.commands}
