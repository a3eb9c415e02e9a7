"""Words that misled in reports of real logs: what the log says, what the report must say, and what it must not."""

import re

import pytest

from pushlog.model import Confidence
from tests.consistency.checks import contradictions
from tests.logs import DIGEST, HEADER, A, B, C, D, countdown, log

BLOB = "sha256:" + "3c9d" * 16
ECR_HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
DENIED = "denied: requested access to the resource is denied"
BROKEN = "write tcp {}: write: broken pipe"


def header(name):
    return f"The push refers to repository [{name}]"


ECR = header(f"{ECR_HOST}/acme/app")
GCR = header("gcr.io/acme/app")
HUB = header("docker.io/acme/app")
START = [HEADER, f"{A}: Preparing"]
LOOPBACK = 'Get "http://{0}:32000/v2/": dial tcp {1}:32000: connect: connection refused'
PAGE_405 = (
    "error parsing HTTP 405 response body: invalid character '<' looking for beginning of value: "
    r'"<html>\r\n<head><title>405 Not Allowed</title></head>\r\n<body>\r\n<center><h1>405 Not Allowed</h1></center>'
    r'\r\n<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n"'
)
INDEX = (
    f"missing content: content digest {BLOB}: not found",
    (
        "Note: You're trying to push a manifest list/index which references multiple platform specific manifests, but "
        "not all of them are available locally or available to the remote repository."
    ),
    "Make sure you have all the referenced content and try again.",
)


def buildx(error, image="r.example.com/acme/app:1.4"):
    failed = f"failed to push {image}: {error}"
    return ["#9 exporting to image", "#9 pushing layers 2.0s done", f"#9 ERROR: {failed}", "------", f"ERROR: {failed}"]


def report(*lines):
    """The words of a report on the first push, without its notes on how the log was kept."""
    first = log(*lines).pushes[0]
    told = [finding for finding in first.findings if finding.name not in ("no-progress-captured", "no-clock")]
    steps = [text for finding in told for text in (finding.title, finding.explanation, *finding.remedy)]
    return "\n".join((first.verdict, first.advice, *steps))


