"""Error texts taken apart: every form that Docker prints gives its parts, and no text at all breaks the parser."""

from __future__ import annotations

import time
from dataclasses import fields

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pushlog.formats.errors.parse import ErrorText, grammar, parse_error
from tests.examples import examples

DIGEST = "sha256:" + "0dc117c4" * 8
PAGE = (
    "<html>\n<head><title>413 Request Entity Too Large</title></head>\n<body>\n"
    "<center><h1>413 Request Entity Too Large</h1></center>\n<hr><center>nginx/1.22.1</center>\n</body>\n</html>\n"
)
QUOTED = PAGE.replace("\n", "\\r\\n")

FRAGMENTS = (
    "Error response from daemon: ", "Error: ", "denied", "unknown", ": ", "\n", "errors:\n", "error from registry: ",
    " - ", 'failed commit on ref "layer-' + DIGEST + '": ', 'failed commit on ref "', "failed to copy: ",
    "unexpected status from PUT request to https://r.example/v2/: 413 Too Large", "unexpected status from ",
    "received unexpected HTTP status: ", "503 Service Unavailable", "error parsing HTTP 413 response body: ",
    "error parsing HTTP 4", "invalid character '<' looking for beginning of value: ", '"<html>\\r\\n"', '"',
    'Get "https://r.example/v2/": ', "Head https://r.example/v2/: ", "dial tcp 10.0.0.1:443: ", "lookup r on d:53: ",
    "read tcp 1.2.3.4:5->6.7.8.9:0: read: ", "connection reset by peer", "EOF", "<html>", "</html>", "<title>413",
    "StatusCode: 413, ", "manifest invalid", "\r\n", "\x00", "\\", "é",
)  # fmt: skip


