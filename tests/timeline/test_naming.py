"""`--history FILE`: layers are named by the instruction that made them where that is proven, else it says why not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pushlog.faults import InputError
from pushlog.intake.history import History, history
from pushlog.intake.manifest import Manifest, manifests
from pushlog.intake.read import raw
from pushlog.pipeline import Options, analyze_raw
from tests.logs import DONE, HEADER, A, B, C, D, countdown, exhausted

if TYPE_CHECKING:
    from pathlib import Path

    from pushlog.model import Log

ROWS = [
    ('CMD ["node"]', "0B"),
    ("COPY . /app # buildkit", "9.01MB"),
    ("RUN /bin/sh -c npm ci # buildkit", "55MB"),
    ("ENV NODE_ENV=production", "0B"),
    ("/bin/sh -c #(nop) ADD file:71356d2ad59aa3119d in / ", "124MB"),
]
MADE = [ROWS[1][0], ROWS[2][0], ROWS[4][0]]
GRAPHDRIVER = [
    HEADER,
    f"{A}: Preparing",
    f"{B}: Preparing",
    f"{C}: Preparing",
    f"{C}: Pushed",
    f"{B}: Pushed",
    f"{A}: Pushed",
    DONE,
]
CONTAINERD = [
    HEADER,
    f"{C}: Waiting",
    f"{A}: Waiting",
    f"{C}: Waiting",
    f"{B}: Pushed",
    f"{A}: Pushed",
    f"{C}: Pushed",
    DONE,
]


def rows(items: list[tuple[str, str]]) -> str:
    return "".join(json.dumps({"CreatedBy": made, "Size": size, "ID": "<missing>"}) + "\n" for made, size in items)


def digest(short: str) -> str:
    return f"sha256:{short}{'0' * 52}"


def inspect(*top_first: str) -> str:
    return json.dumps(
        [{"Id": digest(A), "RootFS": {"Type": "layers", "Layers": [digest(x) for x in reversed(top_first)]}}]
    )


def config(*top_first: str) -> str:
    steps = [{"created_by": made, **({"empty_layer": True} if size == "0B" else {})} for made, size in reversed(ROWS)]
    return json.dumps(
        {"rootfs": {"type": "layers", "diff_ids": [digest(x) for x in reversed(top_first)]}, "history": steps}
    )


def manifest(*top_first: str) -> str:
    layers = [{"mediaType": "x", "size": 1, "digest": digest(x)} for x in reversed(top_first)]
    return json.dumps({"schemaVersion": 2, "config": {"digest": digest(D)}, "layers": layers}, indent=2)


def read(tmp_path: Path, *texts: str) -> History:
    paths = [tmp_path / f"{number}.json" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, "utf-8")
    found = history([str(path) for path in paths])
    assert found is not None
    return found


def named(tmp_path: Path, lines: list[str], *texts: str) -> Log:
    data = "".join(f"{line}\n" for line in lines).encode()
    return analyze_raw(raw("push-log.txt", data), Options(history=read(tmp_path, *texts)))


def made(log: Log, number: int = 0) -> dict[str, str | None]:
    return {layer.id: layer.created_by for layer in log.pushes[number].layers}


ALL = dict(zip((A, B, C), MADE, strict=True))
NONE: dict[str, str | None] = dict.fromkeys((A, B, C))


@pytest.mark.parametrize("text", [rows(ROWS), json.dumps([json.loads(row) for row in rows(ROWS).splitlines()])])
def test_docker_history_names_layers_by_their_order(tmp_path: Path, text: str) -> None:
    log = named(tmp_path, GRAPHDRIVER, text)
    assert made(log) == ALL
    assert log.source.notes == ()


def test_the_engine_s_own_history_has_sizes_as_numbers(tmp_path: Path) -> None:
    sizes = json.dumps([{"CreatedBy": by, "Size": 0 if size == "0B" else 5, "Id": "x"} for by, size in ROWS])
    assert made(named(tmp_path, GRAPHDRIVER, sizes)) == ALL


def test_a_layer_without_files_counts_when_all_of_them_do(tmp_path: Path) -> None:
    empty = [(by, "0B" if "ADD" not in by else size) for by, size in ROWS]
    assert made(named(tmp_path, GRAPHDRIVER, rows(empty))) == ALL


def test_where_some_layers_without_files_count_nobody_can_tell(tmp_path: Path) -> None:
    log = named(tmp_path, GRAPHDRIVER, rows([("WORKDIR /a", "0B"), ("WORKDIR /b", "0B"), *ROWS[1:3]]))
    assert made(log) == NONE
    assert "counts 2 to 4 layers, the image 3" in log.source.notes[0]


def test_another_number_of_layers_names_none(tmp_path: Path) -> None:
    log = named(tmp_path, GRAPHDRIVER, rows(ROWS[:3]))
    assert made(log) == NONE
    assert log.source.notes == (
        (
            "--history names no layer of the push in lines 1-8: it counts 2 layers, the image 3; "
            "it is of another image, or of one without a full history"
        ),
    )


def test_a_layer_that_is_twice_in_the_image_has_both_instructions(tmp_path: Path) -> None:
    lines = [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{A}: Preparing", f"{A}: Pushed", f"{B}: Pushed", DONE]
    assert made(named(tmp_path, lines, rows(ROWS))) == {A: f"{MADE[0]}; {MADE[2]}", B: MADE[1]}


def test_all_tags_of_an_image_are_named(tmp_path: Path) -> None:
    again = [f"{x}: Preparing" for x in (A, B, C)] + [f"{x}: Layer already exists" for x in (A, B, C)]
    log = named(tmp_path, [*GRAPHDRIVER, *again, DONE.replace("1.2", "latest")], rows(ROWS))
    assert made(log) == ALL


def test_a_history_that_fits_several_images_of_a_log_names_none(tmp_path: Path) -> None:
    other = [line.replace(A, D) for line in GRAPHDRIVER]
    log = named(tmp_path, [*GRAPHDRIVER, *other], rows(ROWS))
    assert made(log, 0) == NONE
    assert len(log.source.notes) == 2
    assert "fits several images of this log: add the output of `docker image inspect IMAGE`" in log.source.notes[0]
    both = named(tmp_path, [*GRAPHDRIVER, *other], rows(ROWS), inspect(A, B, C))
    assert made(both, 0) == ALL
    assert made(both, 1)[B] == MADE[1]


def test_the_same_image_pushed_twice_is_named_twice(tmp_path: Path) -> None:
    log = named(tmp_path, [*GRAPHDRIVER, *GRAPHDRIVER], rows(ROWS))
    assert made(log, 0) == made(log, 1) == ALL


def test_a_log_without_its_beginning_needs_the_hashes(tmp_path: Path) -> None:
    log = named(tmp_path, GRAPHDRIVER[1:], rows(ROWS))
    assert made(log) == NONE
    assert "lacks the beginning" in log.source.notes[0]
    assert made(named(tmp_path, GRAPHDRIVER[1:], rows(ROWS), inspect(A, B, C))) == ALL


@pytest.mark.parametrize("text", [config(A, B, C), rows(ROWS) + inspect(A, B, C), inspect(A, B, C) + "\n" + rows(ROWS)])
def test_diff_ids_prove_which_layer_is_which(tmp_path: Path, text: str) -> None:
    shuffled = [HEADER, f"{C}: Preparing", f"{A}: Preparing", f"{B}: Preparing", f"{C}: Pushed", f"{A}: Pushed"]
    assert made(named(tmp_path, shuffled, text)) == ALL


def test_docker_image_inspect_alone_tells_no_instruction(tmp_path: Path) -> None:
    log = named(tmp_path, GRAPHDRIVER, inspect(A, B, C))
    assert made(log) == NONE
    assert "holds no instructions: add the output of `docker history" in log.source.notes[0]


def test_the_diff_ids_of_another_image_name_none(tmp_path: Path) -> None:
    log = named(tmp_path, GRAPHDRIVER, config("1" * 12, "2" * 12, "3" * 12))
    assert made(log) == NONE
    assert "of another image, for none of its DiffIDs" in log.source.notes[0]


def test_blobs_are_named_by_the_manifest(tmp_path: Path) -> None:
    assert made(named(tmp_path, CONTAINERD, manifest(A, B, C), config("1" * 12, "2" * 12, "3" * 12))) == ALL
    assert made(named(tmp_path, CONTAINERD, manifest(A, B, C), rows(ROWS))) == ALL
    verbose = json.dumps({"Ref": "x", "SchemaV2Manifest": json.loads(manifest(A, B, C))})
    assert made(named(tmp_path, CONTAINERD, verbose, rows(ROWS))) == ALL


def test_blobs_are_never_named_by_their_order(tmp_path: Path) -> None:
    for text in (rows(ROWS), config("1" * 12, "2" * 12, "3" * 12)):
        log = named(tmp_path, CONTAINERD, text)
        assert made(log) == NONE
        assert "add `--manifest` with the output of `docker manifest inspect -v IMAGE`" in log.source.notes[0]


def test_the_guilty_layer_is_named_by_its_instruction(tmp_path: Path) -> None:
    page = ["unknown: <html>", "<head><title>413 Request Entity Too Large</title></head>", "</html>"]
    lines = [*GRAPHDRIVER[:5], f"{A}: Pushed", *exhausted(B), *page]
    (push,) = named(tmp_path, lines, rows(ROWS)).pushes
    assert f"layer {B} (made by `RUN npm ci`)" in push.findings[0].title
    (push,) = named(tmp_path, [*lines[:-3], "EOF"], rows(ROWS)).pushes
    assert f"The layer that failed is {B} (made by `RUN npm ci`)." in push.findings[0].explanation
    held = [*GRAPHDRIVER[:5], f"{A}: Pushed", *countdown(B, 5), f"{B}: Pushed", DONE]
    (push,) = named(tmp_path, held, rows(ROWS)).pushes
    titles = [finding.title for finding in push.findings if finding.name == "bottleneck-layer"]
    assert titles == [f"Layer {B} (made by `RUN npm ci`) was the bottleneck: at least 5 s longer than the rest"]


def read_manifests(tmp_path: Path, text: str) -> tuple[Manifest, ...]:
    path = tmp_path / "manifest.json"
    path.write_text(text, "utf-8")
    return manifests(str(path))


def named_with(tmp_path: Path, lines: list[str], manifest_text: str, *texts: str) -> Log:
    """The log with `--manifest` and `--history`, each in a file of its own."""
    data = "".join(f"{line}\n" for line in lines).encode()
    options = Options(history=read(tmp_path, *texts), manifests=read_manifests(tmp_path, manifest_text))
    return analyze_raw(raw("push-log.txt", data), options)


def figures(sizes: dict[str, str]) -> list[str]:
    """A push by the graphdriver store, drawn on a terminal: the layers from the top, each with its last figure."""
    lines = [HEADER, *(f"{layer}: Preparing" for layer in sizes)]
    return [
        *lines,
        *(f"{x}: Pushing [=>]  {size}" for x, size in sizes.items()),
        *(f"{x}: Pushed" for x in sizes),
        DONE,
    ]


# Of the classic builder: an instruction that left nothing made no layer, one that made a directory did.
CLASSIC = [
    ('/bin/sh -c #(nop)  CMD ["/bin/sh"]', "0B"),
    ("/bin/sh -c #(nop) COPY file:abc in /app ", "901kB"),
    ("/bin/sh -c true", "0B"),
    ("/bin/sh -c mkdir /app", "0B"),
    ("/bin/sh -c #(nop)  ENV A=1", "0B"),
    ("/bin/sh -c #(nop) ADD file:def in / ", "3MB"),
]


def test_sizes_name_the_layers_of_the_classic_builder(tmp_path: Path) -> None:
    log = named(tmp_path, figures({A: "901.1kB/901.1kB", B: "1.536kB/1.536kB", C: "3.001MB/3.001MB"}), rows(CLASSIC))
    assert made(log) == {A: CLASSIC[1][0], B: None, C: CLASSIC[5][0]}
    assert log.source.notes[0] == (
        f"--history leaves layer {B} of the push in lines 1-11 without a name: `RUN mkdir /app` or `RUN true` made it"
    )


def test_two_instructions_of_one_text_are_no_doubt(tmp_path: Path) -> None:
    twice = [row if "true" not in row[0] else CLASSIC[3] for row in CLASSIC]
    log = named(tmp_path, figures({A: "901.1kB/901.1kB", B: "1.536kB", C: "3.001MB/3.001MB"}), rows(twice))
    assert made(log)[B] == CLASSIC[3][0]
    assert log.source.notes == ()


def test_an_image_of_nine_layers_is_named_whole(tmp_path: Path) -> None:
    sizes = ["12MB", "0B", "3MB", "900kB", "12MB", "0B", "3.2kB", "0B", "1.98MB", "1.98MB"]
    steps = [(f"/bin/sh -c step {number}", size) for number, size in enumerate(sizes)]
    drawn = ["12MB", "3MB", "900kB", "12MB", "1.536kB", "3.204kB", "1.536kB", "1.982MB", "1.982MB"]
    ids = [f"{number}" * 12 for number in range(1, 10)]
    pairs = dict(zip(ids, (f"{size}/{size}" if size != "1.536kB" else size for size in drawn), strict=True))
    log = named(tmp_path, figures(pairs), rows(steps))
    assert list(made(log).values()) == [f"/bin/sh -c step {number}" for number in (0, 2, 3, 4, 5, 6, 7, 8, 9)]


@pytest.mark.parametrize("size", ["901.6kB", "90.11kB", "1.536kB"])
def test_a_history_of_other_sizes_names_none(tmp_path: Path, size: str) -> None:
    steps = [row for row in CLASSIC if "true" not in row[0]]
    log = named(tmp_path, figures({A: f"{size}/{size}", B: "1.536kB", C: "3.001MB/3.001MB"}), rows(steps))
    assert made(log) == NONE
    assert "it counts 2 to 3 layers, the image 3, but of other sizes: it is of another image" in log.source.notes[0]


def test_sizes_alone_name_where_the_order_is_lost(tmp_path: Path) -> None:
    lines = figures({A: "901.1kB/901.1kB", B: "1.536kB", C: "3.001MB/3.001MB"})[2:]
    log = named(tmp_path, lines, rows(CLASSIC))
    assert made(log) == {A: CLASSIC[1][0], B: None, C: CLASSIC[5][0]}
    for sizes in (["901kB", "901kB"], ["901kB", "2MB"]):  # two of one size; one that fits no layer
        steps = [("COPY a b", sizes[0]), ("COPY c d", sizes[1])]
        log = named(tmp_path, figures({A: "901.1kB/901.1kB", B: "901.1kB/901.1kB"})[2:], rows(steps))
        assert set(made(log).values()) == {None}
        assert "lacks the beginning" in log.source.notes[0]


def test_the_layer_without_files_is_known_by_its_digest(tmp_path: Path) -> None:
    empty = "5f70bf18a086"
    lines = figures({A: "901.1kB/901.1kB", empty: "1.024kB", C: "3.001MB/3.001MB"})
    steps = [CLASSIC[1], ("RUN true", "0B"), CLASSIC[5]]
    assert made(named(tmp_path, lines, rows(steps)))[empty] == "RUN true"
    assert set(made(named(tmp_path, lines, rows([CLASSIC[1], ("RUN true", "5kB"), CLASSIC[5]]))).values()) == {None}


def index(*entries: dict[str, object]) -> str:
    kind = "application/vnd.oci.image.index.v1+json"
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": list(entries)})


def entry(platform: str, **more: object) -> dict[str, object]:
    system, _, machine = platform.partition("/")
    return {"digest": digest("c" * 12), "size": 1, "platform": {"architecture": machine, "os": system}, **more}


def verbose(**images: str) -> str:
    """`docker manifest inspect --verbose` of an index, by platform."""
    return json.dumps(
        [
            {
                "Ref": "x",
                "Descriptor": entry(platform.replace("_", "/")),
                "Raw": "e30=",
                "OCIManifest": json.loads(text),
            }
            for platform, text in images.items()
        ]
    )


def attestation() -> str:
    layers = [{"mediaType": "application/vnd.in-toto+json", "size": 17, "digest": digest(D)}]
    config = {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": digest("44136fa355b3")}
    return json.dumps({"schemaVersion": 2, "config": config, "layers": layers})


def test_the_manifest_option_names_the_layers_of_the_containerd_store(tmp_path: Path) -> None:
    assert made(named_with(tmp_path, CONTAINERD, manifest(A, B, C), rows(ROWS))) == ALL
    log = named_with(tmp_path, CONTAINERD, manifest("1" * 12, "2" * 12), rows(ROWS))
    assert made(log) == NONE
    assert "its manifest is of another image, for none of its digests is a layer of this push" in log.source.notes[0]
    why = "it lists 2 layers, the push 3, and none of its digests is a layer of this push; it is of another image"
    assert why in log.source.notes[1]


def test_an_image_with_its_attestation_is_named_and_sized_as_docker_29_prints_it(tmp_path: Path) -> None:
    lines = ["44136fa355b3: Pushed", f"{D}: Pushed"]
    both = verbose(linux_amd64=manifest(A, B, C), unknown_unknown=attestation())
    log = named_with(tmp_path, [HEADER, *lines, *CONTAINERD[1:]], both, rows(ROWS))
    assert made(log) == {**ALL, D: None}
    assert {layer.id: layer.bytes_stored for layer in log.pushes[0].layers} == {
        A: 1,
        B: 1,
        C: 1,
        D: 17,
    }
    assert log.source.notes == ()
    assert made(named(tmp_path, CONTAINERD, both, rows(ROWS))) == ALL


def test_of_several_platforms_the_one_whose_digests_were_printed_is_taken(tmp_path: Path) -> None:
    other = manifest("1" * 12, "2" * 12, "3" * 12)
    log = named_with(tmp_path, CONTAINERD, verbose(linux_arm64=other, linux_amd64=manifest(A, B, C)), rows(ROWS))
    assert made(log) == ALL


def test_a_history_that_can_be_of_two_platforms_names_none(tmp_path: Path) -> None:
    lines = [HEADER, *(f"{x}: Pushed" for x in (A, B, C, D)), DONE]
    two = verbose(linux_amd64=manifest(A, B), linux_arm64=manifest(C, D))
    steps = rows([("COPY a b", "1kB"), ("ADD c d", "2kB")])
    log = named_with(tmp_path, lines, two, steps)
    assert set(made(log).values()) == {None}
    assert "it can be of several platforms (linux/amd64, linux/arm64)" in log.source.notes[0]
    platform = json.dumps({"Architecture": "arm64", "Variant": "v8", "Os": "linux", "RootFS": {"Layers": []}})
    told = named_with(tmp_path, lines, two, steps, platform)
    assert made(told) == {A: None, B: None, C: "COPY a b", D: "ADD c d"}


@pytest.mark.parametrize("image", ["one", "platforms"])
def test_what_buildx_prints_of_an_image_has_its_instructions(tmp_path: Path, image: str) -> None:
    own = json.loads(config("1" * 12, "2" * 12, "3" * 12))
    printed = {"name": "x", "manifest": {"digest": digest(D)}, "image": own if image == "one" else {"linux/amd64": own}}
    assert made(named(tmp_path, CONTAINERD, manifest(A, B, C), json.dumps(printed))) == ALL
    two = {"name": "x", "image": {"linux/amd64": own, "linux/arm64": own}}
    with pytest.raises(InputError, match="holds images of 2 platforms; give the one that was pushed"):
        read(tmp_path, json.dumps(two))


def test_an_index_alone_says_which_command_prints_the_rest(tmp_path: Path) -> None:
    own = {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    text = index(entry("linux/amd64"), entry("unknown/unknown", **own))
    why = rf"is an index \(linux/amd64 is {digest('c' * 12)}\): .* `docker manifest inspect -v IMAGE` prints those"
    for call in (lambda: read(tmp_path, text), lambda: read_manifests(tmp_path, text)):
        with pytest.raises(InputError, match=why):
            call()
    assert len(read_manifests(tmp_path, text + manifest(A))) == 1
    with pytest.raises(InputError, match="holds only attestations"):
        read_manifests(tmp_path, attestation())


def test_skopeo_s_own_list_of_layers_is_read(tmp_path: Path) -> None:
    rows_of_skopeo = [{"MIMEType": "application/vnd.oci.image.layer.v1.tar", "Digest": digest(A), "Size": 9}]
    (one,) = read_manifests(tmp_path, json.dumps({"Name": "x", "Layers": [digest(A)], "LayersData": rows_of_skopeo}))
    assert (one.digests, one.sizes, one.plain) == ((digest(A),), (9,), (True,))


def test_a_layer_that_is_stored_as_it_is_counts_uncompressed(tmp_path: Path) -> None:
    stored = manifest(A, B, C).replace('"mediaType": "x"', '"mediaType": "application/vnd.oci.image.layer.v1.tar"')
    for text, basis in ((stored, "uncompressed"), (manifest(A, B, C), "compressed")):
        log = named_with(tmp_path, CONTAINERD, text, rows(ROWS))
        assert {layer.basis.value for layer in log.pushes[0].layers} == {basis}


@pytest.mark.parametrize(("size", "fits"), [(300_000, True), (902_000, True), (5_000_000, False), (3, False)])
def test_a_manifest_whose_sizes_no_compression_leads_to_is_refused(tmp_path: Path, size: int, fits: bool) -> None:
    text = manifest("1" * 12, "2" * 12).replace('"size": 1', f'"size": {size}')
    lines = figures({A: "901.1kB/901.1kB", B: "901.1kB/901.1kB"})
    log = named_with(tmp_path, lines, text, rows([("COPY a b", "901kB"), ("ADD c d", "901kB")]))
    assert {layer.bytes_stored for layer in log.pushes[0].layers} == {size if fits else None}
    why = (
        "--manifest sizes no layer of the push in lines 1-8: it lists 2 layers, the push 2, but their sizes do not fit"
    )
    assert (why in "".join(log.source.notes)) is not fits
    assert made(log) == {A: "COPY a b", B: "ADD c d"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty; expected the output of"),
        ("IMAGE   CREATED   CREATED BY", "line 1, column 1: is a table; expected the output of"),
        ('{"CreatedBy": "x", "Size": "0B"}\n{"Cre', "line 2, column 2: not valid JSON"),
        ("7", "line 1: not a JSON object"),
        ('{"a": 1}', "line 1: has none of the keys CreatedBy, RootFS, rootfs and layers"),
        ('\n{"CreatedBy": "x"}', "line 2: key 'Size': is missing"),
        ('{"CreatedBy": 7, "Size": "0B"}', "key 'CreatedBy': must be text, not 7"),
        ('{"CreatedBy": "x", "Size": true}', "key 'Size': must be a size, not True"),
        ('{"RootFS": 5}', "key 'RootFS': must be an object, not 5"),
        ('{"RootFS": {}}', "key 'RootFS': has no list of layers"),
        ('{"RootFS": {"Layers": ["x"]}}', "key 'RootFS': 'x' is no digest"),
        ('{"rootfs": {"diff_ids": []}, "history": [1]}', "key 'history': must be a list of objects"),
        ('{"layers": {}}', "key 'layers': must be a list"),
        ('{"layers": [{}]}', "key 'layers': '' is no digest"),
        (
            '{"manifests": []}',
            "is an index: it lists images, not their layers; `docker manifest inspect -v IMAGE` prints",
        ),
        (inspect(A) + inspect(B), "is of another image than what was read before"),
        (index({"digest": "x", "platform": {"os": "linux", "architecture": "arm"}}), "'x' is no digest such as"),
        (index({"platform": 5}, {"digest": digest(A)}), r"is an index: it lists images"),
        ("[" * 100_000, "too many brackets inside brackets"),
    ],
)
def test_what_can_t_be_read_is_said(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(tmp_path, text)


def test_without_files_there_is_no_history() -> None:
    assert history([]) is None
