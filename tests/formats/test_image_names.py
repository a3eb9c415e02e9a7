"""Names of images: masks and variables in them, and in the texts of errors."""

import pytest

from pushlog.formats.image_names import host, may_be, named_by, split, tag_in


@pytest.mark.parametrize(
    ("text", "name", "tag"),
    [
        ("r.example:5000/a/b:1", "r.example:5000/a/b", "1"),
        ("r.example:5000/a/b", "r.example:5000/a/b", None),
        ("$IMAGE:1", "", "1"),
        ("${REGISTRY}/a:1", "", "1"),
        ("${{ env.IMAGE }}:1", "", "1"),
        ("%IMAGE%:1", "", "1"),
        ("r.example/a:${TAG}", "r.example/a", None),
        ("r.example/a:1-$SHA", "r.example/a", None),
        ("ghcr.io/***/a:1", "ghcr.io/***/a", "1"),
        ("r.example/a:***", "r.example/a", None),
        ("'r.example/a:1'", "r.example/a", "1"),
        ("a@sha256:00", "a", None),
    ],
)
def test_name_and_tag_with_variables_and_masks(text, name, tag):
    assert split(text) == (name, tag)


@pytest.mark.parametrize(
    ("name", "registry", "repository"),
    [
        ("***/a/b", None, None),
        ("***.azurecr.io/a", "***.azurecr.io", "a"),
        ("r.example:***/a", None, "a"),
        ("ghcr.io/***/b", "ghcr.io", "***/b"),
        ("docker.io/[secure]/b", "docker.io", "[secure]/b"),
        ("a/b", "docker.io", "a/b"),
        ("a", "docker.io", "library/a"),
        ("localhost/a", "localhost", "a"),
    ],
)
def test_a_host_is_told_where_its_service_shows(name, registry, repository):
    assert host(name) == (registry, repository)


@pytest.mark.parametrize(
    ("request_", "name", "fits"),
    [
        ("$IMAGE:1", "r.example/a", True),
        ("$REGISTRY/a:1", "r.example/a", True),
        ("$REGISTRY/b:1", "r.example/a", False),
        ("***/a:1", "r.example/a", True),
        ("other.example/a:1", "r.example/a", False),
        ("a:1", "docker.io/library/a", True),
        ("a/b:1", "registry.vendor.example/a/b", True),
    ],
)
def test_a_request_is_of_a_push_or_of_another(request_, name, fits):
    assert may_be(request_, name) is fits


@pytest.mark.parametrize(
    ("error", "repository", "tag"),
    [
        ("tag invalid: The image tag '1.4' already exists in the 'a/b' repository and …", "a/b", "1.4"),
        ("tag invalid: The image tag '1.4' already exists in the 'c' repository and …", "a/b", None),
        ("unknown: Failed to process request due to 'a/b:1.4' configured as immutable.", "a/b", "1.4"),
        ("denied: cannot update tag 1.4. The repository has enabled tag immutability", "a/b", "1.4"),
        ('Put "https://r.example/v2/a/b/manifests/1.4": EOF', "a/b", "1.4"),
        ('Put "https://r.example/v2/a/b/manifests/sha256:' + "0" * 64 + '": EOF', "a/b", None),
        ("tag does not exist: r.example/a/b:1.4", "a/b", "1.4"),
        ("denied: requested access to the resource is denied", "a/b", None),
    ],
)
def test_the_tag_that_an_error_names(error, repository, tag):
    assert tag_in(error, repository) == tag


def test_an_error_may_name_no_more_than_the_registry():
    assert named_by('Get "https://r.example/v2/": EOF').registry == "r.example"
    assert named_by('Get "https://registry-1.docker.io/v2/": EOF').registry == "docker.io"
    assert named_by("EOF").registry is None


@pytest.mark.parametrize(
    "error",
    [
        'failed to push to destination $REGISTRY/acme/app:1: TAG_INVALID: "manifest tag did not match URI"',
        "failed to push image: denied",
        "failed to push the image to the registry: EOF",
        "failed to push tag 1.4: denied",
    ],
)
def test_a_word_behind_failed_to_push_is_no_name(error):
    assert named_by(error).repository is None


def test_a_name_behind_failed_to_push_is_one():
    assert named_by("failed to push r.example.com/acme/to:1: denied").repository == "acme/to"
    assert named_by("failed to push image/app:1: denied").repository == "image/app"
