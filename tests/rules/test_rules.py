"""Every rule by a log that makes it speak, and by one that looks alike and must not."""

from dataclasses import dataclass
from typing import Any

import pytest

from pushlog.knowledge.signatures import signatures
from pushlog.model import Confidence, Diagnosis, Family, Finding, Severity
from pushlog.rules import RULES, failure
from tests.logs import DIGEST, DONE, HEADER, A, B, C, D, countdown, exhausted, log
from tests.rules.side_cases import SIDE_CASES

BROKEN = "write tcp 10.0.0.1:5->10.0.0.2:443: write: broken pipe"
PAGE = [
    "unknown: <html>",
    "<head><title>413 Request Entity Too Large</title></head>",
    "<hr><center>nginx/1.22.1</center>",
    "</html>",
]
HUB = "The push refers to repository [docker.io/{}]"
ECR = "The push refers to repository [123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app]"
DENIED = "denied: requested access to the resource is denied"


def prepared(*layers):
    return [f"{layer}: Preparing" for layer in layers]


def pushed(*layers):
    return [f"{layer}: Pushed" for layer in layers]


def together(*columns):
    """Lines of several layers, one of each in turn."""
    return [line for row in zip(*columns, strict=True) for line in row]


def cuts(layer, *reached, total="9MB"):
    """Uploads of a layer that broke off at these megabytes, with the waits between them."""
    waits = [*(countdown(layer, start) for start in (5, 10, 15, 20)), []]
    return [
        line
        for n, at in enumerate(reached)
        for line in (f"{layer}: Pushing [=>  ]  {at}MB/{total}", f"{layer}: Pushing [==>]  {total}/{total}", *waits[n])
    ]


def at(second, line):
    """A line with a time of day before it."""
    return f"2026-11-23T{10 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z {line}"


def stamped(*pairs):
    return [at(second, line) for second, line in pairs]


GITLAB = "The push refers to repository [registry.gitlab.com/team/app]"
GHCR = "The push refers to repository [ghcr.io/team/app]"
MOVING = [(2 + n * 20, f"{A}: Pushing [=>  ]  {n}MB/90MB") for n in range(1, 5)]


@dataclass(frozen=True)
class Rule:
    """A rule's log and its look-alike; `about`: which push of the log; `layers` and `lines` of the finding."""

    name: str
    log: list[Any]
    alike: list[Any]
    layers: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    about: int = 0
    sure: Confidence | None = None


