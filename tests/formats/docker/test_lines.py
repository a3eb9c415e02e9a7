"""Every line that docker 1.5 to 29 prints during a push, and what it is read as."""

import pytest

from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.events import UNKNOWN, EventKind, EventRow
from pushlog.formats.marks import Mark
from pushlog.intake.log_text import LogText

ID = "8fca24a28722"
DIGEST = "sha256:" + "7d27" * 16

STATES = [
    ("Preparing", EventKind.PREPARING),
    ("Waiting", EventKind.WAITING),
    ("Pushing", EventKind.PUSHING),
    ("Pushing ", EventKind.PUSHING),
    ("Pushed", EventKind.PUSHED),
    ("Pushed ", EventKind.PUSHED),
    ("Layer already exists", EventKind.EXISTS),
    ("Already exists", EventKind.EXISTS),
    ("Mounted from library/ubuntu", EventKind.MOUNTED),
    ("Mounted", EventKind.MOUNTED),
    ("Retrying in 5 seconds", EventKind.RETRYING),
    ("Retrying in 1 second", EventKind.RETRYING),
    ("Retrying in 1 seconds", EventKind.RETRYING),
    ("Skipped foreign layer", EventKind.SKIPPED),
    ("Unavailable", EventKind.UNAVAILABLE),
    ("Image push failed", EventKind.FAILED),
    ("Image already exists", EventKind.EXISTS),
    ("Image already pushed, skipping", EventKind.EXISTS),
    ("Image successfully pushed", EventKind.PUSHED),
    ("Buffering to Disk", EventKind.BUFFERING),
    ("Buffering to disk [==>   ] 1.024 kB/33.2 MB", EventKind.BUFFERING),
    ("Downloading [==>   ]  1.024kB/33.2MB", EventKind.FETCHING),
    ("Download complete", EventKind.FETCHING),
]


@pytest.mark.parametrize(("words", "kind"), STATES)
def test_a_state_of_a_layer(words, kind):
    event = docker_lines.row(f"{ID}: {words}")
    assert isinstance(event, EventRow | Mark)
    assert (event.fields["LAYER"] if isinstance(event, Mark) else event.layer) == ID
    assert isinstance(event, Mark) or event.kind is kind


FIGURES = [
    ("Pushing [>                                                  ]     512B/1.049MB", 512, 1_049_000),
    ("Pushing [=========================>                         ]  524.3kB/1.049MB", 524_300, 1_049_000),
    ("Pushing [==================================================>]  1.052MB", 1_052_000, UNKNOWN),
    ("Pushing  3.584kB", 3584, UNKNOWN),
    ("Pushing       0B/3.584kB", 0, 3584),
    ("Pushing  33.28kB/837.2kB", 33_280, 837_200),
    ("Pushing [=>   ] 1.024 kB/33.2 MB", 1024, 33_200_000),
    ("Pushing [=>   ] 1.024 kB/33.2 MB 3m2s", 1024, 33_200_000),
    ("Pushing [=>   ] 1000kB/1.5GB", 1_000_000, 1_500_000_000),
    ("Pushing [=>   ] 12.35TB/1.5PB", 12_350_000_000_000, 1_500_000_000_000_000),
]


@pytest.mark.parametrize(("words", "current", "total"), FIGURES)
def test_the_figures_of_a_layer(words, current, total):
    event = docker_lines.row(f"{ID}: {words}")
    assert isinstance(event, EventRow)
    assert (event.kind, event.current, event.total) == (EventKind.PUSHING, current, total)


MARKS = [
    ("The push refers to repository [docker.io/acme/app]", "header", {"NAME": "docker.io/acme/app"}),
    ("The push refers to a repository [docker.io/acme/app]", "old_header", {"NAME": "docker.io/acme/app"}),
    ("The push refers to a repository [acme/app] (len: 2)", "old_header", {"NAME": "acme/app", "COUNT": "2"}),
    ("The push refers to an image: [acme/app]", "old_header", {"NAME": "acme/app"}),
    (f"1.4.2: digest: {DIGEST} size: 739", "digest", {"TAG": "1.4.2", "DIGEST": DIGEST, "SIZE": "739"}),
    (f"{ID}: digest: {DIGEST} size: 739", "digest", {"TAG": ID, "DIGEST": DIGEST, "SIZE": "739"}),
    (f"Digest: {DIGEST}", "digest", {"DIGEST": DIGEST}),
    ("Using default tag: latest", "default_tag", {}),
    ("Sending image list", "note", {}),
    ("Pushing repository acme/app (2 tags)", "v1_tags", {"NAME": "acme/app", "COUNT": "2"}),
    ("Info -> Not all multiplatform-content is present", "note", None),
    ("i Info → Not all multiplatform-content is present", "note", None),
    (f"{DIGEST} -> {DIGEST}", "note", None),
    ("Signing and pushing trust metadata", "note", None),
    ("[DEPRECATION NOTICE] registry v2 schema1 support will be removed", "note", None),
    ("latest: Pulling from library/ubuntu", "pull", {"TAG": "latest", "NAME": "library/ubuntu"}),
    ("$ docker push acme/app:1 2>&1 | tee push-log.txt", "command", None),
    ("docker image push --quiet acme/app:1", "command", None),
    ("user@host:~/app$ sudo docker push acme/app", "command", None),
    ("+ docker push --platform linux/amd64 acme/app", "command", None),
    ("[command]/usr/bin/docker push acme/app:1", "command", None),
    ("^C", "interrupt", {}),
]


