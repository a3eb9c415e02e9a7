"""What the timeline tells: speeds in the right bytes, slots taken over time, and the critical path."""

import json

import pytest

from pushlog.faults import InputError
from pushlog.intake.manifest import manifests
from pushlog.intake.read import raw
from pushlog.model import Basis, PathStep
from pushlog.pipeline import Options, analyze_raw
from tests.logs import DONE, HEADER, A, B, C, log


def stamped(*lines):
    """A log in which each line has its second before it."""
    return "\n".join(f"00:00:{second:02d} {line}" for second, line in lines).encode()


# B waits until A is done; C is uploaded beside both.
QUEUED = stamped(
    (0, HEADER),
    (0, f"{A}: Preparing"),
    (0, f"{C}: Preparing"),
    (0, f"{B}: Preparing"),
    (0, f"{B}: Waiting"),
    (0, f"{A}: Pushing [=>  ]  1MB/8MB"),
    (0, f"{C}: Pushing [=>  ]  1MB/2MB"),
    (5, f"{C}: Pushing [===>]  2.1MB"),
    (6, f"{A}: Pushing [===>]  8.1MB"),
    (8, f"{A}: Pushed"),
    (8, f"{B}: Pushing [=>  ]  1MB/6MB"),
    (10, f"{C}: Pushed"),
    (12, f"{B}: Pushed"),
    (13, DONE),
)


def told(data, **options):
    return analyze_raw(raw("x", data), Options(**options)).pushes[0]


def test_the_critical_path_goes_back_from_the_last_layer_over_the_slots_it_waited_for():
    assert told(QUEUED).critical_path == (
        PathStep(layer=A, start=0, end=8),
        PathStep(layer=B, start=8, end=12),
    )


def test_a_push_that_did_not_end_has_no_critical_path():
    assert told(QUEUED[: QUEUED.index(DONE.encode())]).critical_path == ()


def test_slots_are_counted_where_they_are_taken_and_given_up():
    assert told(QUEUED).concurrency.over_time == ((0, 2), (10, 1), (12, 0))


def test_the_speed_of_a_layer_goes_to_the_answer_of_the_registry_not_to_the_end_of_reading():
    by_id = {layer.id: layer.bytes_per_second for layer in told(QUEUED).layers}
    assert by_id == {A: 1_000_000, B: 1_500_000, C: 200_000}


def test_speed_before_compression_is_at_most_that_of_the_network():
    throughput = told(QUEUED).throughput
    assert (throughput.bytes, throughput.seconds, throughput.basis) == (16_000_000, 12, Basis.UNCOMPRESSED)
    assert throughput.at_most


def test_without_times_there_is_no_speed():
    push = log(HEADER, f"{A}: Preparing", f"{A}: Pushing [=>  ]  1MB/8MB", f"{A}: Pushed", DONE).pushes[0]
    assert push.throughput is None
    assert push.layers[0].bytes_per_second is None


def saved(path, sizes, digests=None):
    """A manifest with layers of these sizes, the base first."""
    names = digests or [f"{number:x}" * 64 for number in range(1, len(sizes) + 1)]
    layers = [{"digest": f"sha256:{name}", "size": size} for name, size in zip(names, sizes, strict=True)]
    path.write_text(json.dumps({"schemaVersion": 2, "config": {}, "layers": layers}), "utf-8")
    return manifests(str(path))


def test_a_manifest_tells_what_crossed_the_network_by_the_order_of_the_layers(tmp_path):
    push = told(QUEUED, manifests=saved(tmp_path / "m.json", [600_000, 200_000, 800_000]))
    assert {layer.id: layer.bytes_stored for layer in push.layers} == {A: 800_000, C: 200_000, B: 600_000}
    total = push.throughput
    assert (total.bytes, total.basis, total.at_most) == (1_600_000, Basis.COMPRESSED, False)


def test_a_manifest_is_matched_by_digest_where_the_log_prints_digests(tmp_path):
    lines = [HEADER, f"{A}: Waiting", f"{B}: Pushed", f"{A}: Waiting", f"{A}: Pushed", DONE]
    wanted = saved(tmp_path / "m.json", [5, 7], [A + "0" * 52, B + "0" * 52])
    push = told("\n".join(lines).encode(), manifests=wanted)
    assert {layer.id: layer.bytes_stored for layer in push.layers} == {A: 5, B: 7}


@pytest.mark.parametrize("sizes", [[1, 2], [1, 2, 3, 4]])
def test_a_manifest_of_another_image_sizes_nothing_and_says_so(tmp_path, sizes):
    result = analyze_raw(raw("x", QUEUED), Options(manifests=saved(tmp_path / "m.json", sizes)))
    assert {layer.bytes_stored for layer in result.pushes[0].layers} == {None}
    assert f"it lists {len(sizes)} layers, the push 3" in result.source.notes[-1]


# GHCR documents 10 GB for a layer; the figures of the log count before compression.
CUT = [
    "The push refers to repository [ghcr.io/team/app]",
    f"{A}: Preparing",
    f"{A}: Pushing [=>  ]  1GB/12GB",
    "write tcp 10.0.0.2:51234->140.82.121.34:443: write: connection reset by peer",
]


@pytest.mark.parametrize(("stored", "blamed"), [(9_000_000_000, False), (11_000_000_000, True)])
def test_a_limit_is_compared_with_what_the_manifest_says_is_sent(tmp_path, stored, blamed):
    push = told("\n".join(CUT).encode(), manifests=saved(tmp_path / "m.json", [stored]))
    assert ("documented-limit" in [finding.name for finding in push.findings]) is blamed


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"manifests": []}', "is an index: it lists images, not their layers; `docker manifest inspect -v"),
        ('{"layers": [{"digest": "x", "size": 1}]}', "'x' is no digest"),
        ('{"layers": 7}', "must be a list"),
        ('{"a": 1}', "has no list of layers"),
        ("layers", "not valid JSON"),
        ("", "is empty"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused_by_its_name(tmp_path, text, why):
    path = tmp_path / "m.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=why) as refused:
        manifests(str(path))
    assert str(path) in str(refused.value)


def test_the_manifest_inside_docker_manifest_inspect_verbose_is_found(tmp_path):
    path = tmp_path / "m.json"
    inner = {"layers": [{"digest": "sha256:" + "1" * 64, "size": 7}]}
    path.write_text(json.dumps({"Ref": "docker.io/team/app:1", "SchemaV2Manifest": inner}), "utf-8")
    assert manifests(str(path))[0].sizes == (7,)
