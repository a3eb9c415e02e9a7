"""The fields that users and CI jobs rely on: names and meanings that may not change."""

import json

import pytest

from pushlog.manual.rule_pages import pages
from pushlog.model import Family
from tests.golden import expected_file, logs

SOURCE = {"name", "bytes", "lines", "sha256", "capture", "decoration", "coverage", "notes"}
PUSH = {
    "client", "store", "lines", "reference", "registry_kind", "outcome", "error", "layers", "progress", "clock",
    "duration", "what_if", "concurrency", "findings",
}  # fmt: skip
LAYER = {
    "id", "state", "mounted_from", "bytes_done", "bytes_total", "basis", "attempts", "retry_wait", "start", "end",
    "created_by", "lines",
}  # fmt: skip
FINDING = {
    "rule", "name", "severity", "title", "explanation", "remedy", "evidence", "confidence", "layers", "data",
}  # fmt: skip


@pytest.mark.parametrize("path", logs(), ids=lambda path: path.stem)
def test_the_document_has_the_promised_fields(path):
    document = json.loads(expected_file(path).read_text("utf-8"))
    assert document["schema"] == "pushlog/1"
    for log in document["logs"]:
        assert set(log["source"]) >= SOURCE
        for push in log["pushes"]:
            assert set(push) >= PUSH
            assert set(push["reference"]) >= {"registry", "repository", "tags", "digest"}
            assert set(push["progress"]) >= {
                "layers_total", "layers_done", "bytes_done", "bytes_total", "fraction", "exact", "why",
            }  # fmt: skip
            assert set(push["duration"]) >= {"seconds", "at_least"}
            assert set(push["concurrency"]) >= {"observed", "limit", "limit_from"}
            assert all(set(layer) >= LAYER for layer in push["layers"])
            assert all(set(finding) >= FINDING for finding in push["findings"])
            if push["error"]:
                assert set(push["error"]) >= {"text", "line", "family", "code", "http_status", "retry_helps"}
                assert push["findings"][0]["severity"] == "error"


def test_every_family_has_a_rule_of_its_name():
    assert {family.value for family in Family} <= {page.name for page in pages()}


@pytest.mark.parametrize(
    "name",
    [
        *("retry-exhausted", "no-daemon-retry", "proxy-body-limit", "manifest-too-large", "layer-too-large"),
        *("retry-recovered", "retry-storm", "bottleneck-layer", "concurrency-saturated", "concurrency-too-high"),
        *("stalled-layer", "slow-upload", "high-reuse", "low-reuse", "size-figures-basis"),
        *("no-progress-captured", "no-clock", "truncated-log", "quiet-push", "interleaved-pushes"),
        *("premature-restart", "retrying-the-unretryable"),
    ],
)
def test_a_promised_rule_exists(name):
    assert name in {page.name for page in pages()}


def test_codes_are_unique():
    codes = [page.code for page in pages()]
    assert len(codes) == len(set(codes))
