"""Pushes with other logs beside the client's: what makes each rule on them speak, and a look-alike that must not."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.logs import DIGEST, countdown
from tests.side_logs import (
    HOST,
    access,
    began,
    diff_id,
    digest,
    dockerd,
    nginx_error,
    registry,
    request,
    upload,
)

A = "a1a1a1a1a1a1"
FIRST, SECOND, CONFIG = (f"{n}b1c9a0e-7d34-4b0f-8a21-6c2e9d4f7a10" for n in range(1, 4))
HEADER = f"The push refers to repository [{HOST}/acme/app]"
DONE = f"2.0: digest: {DIGEST} size: 738"
RETRIED = [HEADER, f"{A}: Preparing", *countdown(A, 5), f"{A}: Pushed", DONE]
PLAIN = [HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE]
STOPPED = [HEADER, f"{A}: Preparing"]
UNAUTHORIZED = [HEADER, f"{A}: Preparing", "unauthorized: authentication required"]
PATCH = request("PATCH", upload(FIRST, 8))
PUT = request("PUT", upload(FIRST, 8, 100, digest("a")))
POST = request("POST", "blobs/uploads/")

Logs = Mapping[str, list[str]]


@dataclass(frozen=True)
class SideCase:
    """`title`: a part of the finding's title; `hop`: who is to blame by its data, None where it names nobody."""

    name: str
    client: list[str]
    logs: Logs
    title: str
    alike: list[str]
    alike_logs: Logs


def daemon(status: str = "504 Gateway Time-out") -> list[str]:
    return [
        began(8),
        dockerd(8, f"Pushing layer: {diff_id(A)}"),
        dockerd(9, f"Upload failed, retrying: received unexpected HTTP status: {status}", "error"),
        dockerd(14, f"Pushing layer: {diff_id(A)}"),
        dockerd(15, f"uploaded layer {diff_id(A)} ({digest('a')}), 100 bytes"),
    ]


def proxy(status: int, *, asked: str = PATCH, tail: str = "") -> list[str]:
    """An upload that a proxy answered with an error, and the one that went through afterwards."""
    return [access(8, POST, 202), access(9, asked, status, tail=tail), *through()]


def through(tail: str = "", user: str = "-", second: float = 14) -> list[str]:
    return [
        access(second, POST, 202, tail=tail, user=user),
        access(second, request("PATCH", upload(SECOND, second)), 202, tail=tail, user=user),
        access(second, request("PUT", upload(SECOND, second, 100, digest("a"))), 201, tail=tail, user=user),
        access(second + 1, request("PUT", "manifests/2.0"), 201, tail=tail, user=user),
    ]


def beside(status: int, message: str, *, words: str = "504 Gateway Time-out", more: list[str] | None = None) -> Logs:
    logs: Logs = {"dockerd": daemon(words), "access": proxy(status), "error": [nginx_error(9, message, PATCH)]}
    return logs if more is None else {**logs, "registry": more}


def refused(status: int, asked: str = PATCH, **fields: str) -> list[str]:
    return [registry(9, "response completed with error", asked, status=status, level="error", **fields)]


FULL = refused(500, err_code="unknown", err_detail="filesystem: write /data/x: no space left on device")
QUIET: Logs = {"access": through()}
RESET = "recv() failed (104: Connection reset by peer) while reading response header from upstream"
LIMIT = "client intended to send too large chunked body: 1048576+32768 bytes while sending request to upstream"
TOKEN = (
    'time="2026-11-29T01:00:15.000000000Z" level=info msg="token not to be used after 2026-11-29 01:00:12 +0000 UTC - '
    'currently 2026-11-29 01:00:15 +0000 UTC m=+7.4"'
)
ACCEPTED = [registry(8, "response completed", POST, status=202), registry(14, "response completed", PATCH, status=202)]
SLOW = " 5000000 9.000 [reg] [] 10.0.1.20:5000 0 9.000 202 0f"
QUICK = " 300 0.004 [reg] [] 10.0.1.20:5000 0 0.004 202 0f"


def slow(post: str) -> Logs:
    size = 5_000_000
    return {
        "access": [
            access(8, POST, 202, tail=post),
            access(17, request("PATCH", upload(SECOND, 8)), 202, tail=SLOW),
            access(17, request("PUT", upload(SECOND, 8, size, digest("a"))), 201, tail=QUICK),
            access(18, request("PUT", "manifests/2.0"), 201, tail=QUICK),
        ]
    }


OTHERS = [access(15, request("PUT", "manifests/9"), 201, user="bob"), access(14, POST, 202, user="bob")]

