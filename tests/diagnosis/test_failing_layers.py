"""Which layer failed, by what the error itself names: an upload's URL, a question about a blob, a commit."""

import json

import pytest

from pushlog.intake.history import history
from pushlog.intake.manifest import manifests
from pushlog.intake.read import raw
from pushlog.model import Fate
from pushlog.pipeline import Options, analyze_raw
from tests.logs import HEADER, A, B, push

DIGEST = f"sha256:{B}{'0' * 52}"
ESCAPED = DIGEST.replace(":", "%3A")
UPLOAD = f'Put "https://registry.example.com/v2/team/app/blobs/uploads/7ddc4ac1?digest={ESCAPED}"'
BLOB = f"https://registry.example.com/v2/team/app/blobs/{DIGEST}"
RESET = "write: connection reset by peer"


@pytest.mark.parametrize(
    "error",
    [
        f"failed to copy: failed to do request: {UPLOAD}: {RESET}",
        f'failed commit on ref "layer-{DIGEST}": failed to do request: {UPLOAD}: {RESET}',
        f"unexpected status from PUT request to {UPLOAD[5:-1]}: 500 Internal Server Error",
    ],
)
def test_an_upload_s_url_names_the_layer_that_failed(error):
    told = push(HEADER, f"{B}: Waiting", f"{A}: Pushed", error)
    layer = {item.id: item for item in told.layers}[B]
    assert (layer.fate, layer.attempts) == (Fate.FAILED, 1)
    assert told.findings[0].layers == (B,)


@pytest.mark.parametrize(
    "error",
    [
        f'failed to do request: Head "{BLOB}": net/http: TLS handshake timeout',
        f"unknown: unexpected status from HEAD request to {BLOB}: 403 Forbidden",
    ],
)
def test_a_question_names_its_layer_of_which_nothing_was_sent(error):
    told = push(HEADER, f"{A}: Waiting", f"{B}: Waiting", error)
    by_id = {item.id: item for item in told.layers}
    assert (by_id[B].fate, by_id[B].attempts) == (Fate.FAILED, 0)
    assert (by_id[A].fate, by_id[A].attempts) == (Fate.NOT_STARTED, 0)
    assert told.findings[0].layers == (B,)


def test_podman_s_words_name_the_blob_that_it_asked_for():
    rows = [f"Copying blob sha256:{blob}{'0' * 52}" for blob in (A, B)]
    error = f"Error: trying to reuse blob {DIGEST} at destination: pinging container registry registry.example.com: "
    told = push("Getting image source signatures", *rows, f'{error}Get "https://registry.example.com/v2/": EOF')
    assert told.findings[0].layers == (DIGEST,)


def test_a_manifest_s_url_names_no_layer():
    told = push(
        HEADER,
        f"{A}: Pushed",
        f"{B}: Pushed",
        "failed to do request: Put "
        f'"https://registry.example.com/v2/team/app/manifests/{DIGEST}": net/http: TLS handshake timeout',
    )
    assert told.findings[0].layers == ()


def test_a_blob_that_no_line_but_the_error_shows_is_named():
    told = push(HEADER, f'failed commit on ref "layer-{DIGEST}": failed to do request: {UPLOAD}: {RESET}')
    assert told.layers == ()
    assert told.findings[0].layers == (B,)
    assert f"The layer that failed is {B}." in told.findings[0].explanation


def test_its_instruction_is_named_too_where_the_manifest_lists_it(tmp_path):
    layers = [{"digest": DIGEST, "size": 7}]
    (tmp_path / "m.json").write_text(json.dumps({"schemaVersion": 2, "layers": layers}), "utf-8")
    (tmp_path / "h.json").write_text(json.dumps({"CreatedBy": "COPY . /app", "Size": "9kB"}), "utf-8")
    lines = f'{HEADER}\nfailed commit on ref "layer-{DIGEST}": failed to do request: {UPLOAD}: {RESET}\n'
    options = Options(history=history([str(tmp_path / "h.json")]), manifests=manifests(str(tmp_path / "m.json")))
    (told,) = analyze_raw(raw("push-log.txt", lines.encode()), options).pushes
    assert f"The layer that failed is {B} (made by `COPY . /app`)." in told.findings[0].explanation


def test_buildkit_s_url_names_the_layer_that_a_proxy_refused():
    url = f"https://registry.example.com/v2/team/app/blobs/uploads/1?digest={ESCAPED}"
    told = push(
        "#12 exporting to image",
        "#12 pushing layers 0.0s done",
        f"#12 ERROR: failed to push registry.example.com/team/app:1: unexpected status from PUT request to {url}: "
        "413 Request Entity Too Large: <html>",
        "<head><title>413 Request Entity Too Large</title></head>",
        "</html>",
    )
    assert f"refused layer {B}:" in told.findings[0].title
