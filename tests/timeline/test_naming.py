"""`--history FILE`: layers are named by the instruction that made them where that is proven, else it says why not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pushlog.faults import InputError
from pushlog.intake.history import History, history
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
        assert "add the image's manifest" in log.source.notes[0]


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
    assert titles == [f"Layer {B} (made by `RUN npm ci`) held the push back for at least 5 s"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty; expected the output of"),
        ("IMAGE   CREATED   CREATED BY", "line 1, column 1: is a table; expected the output of"),
        ('{"CreatedBy": "x", "Size": "0B"}\n{"Cre', "line 2, column 2: is no JSON"),
        ("7", "line 1: is no JSON object"),
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
        ('{"manifests": []}', "is a list of manifests; give the manifest of one platform"),
        (inspect(A) + inspect(B), "is of another image than what was read before"),
        ("[" * 100_000, "too many brackets inside brackets"),
    ],
)
def test_what_can_t_be_read_is_said(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(tmp_path, text)


def test_without_files_there_is_no_history() -> None:
    assert history([]) is None
