"""Runs as people keep them: in every form each push is there once."""

import io
import tarfile
import zipfile

import pytest

from pushlog.audit.inputs import discover
from pushlog.audit.units import Unit
from pushlog.audit.worker import Settings, count, work
from pushlog.intake.archives import members
from pushlog.intake.limits import ArchiveLimits
from pushlog.intake.run_folders import repeated_steps

LONG = "Build and push an image for every platform that anybody could ever want 🚀 on a runner 12345 of ours"
NAMES = (
    "0_build.txt",
    "build/1_Set up job.txt",
    "build/3_Push.txt",
    "build/system.txt",
    "1_Block + Security (1).txt",
    "Block + Security (1)/1_Initialize job.txt",
    f"2_{LONG}.txt",
    f"{LONG[:89]}/2_Push.txt",
    "-1_test.txt",
    "test/1_x.txt",
)
REPEATED = {name for name in NAMES if "/" in name}
ALONE = ("build/1_Set up job.txt", "build/2_Push.txt", "other/0_build.txt", "0_builds.txt", "build/notes.txt")


@pytest.mark.parametrize("prefix", ["", "123/", "logs/acme/web/123/1/"])
def test_what_a_whole_log_repeats_is_known_wherever_it_stands(prefix):
    assert repeated_steps(prefix + name for name in NAMES) == {prefix + name for name in REPEATED}
    assert repeated_steps(prefix + name for name in ALONE) == set()


def zipped(names) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, f"log of {name}\n")
    return file.getvalue()


def tarred(names) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in names:
            data = f"log of {name}\n".encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


@pytest.mark.parametrize("packed", [zipped, tarred])
@pytest.mark.parametrize("prefix", ["", "123/", "./a/123/"])
@pytest.mark.parametrize("order", [1, -1])
def test_an_archive_gives_each_log_once(packed, prefix, order):
    names = [prefix + name for name in NAMES[::order]]
    data = packed(names)
    found = {m.name: m for m in members(io.BytesIO(data), len(data), ArchiveLimits())}
    assert set(found) == set(names)
    assert {name for name, member in found.items() if member.harmless} == {prefix + name for name in REPEATED}
    step = f"{prefix}build/3_Push.txt"
    (only,) = members(io.BytesIO(data), len(data), ArchiveLimits(), only=step)
    assert only.data == f"log of {step}\n".encode()


def test_steps_that_a_tar_may_not_hold_are_handed_on():
    data = tarred(NAMES)
    found = list(members(io.BytesIO(data), len(data), ArchiveLimits(nested_bytes=1)))
    assert sorted(m.name for m in found) == sorted(NAMES)


def test_a_tar_that_is_cut_loses_no_step_that_it_held():
    data = tarred(["build/3_Push.txt", *(f"x{n}/notes.log" for n in range(300))])
    found = list(members(io.BytesIO(data[: len(data) // 2]), len(data) // 2, ArchiveLimits()))
    assert [m.data for m in found if m.name == "build/3_Push.txt"] == [b"log of build/3_Push.txt\n"]
    assert found[-1].problem


def test_a_run_that_was_unpacked_gives_each_log_once(tmp_path):
    for name in (*NAMES, *(f"more/{name}" for name in ALONE)):
        path = tmp_path / "logs" / "123" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"log of {name}\n")
    inputs, missing = discover([str(tmp_path / "logs")], tmp_path / "out")
    repeats = {source.name.split("/123/")[1] for source in inputs if source.repeats}
    assert (repeats, missing) == (REPEATED, [])
    result = work(Unit(inputs=tuple(inputs)), Settings())
    assert sum('"skipped"' in line for line in result.lines) == len(REPEATED)
    assert count(Unit(inputs=tuple(inputs[:1])), Settings()) == 1
    glob = [str(tmp_path / "logs" / "123" / "build" / "*.txt")]
    assert not any(source.repeats for source in discover(glob, tmp_path / "out")[0])
