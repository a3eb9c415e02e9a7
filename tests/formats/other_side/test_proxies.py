"""Proxies that write formats of their own: Traefik, AWS' load balancer, Envoy; in text and in JSON."""

import json

import pytest

from pushlog.formats.other_side.access import ACCESS, TRAEFIK
from pushlog.formats.other_side.alb import ALB
from pushlog.formats.other_side.dockerd import DOCKERD
from pushlog.formats.other_side.envoy import ENVOY
from pushlog.formats.other_side.json_programs import ENVOY_GATEWAY, ISTIO_JSON, TRAEFIK_JSON
from pushlog.formats.other_side.record import SideKind
from pushlog.formats.other_side.table import recognised, side_table
from pushlog.intake.side_files import SideFile
from pushlog.model import HopName

UPLOAD = "906e4058-1f7a-4c62-9d55-0a6b1f3d2c11"
DIGEST = "sha256:" + "77aa" * 16
BEGIN = 1795916288.0  # 2026-11-29T01:38:08Z
PROXIES = (TRAEFIK, TRAEFIK_JSON, ALB, ENVOY, ISTIO_JSON, ENVOY_GATEWAY)
OF_ENVOY = (ENVOY, ISTIO_JSON, ENVOY_GATEWAY)


def read(form, line):
    record = form.read(line, None)
    assert record is not None
    return record


def changed(form, **fields):
    return json.dumps(json.loads(form.sample) | fields)


@pytest.mark.parametrize("form", PROXIES, ids=lambda form: form.name)
def test_a_proxy_is_recognised_by_what_its_lines_hold(form):
    other = form.sample.replace("acme/app", "acme/application")
    file = SideFile("a.log", f"{other}\n{form.sample}\n".encode())
    assert [found.name for found in recognised(file).formats] == [form.name]
    table = side_table([file], ["acme/app"])
    assert [(r.hop, r.method, r.repository, r.upload) for r in table.records] == [
        (HopName.PROXY, "PATCH", "acme/app", UPLOAD)
    ]
    assert [place[1] for place in table.places] == [2]


def test_the_line_of_traefik_has_the_begin_of_a_request_and_its_milliseconds():
    record = read(TRAEFIK, TRAEFIK.sample)
    assert (record.begin, record.at, record.seconds) == (BEGIN, BEGIN + 2.151, 2.151)
    assert (record.status, record.upstream, record.agent) == (502, "http://10.0.1.20:5000", "docker/28.5.2")
    assert (record.received, record.user) == (None, "")


def test_a_request_that_traefik_answered_itself_may_have_no_status():
    line = TRAEFIK.sample.replace(" 502 11 ", " - - ").replace('"http://10.0.1.20:5000"', '"-"')
    record = read(TRAEFIK, line)
    assert (record.status, record.upstream, record.words) == (-1, "", "PATCH an upload: no status")


@pytest.mark.parametrize(
    "tail", ["", ' 1207 "registry@docker" "http://10.0.1.20:5000"', ' 1207 "a" "b" 2151', " 2151ms"]
)
def test_a_line_with_another_tail_is_none_of_traefik(tail):
    line = TRAEFIK.sample.partition(" 1207")[0] + tail
    assert TRAEFIK.read(line, None) is None
    assert ACCESS.read(line, None) is not None


def test_traefik_tells_in_json_the_bytes_of_the_body():
    record = read(TRAEFIK_JSON, TRAEFIK_JSON.sample)
    assert (record.received, record.is_exact) == (7255078, True)
    assert record.begin == pytest.approx(BEGIN + 0.112345)
    assert record.at == pytest.approx(BEGIN + 2.263345)
    assert (record.status, record.seconds) == (504, pytest.approx(2.151))
    assert (record.upstream, record.remote, record.user) == ("10.0.1.20:5000", "192.0.2.7:40112", "")


@pytest.mark.parametrize(
    ("fields", "received"),
    [
        ({"RequestContentSize": 0}, None),
        ({"RequestMethod": "PUT", "RequestPath": "/v2/acme/app/manifests/2.0"}, None),
        ({"RequestMethod": "PUT"}, 7255078),
        ({"RequestContentSize": "many"}, None),
        ({"RequestContentSize": True}, None),
    ],
)
def test_only_bytes_of_a_blob_count_as_received(fields, received):
    assert read(TRAEFIK_JSON, changed(TRAEFIK_JSON, **fields)).received == received


@pytest.mark.parametrize(
    "line",
    [
        '{"level":"info","msg":"Configuration loaded from flags.","time":"2026-11-29T01:38:08Z"}',
        '{"RequestMethod":"GET","RequestPath":"/v2/"}',
        "{",
        "[]",
    ],
)
def test_other_json_is_no_access_log(line):
    assert TRAEFIK_JSON.read(line, None) is None


def test_a_line_of_traefik_is_not_taken_for_one_of_dockerd():
    assert DOCKERD.read(TRAEFIK_JSON.sample, None) is None


