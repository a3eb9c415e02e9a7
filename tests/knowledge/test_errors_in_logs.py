"""Every row of the catalogue from a whole log: a job's own lines around a push whose error it is."""

from __future__ import annotations

import html
import re

import pytest

from pushlog.formats.errors.classify import classify, store_of
from pushlog.formats.errors.parse import parse_error
from pushlog.knowledge.signatures import Signature, signatures
from pushlog.model import Client, Diagnosis, Family, Outcome, Severity, Store
from tests.logs import DIGEST, DONE, HEADER, A, B, C, D, exhausted, log, names, push

COMMAND = "$ docker push registry.example.com/team/app:1.2"
BEFORE = [
    "Running with gitlab-runner 17.2.0",
    "$ npm ci",
    "npm warn deprecated inflight@1.0.6: This module is not supported",
    "added 412 packages in 9s",
    "Error: retrying flaky download (1/3)",
]
AFTER = ["", "Cleaning up project directory and file based variables", "ERROR: Job failed: exit code 1"]
PULL = [
    "1.2: Pulling from team/app",
    f"{A}: Pulling fs layer",
    f"{B}: Waiting",
    f"{A}: Download complete",
]


def upload(store: Store, retried: str) -> list[str]:
    """The lines of a push until its error."""
    if store is Store.CONTAINERD:
        return [HEADER, f"{A}: Waiting", f"{B}: Waiting", f"{A}: Waiting", f"{B}: Layer already exists"]
    waits = exhausted(A) if retried != "never" else []
    return [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{C}: Preparing", f"{B}: Layer already exists", *waits]


def stores(row: Signature, sample: str) -> list[Store]:
    """The stores that can print a sample."""
    told = row.store or store_of(parse_error(sample))
    return [Store.GRAPHDRIVER, Store.CONTAINERD] if told is Store.UNKNOWN else [told]


def lines(sample: str) -> list[str]:
    return sample.strip("\n").split("\n")


def of_docker(sample: str) -> bool:
    """Whether a text can be docker's; some name their own client or command, and are pushes of it by themselves."""
    found = log(*lines(sample))
    is_of_list = any("`docker manifest push`" in note for note in found.source.notes)
    return not is_of_list and all(push.client in (Client.DOCKER, Client.UNKNOWN) for push in found.pushes)


SAMPLES = [(row, sample) for row in signatures() for sample in row.sample if of_docker(sample)]
UPLOADS = [(row, sample, store) for row, sample in SAMPLES for store in stores(row, sample)]
# Where the row and not its wording matters, one sample of each is enough.
FIRST = list({row.id: (row, sample) for row, sample in reversed(SAMPLES)}.values())
ROWS = [row.id for row, _ in FIRST]
STANDALONE = [(row, sample) for row, sample in SAMPLES if row.standalone]


def explained(found: Diagnosis, row: Signature, sample: str, line: int) -> None:
    """The push ended with this error, on this line, and the row explains it."""
    assert found.error is not None
    assert found.error.text == "\n".join(line.rstrip() for line in lines(sample))
    assert found.error.line == line
    assert found.error.family is row.family
    # What the log shows of the tries can only weaken what the row says.
    assert found.error.retry_helps is row.retry_helps or row.retry_helps is not False
    assert found.outcome is (Outcome.INTERRUPTED if row.family is Family.CANCELLED else Outcome.FAILED)
    known = classify(found.error.text, store=found.store).signature
    assert known is not None
    assert known.id == row.id
    cause = next(finding for finding in found.findings if finding.severity is Severity.ERROR)
    assert cause.data.get("signature", row.id) == row.id
    assert line in {evidence.line for evidence in cause.evidence}
    assert cause.remedy


@pytest.mark.parametrize(
    ("row", "sample", "store"), UPLOADS, ids=[f"{row.id}-{n}-{s}" for n, (row, _, s) in enumerate(UPLOADS)]
)
def test_a_push_that_ends_with_the_error_is_explained_by_its_row(row: Signature, sample: str, store: Store) -> None:
    above = [*BEFORE, COMMAND, *upload(store, row.retried)]
    found = push(above, lines(sample), AFTER)
    assert found.store is store
    explained(found, row, sample, len(above) + 1)
    assert found.lines == (len(BEFORE) + 2, len(above) + len(lines(sample)))
    tried = next(layer for layer in found.layers if layer.id == A)
    assert tried.retry_wait == (50 if row.retried != "never" and store is Store.GRAPHDRIVER else 0)


@pytest.mark.parametrize(("row", "sample"), FIRST, ids=ROWS)
def test_an_error_right_below_the_header_or_the_command_is_the_push_s_own(row: Signature, sample: str) -> None:
    for told in ([COMMAND, HEADER], [COMMAND]):
        explained(push(BEFORE, told, lines(sample), AFTER), row, sample, len(BEFORE) + len(told) + 1)


@pytest.mark.parametrize(("row", "sample"), STANDALONE, ids=[f"{row.id}-{n}" for n, (row, _) in enumerate(STANDALONE)])
def test_an_error_before_any_push_began_stands_alone(row: Signature, sample: str) -> None:
    explained(push(lines(sample)), row, sample, 1)


# These say themselves what was pushed, and are failed pushes of an unknown client wherever they stand.
SAY_PUSH = re.compile(r"push|(?:PUT|POST|PATCH) (?:request to )?\"?https?://", re.IGNORECASE)
NO_PUSH = [(row, sample) for row, sample in FIRST if not SAY_PUSH.search(sample)]


@pytest.mark.parametrize("sample", [sample for _, sample in NO_PUSH], ids=[row.id for row, _ in NO_PUSH])
def test_the_same_error_of_a_pull_or_of_a_job_is_no_push(sample: str) -> None:
    assert not log(BEFORE, "$ docker pull registry.example.com/team/app:1.2", PULL, lines(sample), AFTER).pushes
    assert not log(BEFORE, lines(sample), AFTER).pushes


@pytest.mark.parametrize(("row", "sample"), FIRST, ids=ROWS)
def test_an_error_between_two_pushes_belongs_to_the_first(row: Signature, sample: str) -> None:
    store = stores(row, sample)[0]
    second = [HEADER.replace("team/app", "team/web"), f"{D}: Preparing", f"{D}: Pushed", DONE]
    above = [COMMAND, *upload(store, row.retried)]
    first, last = log(above, lines(sample), second, AFTER).pushes
    explained(first, row, sample, len(above) + 1)
    assert last.error is None
    assert last.outcome is Outcome.SUCCEEDED


# Texts in which nothing is escaped are tried in other tests, and pages have lines of their own.
ONE_LINE = [(row, sample) for row, sample in FIRST if "\n" not in sample.strip()]
ONE_LINE_ROWS = [row.id for row, _ in ONE_LINE]
# A pull and a login print the same; of the second the address stands on both lines, and of the third the secret may.
UNCLEAR_BEHIND_DAEMON = {"manifest-unknown"}
NOT_JOINED = {"daemon-connection-failed", "anonymous-token-refused"}


def same_row(found: Diagnosis, row: Signature) -> bool:
    """Whether the row explains the error of a push."""
    known = classify(found.error.text, store=found.store).signature if found.error else None
    return known is not None and known.id == row.id


@pytest.mark.parametrize(("row", "sample"), ONE_LINE, ids=ONE_LINE_ROWS)
def test_the_words_of_the_client_before_an_error_change_nothing(row: Signature, sample: str) -> None:
    if row.id in UNCLEAR_BEHIND_DAEMON or sample.startswith("Error response from daemon: "):
        return
    store = stores(row, sample)[0]
    assert same_row(push(upload(store, row.retried), f"Error response from daemon: {sample}"), row)


@pytest.mark.parametrize(("row", "sample"), ONE_LINE, ids=ONE_LINE_ROWS)
def test_an_error_that_a_page_escaped_is_the_same(row: Signature, sample: str) -> None:
    store = stores(row, sample)[0]
    found = push(html.escape("\n".join([*upload(store, row.retried), sample])).split("\n"))
    assert found.error is not None
    assert found.error.text == "\n".join(line.rstrip() for line in lines(sample))


@pytest.mark.parametrize(("row", "sample"), ONE_LINE, ids=ONE_LINE_ROWS)
def test_an_error_that_a_console_of_80_columns_broke_is_the_same(row: Signature, sample: str) -> None:
    store = stores(row, sample)[0]
    broken = [sample[start : start + 80] for start in range(0, len(sample), 80)]
    assert same_row(push(upload(store, row.retried), broken), row) or row.id in NOT_JOINED


@pytest.mark.parametrize(("row", "sample"), ONE_LINE, ids=ONE_LINE_ROWS)
def test_an_error_that_a_person_quotes_is_told_or_named(row: Signature, sample: str) -> None:
    found = log("I get this error when I push:", f"`{sample}`")
    assert found.source.missed or same_row(found.pushes[0], row)


def test_a_push_that_failed_in_a_job_that_did_not_is_failed() -> None:
    found = push(
        upload(Store.GRAPHDRIVER, "never"), "denied: requested access to the resource is denied", "Job succeeded"
    )
    assert found.outcome is Outcome.FAILED


REDS = [
    "Error: Process completed with exit code 1.",
    "##[error]Process completed with exit code 1.",
    "ERROR: Job failed: exit code 1",
    "Finished: FAILURE",
    "make: *** [Makefile:12: push] Error 1",
    "Error response from daemon: manifest for registry.example.com/team/other:1 not found: manifest unknown",
]


@pytest.mark.parametrize("red", REDS)
def test_a_push_that_worked_in_a_job_that_failed_later_is_explained(red: str) -> None:
    found = push(upload(Store.GRAPHDRIVER, "never"), f"{A}: Pushed", DONE, "run tests", red)
    assert found.outcome is Outcome.SUCCEEDED
    assert found.error is None
    (finding,) = (finding for finding in found.findings if finding.name == "pushed-before-the-error")
    assert [evidence.text for evidence in finding.evidence] == [DONE, red]


@pytest.mark.parametrize(
    "line",
    [
        'Failed to sign "registry.example.com/team/app":1.2 - no key',
        "Error establishing connection to notary repository: EOF",
    ],
)
def test_an_image_that_could_not_be_signed_was_pushed(line: str) -> None:
    found = push(HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE, "Signing and pushing trust metadata", line)
    assert found.outcome is Outcome.SUCCEEDED
    (finding,) = (finding for finding in found.findings if finding.name == "pushed-before-the-error")
    assert "docker trust sign registry.example.com/team/app:1.2" in finding.remedy[0]


@pytest.mark.parametrize(
    "after",
    [
        ["Job succeeded"],
        ["0 errors, exit code 0", "Finished: SUCCESS"],
        ["$ docker push registry.example.com/team/web:1", HEADER, "denied", "ERROR: Job failed: exit code 1"],
    ],
)
def test_nothing_is_said_of_a_job_that_went_on_or_failed_in_another_push(after: list[str]) -> None:
    done = [HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE]
    first = log(done, after).pushes[0]
    assert "pushed-before-the-error" not in [finding.name for finding in first.findings]


def test_a_failed_push_was_not_pushed_before_the_error() -> None:
    assert "pushed-before-the-error" not in names(HEADER, f"{A}: Preparing", "denied", REDS[0])
    assert DIGEST in DONE
