"""The other clients that push: what their lines mean, where a push begins and ends, what is theirs and not Docker's."""

import base64
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.formats.clients import containers
from pushlog.formats.dialects import DIALECTS
from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.push_command import pushed_by
from pushlog.intake.read import raw
from pushlog.intake.start_pattern import places
from pushlog.knowledge.clients import clients, read_clients
from pushlog.knowledge.tables import KnowledgeError
from pushlog.model import Basis, Client, Clock, Confidence, Family, Outcome, State, Store
from pushlog.pipeline import analyze_raw
from tests.examples import examples
from tests.golden import logs
from tests.logs import DIGEST, DONE, HEADER, A, log, names, push

BLOB = "sha256:" + "8ed2" * 16
OTHER = "sha256:" + "96df" * 16
REF = "registry.example.com/team/app:1.2"
NAME = REF.removesuffix(":1.2")
AT = "2026/11/23 21:59:2"

BUILT = [
    "#7 exporting to image",
    "#7 exporting layers 1.2s done",
    f"#7 naming to {REF} done",
    "#7 pushing layers",
    "#7 pushing layers 12.3s done",
    f"#7 pushing manifest for {REF}@{DIGEST}",
    f"#7 pushing manifest for {REF}@{DIGEST} 0.9s done",
    "#7 DONE 14.8s",
]
COPIED = [
    "Getting image source signatures",
    f"Copying blob {BLOB}",
    f"Copying config {OTHER}",
    "Writing manifest to image destination",
]
CRANED = [
    f"{AT}3 pushed blob: {BLOB}",
    f"{AT}4 existing blob: {OTHER}",
    f"{AT}5 {REF}: digest: {DIGEST} size: 756",
    f"{NAME}@{DIGEST}",
]
DENIED = f"{NAME.replace('registry.example.com', 'https://registry.example.com/v2')}/blobs/uploads/: DENIED: no"


def retry(number, wait="1s"):
    error = f"writing blob: initiating layer upload to /v2/team/app/blobs/uploads/ in registry.example.com: {BUSY}"
    when = f'time="2026-11-23T21:56:1{number}Z" level=warning'
    return f'{when} msg="Failed, retrying in {wait} ... ({number}/3). Error: {error}"'


BUSY = "received unexpected HTTP status: 503 Service Unavailable"


# BuildKit


def test_a_buildx_push_is_its_step_from_the_first_status_to_done():
    only = push("#1 [internal] load build definition", "#1 DONE 0.0s", *BUILT, "", "Job finished")
    assert (only.client, only.lines, only.outcome) == (Client.BUILDX, (6, 10), Outcome.SUCCEEDED)
    assert (only.reference.registry, only.reference.repository) == ("registry.example.com", "team/app")
    assert (only.reference.tags, only.reference.digest) == (("1.2",), DIGEST)


def test_a_buildx_push_took_what_its_statuses_took_and_not_what_the_build_did():
    only = push(*BUILT)
    assert (only.clock, only.duration.seconds, only.layers) == (Clock.STAMPED, 13.2, ())


def test_a_build_without_a_push_is_none():
    assert log("#7 exporting to image", "#7 naming to docker.io/library/app:1 done", "#7 DONE 1.0s").pushes == ()


def test_tags_of_one_repository_are_one_push_and_other_repositories_their_own():
    other = [line.replace("registry.example.com", "ghcr.io") for line in BUILT[3:7]]
    tag = [line.replace(":1.2", ":latest") for line in BUILT[3:7]]
    first, second = log(*BUILT[:7], *tag, *other, BUILT[7]).pushes
    assert (first.reference.registry, first.reference.tags) == ("registry.example.com", ("1.2", "latest"))
    assert (second.reference.registry, second.reference.tags) == ("ghcr.io", ("1.2",))


