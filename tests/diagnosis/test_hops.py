"""Lines of other logs joined to a push: its own, and never another's."""

import pytest

from pushlog.formats.other_side.shared import SharedTable
from pushlog.intake.manifest import Manifest
from pushlog.intake.side_files import SideFile
from pushlog.model import HopName, JoinedBy, Outcome
from pushlog.pipeline import Options, analyze
from tests.logs import DIGEST, countdown
from tests.many_pushes import many_pushes
from tests.side_logs import (
    HOST,
    access,
    analyzed,
    at,
    began,
    diff_id,
    digest,
    dockerd,
    nginx_error,
    registry,
    request,
    result,
    upload,
)

A, B = "a1a1a1a1a1a1", "b2b2b2b2b2b2"
FIRST, SECOND, OTHER, CONFIG = (f"{n}b1c9a0e-7d34-4b0f-8a21-6c2e9d4f7a10" for n in range(1, 5))
HEADER = f"The push refers to repository [{HOST}/acme/app]"
DONE = f"2.0: digest: {DIGEST} size: 738"
RETRIED = [HEADER, f"{A}: Preparing", *countdown(A, 5), f"{A}: Pushed", DONE]
PLAIN = [HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE]


def sent(name, second, blob, size=100, *, user="-", repository="acme/app", agent=None):
    """What an access log has of an upload that went through."""
    named = {} if agent is None else {"agent": agent}
    return [
        access(second, request("POST", "blobs/uploads/", repository), 202, user=user, **named),
        access(second, request("PATCH", upload(name, second, 0, "", repository), repository), 202, user=user, **named),
        access(
            second, request("PUT", upload(name, second, size, blob, repository), repository), 201, user=user, **named
        ),
    ]


def tagged(second, tag="2.0", user="-", repository="acme/app"):
    return access(second, request("PUT", f"manifests/{tag}", repository), 201, user=user)


def debug_lines(second=8.0, retry=True):
    lines = [began(second), dockerd(second, f"Pushing layer: {diff_id(A)}")]
    if retry:
        lines += [
            dockerd(
                second + 1, "Upload failed, retrying: received unexpected HTTP status: 504 Gateway Time-out", "error"
            ),
            dockerd(second + 6, f"Pushing layer: {diff_id(A)}"),
        ]
    return [*lines, dockerd(second + 7, f"uploaded layer {diff_id(A)} ({digest('a')}), 100 bytes")]


BROKEN = request("PATCH", upload(FIRST, 8))
PROXY = [
    access(8, request("POST", "blobs/uploads/"), 202),
    access(9, BROKEN, 504),
    *sent(SECOND, 14, digest("a")),
    tagged(15),
]
ERRORS = [nginx_error(9, "upstream timed out (110: Connection timed out) while sending request to upstream", BROKEN)]
REGISTRY = [
    registry(9.5, "client disconnected during blob PATCH", BROKEN, level="error", copied="77", error="unexpected EOF")
]


def test_each_attempt_has_what_every_hop_said_of_it_with_file_and_line():
    push = analyzed(RETRIED, dockerd=debug_lines(), access=PROXY, error=ERRORS, registry=REGISTRY)
    (layer,) = push.layers
    hops = [(hop.attempt, hop.hop, hop.file, hop.line, hop.status) for hop in layer.hops]
    assert (1, HopName.PROXY, "error.log", 1, 504) in hops
    assert (1, HopName.PROXY, "access.log", 2, 504) in hops
    assert (1, HopName.REGISTRY, "registry.log", 1, None) in hops
    assert (1, HopName.DAEMON, "dockerd.log", 3, 504) in hops
    assert (1, HopName.CLIENT, "bytes", 3, None) in hops
    assert (2, HopName.PROXY, "access.log", 5, 201) in hops
    assert [hop.bytes for hop in layer.hops if hop.file == "registry.log"] == [77]


def test_the_manifest_and_the_config_are_of_no_layer():
    push = analyzed(
        PLAIN,
        access=[*sent(FIRST, 8, digest("a")), *sent(CONFIG, 9, digest("c"), 5), tagged(10)],
        dockerd=debug_lines(8, retry=False),
    )
    assert {hop.said for hop in push.hops} >= {"PUT manifest 2.0: 201"}
    assert {hop.line for hop in push.layers[0].hops if hop.file == "access.log"} == {2, 3}


def test_lines_of_another_repository_are_never_joined():
    others = [
        *sent(OTHER, 8, digest("a"), repository="acme/application"),
        *sent(OTHER, 8, digest("a"), repository="other/app"),
    ]
    push = analyzed(PLAIN, access=others)
    assert push.layers[0].hops == ()
    assert push.hops == ()


def test_the_user_tells_two_clients_of_one_repository_apart():
    lines = [
        line
        for pair in zip(sent(FIRST, 8, digest("a"), user="alice"), sent(OTHER, 8, digest("b"), user="bob"), strict=True)
        for line in pair
    ]
    lines += [tagged(9, "2.0", "alice"), tagged(9, "3.0", "bob")]
    push = analyzed(PLAIN, access=lines)
    joined = {(hop.file, hop.line) for hop in (*push.hops, *push.layers[0].hops)}
    assert joined == {("access.log", line) for line in (1, 3, 5, 7)}
    assert any(finding.name == "second-client" for finding in push.findings)


