"""Compressed logs and archives: read as streams, within limits, and never believed."""

import bz2
import gzip
import io
import lzma
import stat
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from pushlog.faults import InputError
from pushlog.intake.archives import Member, members
from pushlog.intake.limits import ArchiveLimits
from pushlog.intake.read import read
from tests.intake import zstd

LOG = b"The push refers to repository [docker.io/acme/app]\n8fca24a28722: Preparing\n" * 20


def inside(data: bytes, **limits: Any) -> list[Member]:
    return list(members(io.BytesIO(data), len(data), ArchiveLimits(**limits)))


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": lambda data: bz2.compress(data, 1),
    "xz": lzma.compress,
    "zstd": zstd.packed,
    "nothing": bytes,
}


@pytest.mark.parametrize("name", PACKERS)
def test_a_compressed_log_is_one_log(name):
    assert inside(PACKERS[name](LOG)) == [Member(name="", data=LOG)]


def test_parts_packed_one_after_another_are_one_log():
    assert inside(gzip.compress(LOG) + gzip.compress(LOG))[0].data == LOG + LOG
    assert inside(zstd.packed(LOG) + zstd.packed(LOG))[0].data == LOG + LOG


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_the_members_of_a_tar_come_in_their_order(mode):
    found = inside(tarred({"b/push.log": LOG, "a.log": b"x"}, mode))
    assert found == [Member(name="b/push.log", data=LOG), Member(name="a.log", data=b"x")]


def test_the_members_of_a_zip_come_in_their_order_and_compressed_ones_are_unpacked():
    found = inside(zipped({"b/push.log.gz": gzip.compress(LOG), "a.log": b"x", "folder/": b""}))
    assert [(m.name, m.data) for m in found] == [("b/push.log.gz", LOG), ("a.log", b"x")]


@pytest.mark.parametrize("outer", [zipped, tarred])
def test_an_archive_in_an_archive_is_opened_and_one_in_that_is_not(outer):
    inner = zipped({"deep.zip": zipped({"deepest.log": LOG}), "near.log": LOG})
    found = inside(outer({"logs.zip": inner, "logs.tgz": tarred({"c.log": LOG}, "w:gz")}))
    assert [(m.name, m.data is not None) for m in found] == [
        ("logs.zip/deep.zip", False),
        ("logs.zip/near.log", True),
        ("logs.tgz/c.log", True),
    ]
    assert "not opened" in (found[0].problem or "")


def test_names_are_labels_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for pack in (zipped, tarred):
        found = inside(pack({"../../slip.txt": LOG, "/abs.txt": LOG}))
        assert [m.name for m in found] == ["../../slip.txt", "/abs.txt"]
    assert list(tmp_path.iterdir()) == []


