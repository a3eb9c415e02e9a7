"""Formats of logs of the other side: each reads its own lines and nobody else's, bare or as a collector kept them."""

import pytest
from lark import Token

from pushlog.formats.grammar.load import load_grammar
from pushlog.formats.other_side.access import ACCESS, NEXUS, REGISTRY_ACCESS, TRAEFIK
from pushlog.formats.other_side.alb import ALB
from pushlog.formats.other_side.apache_error import APACHE_ERROR
from pushlog.formats.other_side.artifactory import ARTIFACTORY
from pushlog.formats.other_side.distribution import DISTRIBUTION
from pushlog.formats.other_side.dockerd import DOCKERD
from pushlog.formats.other_side.envoy import ENVOY
from pushlog.formats.other_side.formats import FORMATS
from pushlog.formats.other_side.gitea import GITEA
from pushlog.formats.other_side.haproxy import HAPROXY
from pushlog.formats.other_side.nginx_error import NGINX_ERROR
from pushlog.formats.other_side.record import SideKind
from pushlog.formats.other_side.request import request
from pushlog.formats.other_side.table import recognised, side_table
from pushlog.intake.side_files import SideFile
from pushlog.model import HopName

UPLOAD = "906e4058-1f7a-4c62-9d55-0a6b1f3d2c11"
DIGEST = "sha256:" + "77aa" * 16
DIFF_ID = "sha256:" + "4c1f" * 16
PATCH = f"PATCH /v2/acme/app/blobs/uploads/{UPLOAD} HTTP/1.1"
AGENT = "docker/28.5.2 go/go1.24.9"
COMBINED = f'192.0.2.7 - ci-bot [29/Nov/2026:01:38:50 +0000] "{PATCH}" 504 160 "-" "{AGENT}"'
COMPLETED = (
    'time="2026-11-29T01:38:09.510000000Z" level=info msg="response completed" go.version=go1.23.8 '
    f'http.request.method=PUT http.request.uri="/v2/acme/app/blobs/uploads/{UPLOAD}?digest={DIGEST}" '
    "http.response.duration=41.2ms http.response.status=201 http.response.written=0"
)


def read(form, line):
    record = form.read(line, None)
    assert record is not None
    return record


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_sample_is_read_by_its_own_format_alone(form):
    assert [other.name for other in FORMATS if other.read(form.sample, None)] == [form.name]


@pytest.mark.parametrize(
    ("file", "rule", "starts", "line"),
    [
        ("side_access.lark", "start", ("start",), COMBINED),
        ("side_nginx_error.lark", "start", ("start", "pair"), NGINX_ERROR.sample),
        ("side_haproxy.lark", "start", ("start",), HAPROXY.sample),
        ("side_apache_error.lark", "start", ("start",), APACHE_ERROR.sample),
        ("side_alb.lark", "start", ("start",), ALB.sample),
        ("side_envoy.lark", "start", ("start",), ENVOY.sample),
        ("side_gitea.lark", "start", ("start",), GITEA.sample),
        ("side_artifactory.lark", "start", ("start",), ARTIFACTORY.sample),
        ("side_access.lark", "nexus", ("start", "nexus"), NEXUS.sample.partition(" 60018512")[2]),
        ("side_access.lark", "traefik", ("start", "traefik"), TRAEFIK.sample.partition('"docker/28.5.2"')[2]),
        ("side_request.lark", "start", ("start",), PATCH),
        ("side_distribution.lark", "start", ("start",), "upload resumed at wrong offest: 7696384 != 0"),
        ("side_dockerd.lark", "layer", ("start", "layer"), f"uploaded layer {DIFF_ID} ({DIGEST}), 5 bytes"),
        ("side_logrus.lark", "on_terminal", ("start", "on_terminal", "pair"), "INFO[0453] response completed   a=b"),
    ],
)
def test_the_grammar_itself_reads_what_its_pattern_reads(file, rule, starts, line):
    from pushlog.formats.grammar.shape import LineShape

    grammar = load_grammar(file, *starts)
    tree = grammar.parse(line, start=rule)
    by_grammar = {
        t.type: str(t) for t in tree.scan_values(lambda v: isinstance(v, Token)) if not t.type.startswith("_")
    }
    by_pattern = LineShape(file, rule, starts).fields(line)
    assert by_pattern
    assert by_pattern == {key: value for key, value in by_grammar.items() if key in by_pattern}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PATCH, ("upload", "acme/app", UPLOAD, "", "")),
        ("POST /v2/acme/app/blobs/uploads/ HTTP/1.1", ("upload", "acme/app", "", "", "")),
        (
            f"PUT /v2/a/b/c/blobs/uploads/{UPLOAD}?digest=sha256%3A{DIGEST[7:]} HTTP/1.1",
            ("upload", "a/b/c", UPLOAD, DIGEST, ""),
        ),
        (f"HEAD /v2/acme/app/blobs/{DIGEST} HTTP/1.1", ("blob", "acme/app", "", DIGEST, "")),
        ("PUT /repository/hosted/v2/acme/app/manifests/2.0 HTTP/1.1", ("manifest", "acme/app", "", "", "2.0")),
        ("PUT https://r.example.com:5000/v2/acme/app/manifests/2.0", ("manifest", "acme/app", "", "", "2.0")),
        ("GET /v2/ HTTP/1.1", ("ping", "", "", "", "")),
        ("GET /v2/acme/v2/app/tags/list HTTP/1.1", ("other", "acme/v2/app", "", "", "")),
    ],
)
def test_a_request_names_repository_upload_blob_and_tag(text, expected):
    asked = request(text)
    assert asked is not None
    assert (asked.kind, asked.repository, asked.upload, asked.digest, asked.reference) == expected