def test_the_error_of_a_step_and_the_one_that_closes_the_build_are_one_failure():
    said = f"failed to push {REF}: denied: requested access to the resource is denied"
    closing = ["------", " > exporting to image:", "------", f"ERROR: failed to build: failed to solve: {said}"]
    only = push(*BUILT[:4], f"#7 ERROR: {said}", *closing)
    assert (only.outcome, only.lines) == (Outcome.FAILED, (4, 9))
    assert only.error is not None
    assert (only.error.text, only.error.line, only.error.family) == (said, 5, Family.PERMISSION)


def test_the_closing_error_alone_is_a_push_too():
    only = push(f"ERROR: failed to solve: failed to push {REF}: denied: requested access to the resource is denied")
    assert (only.client, only.outcome, only.reference.tags) == (Client.BUILDX, Outcome.FAILED, ("1.2",))


def test_a_step_that_was_canceled_did_not_fail_and_did_not_succeed():
    assert push(*BUILT[:4], "#7 CANCELED").outcome is Outcome.INTERRUPTED


def test_buildkit_names_a_blob_only_when_it_has_to_send_it_again():
    reset = f'failed commit on ref "layer-{BLOB}": failed to do request: Put "https://r/": connection reset by peer'
    only = push(*BUILT[:4], f"#7 2.106 error: {reset}", "#7 2.106 retrying in 1s", *BUILT[4:])
    (layer,) = only.layers
    assert (layer.id, layer.state, layer.attempts, layer.retry_wait) == (BLOB, State.PUSHED, 2, 1.0)
    assert "retry-recovered" in [finding.name for finding in only.findings]


def test_steps_that_take_turns_are_understood():
    result = log(*BUILT[:4], "#8 [auth] team/app:pull,push token for r", "#8 1.02 Get:1 deb", "#7 ...", *BUILT[4:])
    assert result.source.coverage == 1.0


def test_two_builds_in_a_log_are_two_pushes():
    assert [one.outcome for one in log(*BUILT, *BUILT).pushes] == [Outcome.SUCCEEDED] * 2


# BuildKit, as JSON


STEP = {"digest": DIGEST, "name": "exporting to image", "started": "2026-11-24T09:00:01.123456789Z"}


def at(second):
    return f"2026-11-24T09:00:{second:06.3f}Z"


def status(words, start, stop=None):
    ended = {} if stop is None else {"completed": at(stop)}
    when = {"timestamp": at(start if stop is None else stop), "started": at(start), **ended}
    return {"statuses": [{"id": words, "vertex": DIGEST, "current": 0, **when}]}


def logged(second, words):
    data = base64.b64encode(f"{words}\n".encode()).decode()
    return {"logs": [{"vertex": DIGEST, "stream": 2, "data": data, "timestamp": at(second)}]}


def raw_json(*messages):
    return [json.dumps(message, separators=(",", ":")) for message in messages]


PUSHING = ({"vertexes": [STEP]}, status("pushing layers", 2))
PUSHED = (
    status("pushing layers", 2, 14),
    status(f"pushing manifest for {REF}@{DIGEST}", 14, 14.5),
    {"vertexes": [STEP | {"completed": at(15)}]},
)


def test_json_progress_tells_the_same_push_as_plain_progress_and_when_it_was():
    only = push(*raw_json(*PUSHING, *PUSHED))
    assert (only.client, only.outcome, only.lines) == (Client.BUILDX, Outcome.SUCCEEDED, (2, 5))
    assert (only.reference.registry, only.reference.tags, only.reference.digest) == (REF[:20], ("1.2",), DIGEST)
    assert (only.clock, only.duration.seconds) == (Clock.STAMPED, 13.0)


def test_a_retry_in_json_progress_names_its_blob():
    error = f'failed commit on ref "layer-{BLOB}": failed to do request: Put "https://r/": connection reset by peer'
    lines = (*PUSHING, logged(4, f"error: {error}"), logged(4, "retrying in 1s"), *PUSHED)
    (layer,) = push(*raw_json(*lines)).layers
    assert (layer.id, layer.attempts, layer.retry_wait) == (BLOB, 2, 1.0)


