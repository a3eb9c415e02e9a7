"""Logs of proxies and registries under pseudonyms: their repositories, users and addresses are hidden, too."""

import pytest

from pushlog.formats.other_side.access import ACCESS, NEXUS
from pushlog.formats.other_side.alb import ALB
from pushlog.formats.other_side.artifactory import ARTIFACTORY
from pushlog.formats.other_side.envoy import ENVOY
from pushlog.formats.other_side.gitea import GITEA
from pushlog.formats.other_side.haproxy import HAPROXY
from pushlog.formats.other_side.json_programs import ENVOY_GATEWAY, GITLAB, ISTIO_JSON, TRAEFIK_JSON
from pushlog.intake.read import raw
from pushlog.share import redact_log, redact_logs
from tests.paths import SAMPLES
from tests.side_logs import recorded

OF_REQUESTS = (ACCESS, NEXUS, ALB, ARTIFACTORY, ENVOY, GITEA, HAPROXY, ENVOY_GATEWAY, GITLAB, ISTIO_JSON, TRAEFIK_JSON)
RECORDINGS = SAMPLES / "other-side"
ADDRESS = "203.0.113.77"


def shared(line: str) -> str:
    return redact_log(raw("access.log", f"{line}\n{line}\n".encode()), pseudonyms=True).data.decode()


@pytest.mark.parametrize("form", OF_REQUESTS, ids=lambda form: form.name)
def test_no_name_of_a_request_is_left_and_the_request_stays_readable(form):
    line = form.sample.replace("192.0.2.7", ADDRESS).replace("acme/app", "umbrella/hive").replace("ci-bot", "jane.doe")
    text = shared(line)
    assert [name for name in ("umbrella", "hive", "jane", ADDRESS) if name in text] == []
    first, second = text.splitlines()
    assert first == second, "a name is always the same pseudonym"
    before, after = form.read(line, None), form.read(first, None)
    assert before is not None
    assert after is not None
    assert (after.kind, after.status, after.upload, after.at) == (before.kind, before.status, before.upload, before.at)
    assert after.repository.count("/") == 1


def test_a_name_that_is_nobodys_stays():
    assert "|anonymous|" in shared(ARTIFACTORY.sample.replace("ci-bot", "anonymous"))


def test_a_word_that_errors_are_made_of_is_no_user():
    text = shared(ARTIFACTORY.sample.replace("ci-bot", "denied"))
    assert "|denied|" in text


def joined(folder):
    """What the other logs of a folder say of its client's push: findings, and the lines with their bytes."""
    (push,) = recorded(folder).pushes
    hops = [*push.hops, *(hop for layer in push.layers for hop in layer.hops)]
    told = sorted((hop.file, hop.line, hop.hop, hop.attempt, hop.status or 0) for hop in hops)
    return [finding.name for finding in push.findings], [fault.layers for fault in push.findings], told


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDINGS.iterdir()))
def test_redacted_logs_can_still_be_joined(name, tmp_path):
    paths = sorted(path for path in (RECORDINGS / name).iterdir() if path.suffix in {".log", ".txt"})
    clean = redact_logs([raw(path.name, path.read_bytes()) for path in paths], pseudonyms=True)
    for path, log in zip(paths, clean, strict=True):
        assert log.differs == ()
        (tmp_path / path.name).write_bytes(log.data)
    assert joined(tmp_path) == joined(RECORDINGS / name)


def test_a_name_is_the_same_pseudonym_in_all_logs_of_a_call_and_with_a_key_in_all_calls():
    lines = [ACCESS.sample.replace("acme/app", "umbrella/hive").replace("192.0.2.7", ADDRESS), NEXUS.sample]
    logs = [raw(f"{n}.log", f"{line}\n{lines[0]}\n".encode()) for n, line in enumerate(lines)]
    first, second = (log.data.decode().splitlines()[-1] for log in redact_logs(logs, pseudonyms=True))
    assert first == second
    assert ADDRESS not in first
    key = b"k" * 32
    (alone,) = redact_logs(logs[:1], pseudonyms=True, key=key)
    _, beside = redact_logs([logs[1], logs[0]], pseudonyms=True, key=key)
    assert alone.data.splitlines()[-1] == beside.data.splitlines()[-1]
    (other,) = redact_logs(logs[:1], pseudonyms=True, key=b"x" * 32)
    assert alone.data != other.data
