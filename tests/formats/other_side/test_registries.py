"""Registries that write formats of their own: GitLab's, Gitea, Artifactory, Nexus."""

import datetime as dt
import json

import pytest

from pushlog.formats.other_side.access import ACCESS, NEXUS
from pushlog.formats.other_side.artifactory import ARTIFACTORY
from pushlog.formats.other_side.dockerd import DOCKERD
from pushlog.formats.other_side.gitea import GITEA
from pushlog.formats.other_side.json_programs import GITLAB
from pushlog.formats.other_side.table import recognised, side_table
from pushlog.intake.side_files import SideFile
from pushlog.model import HopName

UPLOAD = "906e4058-1f7a-4c62-9d55-0a6b1f3d2c11"
AT = 1795916288.0  # 2026-11-29T01:38:08Z
REGISTRIES = {
    GITLAB: ("PATCH", UPLOAD),
    GITEA: ("PATCH", "jovlqnu1hlfn06neqfksq1v3p"),
    ARTIFACTORY: ("PATCH", UPLOAD),
    NEXUS: ("PUT", UPLOAD),
}


def read(form, line):
    record = form.read(line, None)
    assert record is not None
    return record


@pytest.mark.parametrize("form", REGISTRIES, ids=lambda form: form.name)
def test_a_registry_is_recognised_by_what_its_lines_hold(form):
    other = form.sample.replace("acme/app", "acme/application")
    file = SideFile("a.log", f"{other}\n{form.sample}\n".encode())
    assert [found.name for found in recognised(file).formats] == [form.name]
    table = side_table([file], ["acme/app"])
    assert [(r.hop, r.method, r.repository, r.upload) for r in table.records] == [
        (HopName.REGISTRY, REGISTRIES[form][0], "acme/app", REGISTRIES[form][1])
    ]


def test_gitlab_tells_status_milliseconds_and_the_correlation_id():
    record = read(GITLAB, GITLAB.sample)
    assert (record.status, record.seconds, record.received) == (202, pytest.approx(2.151), None)
    assert (record.at, record.begin) == (pytest.approx(AT + 0.74), pytest.approx(AT - 1.411))
    assert (record.remote, record.agent) == ("192.0.2.7:40112", "docker/28.5.2")
    assert record.request_id == "01JKY0ZMDMP25HMMVS01X5ANNH"


@pytest.mark.parametrize(
    "fields",
    [{"uri": "/api/v4/jobs/request"}, {"uri": "/-/health"}, {"uri": "/v20/acme/app/blobs/uploads/"}],
    ids=lambda fields: fields["uri"],
)
def test_other_servers_of_gitlab_are_no_registry(fields):
    line = json.dumps(json.loads(GITLAB.sample) | fields)
    assert GITLAB.read(line, None) is None
    assert DOCKERD.read(line, None) is None


def test_gitea_tells_status_and_duration_without_a_zone():
    record = read(GITEA, GITEA.sample)
    assert (record.status, record.seconds, record.has_zone) == (202, pytest.approx(0.9203), False)
    assert (record.at, record.begin) == (AT, pytest.approx(AT - 0.9203))
    assert record.remote == "192.0.2.7:0"
    east = GITEA.read(GITEA.sample, dt.timezone(dt.timedelta(hours=2)))
    assert east is not None
    assert (east.at, east.has_zone) == (AT - 7200, True)


@pytest.mark.parametrize("before", ["[6339d983-12] ", "HTTPRequest [I] ", "", "logger.go:102:func1() [I] [6339d983] "])
def test_what_gitea_puts_before_a_message_is_chosen_by_its_user(before):
    line = GITEA.sample.replace("...eb/routing/logger.go:102:func1() [I] ", before)
    assert read(GITEA, line).status == 202


@pytest.mark.parametrize(
    ("words", "status", "seconds"),
    [
        ("404 Not Found in 6.7ms", 404, 0.0067),
        ("500 Internal Server Error in 1m2.5s", 500, 62.5),
        ("0  in 183.1ms", -1, 0.1831),
    ],
)
def test_statuses_and_durations_of_gitea(words, status, seconds):
    record = read(GITEA, GITEA.sample.replace("202 Accepted in 920.3ms", words))
    assert (record.status, record.seconds) == (status, pytest.approx(seconds))


@pytest.mark.parametrize(
    "line",
    [
        "2026/11/29 01:38:08 ...ntainer/container.go:84:apiError() [E] unexpected EOF",
        GITEA.sample.replace("completed", "started  ").partition(",")[0],
        GITEA.sample.replace("completed", "slow     ").replace("202 Accepted in", "elapsed"),
    ],
    ids=["an error", "a begin", "still running"],
)
def test_lines_of_gitea_about_no_end_of_a_request_are_not_taken(line):
    assert GITEA.read(line, None) is None


def test_artifactory_tells_user_bytes_and_trace_id():
    record = read(ARTIFACTORY, ARTIFACTORY.sample)
    assert (record.status, record.user, record.remote) == (202, "ci-bot", "192.0.2.7")
    assert (record.received, record.is_exact) == (60018512, True)
    assert (record.at, record.begin) == (pytest.approx(AT + 0.112), pytest.approx(AT - 1.148))
    assert (record.request_id, record.agent) == ("e1f2a3b4c5d6e7f8", "docker/28.5.2")


@pytest.mark.parametrize("form", [ARTIFACTORY, NEXUS], ids=lambda form: form.name)
def test_an_announced_length_is_no_length_that_arrived(form):
    refused = form.sample.replace("|202|", "|500|").replace(" 201 ", " 500 ")
    assert read(form, refused).received is None
    streamed = form.sample.replace("|60018512|", "|-1|").replace(" 60018512 ", " - ")
    assert read(form, streamed).received is None


@pytest.mark.parametrize(
    "line",
    [
        "20200312164423|93|REQUEST|172.17.0.1|anonymous|GET|/webapp/|HTTP/1.1|200|0",
        "2021-05-12T13:58:46.686Z|40ea218a769325db|generic-remote|andreyt|HEAD|https://a.example.com/a.jar|200|12|0|80",
    ],
    ids=["version 6", "outbound"],
)
def test_other_logs_of_artifactory_are_not_taken(line):
    assert ARTIFACTORY.read(line, None) is None


def test_values_that_artifactory_has_not_are_empty():
    line = ARTIFACTORY.sample.replace("|e1f2a3b4c5d6e7f8|192.0.2.7|ci-bot|", "||||").removesuffix("docker/28.5.2")
    record = read(ARTIFACTORY, line)
    assert (record.user, record.remote, record.request_id, record.agent) == ("", "", "", "")


def test_nexus_tells_user_bytes_and_milliseconds():
    record = read(NEXUS, NEXUS.sample)
    assert (record.status, record.user, record.seconds) == (201, "ci-bot", 1.26)
    assert (record.received, record.is_exact) == (60018512, True)
    assert (record.at, record.begin, record.has_zone) == (AT, pytest.approx(AT - 1.26), True)
    assert record.agent == "docker/28.5.2"


def test_an_older_nexus_tells_no_length_of_the_request():
    record = read(NEXUS, NEXUS.sample.replace(" 60018512 0 ", " 0 ").partition(" [qtp")[0])
    assert (record.received, record.seconds, record.agent) == (None, 1.26, "docker/28.5.2")


def test_a_line_with_a_referer_is_none_of_nexus():
    line = NEXUS.sample.replace(" 0 1260 ", ' "-" ').partition(" [qtp")[0]
    assert NEXUS.read(line, None) is None
    assert ACCESS.read(line, None) is not None