def test_an_error_in_json_progress_and_the_line_that_closes_the_build_are_one_failure():
    said = f"failed to push {REF}: denied: requested access to the resource is denied"
    failed = {"vertexes": [STEP | {"completed": at(5), "error": said}]}
    only = push(*raw_json(*PUSHING, failed), f"ERROR: failed to build: failed to solve: {said}")
    assert only.error is not None
    assert (only.error.text, only.error.line, only.error.family) == (said, 3, Family.PERMISSION)
    assert (only.lines, only.duration.seconds) == ((2, 4), 3.0)


def test_a_message_that_repeats_says_nothing_new_and_the_next_build_does():
    again = [line.replace("09:00", "10:00") for line in raw_json(*PUSHING, *PUSHED)]
    both = log(*raw_json(*PUSHING, *PUSHING, *PUSHED, PUSHED[-1]), *again)
    assert [one.outcome for one in both.pushes] == [Outcome.SUCCEEDED] * 2
    assert both.source.coverage == 1.0


def test_a_canceled_step_in_json_progress_did_not_fail():
    canceled = {"vertexes": [STEP | {"completed": at(5), "error": "failed to push: context canceled"}]}
    assert push(*raw_json(*PUSHING, canceled)).outcome is Outcome.INTERRUPTED


@pytest.mark.parametrize(
    "spoiled",
    [
        {"vertexes": [{"digest": 7, "name": None, "started": "soon", "completed": [1]}]},
        {"statuses": [{"id": {}, "vertex": [], "current": "x", "timestamp": "0001-01-01T00:00:00Z"}, 5]},
        {"logs": [{"vertex": DIGEST, "data": "no base64", "timestamp": None}]},
        {"statuses": 1, "logs": None},
    ],
)
def test_a_spoiled_message_takes_nothing_from_the_push_around_it(spoiled):
    only = push(*raw_json(*PUSHING, spoiled, *PUSHED))
    assert (only.outcome, only.duration.seconds) == (Outcome.SUCCEEDED, 13.0)


# compose


def test_images_that_take_turns_are_told_apart():
    web, db = log(
        f" Pushing r.io/web:1: {A} Preparing ",
        f" Pushing r.io/db:1: {A} Preparing ",
        f" Pushing r.io/web:1: {A} Pushed ",
        f" Pushing r.io/db:1: {A} Layer already exists ",
    ).pushes
    assert (web.reference.repository, web.lines, web.layers[0].state) == ("web", (1, 3), State.PUSHED)
    assert (db.reference.repository, db.lines, db.layers[0].state) == ("db", (2, 4), State.EXISTS)
    assert web.client is db.client is Client.COMPOSE
    assert web.store is Store.GRAPHDRIVER


def test_a_service_is_no_image():
    only = push(f" Pushing web: {A} Preparing ", f" Pushing web: {A} Pushed ")
    assert (only.reference.repository, only.outcome) == (None, Outcome.SUCCEEDED)
    assert "success-not-proven" in [finding.name for finding in only.findings]


def test_an_error_belongs_to_the_image_that_it_names_and_the_others_were_stopped():
    error = 'failed to do request: Put "https://r.io/v2/db/blobs/uploads/1": write: connection reset by peer'
    web, db = log(f" Pushing r.io/web:1: {A} Waiting ", f" Pushing r.io/db:1: {A} Waiting ", error).pushes
    assert (web.outcome, db.outcome) == (Outcome.INTERRUPTED, Outcome.FAILED)


def test_an_error_that_names_none_is_that_of_all_that_were_not_done():
    lines = [f" Pushing r.io/web:1: {A} Pushed ", f" Pushing r.io/db:1: {A} Waiting ", "denied"]
    assert [one.outcome for one in log(*lines).pushes] == [Outcome.INCOMPLETE, Outcome.FAILED]


def test_compose_v1_names_the_service_above_docker_s_own_lines():
    only = push("Pushing web (registry.example.com/team/app:1.2)...", HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE)
    assert (only.client, only.lines, only.reference.tags) == (Client.COMPOSE, (1, 5), ("1.2",))


# podman, buildah, skopeo