def test_of_two_clients_that_nothing_tells_apart_only_the_tag_is_joined():
    lines = [*sent(FIRST, 8, digest("a")), *sent(OTHER, 8, digest("b")), tagged(9, "2.0"), tagged(9, "3.0")]
    push = analyzed(PLAIN, access=lines)
    assert {hop.line for hop in (*push.hops, *push.layers[0].hops)} <= {7}
    assert push.other_side[0].notes or push.other_side[0].lines == 1


def test_an_earlier_push_of_the_same_image_is_another_one():
    there = [HEADER, f"{A}: Preparing", f"{A}: Layer already exists", DONE]
    earlier = [*sent(FIRST, 8, digest("a")), *sent(CONFIG, 8, digest("c")), tagged(9)]
    now = [access(20, request("HEAD", f"blobs/{digest('a')}"), 200), tagged(21)]
    push = analyzed(there, access=[*earlier, *now])
    assert {hop.line for hop in (*push.hops, *push.layers[0].hops)} == {8, 9}


def test_two_pushes_in_one_log_never_share_a_line():
    log = result([*PLAIN, *PLAIN], access=[*sent(FIRST, 8, digest("a")), tagged(9)])
    lines = [(hop.file, hop.line) for push in log.pushes for hop in (*push.hops, *push.layers[0].hops)]
    assert len(lines) == len(set(lines))


def test_two_daemon_sections_that_agree_are_joined_to_neither():
    push = analyzed(RETRIED, dockerd=[*debug_lines(8), *debug_lines(60)])
    assert not any(hop.hop is HopName.DAEMON for hop in push.layers[0].hops)
    assert "2 pushes of this image" in push.other_side[0].notes[0]


def test_an_upload_named_in_the_client_s_error_joins_without_any_other_key():
    url = f"https://{HOST}/v2/acme/app/{upload(FIRST, 8)}"
    client = [HEADER, f"{A}: Preparing", f'Patch "{url}": EOF']
    push = analyzed(
        client,
        error=[
            nginx_error(9, "upstream prematurely closed connection while reading response header from upstream", BROKEN)
        ],
    )
    assert [(hop.file, hop.joined_by) for hop in (*push.layers[0].hops, *push.hops) if hop.hop is HopName.PROXY] == [
        ("error.log", JoinedBy.UPLOAD)
    ]


@pytest.mark.parametrize(("hours", "ahead", "behind"), [(0, 0.0, 0.0), (1, 3600.0, 0.0), (-2, 0.0, 7200.0)])
def test_the_clock_of_a_host_is_compared_with_the_others(hours, ahead, behind):
    moved = [
        line.replace(" 01:", f" {1 + hours:02d}:") if hours >= -1 else line.replace("29 01:", "28 23:")
        for line in ERRORS
    ]
    push = analyzed(
        RETRIED,
        dockerd=debug_lines(),
        access=PROXY,
        error=moved,
        registry=[
            *REGISTRY,
            registry(15, "response completed", request("PUT", upload(SECOND, 14, 100, digest("a"))), status=201),
        ],
    )
    log = next(log for log in push.other_side if log.name == "error.log")
    if hours >= -1:
        assert (log.ahead, log.behind) == (ahead, behind)
    else:
        assert (log.ahead, log.behind) == (0.0, behind)
    assert any(hop.file == "error.log" for hop in push.layers[0].hops)


def test_without_debug_lines_the_daemon_s_failures_join_by_their_number_and_order():
    lines = [line for line in debug_lines() if "Upload failed" in line]
    push = analyzed(RETRIED, dockerd=lines)
    assert [(hop.attempt, hop.status, hop.joined_by) for hop in push.layers[0].hops if hop.hop is HopName.DAEMON] == [
        (1, 504, JoinedBy.LAYER)
    ]
    assert analyzed(RETRIED, dockerd=lines * 2).layers[0].hops == ()


def test_the_registry_s_own_word_on_the_last_upload_of_a_layer():
    push = analyzed(RETRIED, dockerd=debug_lines(), access=PROXY)
    word = push.layers[0].registry_said
    assert word is not None
    assert (word.upload, word.bytes) == (SECOND, 100)


def test_a_log_that_just_ends_is_of_a_stopped_push_if_the_daemon_says_so():
    client = [HEADER, f"{A}: Preparing"]
    stopped = [
        *debug_lines(8, retry=False)[:2],
        dockerd(10, "Not continuing with push after error: context canceled", "info"),
    ]
    push = analyzed(client, dockerd=stopped, registry=REGISTRY)
    assert push.outcome is Outcome.INTERRUPTED
    assert analyzed(client).outcome is Outcome.INCOMPLETE


