"""Faults put before real engines: the family, the advice on pushing again, the exit class, and one voice in reports."""

import pytest

from pushlog import exits
from tests.consistency.checks import contradictions
from tests.logs import HEADER, A, B, C, exhausted, log

BLOB = "sha256:" + "3b8f" * 16
WAITING = [HEADER, f"{A}: Waiting", f"{B}: Waiting"]
BOTH_IN = [HEADER, f"{A}: Pushed", f"{B}: Pushed"]
FIRST_IN = [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{A}: Pushed"]
BROKEN = "net/http: HTTP/1.x transport connection broken: malformed HTTP response"
PING = 'Get "https://registry.example.com/v2/": '
UPLOADS = "https://registry.example.com/v2/team/app/blobs/uploads/"

# The log, the family, whether pushing again helps, the exit class.
FAULTS = {
    "a server of HTTP/2 alone": (
        [*WAITING, rf'failed to do request: Head "https://registry.example.com/v2/": {BROKEN} "\x00\x00*\x04\x00"'],
        ("proxy", False, 17),
    ),
    "plain HTTP to a TLS port": ([HEADER, rf'{PING}{BROKEN} "\x15\x03\x01\x00\x02\x02"'], ("tls", False, 17)),
    "CONNECT is forbidden": ([HEADER, f"{PING}Forbidden"], ("proxy", False, 17)),
    "CONNECT got a bad gateway": ([HEADER, f"{PING}Bad Gateway"], ("proxy", None, 17)),
    "CONNECT took too long": ([HEADER, f"{PING}Gateway Timeout"], ("proxy", None, 17)),
    "CONNECT is not served": ([HEADER, f"{PING}Service Unavailable"], ("proxy", None, 17)),
    "the proxy wants a login": ([HEADER, f"{PING}Proxy Authentication Required"], ("proxy", False, 17)),
    "the daemon died": (
        [HEADER, *(f"{layer}: Preparing" for layer in (A, B, C)), f"{A}: Pushed", "unexpected EOF"],
        ("daemon-unreachable", None, 17),
    ),
    "five equal digest mismatches": (
        [*FIRST_IN, *exhausted(B), "digest invalid: provided digest did not match uploaded content"],
        ("digest-mismatch", False, 16),
    ),
    "no storage left, five times": (
        [*FIRST_IN, *exhausted(B), "received unexpected HTTP status: 507 Insufficient Storage"],
        ("quota", False, 15),
    ),
    "no storage left, containerd": ([*WAITING, "error from registry: insufficient storage"], ("quota", False, 15)),
    "a full disk behind containerd": (
        [*BOTH_IN, "error from registry: blob upload invalid"],
        ("blob-upload-invalid", None, 16),
    ),
    "a page at the start of an upload": (
        [*FIRST_IN, "received unexpected HTTP status: 200 OK"],
        ("proxy", None, 17),
    ),
    "a page for Podman": (
        [
            "$ podman push registry.example.com/team/app:1",
            "Getting image source signatures",
            f"Copying blob {BLOB}",
            (
                "Error: writing blob: initiating layer upload to /v2/team/app/blobs/uploads/ in "
                "registry.example.com: received unexpected HTTP status: 200 OK"
            ),
        ],
        ("proxy", None, 17),
    ),
    "a page for crane": (
        [
            f"2026/11/29 01:26:48 existing blob: {BLOB}",
            (
                f"Error: pushing image to registry.example.com/team/app:1: POST {UPLOADS}: unexpected status code 200 "
                "OK: <html><title>Sign in</title></html>"
            ),
        ],
        ("proxy", None, 17),
    ),
    "a page for oras": (
        [
            "Preparing f0",
            "Uploading 4fc93b85d97d f0",
            f'Error response from registry: POST "{UPLOADS}": response status code 200: OK',
        ],
        ("proxy", None, 17),
    ),
    "an upload without an address": (
        [*WAITING, 'failed to copy: failed to do request: Put "https:?digest=x": http: no Host in request URL'],
        ("proxy", False, 17),
    ),
    "a proxy that wants a length": (
        [*FIRST_IN, "received unexpected HTTP status: 411 Length Required"],
        ("proxy", False, 17),
    ),
    "Cloudflare gave up": (
        [*BOTH_IN, f"unknown: unexpected status from PUT request to {UPLOADS}1: 524 <none>"],
        ("server-error", None, 16),
    ),
    "a policy": (
        [*BOTH_IN, "error from registry: image blocked by vulnerability policy: 3 critical CVEs found"],
        ("permission", False, 12),
    ),
    "a policy, graphdriver": (
        [*BOTH_IN, "denied: image blocked by vulnerability policy: 3 critical CVEs found"],
        ("permission", False, 12),
    ),
}


@pytest.mark.parametrize(("lines", "judgement"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_judged_as_an_engineer_would(lines, judgement):
    (failed,) = log(*lines).pushes
    assert (failed.error.family.value, failed.error.retry_helps, int(exits.class_of(failed))) == judgement
    assert contradictions("\n".join(lines), [failed]) == []


def test_a_remedy_is_not_taken_for_a_secret():
    (failed,) = log(HEADER, f"{PING}Proxy Authentication Required").pushes
    assert "HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT" in failed.findings[0].remedy[0]


def test_an_error_without_a_reference_still_names_host_and_port():
    refused = 'Get "https://registry.example.com:5000/v2/": dial tcp 192.0.2.10:5000: connect: connection refused'
    lines = [
        "Getting image source signatures",
        f"Error: pinging container registry registry.example.com:5000: {refused}",
    ]
    (failed,) = log(*lines).pushes
    assert failed.findings[0].remedy[0].endswith("`curl -I https://registry.example.com:5000/v2/`.")
