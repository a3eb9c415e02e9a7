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
from pushlog.share import redact_log

OF_REQUESTS = (ACCESS, NEXUS, ALB, ARTIFACTORY, ENVOY, GITEA, HAPROXY, ENVOY_GATEWAY, GITLAB, ISTIO_JSON, TRAEFIK_JSON)
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
