"""The catalogue of errors: every row knows its own samples, and lines of other programs are left alone."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from pushlog.formats.errors.classify import classify, continues, starts_error
from pushlog.knowledge.patterns import Linear
from pushlog.knowledge.signatures import RETRIED, Signature, Verified, read_signatures, signatures
from pushlog.knowledge.tables import KnowledgeError
from pushlog.knowledge.wording import Words, doubled_article, fill
from pushlog.model import Family, Store

SAMPLES = [(row, sample) for row in signatures() for sample in row.sample]
LOOKALIKES = [(row, text) for row in signatures() for text in row.lookalike]
IDS = [f"{row.id}-{number}" for number, (row, _) in enumerate(SAMPLES)]

ROW = """
[[error]]
id = 'my-registry'
family = 'quota'
match = { has = 'flux capacitor' }
title = 'No flux'
cause = 'The capacitor is empty.'
remedy = ['Charge it.']
sample = ['denied: flux capacitor']
source = 'test'
"""


def texts(row: Signature) -> list[str]:
    """Every text of a row for people, whomever it holds for."""
    return [text for words in (row.title, *row.cause, *row.remedy) for text in words.texts]


@pytest.mark.parametrize(("row", "sample"), SAMPLES, ids=IDS)
def test_a_row_takes_its_own_samples_and_no_earlier_row_does(row: Signature, sample: str) -> None:
    found = classify(sample)
    assert found.signature is not None
    assert found.signature.id == row.id
    assert found.family is row.family


@pytest.mark.parametrize("sample", [sample for _, sample in SAMPLES], ids=IDS)
def test_a_sample_is_found_in_a_log_line_by_line(sample: str) -> None:
    lines = sample.strip("\n").split("\n")
    assert starts_error(lines[0])
    for number in range(1, len(lines)):
        assert continues("\n".join(lines[:number]), lines[number]), lines[number]


@pytest.mark.parametrize("family", Family)
def test_every_family_has_a_row(family: Family) -> None:
    assert any(row.family is family for row in signatures())


@pytest.mark.parametrize("row", signatures(), ids=lambda row: row.id)
def test_rows_are_well_formed(row: Signature) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.id)
    assert row.daemon
    assert row.retried in RETRIED
    assert all(len(title) <= 80 and not title.endswith(".") for title in row.title.texts)
    assert all(text.endswith(".") for part in row.cause for text in part.texts)
    for pattern in (row.match.message, row.match.cause, row.match.text):
        assert not isinstance(pattern, Linear)
        re.compile(pattern or "")
    for text in texts(row):
        assert text.count("`") % 2 == 0
        filled = fill(text, {})
        assert "{registry}" not in filled
        assert "None" not in filled


@pytest.mark.parametrize("row", signatures(), ids=lambda row: row.id)
def test_no_placeholder_has_an_article_before_it(row: Signature) -> None:
    assert [hit for text in texts(row) if (hit := doubled_article(text))] == []


@pytest.mark.parametrize(("row", "text"), LOOKALIKES, ids=[f"{row.id}-{n}" for n, (row, _) in enumerate(LOOKALIKES)])
def test_a_row_does_not_take_its_lookalikes(row: Signature, text: str) -> None:
    assert classify(text, catalogue=(row,)).signature is None


def test_the_files_are_read_in_the_order_of_their_names() -> None:
    folder = files("pushlog.knowledge").joinpath("errors")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    assert all(re.fullmatch(r"\d\d-[a-z]+(-[a-z]+)*\.toml", name) for name in names)
    assert [names[0], names[-1]] == ["05-forward-proxy.toml", "75-connection-end.toml"]
    rows = [row["id"] for name in names for row in tomllib.loads(folder.joinpath(name).read_text("utf-8"))["error"]]
    assert rows == [row.id for row in signatures()]


@pytest.mark.parametrize("row", signatures(), ids=lambda row: row.id)
def test_a_row_says_how_well_it_is_known(row: Signature) -> None:
    if "observed with" in row.source:
        assert row.verified is Verified.OBSERVED
    if row.verified is Verified.READ:
        assert not re.search(r"published reports|wording", row.source)


@pytest.mark.parametrize("key", ["retry_helps", "verified", "sample"])
def test_a_row_of_ours_needs_every_key_and_a_users_own_does_not(key: str) -> None:
    text = re.sub(rf"{key} = .*\n", "", f"{ROW}retry_helps = 'no'\nverified = 'inferred'\n")
    assert read_signatures(text, "mine.toml")
    with pytest.raises(KnowledgeError, match=rf"row 'my-registry': key '{key}': is missing"):
        read_signatures(text, "ours.toml", tested=True)


def test_what_a_users_own_row_does_not_say_is_unknown_and_what_it_says_is_taken_as_certain() -> None:
    (row,) = read_signatures(ROW, "mine.toml")
    assert (row.retry_helps, row.verified) == (None, Verified.READ)
    (older,) = read_signatures(f"{ROW}retry_helps = false\nverified = false\n", "mine.toml")
    assert (older.retry_helps, older.verified) == (False, Verified.INFERRED)


def test_a_text_can_differ_from_client_to_client() -> None:
    scoped = "cause = ['A.', { engine = 'B.', podman = 'C.', others = 'D.' }]"
    (row,) = read_signatures(ROW.replace("cause = 'The capacitor is empty.'", scoped), "mine.toml")
    assert row.cause == (Words((("others", "A."),)), Words((("engine", "B."), ("podman", "C."), ("others", "D."))))


@pytest.mark.parametrize(
    ("text", "family", "store"),
    [
        ("error from registry: layer size exceeds the limit of this registry", "size-limit", "containerd"),
        ("size invalid: layer size exceeds the limit of this registry", "size-limit", "unknown"),
        ("error from registry: unknown error", "server-error", "containerd"),
        ("received unexpected HTTP status: 500 Internal Server Error", "server-error", "graphdriver"),
        ("received unexpected HTTP status: 502 Bad Gateway", "server-error", "graphdriver"),
        ("received unexpected HTTP status: 504 Gateway Timeout", "server-error", "graphdriver"),
        ("invalid reference format: repository name (Team/My-API) must be lowercase", "client-usage", "unknown"),
        ("write tcp 127.0.0.1:52784->127.0.0.1:5000: write: broken pipe", "connection-reset", "unknown"),
        ("blob upload unknown", "blob-upload-invalid", "unknown"),
        ("error from registry: blob upload invalid", "blob-upload-invalid", "containerd"),
        ("error from registry: provided digest did not match uploaded content", "digest-mismatch", "containerd"),
        ("manifest blob unknown", "manifest-invalid", "unknown"),
        ("error from registry: blob unknown to registry", "manifest-invalid", "containerd"),
        ("manifest invalid: manifest invalid", "manifest-invalid", "unknown"),
        ("error from registry: manifest invalid - max manifest size exceeded", "size-limit", "containerd"),
        ("error from registry: You have reached your upload rate limit", "rate-limit", "containerd"),
        ("no basic auth credentials", "auth", "graphdriver"),
        ("unauthorized", "auth", "unknown"),
        ("denied", "permission", "unknown"),
        ("tag does not exist: registry.example.com:5000/team/never-built:1", "local-image-missing", "unknown"),
        ('Put "https://r.example/v2/": EOF', "eof", "unknown"),
        (
            'Get "https://r.example/v2/": http: server gave HTTP response to HTTPS client',
            "http-instead-of-https",
            "unknown",
        ),
        ('failed to do request: Head "https://r/v2/": dial tcp 1.2.3.4:443: i/o timeout', "timeout", "containerd"),
        (
            "unknown: unexpected status from HEAD request to http://r:5000/v2/a/blobs/sha256:ab: 403 Forbidden",
            "permission",
            "containerd",
        ),
        # other clients: the words are the same, the store is not theirs to tell
        ("ERROR: failed to build: failed to solve: failed to push r:5600/app:2.0: denied", "permission", "unknown"),
        (
            "Error: writing blob: initiating layer upload to /v2/a/blobs/uploads/ in r:5600: denied",
            "permission",
            "unknown",
        ),
        (
            'Error: writing blob: uploading layer chunked: StatusCode: 413, "<html><title>413 Too Large</t..."',
            "size-limit",
            "unknown",
        ),
        ("something nobody has seen", "unknown", "unknown"),
    ],
)
def test_texts_of_real_pushes(text: str, family: str, store: str) -> None:
    found = classify(text)
    assert (found.family.value, found.store.value) == (family, store)


def test_a_known_store_rules_out_rows_of_the_other_one() -> None:
    text = "content digest sha256:ab: not found"
    assert classify(text, store=Store.CONTAINERD).signature is not None
    assert classify(text, store=Store.GRAPHDRIVER).signature is None


def test_a_403_page_is_the_proxy_and_not_the_registry() -> None:
    found = classify("denied: <html>\n<head><title>403 Forbidden</title></head>\n</html>")
    assert found.signature is not None
    assert found.signature.id == "denied-page"
    assert found.http_status == 403


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Uploading artifacts...",
        "Error: retrying flaky download (1/3)",
        "Job finished",
        "Cleaning up…",
        "ERROR: Job failed: exit code 1",
        "Error: Process completed with exit code 1.",
        "error: failed to push some refs to 'github.com:acme/app.git'",
        "npm ERR! code EOF",
        "EOF reached",
        "denied by policy",
        "access denied",
        "permission denied, retrying",
        "unauthorized access is logged",
        "unknown command: frobnicate",
        "open /etc/app.conf: no such file or directory",
        "write error",
        "ref main: updated",
        "Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]",
        "GET /health HTTP/1.1 200",
        "image with reference to the docs",
        "lookup table rebuilt",
        "context canceled by user was not the reason",
        "The push refers to repository [docker.io/acme/app]",
        "5f70bf18a086: Layer already exists",
        "1.4.2: digest: sha256:0dc117c4f4b1dfca7f50bae896abbdee3f22f3d2bedbd5ffd65621d6337c67fa size: 1234",
    ],
)
def test_lines_of_other_programs_start_no_error(line: str) -> None:
    assert not starts_error(line)


def test_a_page_goes_on_to_its_end_and_takes_one_blank_line() -> None:
    text = "unknown: <html>\n<head><title>413</title></head>\n</html>"
    assert continues("unknown: <html>", "<head><title>413</title></head>")
    assert continues(text, "<!-- a padding to disable MSIE and Chrome friendly error page -->")
    assert continues(text, "")
    assert not continues(text + "\n", "")
    assert not continues(text, "Job finished")


def test_a_page_that_is_cut_off_ends_at_the_next_push() -> None:
    assert not continues("unknown: <html>\n<body>", "The push refers to repository [docker.io/acme/app]")
    assert not continues("unknown: <html>\n<body>", "5f70bf18a086: Preparing")
    assert not continues("unknown: <html>" + "\nx" * 300, "x")


@pytest.mark.parametrize("line", ["Job finished", "", "ERROR: Job failed: exit code 1", "Uploading artifacts..."])
def test_an_error_of_one_line_takes_no_other(line: str) -> None:
    assert not continues("denied: requested access to the resource is denied", line)
    assert not continues("errors:\ndenied: no", line)
    assert not continues("error from registry: denied", line)


def test_a_row_of_ones_own_goes_first_when_it_stands_first() -> None:
    rows = (*read_signatures(ROW, "mine.toml"), *signatures())
    assert classify("denied: flux capacitor", catalogue=rows).family is Family.QUOTA


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("family = 'quota'", "family = 'qouta'", r"row 'my-registry': key 'family': must be one of auth"),
        ("title = 'No flux'", "", r"row 'my-registry': key 'title': is missing"),
        (
            "title = 'No flux'",
            "title = 3",
            r"row 'my-registry': key 'title': must be text, or texts by scope",
        ),
        ("title = 'No flux'", "title = {crne='x'}", r"row 'my-registry': key 'title': the scope 'crne' is none of"),
        ("cause = 'The capacitor is empty.'", "", r"row 'my-registry': key 'cause': is missing"),
        ("source = 'test'", "source = 'test'\nverified = 'yes'", r"row 'my-registry': key 'verified': must be one of"),
        (
            "source = 'test'",
            "source = 'test'\nretry_helps = 'no way'",
            r"row 'my-registry': key 'retry_helps': must be",
        ),
        ("remedy = ['Charge it.']", "remedy = [1]", r"row 'my-registry': key 'remedy': must be text, or"),
        ("remedy = ['Charge it.']", "", r"row 'my-registry': key 'remedy': is missing"),
        (
            "source = 'test'",
            "sauce = 'test'",
            r"row 'my-registry': key 'sauce': is not known here; did you mean 'source'",
        ),
        ("source = 'test'", "source = 'test'\nsauce = 'x'", r"row 'my-registry': key 'sauce': is not known here"),
        ("No flux", "No {flux}", r"row 'my-registry': key 'title': has the placeholder \{flux\}"),
        ("has = 'flux capacitor'", "text = '('", r"row 'my-registry' in 'match': key 'text': is no regular expression"),
        ("has = 'flux capacitor'", "has = 'FLUX'", r"row 'my-registry' in 'match': key 'has': must be in lower case"),
        ("has = 'flux capacitor'", "", r"row 'my-registry' in 'match': key 'has': is missing"),
        ("id = 'my-registry'", "", r"row 1 of 'error': key 'id': is missing"),
        ("[[error]]", "[[error", r"not valid TOML"),
    ],
)
def test_a_wrong_row_is_named_with_file_row_and_key(old: str, new: str, message: str) -> None:
    with pytest.raises(KnowledgeError, match=rf"^mine\.toml:(?:\d+:)? {message}"):
        read_signatures(ROW.replace(old, new), "mine.toml")


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(KnowledgeError, match=r"row 'my-registry': key 'id': is used twice"):
        read_signatures(ROW + ROW, "mine.toml")


def test_placeholders_read_well_with_and_without_values() -> None:
    text = "Log in to {registry}: `docker login {registry}` and see `{{.Name}}`."
    assert fill(text, {"registry": "ghcr.io"}) == "Log in to ghcr.io: `docker login ghcr.io` and see `{{.Name}}`."
    assert fill(text, {}) == "Log in to the registry: `docker login REGISTRY` and see `{{.Name}}`."