def test_all_blobs_are_in_when_the_configuration_is_copied():
    only = push(*COPIED)
    assert [(layer.id, layer.state, layer.basis) for layer in only.layers] == [(BLOB, State.PUSHED, Basis.UNKNOWN)]
    assert only.outcome is Outcome.SUCCEEDED


def test_the_last_word_of_containers_image_is_likely_success_and_signatures_prove_it():
    (finding,) = push(*COPIED).findings
    assert (finding.name, finding.confidence) == ("success-not-proven", Confidence.LIKELY)
    assert push(*COPIED, "Storing signatures").findings == ()


@pytest.mark.parametrize(
    ("above", "below", "client"),
    [
        ([], [], Client.UNKNOWN),
        (["$ podman push registry.example.com/team/app:1.2"], [], Client.PODMAN),
        (["+ skopeo copy oci:x docker://registry.example.com/team/app:1.2"], [], Client.SKOPEO),
        ([], ["Error: writing blob: denied"], Client.PODMAN),
        ([], ['Error: pushing image "a" to "docker://registry.example.com/team/app:1.2": denied'], Client.BUILDAH),
        ([], ['time="2026-11-23T21:56:17Z" level=fatal msg="writing blob: denied"'], Client.SKOPEO),
        ([], ["FATA[0003] writing blob: denied"], Client.SKOPEO),
    ],
)
def test_podman_buildah_and_skopeo_are_told_by_their_command_or_their_error_or_not_at_all(above, below, client):
    (only,) = log(*above, *COPIED[:3], *below).pushes
    assert only.client is client


def test_what_a_client_logs_is_read_without_its_dress():
    only = push(*COPIED[:2], 'time="2026-11-23T21:56:17Z" level=fatal msg="writing blob: Put \\"https://r/\\": EOF"')
    assert only.error is not None
    assert only.error.text == 'writing blob: Put "https://r/": EOF'


def test_a_retry_begins_the_whole_copy_again():
    only = push(*COPIED[:2], retry(1), *COPIED[:2], retry(2), *COPIED)
    (layer,) = only.layers
    assert (layer.attempts, layer.retry_wait, layer.state) == (3, 2.0, State.PUSHED)
    assert only.reference.repository == "team/app"
    assert "retry-recovered" in [finding.name for finding in only.findings]


def test_a_blob_that_arrived_is_not_sent_again():
    only = push(*COPIED, retry(1), *COPIED)
    assert [(layer.attempts, layer.state) for layer in only.layers] == [(1, State.PUSHED)]


def test_a_push_that_ends_between_its_retries_says_what_it_met():
    (finding,) = push(*COPIED[:2], retry(1), *COPIED[:2]).findings
    assert finding.name == "truncated-log"
    assert "503 Service Unavailable" in finding.explanation


@pytest.mark.parametrize(
    "around",
    [
        (["Trying to pull docker.io/library/alpine:3..."], []),
        (["STEP 2/2: COPY a /a", "COMMIT team/app:1.2"], ["--> 7dd3e9962974"]),
        ([], ["7dd3e996297405a3b486f3f0d7b4cd8a6cd334d5e0ff3547a0996bf4c0de66ac"]),
    ],
)
def test_an_image_that_is_fetched_or_built_is_no_push(around):
    above, below = around
    assert log(*above, *COPIED, *below).pushes == ()


def test_two_copies_one_after_the_other_are_two_pushes():
    assert len(log(*COPIED, *COPIED).pushes) == 2


def test_figures_of_a_terminal_have_powers_of_1024():
    only = push(
        COPIED[0],
        "Copying blob 8ed28ed28ed2 [===>------] 12.0MiB / 30.5MiB | 4.2 MiB/s",
        "Copying blob 96df96df96df skipped: already exists",
    )
    sizes = [(layer.bytes_done, layer.bytes_total, layer.state) for layer in only.layers]
    assert sizes == [(12582912, 31981568, State.PUSHING), (None, None, State.EXISTS)]


# crane, kaniko