@pytest.mark.parametrize("text", ["GET /login HTTP/1.1", r"\x16\x03\x01\x01$\x01", "", "GET /v20/a HTTP/1.1"])
def test_other_requests_are_none_of_a_registry(text):
    assert request(text) is None


@pytest.mark.parametrize(
    ("tail", "seconds", "received", "upstream_status"),
    [
        ("", None, None, ""),
        (" 7259136 2.151 [registry-registry-5000] [] 10.0.1.20:5000 0 2.150 504 6f0e1d2c", 2.151, 7259136, "504"),
        (" 351 2.151 [registry-registry-5000] [] - - - - 6f0e1d2c", 2.151, None, "-"),
        (" 900.001 900.000 .", 900.001, None, ""),
        (' "192.0.2.9" 0.250 0.249', 0.25, None, ""),
        (' rt=2.151 ua="10.0.1.20:5000" us="504" ut="2.150" ul="0" cs=-', 2.151, None, "504"),
    ],
)
def test_what_stands_behind_the_agent_of_an_access_line(tail, seconds, received, upstream_status):
    record = read(ACCESS, COMBINED + tail)
    assert (record.seconds, record.received, record.upstream_status) == (seconds, received, upstream_status)
    assert (record.status, record.user, record.upload) == (504, "ci-bot", UPLOAD)
    assert not record.is_exact, "a request has more bytes than its blob"


def test_the_proxy_of_harbor_has_no_time_of_its_own():
    record = read(ACCESS, f'192.0.2.7 - "{PATCH}" 504 160 "-" "{AGENT}" 900.001 900.000 .')
    assert (record.at, record.status, record.seconds) == (None, 504, 900.001)


def test_the_own_access_log_of_a_registry_is_told_by_its_empty_referer():
    line = COMBINED.replace('"-"', '""')
    assert read(REGISTRY_ACCESS, line).hop == HopName.REGISTRY
    assert ACCESS.read(line, None) is None
    assert REGISTRY_ACCESS.read(COMBINED, None) is None