@pytest.mark.parametrize(("line", "kind", "fields"), MARKS)
def test_a_line_that_is_not_about_one_layer(line, kind, fields):
    mark = docker_lines.row(line)
    assert isinstance(mark, Mark)
    assert mark.kind == kind
    assert fields is None or dict(mark.fields) == fields


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Step 3/7 : RUN make",
        f"{ID}: Puhsed",
        f"{ID}: Pushed now",
        f"{ID[:6]}: Pushed",
        f"x{ID}: Pushed",
        f"{ID}: Pulling fs layer",
        "The push refers to repository []",
        f"latest: digest: {DIGEST}0 size: 739",
        "please do not docker pushy",
    ],
)
def test_what_no_push_prints(line):
    assert docker_lines.row(line) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("denieda28722: Retrying in 1 second", "denied"),
        ("EOFa24a28722: Pushed", "EOF"),
        (
            "denied: requested access to the resource is denied===>    ]  98.82kB/9MB",
            "denied: requested access to the resource is denied",
        ),
    ],
)
def test_an_error_drawn_over_a_row_is_among_what_can_have_been_drawn(line, said):
    assert said in docker_lines.overdrawn(line)


def test_a_line_with_nothing_behind_it_was_drawn_over_nothing():
    assert docker_lines.overdrawn("unauthorized: authentication required") == ()


@pytest.mark.parametrize(
    ("line", "quiet"),
    [
        ("docker.io/acme/app:latest", True),
        ("registry.example.com:5000/data/etl-worker:1.4.2", True),
        ("localhost/app:1", True),
        ("acme/app", False),
        ("https://example.com/x:1", False),
        ("done", False),
    ],
)
def test_the_one_line_of_a_quiet_push(line, quiet):
    assert docker_lines.is_quiet(line) is quiet


def test_the_daemons_own_log_says_why_an_upload_is_retried():
    told = r'time="2016-03-11T15:18:32.20+08:00" level=error msg="Upload failed, retrying: denied: \"no\"" spanID=1'
    for line in (told, f"Mar 11 15:18:32 ci-1 docker[10226]: {told}"):
        mark = docker_lines.row(line)
        assert isinstance(mark, Mark)
        assert (mark.kind, mark.fields["CAUSE"]) == ("upload_failed", r"denied: \"no\"")


@pytest.mark.parametrize(
    "digest", ["sha256:", f"sha256:{'7' * 63}", "sha256:7d27...", "sha256:***", "sha256:7d**27", "***"]
)
def test_a_digest_that_is_cut_or_masked_is_none_but_proves_the_push(digest):
    assert docker_lines.row(f"1.2: digest: {DIGEST} size: 739")
    mark = docker_lines.row(f"1.2: digest: {digest} size: 739")
    assert isinstance(mark, Mark)
    assert dict(mark.fields) == {"TAG": "1.2", "HIDDEN": digest, "SIZE": "739"}


@pytest.mark.parametrize("digest", ["\0" + "7d27" * 16, "sha256:\0" + "7d27" * 16])
def test_a_line_with_a_null_byte_is_not_taken_for_one_with_a_digest(digest):
    assert docker_lines.row(f"1.2: digest: {DIGEST} size: 739")
    assert docker_lines.row(f"1.2: digest: {digest} size: 739") is None


def test_an_image_that_the_v1_registry_has_is_a_layer():
    row = docker_lines.row(f"Image {ID} already pushed, skipping")
    assert isinstance(row, EventRow)
    assert (row.layer, row.kind) == (ID, EventKind.EXISTS)


def test_an_id_is_kept_as_it_was_printed():
    log = (
        "The push refers to repository [r.example/app]\n0123456: Waiting\nABCDEF012345: Pushed\n012345678abc: Pushed\n"
    )
    assert set(docker_lines.read(LogText(log.encode())).events.ids) == {"0123456", "ABCDEF012345", "012345678abc"}