MANY = [f"{n:012x}" for n in range(120)]
CONTAINERD = [HEADER, f"{A}: Waiting", f"{B}: Waiting", f"{A}: Waiting"]
AGAIN = [HEADER, *prepared(A, B), f"{B}: Pushed"]
# What Podman, Buildah and Skopeo print of a push.
COPIED = [
    "Getting image source signatures",
    f"Copying blob sha256:{A * 5}aaaa",
    f"Copying config sha256:{B * 5}bbbb",
    "Writing manifest to image destination",
]
LOGIN = "$ docker login registry.example.com -u bob --password-stdin"
REFUSED = [HEADER, "aaaaaaaaaaaa: Preparing", "unauthorized: authentication required"]
UNREAD = (
    "WARNING: Error loading config file: /home/ci/.docker/config.json: open /home/ci/.docker/config.json: "
    "permission denied"
)
CASES = [
    Rule(
        "missing-host",
        ["$ docker push acme/app", HEADER.replace("team", "acme"), *REFUSED[1:]],
        ["$ docker push registry.example.com/acme/app", HEADER.replace("team", "acme"), *REFUSED[1:]],
        lines=(1, 4),
        sure=Confidence.CERTAIN,
    ),
    Rule(
        "config-unread",
        [UNREAD, HEADER, "aaaaaaaaaaaa: Preparing", "no basic auth credentials"],
        [UNREAD, HEADER, "aaaaaaaaaaaa: Preparing", "name invalid: invalid repository name"],
        lines=(1, 4),
        sure=Confidence.CERTAIN,
    ),
    Rule(
        "login-refused",
        [
            LOGIN,
            'Error response from daemon: Get "https://registry.example.com/v2/": denied: access forbidden',
            *REFUSED,
        ],
        [LOGIN, "Login Succeeded", *REFUSED],
        lines=(2, 5),
        sure=Confidence.CERTAIN,
    ),
    Rule(
        "login-elsewhere",
        ["$ docker login -u bob --password-stdin", "Login Succeeded", *REFUSED],
        ["$ docker login -u bob --password-stdin", "Login Succeeded", LOGIN, "Login Succeeded", *REFUSED],
        lines=(2, 5),
        sure=Confidence.LIKELY,
    ),
    Rule(
        "logged-in-without-right",
        [LOGIN, "Login Succeeded", *REFUSED],
        [LOGIN, "Login Succeeded", "Removing login credentials for registry.example.com", *REFUSED],
        lines=(2, 5),
        sure=Confidence.LIKELY,
    ),
    Rule(
        "foreign-layers",
        [HEADER, *prepared(A, B), f"{A}: Skipped foreign layer", *pushed(B), "manifest invalid: manifest invalid"],
        [HEADER, *prepared(A, B), *pushed(A, B), "manifest invalid: manifest invalid"],
        layers=(A,),
        sure=Confidence.LIKELY,
    ),
    Rule(
        "stalled-layer",
        stamped(
            (0, HEADER),
            (0, f"{A}: Preparing"),
            (1, f"{A}: Pushing [=>  ]  1MB/9MB"),
            (61, f"{A}: Pushing [=>  ]  2MB/9MB"),
        ),
        stamped(
            (0, HEADER),
            (0, f"{A}: Preparing"),
            (1, f"{A}: Pushing [=>  ]  1MB/9MB"),
            (11, f"{A}: Pushing [=>  ]  2MB/9MB"),
        ),
        layers=(A,),
        lines=(3, 4),
    ),
    Rule(
        "slow-upload",
        stamped((0, HEADER), (0, f"{A}: Preparing"), *MOVING),
        stamped(
            (0, HEADER), (0, f"{A}: Preparing"), *((s, line.replace("MB/90MB", "00MB/900MB")) for s, line in MOVING)
        ),
    ),
    Rule(
        "concurrency-too-high",
        [HEADER, *prepared(A, B, C), together(*(countdown(x, 5) for x in (A, B, C))), *pushed(A, B, C), DONE],
        [HEADER, *prepared(A, B, C), countdown(A, 5), *pushed(A, B, C), DONE],
        layers=(A, B, C),
    ),
    Rule(
        "token-outlived",
        stamped(
            (0, GITLAB),
            (0, f"{A}: Preparing"),
            (1, f"{A}: Pushing [=>  ]  1MB/9GB"),
            (1200, "unauthorized: authentication required"),
        ),
        stamped(
            (0, GITLAB),
            (0, f"{A}: Preparing"),
            (1, f"{A}: Pushing [=>  ]  1MB/9GB"),
            (20, "unauthorized: authentication required"),
        ),
    ),
    Rule(
        "documented-limit",
        [GHCR, *prepared(A), f"{A}: Pushing [=>  ]  1GB/12GB", exhausted(A), BROKEN],
        [GHCR, *prepared(A), f"{A}: Pushing [=>  ]  1GB/2GB", exhausted(A), BROKEN],
        layers=(A,),
    ),
    Rule(
        "retry-exhausted",
        [HEADER, *prepared(A), exhausted(A), BROKEN],
        [HEADER, *prepared(A), countdown(A, 5), BROKEN],
        layers=(A,),
        lines=(3, 52, 53),
        sure=Confidence.CERTAIN,
    ),
    Rule(
        "retry-recovered",
        [HEADER, *prepared(A), countdown(A, 5), *pushed(A), DONE],
        [HEADER, *prepared(A), *pushed(A), DONE],
        layers=(A,),
        lines=(3, 7),
    ),
    Rule(
        "no-daemon-retry",
        [*CONTAINERD, 'failed to do request: Put "https://h/v2/": EOF'],
        [HEADER, *prepared(A), "EOF"],
        lines=(5,),
    ),
    Rule(
        "retry-storm",
        [HEADER, *prepared(A, B, C), together(*(exhausted(x) for x in (A, B, C))), BROKEN],
        [HEADER, *prepared(A, B, C), exhausted(A), *pushed(B, C), BROKEN],
        layers=(A, B, C),
    ),
    Rule(
        "retrying-the-unretryable",
        [HEADER, *prepared(A), exhausted(A), *PAGE],
        [HEADER, *prepared(A), exhausted(A), BROKEN],
        layers=(A,),
    ),
    Rule(
        "proxy-body-limit",
        [HEADER, *prepared(A), exhausted(A), *PAGE],
        [HEADER, *prepared(A), exhausted(A), "size invalid: layer size exceeds the limit of this registry"],
        layers=(A,),
        sure=Confidence.CERTAIN,
    ),
    Rule(
        "layer-too-large",
        [HEADER, *prepared(A), exhausted(A), "size invalid: layer size exceeds the limit of this registry"],
        [HEADER, *prepared(A), exhausted(A), *PAGE],
        layers=(A,),
        sure=Confidence.CERTAIN,
    ),
    Rule(
        "manifest-too-large",
        [HEADER, *prepared(A), *pushed(A), "manifest invalid: max manifest size exceeded"],
        [HEADER, *prepared(A), *pushed(A), "manifest invalid: manifest invalid"],
        sure=Confidence.CERTAIN,
    ),
    Rule(
        "manifest-too-large",
        [HEADER, *prepared(*MANY), *pushed(*MANY), "manifest invalid: manifest invalid"],
        [HEADER, *prepared(*MANY[:50]), *pushed(*MANY[:50]), "manifest invalid: manifest invalid"],
        sure=Confidence.POSSIBLE,
    ),
    Rule(
        "token-expired",
        [HEADER, *prepared(A, B), *pushed(B), exhausted(A), "unauthorized"],
        [HEADER, *prepared(A, B), f"{B}: Layer already exists", exhausted(A), "unauthorized"],
    ),
    Rule(
        "limit-on-the-way",
        [HEADER, *prepared(A), cuts(A, 3.01, 3.05, 3.02, 3.06, 3.04), BROKEN],
        [HEADER, *prepared(A), cuts(A, 1.01, 5.05, 3.02, 7.06, 2.04), BROKEN],
        layers=(A,),
    ),
    Rule(
        "missing-namespace",
        [HUB.format("library/app"), *prepared(A), DENIED],
        [HUB.format("acme/app"), *prepared(A), DENIED],
    ),
    Rule("missing-repository", [ECR, *prepared(A), exhausted(A), "EOF"], [HEADER, *prepared(A), exhausted(A), "EOF"]),
    Rule("silent-refusal", [HEADER, *prepared(A), exhausted(A), "denied"], [HEADER, *prepared(A), DENIED]),
    Rule("refused-midway", [HEADER, *prepared(A, B), *pushed(B), DENIED], [HEADER, *prepared(A, B), DENIED]),
    Rule("truncated-log", [HEADER, *prepared(A)], [HEADER, *prepared(A), *pushed(A), DONE], lines=(2,)),
    Rule(
        "bottleneck-layer",
        [HEADER, *prepared(A, B), *pushed(B), countdown(A, 5), *pushed(A), DONE],
        [HEADER, *prepared(A, B), together(countdown(A, 5), countdown(B, 5)), *pushed(A, B), DONE],
        layers=(A,),
    ),
    Rule(
        "concurrency-saturated",
        [HEADER, *prepared(*MANY[:10]), *(f"{x}: Waiting" for x in MANY[5:10]), *pushed(*MANY[:10]), DONE],
        [HEADER, *prepared(*MANY[:5]), *pushed(*MANY[:5]), DONE],
    ),
    Rule(
        "high-reuse",
        [HEADER, *prepared(A, B, C, D), *(f"{x}: Layer already exists" for x in (A, B, C)), *pushed(D), DONE],
        [HEADER, *prepared(A, B, C, D), f"{A}: Layer already exists", *pushed(B, C, D), DONE],
    ),
    Rule(
        "low-reuse",
        [HEADER, *prepared(A, B, C), *pushed(A, B, C), DONE],
        [HEADER, *prepared(A, B, C), f"{A}: Layer already exists", *pushed(B, C), DONE],
    ),
    Rule(
        "no-progress-captured",
        [HEADER, *prepared(A), *pushed(A), DONE],
        [HEADER, *prepared(A), f"{A}: Pushing [=>  ]  1MB/9MB", *pushed(A), DONE],
        lines=(2,),
    ),
    Rule(
        "size-figures-basis",
        [HEADER, *prepared(A), f"{A}: Pushing [=>  ]  1MB/9MB", *pushed(A), DONE],
        [HEADER, *prepared(A), *pushed(A), DONE],
        lines=(3,),
    ),
    Rule(
        "no-clock",
        [HEADER, *prepared(A), *pushed(A), DONE],
        [f"2026-11-23T21:26:44Z {line}" for line in [HEADER, *prepared(A), *pushed(A), DONE]],
    ),
    Rule("quiet-push", ["docker.io/acme/app:1"], [HEADER, *prepared(A), *pushed(A), DONE], lines=(1,)),
    Rule(
        "pushed-before-the-error",
        [HEADER, *prepared(A), *pushed(A), DONE, "ERROR: Job failed: exit code 1"],
        [HEADER, *prepared(A), *pushed(A), DONE, "Job succeeded"],
        lines=(4, 5),
    ),
    Rule(
        "premature-restart",
        [HEADER, *prepared(A), countdown(A, 5, stop=3), HEADER, *prepared(A), *pushed(A), DONE],
        [HEADER, *prepared(A), exhausted(A), BROKEN, HEADER, *prepared(A), *pushed(A), DONE],
        about=1,
    ),
    Rule(
        "retrying-the-unretryable",
        [HEADER, *prepared(A), DENIED, HEADER, *prepared(A), DENIED],
        [HEADER, *prepared(A), DENIED, HEADER.replace("team", "other"), *prepared(A), DENIED],
        about=1,
    ),
    Rule(
        "interleaved-pushes",
        [*AGAIN, HEADER.replace("app", "web"), *prepared(C), f"{A}: Pushed", f"{C}: Pushed", DONE],
        [*AGAIN, f"{A}: Pushed", DONE, HEADER.replace("app", "web"), *prepared(C), f"{C}: Pushed", DONE],
        about=1,
    ),
    Rule("success-not-proven", COPIED, [*COPIED, "Storing signatures"], lines=(4,)),
]


