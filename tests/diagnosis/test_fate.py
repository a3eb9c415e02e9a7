"""What becomes of each layer in the end, whatever its last line says."""

from pushlog.model import Fate
from tests.logs import DONE, HEADER, A, B, C, D, countdown, exhausted, log, push


def fates(*lines):
    return [layer.fate for layer in push(*lines).layers]


def test_layers_of_a_good_push_are_done():
    assert fates(HEADER, f"{A}: Preparing", f"{B}: Layer already exists", f"{A}: Pushed", DONE) == [Fate.DONE] * 2


def test_the_layer_that_used_up_its_retries_gave_up_and_the_others_were_cancelled():
    lines = [HEADER, *(f"{layer}: Preparing" for layer in (A, B, C, D)), f"{B}: Pushed", f"{C}: Pushing [>] 1MB/9MB"]
    assert fates(*lines, f"{D}: Waiting", exhausted(A), "EOF") == [
        Fate.GAVE_UP,
        Fate.DONE,
        Fate.CANCELLED,
        Fate.NOT_STARTED,
    ]


def test_of_several_layers_under_way_nobody_knows_which_failed():
    lines = [HEADER, f"{A}: Pushing [>] 1MB/9MB", f"{B}: Pushing [>] 1MB/9MB", "EOF"]
    assert fates(*lines) == [Fate.UNFINISHED, Fate.UNFINISHED]


def test_the_only_layer_under_way_failed():
    assert fates(HEADER, f"{A}: Pushed", f"{B}: Pushing [>] 1MB/9MB", "EOF") == [Fate.DONE, Fate.FAILED]


def test_a_stopped_push_cancels_what_had_begun():
    lines = [HEADER, f"{A}: Pushing [>] 1MB/9MB", f"{B}: Waiting", "^C"]
    assert set(fates(*lines)) <= {Fate.CANCELLED, Fate.NOT_STARTED}


def test_a_log_that_was_cut_leaves_layers_unfinished():
    assert fates(HEADER, f"{A}: Pushing [>] 1MB/9MB", f"{B}: Waiting") == [Fate.UNFINISHED, Fate.NOT_STARTED]


def test_a_layer_that_a_pipe_hides_was_tried_once_where_it_failed():
    rows = [f"{A}: Preparing", f"{B}: Preparing", f"{C}: Preparing", f"{A}: Pushed", f"{C}: Pushed"]
    found = push(HEADER, rows, "toomanyrequests: Too Many Requests")
    assert [(layer.fate, layer.attempts) for layer in found.layers] == [
        (Fate.DONE, 1),
        (Fate.FAILED, 1),
        (Fate.DONE, 1),
    ]
    none = push(HEADER, rows[:3], "toomanyrequests: Too Many Requests")
    assert {layer.attempts for layer in none.layers} == {0}


def test_nothing_is_uploaded_of_a_blob_that_the_registry_was_only_asked_for():
    blobs = [f"sha256:{blob}{'0' * 52}" for blob in (A, B)]
    lines = ["Getting image source signatures", *(f"Copying blob {blob}" for blob in blobs)]
    asked = (
        f"Error: trying to reuse blob {blobs[1]} at destination: "
        f"checking whether a blob {blobs[1]} exists in r.example.com/app: "
    )
    refused = push(*lines, f"{asked}authentication required")
    assert [layer.attempts for layer in refused.layers] == [0, 0]
    reset = push(*lines, f"{asked}read tcp 10.0.0.2:50000->203.0.113.7:443: read: connection reset by peer")
    assert [layer.attempts for layer in reset.layers] == [1, 0]
    begun = push(
        *lines, "Error: writing blob: initiating layer upload to /v2/team/app/blobs/uploads/ in r.example.com: denied"
    )
    assert [layer.attempts for layer in begun.layers] == [1, 1]


def test_a_wait_that_was_over_when_the_push_ended_was_followed_by_an_upload():
    """BuildKit stamps its lines; the layers retry side by side, and the first that gives up ends the push."""
    lines = ["#12 exporting to image", "#12 pushing layers"]
    for at, wait in zip((0.3, 1.6, 3.9), (1, 2, 4), strict=True):
        for blob in (A, B):
            error = f'failed commit on ref "layer-sha256:{blob}{"0" * 52}": EOF'
            lines += [f"#12 {at:.3f} error: {error}", f"#12 {at:.3f} retrying in {wait}s"]
    error = f'failed commit on ref "layer-sha256:{A}{"0" * 52}": EOF'
    for end, tries in ((7.5, 3), (8.3, 4)):
        ended = [*lines, f"#12 {end:.3f} error: {error}", f"#12 pushing layers {end}s done"]
        ended += [f"#12 ERROR: failed to push r.example.com/app:1: {error}"]
        by_id = {layer.id[7:19]: layer.attempts for layer in push(*ended).layers}
        assert by_id[B] == tries


def test_a_push_that_another_one_ended_counts_no_upload_that_is_not_drawn():
    """Compose cancels all services with the first that fails; which one that was, the error does not say."""

    def row(service, layer, words):
        return f" Pushing r.example.com/{service}:1: {layer} {words}"

    lines = []
    for wait in (5, 10, 15, 20):
        for service, layer in (("web", A), ("worker", B)):
            lines.append(row(service, layer, "Pushing [>  ]  33kB/9MB"))
            lines += [row(service, layer, words) for words in (line[14:] for line in countdown(layer, wait))]
    shown = [row("web", A, "Pushing [>  ]  33kB/9MB")]
    error = ["unknown: <html>", "<head><title>413 Request Entity Too Large</title></head>", "</html>"]
    tries = {push.reference.repository: push.layers[0].attempts for push in log(lines, shown, error).pushes}
    assert tries == {"web": 5, "worker": 4}
    alone = [line for line in lines if "worker" in line]
    assert [push.layers[0].attempts for push in log(alone, error).pushes] == [5]
