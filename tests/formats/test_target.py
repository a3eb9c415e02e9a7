"""The image that a command of another client names."""

import pytest

from pushlog.formats.target import target_of

R = "r.example.com/acme/app"


@pytest.mark.parametrize(
    ("command", "image"),
    [
        ("helm push app-0.1.0.tgz oci://r.example.com/charts", "r.example.com/charts/app:0.1.0"),
        ("helm push ./dist/app-0.1.0+b.7.tgz oci://r.example.com/charts/", "r.example.com/charts/app:0.1.0_b.7"),
        ("helm push $CHART oci://r.example.com/charts", "r.example.com/charts"),
        ("helm push app-0.1.0.tgz oci://$REGISTRY/charts", None),
        (f"apptainer push app.sif oras://{R}:1.4", f"{R}:1.4"),
        (f"regctl image copy ocidir://app:1 {R}:1.4", f"{R}:1.4"),
        ("regctl image copy app $TARGET", None),
    ],
)
def test_a_command_names_its_target(command, image):
    assert target_of(command) == image