def test_a_hundred_pushes_at_once_each_get_their_own_lines_alone():
    """Containerd's ids are those of the blobs; two of three layers are every push's own, one is all of theirs."""
    shared = digest("f")
    lines, clients, owners = [], [], {}
    for n in range(100):
        blobs = [f"sha256:{n:03d}{k}{'0' * 60}" for k in range(2)]
        names = [f"{n:08x}-0000-4000-8000-00000000000{k}" for k in range(3)]
        for name, blob in zip(names, [*blobs, shared], strict=True):
            lines += [(8 + n % 7, line) for line in sent(name, 8, blob)]
            owners[name] = n
        lines.append((20, tagged(20, f"t{n}")))
        ids = [blob[7:19] for blob in (*blobs, shared)]
        clients.append([HEADER, *(f"{layer}: Pushed" for layer in ids), f"t{n}: digest: {DIGEST} size: 738"])
    text = [line for _, line in sorted(lines, key=lambda pair: pair[0])]
    for n in range(0, 100, 9):
        push = analyzed(clients[n], access=text)
        hops = [hop for layer in push.layers for hop in layer.hops] + list(push.hops)
        told = [text[hop.line - 1] for hop in hops]
        named = [owner for line in told for name, owner in owners.items() if name in line]
        assert set(named) == {n}
        assert len(named) == 4, "both uploads of its own, PATCH and PUT"
        assert [line for line in told if "manifests" in line] == [tagged(20, f"t{n}")]


def test_times_are_told_by_each_hop_s_own_clock():
    push = analyzed(RETRIED, dockerd=debug_lines())
    hop = next(hop for hop in push.layers[0].hops if hop.hop is HopName.DAEMON)
    assert hop.at == at(9)[:23] + "Z"


def hung(*others):
    client = ["The push refers to repository [registry.example.com/acme/app]", f"{A}: Preparing"]
    client += ['Get "http://registry.example.com/v2/": net/http: request canceled (Client.Timeout exceeded)']
    stopped = dockerd(23, "Not continuing with push after error: net/http: request canceled", "error")
    ping = access(23, "GET /v2/", 499, tail=" 288 15.001 [reg] [] 10.0.1.20:5000 0 15.000 - 0f")
    return analyzed(client, dockerd=[began(8), stopped], access=[*others, ping])


def test_a_first_request_that_was_never_answered_is_joined_by_time_if_nobody_else_pushed():
    push = hung()
    assert [(hop.file, hop.line, hop.status) for hop in push.hops if hop.hop is HopName.PROXY] == [
        ("access.log", 1, 499)
    ]
    assert any(finding.name == "client-left" for finding in push.findings)
    crowded = hung(*sent(FIRST, 9, digest("a")), tagged(9, "9"))
    assert not any(hop.status == 499 for hop in (*crowded.hops, *crowded.layers[0].hops))


@pytest.mark.parametrize(
    ("seed", "ways"),
    [
        (1, {"containerd": False}),
        (2, {"containerd": False, "daemons": True}),
        (4, {"containerd": False, "daemons": True, "users": 20}),
    ],
)
def test_of_pushes_at_once_with_common_layers_and_retries_none_gets_a_line_of_another(seed, ways):
    """Sessions run into each other: one that agrees by chance must not pass for that of a push mixed with others."""
    sides = many_pushes(seed, 20, **ways)
    owners = {f"{name}.log": whose for name, whose in sides.owners().items()}
    files = tuple(SideFile(f"{name}.log", "\n".join(lines).encode()) for name, lines in sides.lines().items())
    options = Options(shared=SharedTable(files=files))
    told = []
    for number, client in enumerate(sides.clients):
        (push,) = analyze("\n".join(client).encode(), options).pushes
        quoted = [(line.file, line.line) for finding in push.findings for line in finding.evidence]
        hops = [(hop.file, hop.line) for hop in (*push.hops, *(hop for layer in push.layers for hop in layer.hops))]
        told += [(number, owners[file][line - 1]) for file, line in (*hops, *quoted) if file in owners]
    assert {owner for number, owner in told if owner != number} == set()
    assert told


def of_manifest(*digests):
    """A saved manifest of these layers, the oldest first."""
    return (Manifest(digests=digests, sizes=(100,) * len(digests), config=(digest("c"), 587)),)


def with_manifest(manifests):
    """Two clients through one address; the manifest tells which blob a layer of this one is."""
    lines = [*sent(FIRST, 8, digest("a")), *sent(OTHER, 8, digest("b")), tagged(9, "2.0"), tagged(9, "3.0")]
    files = (SideFile("access.log", "\n".join(lines).encode()),)
    (push,) = analyze("\n".join(PLAIN).encode(), Options(with_=files, manifests=manifests)).pushes
    return {hop.line for hop in push.layers[0].hops}


def test_a_manifest_tells_the_blob_of_a_layer_and_so_its_lines():
    assert with_manifest(()) == set()
    assert with_manifest(of_manifest(digest("a"))) == {2, 3}


def test_a_manifest_of_another_image_with_as_many_layers_joins_nothing():
    assert with_manifest(of_manifest(digest("e"))) == set()