def test_links_and_devices_are_passed_over():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("null", tarfile.CHRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    zips = io.BytesIO()
    with zipfile.ZipFile(zips, "w") as packed:
        packed.writestr(link, "/etc/passwd")
    found = inside(out.getvalue()) + inside(zips.getvalue())
    assert len(found) == 4
    assert all(m.data is None and m.harmless for m in found)


def test_an_encrypted_member_is_said_and_the_others_are_read():
    data = bytearray(zipped({"secret.log": LOG, "open.log": LOG}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    found = inside(bytes(data))
    assert [(m.name, m.problem, m.data) for m in found] == [("secret.log", "encrypted", None), ("open.log", None, LOG)]


def test_the_steps_of_a_github_job_are_not_counted_beside_its_whole_log():
    run = {"0_build.txt": LOG, "build/1_Set up job.txt": b"x", "build/2_Push.txt": LOG, "other/1_Push.txt": LOG}
    found = inside(zipped(run))
    assert [m.name for m in found if m.data is not None] == ["0_build.txt", "other/1_Push.txt"]
    assert all(m.harmless for m in found if m.data is None)


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
def test_of_a_cut_file_what_is_readable_is_kept_and_the_cut_is_said(name):
    noise = b"".join(b"%d line of a log\n" % (n * 7919) for n in range(20_000))
    packed = PACKERS[name](noise)
    (found,) = inside(packed[: len(packed) * 3 // 4])
    assert "compressed data" in (found.problem or "")
    assert found.data is not None
    assert noise.startswith(found.data)
    assert len(found.data) > len(noise) // 4


@pytest.mark.parametrize(
    "data",
    [b"\x1f\x8b\x08\0broken", b"PK\x03\x04 no zip", b"BZh9 no", b"\xfd7zXZ\0no", LOG[:10] + b"\0" * 247 + b"ustar"],
)
def test_what_only_begins_like_an_archive_is_said_and_is_no_crash(data):
    assert [m.data for m in inside(data)] == [None]


def test_one_broken_member_costs_itself_alone():
    data = bytearray(zipped({"a.log": LOG, "b.log": LOG}))
    data[60] ^= 0xFF
    found = inside(bytes(data))
    assert found[0].problem is not None
    assert found[1] == Member(name="b.log", data=LOG)


def test_a_log_that_is_too_large_is_not_read():
    (found,) = inside(gzip.compress(b"x" * 3_000_000), log_bytes=1 << 20)
    assert (found.data, found.problem) == (None, "the log is larger than 1 MiB")


def test_a_small_honest_log_may_shrink_more_than_a_bomb():
    honest = b"f3a1a53fa62a: Pushing [=====>    ]  1.2MB/9MB\r" * 20_000
    packed = gzip.compress(honest)
    assert len(honest) > 200 * len(packed)
    assert inside(packed)[0].data == honest


def test_a_bomb_is_stopped_by_its_ratio_once_it_is_large():
    (found,) = inside(gzip.compress(bytes(5_000_000)), ratio_from=1_000_000)
    assert (found.data, found.problem) == (None, "unpacks to more than 200 times its size")


def test_all_that_an_archive_unpacks_to_is_added_up():
    noise = {f"{n}.log": zlib_noise(n) for n in range(8)}
    found = inside(zipped(noise), archive_bytes=1 << 20)
    assert found[-1].problem == "unpacks to more than 1 MiB, after 4.log"
    assert sum(len(m.data or b"") for m in found) <= 1 << 20


def zlib_noise(seed: int) -> bytes:
    import random

    return random.Random(seed).randbytes(200_000)


def test_an_archive_of_too_many_members_is_read_up_to_the_limit():
    for pack in (zipped, tarred):
        found = inside(pack({f"{n}.log": b"x" for n in range(12)}), members=10)
        assert [m.data for m in found] == [b"x"] * 10 + [None]
        assert found[-1].problem == "holds more than 10 members: the rest was not read"


def test_a_forged_size_sets_no_memory_aside():
    import tracemalloc

    data = bytearray(zipped({"a.log": LOG}))
    central = data.index(b"PK\x01\x02")
    data[central + 20 : central + 28] = struct.pack("<LL", 0x7FFFFFFF, 0x7FFFFFFF)
    end = data.index(b"PK\x05\x06")
    tracemalloc.start()
    inside(bytes(data))
    data[end + 12 : end + 16] = struct.pack("<L", 0x7FFFFFFF)
    inside(bytes(data))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_single_compressed_log_is_read_like_any_other(tmp_path):
    path = tmp_path / "push.log.gz"
    path.write_bytes(gzip.compress(LOG))
    assert read(str(path)).data == LOG
    assert read(str(path)).size == len(LOG)


def test_a_member_of_an_archive_is_read_by_its_name(tmp_path):
    path = tmp_path / "logs.zip"
    path.write_bytes(zipped({"a/push.log": LOG, "b.log": b"x"}))
    given = read(f"{path}/a/push.log")
    assert (given.name, given.data) == (f"{path}/a/push.log", LOG)
    with pytest.raises(InputError, match="holds no such log"):
        read(f"{path}/c.log")
    with pytest.raises(InputError, match="holds several logs: name one"):
        read(str(path))


def test_of_a_cut_compressed_log_the_cut_is_noted(tmp_path):
    path = tmp_path / "push.log.gz"
    packed = gzip.compress(b"".join(b"%d\n" % (n * 7919) for n in range(20_000)))
    path.write_bytes(packed[: len(packed) // 2])
    assert "ends before its end" in read(str(path)).notes[-1]


def test_without_its_library_zstd_says_what_is_missing(tmp_path, monkeypatch):
    path = tmp_path / "push.log.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd and so on")
    monkeypatch.setitem(sys.modules, zstd.NAME.partition(".")[0], None)
    with pytest.raises(InputError, match=zstd.NAME) as said:
        read(str(path))
    assert ("pip install 'pushlog[zstd]'" in str(said.value)) == (sys.version_info < (3, 14))