@pytest.mark.parametrize(
    ("message", "kind", "received"),
    [
        ("client intended to send too large chunked body: 1048576+32768 bytes", SideKind.BODY_LIMIT, 1048576),
        ("client intended to send too large body: 60018512 bytes", SideKind.BODY_LIMIT, None),
        (
            "client intended to send too large chunked body: 5242880+3 bytes while sending request to upstream",
            SideKind.BODY_LIMIT,
            5242880,
        ),
        (
            "upstream timed out (110: Connection timed out) while sending request to upstream",
            SideKind.SEND_TIMEOUT,
            None,
        ),
        (
            "upstream timed out (110: Connection timed out) while reading response header from upstream",
            SideKind.READ_TIMEOUT,
            None,
        ),
        ("upstream prematurely closed connection while reading response header from upstream", SideKind.BROKEN, None),
        (
            "recv() failed (104: Connection reset by peer) while reading response header from upstream",
            SideKind.BROKEN,
            None,
        ),
        ("writev() failed (32: Broken pipe) while sending request to upstream", SideKind.BROKEN, None),
        ("no live upstreams while connecting to upstream", SideKind.UNREACHABLE, None),
        ("connect() failed (111: Connection refused) while connecting to upstream", SideKind.UNREACHABLE, None),
        ("registry.internal could not be resolved (3: Host not found)", SideKind.UNREACHABLE, None),
        ('limiting requests, excess: 4.977 by zone "reg"', SideKind.RATE_LIMIT, None),
        (
            'pwrite() "/var/cache/nginx/client_temp/0000000001" failed (28: No space left on device)',
            SideKind.PROXY_DISK,
            None,
        ),
        (
            "a client request body is buffered to a temporary file /var/cache/nginx/client_temp/1",
            SideKind.BUFFERED,
            None,
        ),
        ('open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory)', SideKind.NOTE, None),
    ],
)
def test_what_an_error_of_nginx_means(message, kind, received):
    line = (
        f"2026/11/29 01:38:08 [error] 30#30: *56 {message}, client: 192.0.2.7, server: registry.example.com, "
        f'request: "{PATCH}", upstream: "http://10.0.1.20:5000/v2/", host: "registry.example.com"'
    )
    record = read(NGINX_ERROR, line)
    assert (record.kind, record.received, record.upload) == (kind, received, UPLOAD)
    assert record.words == message
    assert not record.has_zone, "its times name no zone"


@pytest.mark.parametrize(
    ("line", "kind", "field", "value"),
    [
        (COMPLETED, SideKind.REQUEST, "status", 201),
        (COMPLETED, SideKind.REQUEST, "seconds", 0.0412),
        (DISTRIBUTION.sample, SideKind.DISCONNECTED, "received", 1057312),
        (
            (
                'time="2026-11-29T03:03:03Z" level=info msg="token not to be used after 2026-11-29 03:03:01 +0000 UTC '
                '- currently 2026-11-29 03:03:03.8 +0000 UTC m=+7.4"'
            ),
            SideKind.TOKEN_RAN_OUT,
            "code",
            "2026-11-29 03:03:01 +0000 UTC",
        ),
        (
            (
                "INFO[0453] response completed                            go.version=go1.23.8 http.request.method=GET "
                "http.request.uri=/v2/ http.response.status=200"
            ),
            SideKind.REQUEST,
            "status",
            200,
        ),
        (
            (
                '{"err.code":"unknown","err.detail":"write /data: no space left on device","go.version":"go1.19.8",'
                f'"http.request.method":"PATCH","http.request.uri":"/v2/acme/app/blobs/uploads/{UPLOAD}",'
                '"http.response.status":500,"level":"error","msg":"response completed with error",'
                '"time":"2026-11-29T01:38:08Z"}'
            ),
            SideKind.REQUEST,
            "words",
            "PATCH an upload: 500 write /data: no space left on device",
        ),
    ],
)
def test_what_a_registry_says_in_its_three_forms(line, kind, field, value):
    record = read(DISTRIBUTION, line)
    assert record.kind == kind
    assert getattr(record, field) == value


