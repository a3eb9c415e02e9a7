"""The state in an upload's URL: read before it is hidden, and never trusted to be whole."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.formats.upload_state import upload_states
from pushlog.model import DatedBy, RegistrySaid
from pushlog.report.json import render
from tests.logs import HEADER, log

BLOB = "c8f0936317c12d4a5b6c7d8e9f00112233445566778899aabbccddeeff001122"
UPLOAD = "5b1c9a0e-7d34-4b0f-8a21-6c2e9d4f7a10"
FIELDS = {"Name": "acme/app", "UUID": UPLOAD, "Offset": 250268, "StartedAt": "2026-11-29T01:38:08.120000001Z"}


def token(fields: object) -> str:
    return base64.urlsafe_b64encode(b"s" * 32 + json.dumps(fields).encode()).decode()


def error(state: str, digest: str = "") -> str:
    url = f"https://r.example.com/v2/acme/app/blobs/uploads/{UPLOAD}?_state={state}{digest}"
    return f'failed to copy: failed to do request: Put "{url}": write: connection reset by peer'


@pytest.mark.parametrize("written", [token(FIELDS), token(FIELDS).replace("=", "%3D"), token(FIELDS).rstrip("=")])
def test_the_registry_says_which_upload_since_when_and_how_far(written):
    (state,) = upload_states([error(written, f"&digest=sha256%3A{BLOB}")])
    assert (state.repository, state.upload, state.offset) == ("acme/app", UPLOAD, 250268)
    assert state.started == "2026-11-29T01:38:08.120Z"
    assert state.digest == f"sha256:{BLOB}"


@pytest.mark.parametrize(
    "fields",
    [
        [],
        {**FIELDS, "Offset": -1},
        {**FIELDS, "Offset": 1e300},
        {**FIELDS, "Offset": True},
        {**FIELDS, "StartedAt": "yesterday"},
        {**FIELDS, "StartedAt": "2026-11-29T01:38:08"},
        {**FIELDS, "Name": "$(id)"},
        {**FIELDS, "UUID": "x"},
    ],
)
def test_a_state_that_no_registry_writes_says_nothing(fields):
    assert list(upload_states([error(token(fields))])) == []


def test_a_token_that_a_terminal_cut_says_nothing():
    assert list(upload_states([error(token(FIELDS)[:120])])) == []


@given(st.text(alphabet="abcXYZ019-_=%3D", min_size=40, max_size=200))
def test_no_token_breaks_the_reading(written):
    list(upload_states([error(written)]))


def test_a_log_without_times_is_dated_by_the_registry_and_shows_no_token():
    lines = [HEADER, f"{BLOB[:12]}: Waiting", error(token(FIELDS), f"&digest=sha256%3A{BLOB}")]
    result = log(*lines)
    (push,) = result.pushes
    assert (result.source.dated.at, result.source.dated.by) == ("2026-11-29T01:38:08.120Z", DatedBy.REGISTRY)
    (layer,) = push.layers
    assert layer.state == "failed"
    assert layer.registry_said == RegistrySaid(upload=UPLOAD, started="2026-11-29T01:38:08.120Z", bytes=250268)
    assert token(FIELDS)[:40] not in render([result])