def test_crane_names_a_blob_when_it_is_there():
    only = push(*CRANED)
    assert (only.client, only.outcome, only.lines) == (Client.CRANE, Outcome.SUCCEEDED, (1, 4))
    assert [layer.state for layer in only.layers] == [State.PUSHED, State.EXISTS]
    assert [(layer.start, layer.end) for layer in only.layers] == [(None, 0.0), (None, 1.0)]
    assert (only.duration.seconds, only.duration.at_least) == (2.0, 1.0)


def test_go_s_time_is_the_client_s_own_and_no_decoration():
    assert log(*CRANED).source.decoration is None
    assert log(*(f"2026-11-23T21:26:44.8474245Z {line}" for line in CRANED)).source.decoration == "github-actions"


def test_a_retag_is_a_push_of_its_own():
    first, second = log(*CRANED, f"{AT}6 {NAME}:latest: digest: {DIGEST} size: 756").pushes
    assert (first.reference.tags, second.reference.tags) == (("1.2",), ("latest",))


def test_an_error_of_the_library_is_known_by_how_it_names_the_request():
    only = push(f"Error: POST {DENIED}")
    assert (only.client, only.reference.repository) == (Client.CRANE, "team/app")
    assert only.error is not None
    assert only.error.code == "DENIED"
    assert log(f'Error: Post "{DENIED}').pushes == ()


def test_kaniko_pushes_to_each_destination():
    first, second = log(
        f"INFO[0021] Pushing image to {REF}",
        f"INFO[0027] Pushed {NAME}@{DIGEST}",
        "INFO[0027] Pushing image to ghcr.io/team/app:1.2",
        f"error pushing image: failed to push to destination ghcr.io/team/app:1.2: POST {DENIED}",
    ).pushes
    assert (first.client, first.duration.seconds, first.reference.tags) == (Client.KANIKO, 6.0, ("1.2",))
    assert (second.outcome, second.reference.registry) == (Outcome.FAILED, "ghcr.io")


# nerdctl, oras


def rows(state, manifest, elapsed):
    return [
        f"manifest-{DIGEST}: {manifest}        |--------------------------------------|",
        f"layer-{BLOB}:    {state}",
        f"elapsed: {elapsed} s                       total:  2.7 Mi (1.5 MiB/s)",
    ]


def test_nerdctl_says_the_seconds_of_every_row():
    uploading = "uploading      |+++++-----|  4.0 MiB/12.0 MiB"
    only = push(*rows(uploading, "waiting", 0.4), *rows(uploading, "waiting", 1.4), *rows("done", "done", 1.8))
    assert (only.client, only.outcome, only.reference.digest) == (Client.NERDCTL, Outcome.SUCCEEDED, DIGEST)
    (layer,) = only.layers
    assert (layer.bytes_done, layer.bytes_total, layer.basis) == (4 << 20, 12 << 20, Basis.COMPRESSED)
    assert (only.clock, only.duration.seconds) == (Clock.STAMPED, 1.4)


def test_oras_ends_with_the_digest():
    only = push(f"Uploading {A} hello.txt", f"Uploaded  {A} hello.txt", f"Pushed [registry] {REF}", f"Digest: {DIGEST}")
    assert (only.client, only.outcome, only.reference.tags) == (Client.ORAS, Outcome.SUCCEEDED, ("1.2",))


# all of them


def test_several_clients_in_a_log_are_several_pushes_in_order():
    mixed = log(*BUILT, HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE, *CRANED, *COPIED)
    assert [one.client for one in mixed.pushes] == [Client.BUILDX, Client.DOCKER, Client.CRANE, Client.UNKNOWN]


def test_an_error_of_another_client_is_not_docker_s():
    docker_push, podman = log(HEADER, f"{A}: Preparing", *COPIED[:2], "Error: writing blob: denied").pushes
    assert (docker_push.outcome, podman.outcome) == (Outcome.INCOMPLETE, Outcome.FAILED)


def test_how_a_client_was_told_is_said():
    assert any("go-containerregistry" in note for note in log(*CRANED).source.notes)