@pytest.mark.parametrize(
    ("message", "kind", "field", "value"),
    [
        (
            "Calling POST /v1.41/images/registry.example.com/acme/app/push?tag=2.0",
            SideKind.PUSH_BEGAN,
            "reference",
            "2.0",
        ),
        (
            "Upload failed, retrying: received unexpected HTTP status: 504 Gateway Time-out",
            SideKind.RETRYING,
            "status",
            504,
        ),
        (
            "Upload failed: unauthorized: authentication required",
            SideKind.FAILED,
            "code",
            "unauthorized: authentication required",
        ),
        ("Not continuing with push after error: context canceled", SideKind.GAVE_UP, "code", "context canceled"),
        (f"Pushing layer: {DIFF_ID}", SideKind.LAYER_BEGAN, "layer", DIFF_ID),
        (f"uploaded layer {DIFF_ID} ({DIGEST}), 250268 bytes", SideKind.UPLOADED, "received", 250268),
        (f"attempting to mount layer {DIFF_ID} ({DIGEST}) from acme/base", SideKind.LAYER_KNOWN, "digest", DIGEST),
        ("Applying tar in /var/lib/docker/overlay2", SideKind.NOTE, "layer", ""),
    ],
)
def test_what_dockerd_says(message, kind, field, value):
    record = read(DOCKERD, f'time="2026-11-29T01:38:08.155012345Z" level=debug msg="{message}"')
    assert (record.kind, getattr(record, field)) == (kind, value)


def test_dockerd_names_the_push_in_a_field_from_28_on():
    record = read(
        DOCKERD,
        'time="2026-11-29T02:58:54Z" level=debug msg="handling POST request" form-data="{}" method=POST module=api '
        'request-url="/v1.51/images/registry.example.com:5000/acme/app/push?tag=2.0" vars="map[]"',
    )
    assert (record.kind, record.repository, record.reference) == (
        SideKind.PUSH_BEGAN,
        "registry.example.com:5000/acme/app",
        "2.0",
    )


@pytest.mark.parametrize(
    "wrap",
    [
        lambda line: line,
        lambda line: f"Nov 29 01:38:48 lb1 nginx[1163]: {line}",
        lambda line: f"2026-11-29T01:38:48.123456789Z stdout F {line}",
        lambda line: f"nginx-1  | {line}",
        lambda line: '{"log":"' + line.replace('"', '\\"') + '\\n","stream":"stdout","time":"2026-11-29T01:38:48.1Z"}',
        lambda line: '{"MESSAGE":"' + line.replace('"', '\\"') + '","__REALTIME_TIMESTAMP":"1795916328123456"}',
    ],
    ids=["bare", "syslog", "cri", "compose", "json-file", "journal"],
)
@pytest.mark.parametrize("line", [COMBINED, COMPLETED, HAPROXY.sample, NGINX_ERROR.sample], ids=lambda line: line[:12])
def test_what_a_collector_put_around_a_line_is_taken_off(wrap, line):
    table = side_table([SideFile("a.log", (wrap(line) + "\n").encode() * 3)], ["acme/app"])
    assert [record.upload[:8] for record in table.records] == ["906e4058"] * 3
    assert [place[1] for place in table.places] == [1, 2, 3]


def test_the_time_of_a_collector_counts_where_a_line_has_none():
    line = f'192.0.2.7 - "{PATCH}" 504 160 "-" "{AGENT}" 900.001 900.000 .'
    data = f"2026-11-29T01:38:48.500000000Z stdout F {line}\n".encode()
    (record,) = side_table([SideFile("a.log", data)], ["acme/app"]).records
    assert record.at == 1795916328.5
    assert record.begin == pytest.approx(1795916328.5 - 900.001)


def test_a_log_of_two_programs_is_read_by_both_formats():
    data = f"{COMPLETED}\n{COMBINED.replace(chr(34) + '-' + chr(34), chr(34) * 2)}\n".encode()
    assert {record.kind for record in side_table([SideFile("a", data)], ["acme/app"]).records} == {SideKind.REQUEST}
    assert {form.name for form in recognised(SideFile("a", data)).formats} == {DISTRIBUTION.name, REGISTRY_ACCESS.name}


def test_a_log_of_no_known_format_says_so():
    source = recognised(SideFile("a.log", b"hello\nworld\n"))
    assert source.formats == ()
    assert "2 lines" in source.notes[0]


def test_only_lines_about_the_repository_are_read_and_they_keep_their_numbers():
    other = COMBINED.replace("acme/app", "acme/application")
    data = f"{other}\n{COMBINED}\n{other}\n{COMBINED}\n".encode()
    table = side_table([SideFile("a.log", data)], ["acme/app"])
    assert [place[1] for place in table.places] == [2, 4]
    assert table.text(1) == COMBINED
    assert len(side_table([SideFile("a.log", data)], None).records) == 4
