"""Pushes recorded with the logs of every hop: what was injected is what is told."""

import json

import pytest

from pushlog.model import Confidence
from tests.paths import SAMPLES
from tests.side_logs import recorded

FOLDERS = sorted(path for path in (SAMPLES / "other-side").iterdir() if path.is_dir())
CAUSES = {
    "limit-stream.g": ("proxy-body-limit", "proxy"),
    "full.c": ("storage-error", "registry"),
    "reset-once.c": ("broken-behind-proxy", "proxy"),
    "send-timeout.g": ("proxy-timeout", "proxy"),
    "caddy-timeout.c": ("proxy-timeout", "proxy"),
    "two-proxies.g": ("proxy-body-limit", "proxy"),
}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_recording_tells_hop_limit_and_bytes_of_each_attempt_and_joins_no_foreign_line(folder):
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    (push,) = recorded(folder).pushes
    lines = {path.name: path.read_text("utf-8").splitlines() for path in folder.glob("*.log")}
    name, hop = CAUSES[folder.name]
    finding = next(finding for finding in push.findings if finding.name == name)
    assert push.outcome == truth["outcome"]
    assert (finding.data["hop"], finding.confidence) == (hop, Confidence.CERTAIN)
    assert finding is push.findings[0]
    assert finding.data.get("limit") == truth["limit_bytes"]
    hops = [(layer.id, hop_of) for layer in push.layers for hop_of in layer.hops]
    hops += [("", hop_of) for hop_of in push.hops]
    for attempt in truth["attempts"]:
        figures = [hop_of.bytes for layer, hop_of in hops if layer in ("", attempt["layer"]) and hop_of.bytes]
        assert any(abs(figure - attempt["bytes_arrived"]) <= 0.01 * attempt["bytes_arrived"] for figure in figures)
    joined = [lines[hop_of.file][hop_of.line - 1] for _, hop_of in hops if hop_of.file in lines]
    assert joined
    assert not any(upload in line for line in joined for upload in truth["foreign_uploads"])
    assert not any("/v2/ops/backup/" in line for line in joined)