def test_a_client_that_nobody_knows_is_no_push():
    assert log("regclient: pushing team/app:1.2", "blob 1 done", "Error: something went wrong").pushes == ()


@pytest.mark.parametrize(
    "lines",
    [
        [*COPIED[:2], "Error: writing blob: initiating layer upload to /v2/a/blobs/uploads/ in r.io: denied"],
        [*BUILT[:4], f"#7 ERROR: failed to push {REF}: unexpected status from PUT request to https://r.io/: 503 Busy"],
        [*COPIED[:2], retry(1), *COPIED[:2], f"Error: writing blob: uploading layer: {BUSY}"],
        [CRANED[0], f"Error: HEAD https://r.io/v2/a/manifests/1: unexpected status code 401 Unauthorized ({A})"],
        [*COPIED[:2], 'FATA[0001] pinging container registry r.io: Get "https://r.io/v2/": dial tcp: i/o timeout'],
    ],
)
def test_nothing_is_said_of_docker_to_who_pushed_without_it(lines):
    only = push(*lines)
    for finding in only.findings:
        said = f"{finding.title} {finding.explanation}"
        assert not re.search(r"\bDocker\b(?! Hub)|\bdaemon\b|containerd image store|50 s", said)
        if only.client is not Client.BUILDX:
            assert not any(re.search(r"`[^`]*\bdocker (?!:)", step) for step in finding.remedy)


def test_advice_has_the_client_s_own_flags():
    only = push(*COPIED[:2], retry(1), *COPIED[:2], f"Error: writing blob: uploading layer: {BUSY}")
    assert any("podman push " in step and "--retry 6" in step for step in only.findings[0].remedy)
    assert "retry-exhausted" in names(*COPIED[:2], retry(1), *COPIED[:2], f"Error: writing blob: {BUSY}")


def test_a_rule_about_docker_s_engine_is_silent_for_others():
    quiet = {"no-clock", "no-progress-captured", "low-reuse", "concurrency-saturated", "no-daemon-retry"}
    assert not quiet & set(names(*COPIED))


@pytest.mark.parametrize(
    ("command", "reference"),
    [
        ('$ podman push --creds "$USER:$PASSWORD" quay.io/a/b:1', "quay.io/a/b:1"),
        ("skopeo copy docker://alpine docker://quay.io/x/y:1", "quay.io/x/y:1"),
        ("+ crane push image.tar ghcr.io/a/b:1 2>&1 | tee log", "ghcr.io/a/b:1"),
        ("oras push r.io/t/h:v1 hello.txt:text/plain --artifact-type application/vnd.x", "r.io/t/h:v1"),
        ("podman push $IMAGE", None),
        ("docker compose push web", None),
    ],
)
def test_a_command_names_its_image_unless_a_variable_does(command, reference):
    assert pushed_by(command) == reference


@pytest.mark.parametrize(
    ("command", "error", "client"),
    [
        (f"$ podman push {REF}", f"Error: {REF}: image not known", Client.PODMAN),
        (
            f"+ crane push image.tar {REF}",
            "Error: loading image.tar as v1.Image: open image.tar: no such",
            Client.CRANE,
        ),
        (f"+ oras push {REF} a.txt", "Error: a.txt: no such file or directory", Client.ORAS),
        (f"# nerdctl push {REF}", 'FATA[0000] server "r.io" does not seem to support HTTPS', Client.NERDCTL),
    ],
)
def test_an_error_right_below_a_command_is_its_push_and_one_farther_down_is_not(command, error, client):
    only = push(command, error)
    assert (only.client, only.outcome, only.reference.tags) == (client, Outcome.FAILED, ("1.2",))
    assert log(command, "Running tests", "ok", error).pushes == ()