# What the log says; patterns that the report must have; patterns that it must not have.
DOCKER = {
    "an empty 403 at ECR is a missing right": (
        [ECR, f"{A}: Preparing", 'error parsing HTTP 403 response body: unexpected end of JSON input: ""'],
        ["ecr:", "no body"],
        ["web firewall", "inspection"],
    ),
    "an empty 404 comes from what is no registry": (
        [*START, 'error parsing HTTP 404 response body: unexpected end of JSON input: ""'],
        ["not a registry"],
        ["five attempts"],
    ),
    "an empty 400 says nothing of an upload that got lost": (
        [*START, 'error parsing HTTP 400 response body: unexpected end of JSON input: ""'],
        ["did not accept"],
        ["lost track", "http.secret"],
    ),
    "Harbor is read-only": (
        [*START, "denied: The system is in read only mode. Any modification is prohibited."],
        ["read-only", "administrator"],
        ["namespace", "login"],
    ),
    "the API of a project is off": (
        [
            GCR,
            f"{A}: Preparing",
            (
                "denied: Token exchange failed for project 'acme'. Please enable or contact project owners to enable "
                "the Google Container Registry API in Cloud Console."
            ),
        ],
        ["gcloud services enable"],
        ["Docker Hub", "YOUR-NAME"],
    ),
    "the API of a project was never used": (
        [GCR, f"{A}: Preparing", "denied: Artifact Registry API has not been used in project acme before."],
        ["gcloud services enable"],
        ["Docker Hub", "YOUR-NAME"],
    ),
    "billing is off": (
        [GCR, f"{A}: Preparing", "denied: This API method requires billing to be enabled."],
        ["[Bb]illing"],
        ["Docker Hub", "YOUR-NAME", "login"],
    ),
    "Container Registry was shut down": (
        [GCR, f"{A}: Preparing", "denied: Container Registry is deprecated and shutting down, please use …"],
        ["Artifact Registry"],
        ["Docker Hub", "YOUR-NAME", "login"],
    ),
    "Google's answer to a missing role": (
        [
            GCR,
            f"{A}: Preparing",
            (
                "unauthorized: You don't have the needed permissions to perform this operation, and you may have "
                "invalid credentials."
            ),
        ],
        ["role", "gcloud auth configure-docker gcr.io"],
        ["Docker Hub", "Log in again"],
    ),
    "Google's answer without a code": (
        [GCR, f"{A}: Preparing", "Unauthorized access."],
        ["does not accept the login", "gcloud auth configure-docker gcr.io"],
        ["not in the catalogue"],
    ),
    "docker 24 to 26 cannot push one platform of an index": (
        [HEADER, *INDEX],
        ["Pull the missing platforms first", "needs Docker 27.1 or newer"],
        [r"\n(?!Or )[^\n]*docker push --platform"],
    ),
    "nobody gave a platform": (
        ["image with reference r.example.com/acme/app:1 was found but does not provide any platform"],
        ["Pull or build the image again"],
        ["`--platform`", "asked for"],
    ),
    "the page at a 405 says who answered": (
        [HEADER, f"{A}: Pushed", PAGE_405],
        ["nginx/1.24.0"],
        ["mirror or cache"],
    ),
    "loopback is the daemon's own": (
        [header("127.0.0.1:32000/app"), LOOPBACK.format("127.0.0.1", "127.0.0.1")],
        ["that of the daemon", "proves nothing", "publish=32000"],
        ["https://127", "Pushing again may help", "curl -I"],
    ),
    "loopback in the words of Windows": (
        [
            header("localhost:5000/app"),
            (
                'Get "http://localhost:5000/v2/": dial tcp [::1]:5000: connectex: No connection could be made because '
                "the target machine actively refused it."
            ),
        ],
        ["on this machine", "publish=5000"],
        ["Pushing again may help"],
    ),
    "a name that leads elsewhere is told with its address": (
        [header("localhost:32000/app"), LOOPBACK.format("localhost", "10.0.0.9")],
        ["10.0.0.9:32000", "http://localhost:32000/v2/"],
        ["https://"],
    ),
    "Docker Hub answers at another host": (
        [
            HUB,
            f"{A}: Preparing",
            (
                'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection '
                "(Client.Timeout exceeded while awaiting headers)"
            ),
        ],
        ["https://registry-1.docker.io/v2/"],
        ["https://docker.io"],
    ),
    "a timeout below countdowns was retried": (
        [
            HEADER,
            *(f"{layer}: Retrying in 1 seconds" for layer in (A, B, C)),
            "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
        ],
        ["five attempts"],
        ["never retried", "Pushing again may help"],
    ),
    "an old 404 page is never retried": (
        [
            *START,
            (
                "error parsing HTTP 404 response body: invalid character '<' looking for beginning of value: "
                '"<html><body>nothing here</body></html>"'
            ),
        ],
        ["never retried"],
        ["five attempts"],
    ),
    "a registry that is none of Amazon hangs up": (
        [HEADER, f"{A}: Preparing", "EOF"],
        ["closed the connection"],
        ["ECR", "aws "],
    ),
    "a registry that the log hides hangs up": (
        ["EOF"],
        ["Amazon ECR"],
        [],
    ),
    "Heroku takes no OCI image": (
        [header("registry.heroku.com/acme/web"), f"{A}: Pushed", "unsupported"],
        ["Build for Heroku"],
        ["does not take pushes"],
    ),
    "ECR hangs up on a missing repository": (
        [ECR, *(f"{layer}: Retrying in 1 second" for layer in (A, B, C)), "EOF"],
        ["^The repository acme/app most likely does not exist", "create-repository"],
        ["Pushing again may help"],
    ),
    "a name without a host in a job of Azure": (
        ["##[command]/usr/bin/docker push acmecr/web:1.4", header("docker.io/acmecr/web"), f"{A}: Preparing", DENIED],
        ["has no host", "acmecr.azurecr.io/web:1.4"],
        [],
    ),
    "the host was given as the name": (
        [
            "$ docker push acme.azurecr.io:v1",
            header("docker.io/library/acme.azurecr.io"),
            f"{A}: Preparing",
            DENIED,
        ],
        ["is the host of a registry", "acme.azurecr.io/NAME:v1"],
        ["YOUR-NAME"],
    ),
    "a daemon with a default registry of its own": (
        [
            "$ docker push acme/app",
            header("registry.vendor.example/acme/app"),
            'Get "https://registry.vendor.example/v2/": dial tcp 203.0.113.9:443: i/o timeout',
        ],
        ["has no host, so it went to registry.vendor.example", "vendor's build"],
        [],
    ),
    "a refused login above": (
        [
            "$ docker login registry.example.com",
            (
                'Error response from daemon: Get "https://registry.example.com/v2/": unauthorized: incorrect username '
                "or password"
            ),
            *START,
            "no basic auth credentials",
        ],
        ["^The login to registry.example.com failed before the push", "Line 2"],
        [],
    ),
    "a good login above": (
        ["$ docker login registry.example.com", "Login Succeeded", *START, "unauthorized: authentication required"],
        ["^Logged in to registry.example.com, as far as the log shows", "credHelpers"],
        ["Log in again", "Log in to"],
    ),
    "foreign layers and a refused manifest": (
        [
            HEADER,
            *(f"{layer}: Preparing" for layer in (A, B, C, D)),
            *(f"{layer}: Skipped foreign layer" for layer in (C, D)),
            *(f"{layer}: Pushed" for layer in (A, B)),
            "manifest blob unknown: blob unknown to registry",
        ],
        ["2 foreign layers", "allow-nondistributable-artifacts", "17.06 to 27"],
        ["2 of 4"],
    ),
    "the connection was closed in the middle of a layer": (
        [
            *START,
            f"{A}: Pushing [=>   ]  1MB/9MB",
            "write tcp 10.0.0.1:50000->203.0.113.7:443: use of closed network connection",
        ],
        ["while a layer was being sent"],
        ["between two requests"],
    ),
    "an expired certificate without times": (
        [HEADER, 'Get "https://registry.example.com/v2/": x509: certificate has expired or is not yet valid'],
        ["has expired, or a clock is wrong"],
        ["the message names both times"],
    ),
    "the proxy of Docker Desktop": (
        [*START, BROKEN.format("172.17.0.2:50000->192.168.65.1:3128")],
        ["Docker Desktop"],
        ["client_max_body_size"],
    ),
    "a token of Gitea lacks a scope": (
        [header("gitea.example.com/acme/app"), f"{A}: Preparing", "unauthorized: reqPackageAccess"],
        ["write:package"],
        ["Log in again"],
    ),
}
CLIENTS = {
    "BuildKit lost its client": (
        buildx("no active session for abc: context deadline exceeded"),
        ["BuildKit lost the connection"],
        ["load of the registry"],
    ),
    "Docker Hub is not Amazon ECR": (
        buildx(
            f'failed to do request: Head "https://registry-1.docker.io/v2/acme/app/blobs/{BLOB}": EOF',
            "docker.io/acme/app:1.4",
        ),
        ["closed the connection"],
        ["ECR", "aws "],
    ),
    "loopback of a builder": (
        buildx(
            f'failed to do request: Head "http://localhost:5000/v2/acme/app/blobs/{BLOB}": dial tcp 127.0.0.1:5000: '
            "connect: connection refused",
            "localhost:5000/acme/app:1.4",
        ),
        ["of the builder", "network=host"],
        ["Pushing again may help", "https://localhost"],
    ),
    "Heroku takes schema 2": (
        [header("registry.heroku.com/acme/web"), f"{A}: Pushed", f"{B}: Pushed", "unsupported"],
        ["--provenance=false", "linux/amd64", "containerd image store"],
        ["mirror or cache"],
    ),
    "a chart is no image": (
        [
            "$ helm chart push r.example.com/acme/chart:1.0",
            header("r.example.com/acme/chart"),
            "ref:     r.example.com/acme/chart:1.0",
            "size:    3.4 KiB",
            "Error: unexpected response: 405 Method Not Allowed",
        ],
        ["Helm"],
        ["docker buildx"],
    ),
    "cosign logs in by itself": (
        [
            "Pushing signature to: ghcr.io/acme/app",
            (
                f"Error: signing [ghcr.io/acme/app@{BLOB}]: signing digest: GET https://ghcr.io/token: DENIED: "
                "requested access to the resource is denied"
            ),
        ],
        ["cosign login ghcr.io"],
        ["crane"],
    ),
    "one error of two services": (
        [
            " Pushing web: aaaaaaaaaaaa Pushing [=>  ]  1MB/5MB",
            " Pushing worker: bbbbbbbbbbbb Pushing [=>  ]  1MB/5MB",
            DENIED,
        ],
        ["does not say which of the images"],
        [],
    ),
    "all layers retried without a byte": (
        [
            GCR,
            *(line for row in zip(*(countdown(layer, 5) for layer in (A, B, C)), strict=True) for line in row),
            "Build Failed. Check your GCR project.",
        ],
        ["does not exist, or this login may not see it", "gcloud auth configure-docker gcr.io"],
        [],
    ),
    "an empty variable in the name": (
        [
            (
                "error checking push permissions -- make sure you entered the correct tag name, and that you are "
                'authenticated correctly, and try again: checking push permission for "docker.io//acme/app": creating '
                "push check transport for index.docker.io failed: GET https://auth.docker.io/token: unexpected status "
                "code 400 Bad Request"
            ),
        ],
        ["empty", "variable"],
        ["Create the repository", "curl -sI"],
    ),
}
CASES = [pytest.param(*case, id=name) for name, case in (DOCKER | CLIENTS).items()]