def test_the_load_balancer_tells_both_statuses_and_all_bytes_of_a_request():
    record = read(ALB, ALB.sample)
    assert (record.status, record.upstream_status, record.upstream) == (504, "-", "10.0.1.20:5000")
    assert (record.received, record.is_exact) == (7259136, False), "the head of the request is counted with it"
    assert record.begin == pytest.approx(BEGIN + 0.112)
    assert record.at == pytest.approx(BEGIN + 62.123456)
    assert record.seconds == pytest.approx(62.011456)
    assert (record.remote, record.agent) == ("192.0.2.7:40112", "docker/28.5.2")
    assert record.request_id == "Root=1-58337262-36d228ad5d99923122bbe354"


def test_an_older_line_of_the_load_balancer_ends_behind_the_protocol():
    line = ALB.sample.partition(" arn:")[0].replace(" 0.001 -1 -1 504 - ", " 0.001 2.150 0.000 202 202 ")
    record = read(ALB, line)
    assert (record.status, record.upstream_status, record.seconds) == (202, "202", pytest.approx(2.151))
    assert record.begin == pytest.approx(record.at - 2.151)


def test_460_is_a_client_that_left():
    record = read(ALB, ALB.sample.replace(" 504 - ", " 460 - "))
    assert (record.kind, record.words) == (
        SideKind.CLIENT_LEFT,
        "PATCH an upload: 460 the client closed the connection",
    )


@pytest.mark.parametrize(
    "line",
    [
        ALB.sample.replace("app/registry-lb/", "registry-lb/"),
        ALB.sample.replace("https 2026", "tls 2.0 2026"),
        ALB.sample.partition(" ECDHE")[0],
        (
            '2026-11-29T01:39:10.123456Z registry-lb 192.0.2.7:40112 10.0.1.20:5000 0.001 2.1 0 202 202 0 57 "GET '
            'https://registry.example.com:443/v2/ HTTP/1.1" "docker/28.5.2" - -'
        ),
    ],
    ids=["no application", "network balancer", "cut", "classic balancer"],
)
def test_lines_of_other_balancers_are_not_taken(line):
    assert ALB.read(line, None) is None


@pytest.mark.parametrize("form", OF_ENVOY, ids=lambda form: form.name)
def test_envoy_tells_the_bytes_of_the_body_and_what_ended_a_request(form):
    record = read(form, form.sample)
    assert (record.received, record.is_exact) == (7259136, True)
    assert (record.kind, record.code, record.status) == (SideKind.READ_TIMEOUT, "UT", 504)
    assert record.words == "PATCH an upload: 504 UT: timed out waiting for the registry's answer"
    assert (record.begin, record.seconds) == (pytest.approx(BEGIN + 0.112), 15)
    assert record.at == pytest.approx(BEGIN + 15.112)
    assert (record.upstream, record.agent) == ("10.0.1.20:5000", "docker/28.5.2")
    assert record.request_id == "0f1e2d3c-cf5c-432b-8c7e-98aeb7988cd2"
    assert record.remote.startswith("192.0.2.7")


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ("-", SideKind.REQUEST),
        ("DC", SideKind.CLIENT_LEFT),
        ("UF", SideKind.UNREACHABLE),
        ("UH", SideKind.UNREACHABLE),
        ("UC", SideKind.BROKEN),
        ("UR", SideKind.BROKEN),
        ("RL", SideKind.RATE_LIMIT),
        ("URX,UF", SideKind.UNREACHABLE),
        ("LR", SideKind.REQUEST),
        ("SI", SideKind.REQUEST),
    ],
)
def test_what_a_flag_of_envoy_means(flags, kind):
    assert read(ENVOY, ENVOY.sample.replace(" UT ", f" {flags} ")).kind == kind
    assert read(ISTIO_JSON, changed(ISTIO_JSON, response_flags=flags)).kind == kind


@pytest.mark.parametrize(
    "behind",
    [' via_upstream - "-"', ' response_timeout - "delayed_connect_error:_111"', ' "-" "-"'],
    ids=["istio", "with a reason", "istio before 1.9"],
)
def test_istio_has_more_behind_the_flags_and_at_the_end(behind):
    line = (
        ENVOY.sample.replace(" UT ", f" UT{behind} ") + " outbound|5000||registry.default.svc.cluster.local - - - - -"
    )
    record = read(ENVOY, line)
    assert (record.received, record.seconds, record.upstream) == (7259136, 15, "10.0.1.20:5000")


@pytest.mark.parametrize("form", OF_ENVOY, ids=lambda form: form.name)
def test_status_0_is_a_request_without_an_answer(form):
    line = form.sample.replace(" 504 UT ", " 0 DC ").replace(":504,", ":0,").replace('"504"', '"0"')
    assert read(form, line).status == -1


@pytest.mark.parametrize(
    "line",
    [
        '[2026-11-29T01:38:08.112Z] "- - -" 0 - 7259136 24 15000',
        "[2026-11-29 01:38:08.112][1][info][main] starting main dispatch loop",
        ENVOY.sample.replace(" 7259136 ", " - "),
    ],
    ids=["of a connection", "of the server", "no bytes"],
)
def test_other_lines_of_envoy_are_not_taken(line):
    assert ENVOY.read(line, None) is None