def spoken(lines, about: int, name: str) -> list[Finding]:
    pushes = log(*lines).pushes
    assert pushes, "the log must hold a push"
    return [finding for finding in pushes[min(about, len(pushes) - 1)].findings if finding.name == name]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rule_speaks_and_proves_it(case):
    (finding,) = spoken(case.log, case.about, case.name)
    assert finding.title
    assert finding.explanation
    assert finding.remedy
    assert finding.evidence
    assert case.layers in ((), finding.layers)
    assert set(case.lines) <= {evidence.line for evidence in finding.evidence}
    assert case.sure in (None, finding.confidence)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rule_is_silent_on_what_only_looks_alike(case):
    pushes = log(*case.alike).pushes
    assert pushes
    assert case.name not in [finding.name for push in pushes for finding in push.findings]


def test_every_rule_is_tried():
    tried = {case.name for case in CASES} | {case.name for case in SIDE_CASES}
    assert {rule.NAME for rule in RULES if rule is not failure} <= tried


def family(found: Diagnosis) -> Finding:
    return found.findings[0]


@pytest.mark.parametrize("kind", [f for f in Family if f is not Family.UNKNOWN])
def test_a_family_explains_its_errors_and_a_push_that_worked_has_none(kind):
    # The texts of jib name jib, and are pushes of their own.
    row = next(row for row in signatures() if row.family is kind and not row.id.startswith("jib-"))
    (found,) = log(HEADER, row.sample[0].split("\n")).pushes
    assert found.error is not None
    assert found.error.family is kind
    assert found.findings[0].severity is Severity.ERROR
    (good,) = log(HEADER, *prepared(A), *pushed(A), DONE).pushes
    assert not [finding for finding in good.findings if finding.severity is Severity.ERROR]


