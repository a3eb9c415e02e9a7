"""What is said to prove a success is what the log has."""

from __future__ import annotations

import pytest

from pushlog.model import Outcome
from pushlog.pipeline import analyze

HEADER = "The push refers to repository [r.example.com/acme/app]\n0123456789ab: Pushed\n"
DIGEST = f"1.4: digest: sha256:{'a' * 64} size: 527\n"
V1 = """The push refers to a repository [r.example.com/acme/app] (len: 1)
Sending image list
Pushing repository r.example.com/acme/app (1 tags)
0123456789ab: Image successfully pushed
Pushing tag for rev [0123456789ab] on {http://r.example.com/v1/repositories/acme/app/tags/latest}
"""


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (HEADER + DIGEST, "The digest line proves"),
        ("r.example.com/acme/app:1.4\n", "With `--quiet` Docker prints the name"),
        (V1, "Every tag was sent"),
        (f"Pushed: r.example.com/charts/app:0.1.0\nDigest: sha256:{'a' * 64}\n", "The digest line proves"),
    ],
)
def test_the_proof_of_a_success_is_one_that_the_log_has(log: str, why: str) -> None:
    push = analyze(log.encode()).pushes[0]
    assert push.outcome is Outcome.SUCCEEDED
    assert push.progress.why.startswith(why)