SIDE_CASES = [
    SideCase(
        "storage-error",
        RETRIED,
        {"dockerd": daemon("500"), "access": proxy(500), "registry": FULL},
        "no space left on device",
        RETRIED,
        {"dockerd": daemon("500"), "access": proxy(500), "registry": refused(500, err_code="unknown")},
    ),
    SideCase(
        "proxy-timeout",
        RETRIED,
        beside(504, "upstream timed out (110: Connection timed out) while sending request to upstream"),
        "nginx gave up sending layer a1a1a1a1a1a1 to the registry (proxy_send_timeout)",
        RETRIED,
        beside(502, RESET),
    ),
    SideCase(
        "broken-behind-proxy",
        RETRIED,
        beside(502, RESET, words="502 Bad Gateway"),
        "The connection between nginx and the registry broke",
        RETRIED,
        beside(504, "upstream timed out (110: Connection timed out) while reading response header from upstream"),
    ),
    SideCase(
        "registry-unreachable",
        RETRIED,
        beside(502, "registry.internal could not be resolved (3: Host not found)"),
        "nginx could not reach the registry: registry.internal could not be resolved",
        RETRIED,
        beside(502, RESET),
    ),
    SideCase(
        "proxy-refused",
        RETRIED,
        beside(429, 'limiting requests, excess: 4.977 by zone "reg"'),
        "its limit for requests was reached",
        RETRIED,
        {"dockerd": daemon("429"), "access": proxy(429), "registry": refused(429)},
    ),
    SideCase(
        "login-ended-midway",
        UNAUTHORIZED,
        {
            "registry": [
                *ACCEPTED,
                TOKEN,
                registry(15, "error authorizing context: invalid token", PUT, level="warning"),
                *refused(401, PUT),
            ]
        },
        "it ran out at 2026-11-29 01:00:12 +0000 UTC",
        UNAUTHORIZED,
        {"registry": refused(401, POST)},
    ),
    SideCase(
        "replicas-differ",
        RETRIED,
        {
            "dockerd": daemon("404"),
            "access": proxy(404),
            "registry": refused(404, err_code="blob upload invalid", err_detail="invalid secret"),
        },
        "Replicas of the registry have different secrets",
        RETRIED,
        {"dockerd": daemon("404"), "access": proxy(404), "registry": refused(404, err_code="blob upload unknown")},
    ),
    SideCase(
        "changed-in-transit",
        RETRIED,
        {
            "dockerd": daemon("400"),
            "access": proxy(400, asked=PUT),
            "registry": [registry(9, "canonical digest does match provided digest", PUT, level="error")],
        },
        "changed in transit",
        RETRIED,
        {"dockerd": daemon("400"), "access": proxy(400, asked=PUT), "registry": refused(400, PUT)},
    ),
    SideCase(
        "client-left",
        STOPPED,
        {
            "dockerd": [
                began(8),
                dockerd(8, f"Pushing layer: {diff_id(A)}"),
                dockerd(9, "Not continuing with push after error: context canceled", "info"),
            ],
            "registry": [registry(9, "client disconnected during blob PATCH", PATCH, level="error", copied="77")],
        },
        "The client stopped the upload",
        RETRIED,
        beside(502, RESET, more=[registry(9, "client disconnected during blob PATCH", PATCH, copied="77")]),
    ),
    SideCase(
        "registry-refused",
        RETRIED,
        {"dockerd": daemon("403"), "access": proxy(403), "registry": refused(403, err_code="denied", err_message="no")},
        "The registry answered 403 to layer a1a1a1a1a1a1",
        RETRIED,
        {"dockerd": daemon("403"), "access": proxy(403)},
    ),
    SideCase(
        "slow-line",
        PLAIN,
        slow(QUICK),
        "The line to the registry was slow: 555.6 kB/s",
        PLAIN,
        slow(SLOW.replace("5000000", "300")),
    ),
    SideCase(
        "slow-registry",
        PLAIN,
        slow(SLOW.replace("5000000", "300")),
        "The registry took 9 s for a request without a body",
        PLAIN,
        slow(QUICK),
    ),
    SideCase(
        "second-client",
        PLAIN,
        {"access": [*through(user="alice"), *OTHERS]},
        "bob",
        PLAIN,
        {"access": through(user="alice")},
    ),
    SideCase(
        "who-asked", PLAIN, {"access": through(user="ci-bot")}, "The registry saw this push as ci-bot", PLAIN, QUIET
    ),
]