def test_an_unknown_error_is_shown_with_what_is_known_of_it():
    (found,) = log(HEADER, *prepared(A), "error from registry: the moon is in the wrong house").pushes
    assert found.error is not None
    assert found.error.family is Family.UNKNOWN
    assert found.findings[0].severity is Severity.ERROR
    assert found.findings[0].remedy


def test_the_layer_that_an_error_names_is_named_though_a_pipe_never_showed_it():
    status = "unexpected status from PUT request to https://h/v2/: 413 Request Entity Too Large"
    error = f'unknown: failed commit on ref "layer-sha256:{D}{"0" * 52}": {status}'
    (found,) = log([*CONTAINERD, f"{B}: Pushed", error]).pushes
    assert found.findings[0].layers == (D,)
    assert D in found.verdict


def test_a_figure_before_compression_is_not_held_against_a_limit_on_compressed_bytes():
    lines = [HEADER, *prepared(A), f"{A}: Pushing [=>  ]  1MB/9MB", exhausted(A), *PAGE]
    (found,) = log(lines).pushes
    assert "before compression" in found.findings[0].explanation
    assert DIGEST not in found.verdict


def test_the_codes_of_the_families_stay_what_they_are():
    codes = [failure.CODES[family] for family in Family]
    assert codes == [f"PL{number:03d}" for number in range(1, 28)]
