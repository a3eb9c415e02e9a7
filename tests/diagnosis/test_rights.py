"""Who was refused is told what the registry asks for: a namespace of one's own is the answer on Docker Hub alone."""

import pytest

from pushlog.pipeline import analyze

REFUSALS = [
    "denied: requested access to the resource is denied",
    "denied",
    "error from registry: requested access to the resource is denied",
    "error from registry: denied",
]
NEEDS = {
    "registry.gitlab.com/acme/app": "`write_registry`",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app": "`ecr:PutImage`",
    "ghcr.io/acme/app": "`write:packages`",
    "quay.io/acme/app": "the permission Write",
    "acmecorp.azurecr.io/app": "the role AcrPush",
    "europe-docker.pkg.dev/acme/images/app": "roles/artifactregistry.writer",
    "gcr.io/acme/app": "roles/artifactregistry.writer",
    "harbor.example.com/acme/app": "the role Developer",
    "acme.jfrog.io/docker/app": "Deploy/Cache",
}


def remedy(image, refusal):
    log = f"$ docker push {image}:1\nThe push refers to repository [{image}]\n0123456789ab: Waiting\n{refusal}\n"
    (push,) = analyze(log.encode()).pushes
    (finding,) = [finding for finding in push.findings if finding.name == "permission"]
    return finding.remedy


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("image", NEEDS)
def test_a_registry_with_rights_of_its_own_names_the_right(image, refusal):
    steps = remedy(image, refusal)
    assert steps[0].startswith("The account needs ")
    assert NEEDS[image] in steps[0]
    assert not any("YOUR-NAME" in step or "namespace" in step for step in steps)


@pytest.mark.parametrize("image", NEEDS)
def test_who_is_refused_twice_is_told_it_too(image):
    steps = remedy(
        image, "errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required"
    )
    assert NEEDS[image] in steps[1]
    assert not any("YOUR-NAME" in step for step in steps)


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("image", ["docker.io/acme/app", "r.example.com/acme/app"])
def test_on_docker_hub_and_unknown_registries_the_name_comes_first(image, refusal):
    steps = remedy(image, refusal)
    assert steps[0].startswith("Check the name")
    assert not any("The account needs" in step for step in steps)