@pytest.mark.parametrize(
    ("lines", "advice"),
    [
        (["$ podman push r.io/a/b:1"], "podman push r.io/a/b:1 --retry 6"),
        (
            ["$ podman manifest push --all b docker://r.io/a/b:1"],
            "podman manifest push --all LIST docker://r.io/a/b:1 -",
        ),
        (["$ oras push r.io/a/b:1 f.txt"], "oras push r.io/a/b:1 FILE --concurrency 1"),
        (["$ oras attach --artifact-type x/y r.io/a/b:1 f.txt"], "oras attach --artifact-type TYPE r.io/a/b:1 FILE -"),
        (["$ oras cp q.io/b:1 r.io/a/b:1"], "oras copy SOURCE r.io/a/b:1 -"),
        (["$ crane push a.tar r.io/a/b:1"], "crane push IMAGE.tar r.io/a/b:1"),
        (["$ crane copy q.io/b:1 r.io/a/b:1"], "crane copy SOURCE r.io/a/b:1"),
        (["2024/05/01 10:00:00 Copying from q.io/b:1 to r.io/a/b:1"], "crane copy SOURCE r.io/a/b:1"),
        (["2024/05/01 10:00:00 Publishing r.io/a/b:1"], "ko build IMPORTPATH"),
        (["2024/05/01 10:00:00 INFO publishing index tag r.io/a/b:1"], "apko publish CONFIG.yaml r.io/a/b:1"),
    ],
)
def test_what_pushed_is_what_pushes_again(lines, advice):
    error = "Error: PUT https://r.io/v2/a/b/manifests/1: unexpected status code 502 Bad Gateway"
    result = log(*lines, *(["2024/05/01 10:00:01 pushed blob: " + DIGEST] if lines[0][0] == "2" else []), error)
    assert any(advice in step for step in result.pushes[0].findings[0].remedy)


def test_every_client_has_a_row_of_facts():
    assert set(clients()) == set(Client)


def test_a_wrong_row_of_facts_is_said_with_file_row_and_key():
    row = "[[client]]\nid = 'crane'\nname = 'crane'\nretried = ['moon']\nretry = 'x'\nsource = 's'\n"
    with pytest.raises(KnowledgeError, match=r"mine\.toml: row 'crane': key 'retried': has 'moon'"):
        read_clients(row, "mine.toml")


@pytest.mark.parametrize("path", logs(), ids=lambda path: path.stem)
def test_an_opening_is_found_by_its_signs_wherever_its_pattern_is(path):
    data = path.read_bytes()
    for opening in (docker_lines.OPENING, *(dialect.OPENING for dialect in DIALECTS)):
        expected = [match.start() for match in re.finditer(opening.pattern, data)]
        assert list(places([opening], data)) == expected


LINES = [*BUILT, *COPIED, *CRANED, HEADER, DONE, f"{A}: Pushed", retry(1), f" Pushing r.io/web:1: {A} Pushed ", "x"]


@settings(max_examples=examples(25))
@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_any_order_of_lines_gives_pushes_in_order_and_inside_the_log(lines):
    result = analyze_raw(raw("x", "".join(f"{line}\n" for line in lines).encode()))
    starts = [one.lines[0] for one in result.pushes]
    assert starts == sorted(starts)
    assert all(1 <= one.lines[0] <= one.lines[1] <= len(lines) for one in result.pushes)


@given(st.lists(st.integers(0, 9999), min_size=4, max_size=4))
def test_a_line_that_differs_in_digits_alone_reads_its_own_figures(figures):
    one, two, three, four = figures
    mark = containers.LINES.line(f"Copying blob 8ed28ed28ed2 [==>--] {one}.{two}MiB / {three}.{four}MiB | 1 MiB/s")
    assert mark is not None
    assert (mark.kind, mark.fields["CURRENT"], mark.fields["TOTAL"]) == (
        "copying",
        f"{one}.{two}MiB",
        f"{three}.{four}MiB",
    )
    assert containers.LINES.line("Copying blob sha999:" + "8ed2" * 16) is None


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.__name__.rpartition(".")[2])
@given(st.text(max_size=80))
def test_what_the_derived_pattern_takes_the_grammar_takes(dialect, text):
    for line in (text, *LINES):
        if dialect.LINES.pattern.fullmatch(line):
            assert dialect.LINES.line(line) is not None