def parts(text: str) -> dict[str, object]:
    """The fields that are set, `text` aside."""
    record = parse_error(text)
    assert record.text == text
    unset = ErrorText(text=text)
    names = [field.name for field in fields(ErrorText) if field.name != "text"]
    return {name: getattr(record, name) for name in names if getattr(record, name) != getattr(unset, name)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("denied", {"code": "DENIED", "bare": True, "cause": "denied"}),
        (
            "manifest invalid: max manifest size exceeded",
            {
                "code": "MANIFEST_INVALID",
                "message": "max manifest size exceeded",
                "cause": "max manifest size exceeded",
            },
        ),
        (
            "error from registry: manifest invalid - max manifest size exceeded",
            {
                "code": "MANIFEST_INVALID",
                "message": "manifest invalid",
                "detail": "max manifest size exceeded",
                "stages": ("registry",),
                "cause": "manifest invalid",
            },
        ),
        (
            "error from registry: denied\ndenied",
            {
                "code": "DENIED",
                "message": "denied",
                "stages": ("registry",),
                "cause": "denied",
                "items": ((None, "denied"), (None, "denied")),
            },
        ),
        (
            "errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n",
            {
                "code": "DENIED",
                "message": "requested access to the resource is denied",
                "stages": ("errors",),
                "cause": "requested access to the resource is denied",
                "items": (
                    ("DENIED", "requested access to the resource is denied"),
                    ("UNAUTHORIZED", "authentication required"),
                ),
            },
        ),
        (
            f"unknown: {PAGE}",
            {
                "http_status": 413,
                "html_title": "413 Request Entity Too Large",
                "server": "nginx/1.22.1",
                "cause": "413 Request Entity Too Large",
            },
        ),
        (
            f"error parsing HTTP 413 response body: invalid character '<' looking for beginning of value: \"{QUOTED}\"",
            {
                "stages": ("parsing",),
                "http_status": 413,
                "html_title": "413 Request Entity Too Large",
                "server": "nginx/1.22.1",
                "cause": "413 Request Entity Too Large",
            },
        ),
        (
            "received unexpected HTTP status: 504 Gateway Time-out",
            {"stages": ("received",), "http_status": 504, "cause": "504 Gateway Time-out"},
        ),
        (
            "Received unexpected HTTP status: 500 Internal Server Error",
            {"stages": ("received",), "http_status": 500, "cause": "500 Internal Server Error"},
        ),
        (
            (
                f'unknown: failed commit on ref "manifest-v2.0.0-rc.1@{DIGEST}": unexpected status from PUT request to '
                "http://registry.example.com:5000/v2/app/manifests/v2.0.0-rc.1: 504 Gateway Timeout"
            ),
            {
                "stages": ("commit", "unexpected"),
                "object_kind": "manifest",
                "object_ref": "v2.0.0-rc.1",
                "object_digest": DIGEST,
                "method": "PUT",
                "url": "http://registry.example.com:5000/v2/app/manifests/v2.0.0-rc.1",
                "host": "registry.example.com:5000",
                "http_status": 504,
                "cause": "504 Gateway Timeout",
            },
        ),
        (
            (
                f'failed commit on ref "layer-{DIGEST}": failed to do request: Put "http://r.example:5000/v2/web": '
                "read tcp 127.0.0.1:34460->127.0.0.1:5000: read: connection reset by peer"
            ),
            {
                "stages": ("commit", "request", "http", "read", "read"),
                "object_kind": "layer",
                "object_digest": DIGEST,
                "method": "PUT",
                "url": "http://r.example:5000/v2/web",
                "host": "r.example:5000",
                "address": "127.0.0.1:5000",
                "cause": "connection reset by peer",
            },
        ),
        (
            (
                "failed to authorize: failed to fetch oauth token: unexpected status from POST request to "
                "https://auth.docker.io/token: 401 Unauthorized: access token has insufficient scopes"
            ),
            {
                "message": "access token has insufficient scopes",
                "stages": ("authorize", "oauth-token", "unexpected"),
                "method": "POST",
                "url": "https://auth.docker.io/token",
                "host": "auth.docker.io",
                "http_status": 401,
                "cause": "access token has insufficient scopes",
            },
        ),
        (
            (
                "push access denied, repository does not exist or may require authorization: server message: "
                "insufficient_scope: authorization failed"
            ),
            {"stages": ("access-denied", "server-message"), "cause": "insufficient_scope: authorization failed"},
        ),
        (
            'Get "https://r.example/v2/": dial tcp: lookup r.example on 10.0.0.2:53: no such host',
            {
                "stages": ("http", "dial", "lookup"),
                "method": "GET",
                "url": "https://r.example/v2/",
                "host": "r.example",
                "cause": "no such host",
            },
        ),
        (
            "Get https://r.example/v2/: x509: certificate signed by unknown authority",
            {
                "stages": ("http",),
                "method": "GET",
                "url": "https://r.example/v2/",
                "host": "r.example",
                "cause": "x509: certificate signed by unknown authority",
            },
        ),
        (
            "dial tcp 10.0.0.9:443: connect: connection refused",
            {"stages": ("dial", "connect"), "address": "10.0.0.9:443", "cause": "connection refused"},
        ),
        (
            'Error: writing blob: uploading layer chunked: StatusCode: 413, "<html><head><title>413 Too Large</t..."',
            {
                "stages": ("client", "copy", "upload", "received"),
                "http_status": 413,
                "html_title": "413 Too Large",
                "cause": "413 Too Large",
            },
        ),
        (
            "unexpected status: 413 Request Entity Too Large",
            {"stages": ("received",), "http_status": 413, "cause": "413 Request Entity Too Large"},
        ),
        (
            "Error: POST http://r.example/v2/app/blobs/uploads/: DENIED: requested access to the resource is denied",
            {
                "code": "DENIED",
                "stages": ("client", "http"),
                "message": "requested access to the resource is denied",
                "method": "POST",
                "url": "http://r.example/v2/app/blobs/uploads/",
                "host": "r.example",
                "cause": "requested access to the resource is denied",
            },
        ),
        ("something nobody has seen", {"cause": "something nobody has seen"}),
        ("", {}),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_every_form_gives_its_parts(text: str, expected: dict[str, object]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("page", "server"),
    [
        ("<html><head><title>403</title></head><hr><center>openresty</center></html>", "openresty"),
        ("<html><head><title>413</title></head><hr><center>cloudflare</center></html>", "cloudflare"),
        (
            "<html><hr>\n<address>Apache/2.4.52 (Ubuntu) Server at r.example Port 443</address></html>",
            "Apache/2.4.52 (Ubuntu)",
        ),
        ("<html><title>406 Not Acceptable</title>generated by Mod_Security.</html>", "ModSecurity"),
        ("<html><title>Denied</title></html>", None),
    ],
)
def test_the_server_is_the_one_that_signs_the_page(page: str, server: str | None) -> None:
    assert parse_error(f"denied: {page}").server == server


def test_a_page_without_a_status_takes_it_from_the_words_before_it() -> None:
    assert parse_error("denied: <html>\n<title>Blocked</title></html>").http_status == 403
    assert parse_error("unknown: <html>\n<title>Blocked</title></html>").http_status is None


def test_crlf_is_read_as_a_line_break() -> None:
    assert parse_error("errors:\r\ndenied: no\r\nunauthorized: no").items == (("DENIED", "no"), ("UNAUTHORIZED", "no"))


def test_words_that_only_begin_like_a_code_are_none() -> None:
    assert parse_error("denied by policy").code is None
    assert parse_error("unknown blob").code is None
    assert parse_error("size invalidated: x").code is None


@settings(max_examples=examples(400), deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)))
@example('error parsing HTTP 134 response body: : "')
def test_the_grammar_takes_every_text(text: str) -> None:
    grammar().parse(text.replace("\r\n", "\n").strip())
    assert parse_error(text).text == text


@pytest.mark.parametrize(
    "fragment", ["failed to copy: ", "denied: ", "a ", "<html", "errors:\n", 'Get "x ', "\n \n", "x:"]
)
def test_time_grows_with_the_text_and_not_faster(fragment: str) -> None:
    parse_error("warm")
    start = time.perf_counter()
    parse_error(fragment * (100_000 // len(fragment)))
    assert time.perf_counter() - start < 5