@pytest.mark.parametrize(("lines", "says", "never"), CASES)
def test_a_report_says_what_the_log_means(lines, says, never):
    text = report(*lines)
    assert [pattern for pattern in says if not re.search(pattern, text)] == [], text
    assert [pattern for pattern in never if re.search(pattern, text)] == [], text


@pytest.mark.parametrize(("lines", "says", "never"), CASES)
def test_and_does_not_contradict_itself(lines, says, never):
    del says, never
    assert contradictions("\n".join(lines), log(*lines).pushes) == []


def test_foreign_layers_are_settled_but_not_in_the_registry():
    first = log(
        HEADER,
        *(f"{x}: Preparing" for x in (A, B)),
        f"{A}: Skipped foreign layer",
        f"{B}: Pushed",
        f"1: digest: {DIGEST} size: 739",
    ).pushes[0]
    assert first.layers_settled == 2
    assert "foreign, not sent" in first.advice
    assert "every layer" not in first.progress.why


def test_one_error_of_two_services_is_likely_that_of_each():
    lines = CLIENTS["one error of two services"][0]
    assert {push.findings[0].confidence for push in log(*lines).pushes} == {Confidence.LIKELY}


@pytest.mark.parametrize("size", ["31.31MB/31.31MB", "31.31 MB/31.31 MB"])
def test_a_layer_read_to_its_end_is_not_in_the_registry(size):
    bar = f"{A}: Pushing [==================================================>]  {size}"
    first = log(*START, bar, BROKEN.format("10.0.0.1:5->203.0.113.7:443")).pushes[0]
    assert (first.progress.layers_done, first.progress.bytes_done, first.progress.bytes_total) == (0, 0, 31_310_000)


@pytest.mark.parametrize(("prefix", "decoration"), [("15:02:27 ", "timestamp"), ("00:00:12 ", "ts")])
def test_a_time_of_day_names_no_program(prefix, decoration):
    lines = [f"{prefix}{line}" for line in (*START, f"{B}: Preparing", DENIED)]
    assert log(*lines).source.decoration == decoration


def test_line_numbers_are_no_services():
    lines = [f"{number} | {line}" for number, line in enumerate((*START, DENIED), 723)]
    found = log(*lines)
    assert found.source.decoration != "compose"
    assert [push.outcome.value for push in found.pushes] == ["failed"]
