"""A large zip that several workers read in shares: everything that is written is what one of them would have made."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pushlog.audit import run, shares
from pushlog.audit.inputs import discover
from pushlog.audit.run import Plan, audit
from pushlog.audit.units import Unit
from pushlog.audit.worker import Settings
from pushlog.intake import archives
from pushlog.intake.archives import in_parts, members
from pushlog.intake.limits import ArchiveLimits
from pushlog.intake.readers import NotAsListedError
from pushlog.intake.zip_entries import opened_entry
from tests.audit.test_run import FAILED, PUSHED, told, tree
from tests.intake.test_archives import zipped

LOGS = {
    "jobs/": b"",
    **{f"jobs/{number:02}.log": FAILED.read_bytes() + b"%d\n" % number for number in range(6)},
    "jobs/again.log": FAILED.read_bytes() + b"1\n",
    "other/empty.log": b"",
    "other/pushed.log": PUSHED.read_bytes(),
    "other/pushed-again.log": PUSHED.read_bytes(),
}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A zip of a few logs counts as a large one, and threads read it."""
    monkeypatch.setattr(run, "processes", ThreadPoolExecutor)
    monkeypatch.setattr(shares, "BYTES", 0)
    monkeypatch.setattr(shares, "MEMBERS", 2)


def audited(path, out, **plan):
    done = audit([str(path)], Plan(out=out, jobs=2, **plan))
    return done, tree(out)


def shares_of(path, **limits):
    """The spans of the shares that a zip is read in."""
    [source] = discover([str(path)], path.parent / "out")[0]
    work = shares.Shares([Unit(inputs=(source,))], ArchiveLimits(**limits))
    return [unit.span for unit in work.units]


def assert_the_same(path, tmp_path, monkeypatch):
    """The outputs, the stored results too, are those of a reading in one go."""
    _, in_shares = audited(path, tmp_path / "shares")
    monkeypatch.setattr(shares, "MOST", 1)
    _, whole = audited(path, tmp_path / "whole")
    assert in_shares == whole


def test_a_zip_in_shares_gives_the_bytes_of_one_that_is_read_whole(tmp_path, monkeypatch):
    path = tmp_path / "logs.zip"
    path.write_bytes(zipped(LOGS))
    assert shares_of(path) == [(0, 2), (2, 4), (4, 6), (6, 8), (8, 10)]
    assert_the_same(path, tmp_path, monkeypatch)
    assert told(tmp_path / "shares")["totals"]["logs"] == 10


def test_a_second_audit_reads_nothing_again(tmp_path):
    path = tmp_path / "logs.zip"
    path.write_bytes(zipped(LOGS))
    audited(path, tmp_path / "out")
    done, _ = audited(path, tmp_path / "out")
    assert (done.read, done.kept) == (0, 1)


def damaged():
    """A member whose checksum is wrong, and one that is packed by an unknown method."""
    data = bytearray(zipped(LOGS))
    places = [place for place in range(len(data) - 4) if data[place : place + 4] == b"PK\1\2"]
    data[places[3] + 16] ^= 1
    data[places[5] + 10] = 77
    return bytes(data)


def with_a_link():
    content = io.BytesIO(zipped(LOGS))
    with zipfile.ZipFile(content, "a") as archive:
        info = zipfile.ZipInfo("link")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return content.getvalue()


def smaller_than_it_is():
    """A member of which the list says that it has ten bytes."""
    data = bytearray(zipped(LOGS))
    place = [place for place in range(len(data) - 4) if data[place : place + 4] == b"PK\1\2"][4]
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(damaged, id="damaged"),
        pytest.param(with_a_link, id="link"),
        pytest.param(smaller_than_it_is, id="lies"),
        pytest.param(lambda: zipped({**LOGS, "inner.zip": zipped({"a.log": PUSHED.read_bytes()})}), id="zip-inside"),
        pytest.param(lambda: zipped({**LOGS, "1_job.txt": b"a\n", "1_job/1_step.txt": b"a\n"}), id="steps"),
    ],
)
def test_what_is_no_plain_log_gives_the_same_bytes_too(data, tmp_path, monkeypatch):
    path = tmp_path / "logs.zip"
    path.write_bytes(data())
    assert len(shares_of(path)) > 1
    assert_the_same(path, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (smaller_than_it_is, (3, 4)),
        (lambda: zipped({"a.log": b"x", "inner.zip": zipped({"a": b""})}), (1, 2)),
    ],
)
def test_a_share_that_is_not_as_the_list_says_is_given_up(data, part):
    content = io.BytesIO(data())
    with pytest.raises(NotAsListedError):
        list(members(content, len(content.getvalue()), ArchiveLimits(), listed=part))


def test_members_before_a_share_are_not_unpacked(monkeypatch):
    opened = []

    def noted(file, entry):
        opened.append(entry.name)
        return opened_entry(file, entry)

    monkeypatch.setattr(archives, "opened_entry", noted)
    content = io.BytesIO(zipped(LOGS))
    names = [member.name for member in members(content, None, ArchiveLimits(), listed=(4, 6))]
    assert names == opened == ["jobs/04.log", "jobs/05.log"]


@pytest.mark.parametrize(
    "limits",
    [{"archive_bytes": 10_000}, {"members": 5}, {"ratio": 2, "ratio_from": 1000}],
    ids=min,
)
def test_a_zip_that_may_hit_a_limit_is_read_whole(limits, tmp_path, monkeypatch):
    path = tmp_path / "logs.zip"
    path.write_bytes(zipped(LOGS))
    assert shares_of(path, **limits) == [None]
    settings = replace(Settings(), limits=ArchiveLimits(**limits))
    _, tried = audited(path, tmp_path / "tried", settings=settings)
    monkeypatch.setattr(shares, "MOST", 1)
    _, whole = audited(path, tmp_path / "whole", settings=settings)
    assert tried == whole


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"PK\3\4" + bytes(100), FAILED.read_bytes()])
def test_what_is_no_zip_has_no_parts(data):
    assert in_parts(io.BytesIO(data), len(data), ArchiveLimits()) == 0
