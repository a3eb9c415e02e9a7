"""Tar as a stream: the entries that Python's own reader finds, and none of its faults."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.intake.readers import BrokenError
from pushlog.intake.tar_entries import LONGEST_HEADER, SPARSE, tar_entries
from tests.hostile.archives import header, member, padded, record

names = st.text(
    st.characters(codec="utf-8", exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=120
)
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def entries(data: bytes):
    """Names, contents and problems of the entries that are no folders."""
    found = []
    for entry in tar_entries(io.BytesIO(data)):
        content = None
        if entry.file is not None:
            content = b""
            while part := entry.file.read():
                content += part
        elif entry.problem is None:
            continue
        found.append((entry.name, content, entry.problem))
    return found


def written(files, form) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding="utf-8") as archive:
        for name, data, kind in files:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size, entry.mtime = kind, len(data) if kind == tarfile.REGTYPE else 0, 1_700_000_000.5
            entry.uname = "m\u00fcller"
            try:
                archive.addfile(entry, io.BytesIO(data))
            except ValueError:  # a name too long for ustar
                continue
    return out.getvalue()


@pytest.mark.hypothesis
@given(
    files=st.lists(
        st.tuples(
            paths,
            st.binary(max_size=2000),
            st.sampled_from([tarfile.REGTYPE, tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE]),
        ),
        max_size=6,
    ),
    form=st.sampled_from(FORMATS),
)
def test_the_entries_are_those_of_the_standard_library(files, form):
    data = written(files, form)
    expected = []
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8") as archive:
        for entry in archive:
            if entry.isreg():
                file = archive.extractfile(entry)
                assert file is not None
                expected.append((entry.name, file.read()))
    assert [(name, content) for name, content, _ in entries(data) if content is not None] == expected


def test_data_that_nobody_reads_is_passed_over():
    data = member("a", b"x" * 5000) + member("b", b"y")
    assert [entry.name for entry in tar_entries(io.BytesIO(data))] == ["a", "b"]


@pytest.mark.parametrize(
    "data",
    [
        bytes(header(at_148=b"000000\0 "))[:300],
        bytes(header(size=5)) + b"abc",
        bytes(header(kind=b"x", size=LONGEST_HEADER + 1)) + bytes(1 << 20),
        bytes(header(kind=b"L", size=1 << 40)),
        bytes(header(kind=b"x", size=20)) + padded(b"99999999999 path=a\nx"),
        bytes(header(kind=b"x", size=12)) + padded(b"12 path=abcd"),
        bytes(header(kind=b"x", size=12)) + padded(b"\xc2\xb2 path=abc\n"),
        bytes(header(at_124=b"\xff" * 12)),
        bytes(header(at_124=b"99999999999\0")),
        b"".join(bytes(header(kind=b"L", size=2)) + padded(b"a\0") for _ in range(20)),
        bytes(header(kind=b"S", gnu=True, at_482=b"\1")),
    ],
    ids=range(11),
)
def test_what_is_broken_is_said_and_ends(data):
    with pytest.raises(BrokenError, match="the tar is broken"):
        entries(data)


def test_a_wrong_checksum_is_broken():
    data = bytearray(member("a", b"x") + member("b", b"y"))
    data[1024 + 3] ^= 1
    with pytest.raises(BrokenError, match="checksum"):
        entries(bytes(data))


def test_pax_records_name_and_size_the_entry_after_them():
    records = record(b"path", "\u00e4/\u00f6.log".encode()) + record(b"size", b"3") + record(b"comment", b"x=y\nz")
    data = bytes(header(kind=b"x", size=len(records))) + padded(records) + bytes(header("no")) + padded(b"abc")
    assert entries(data + member("next", b"n")) == [("\u00e4/\u00f6.log", b"abc", None), ("next", b"n", None)]


def test_holes_are_never_made():
    extended = bytes(header("a", kind=b"S", gnu=True, size=3, at_482=b"\1")) + bytes(512) + padded(b"abc")
    assert entries(extended + member("next", b"n")) == [("a", None, SPARSE), ("next", b"n", None)]
    records = record(b"GNU.sparse.major", b"1")
    pax = bytes(header(kind=b"x", size=len(records))) + padded(records) + member("a", b"map")
    assert entries(pax + member("next", b"n")) == [("a", None, SPARSE), ("next", b"n", None)]


@pytest.mark.parametrize("size", [8**11, 2**40])
def test_a_large_size_in_bytes_is_read_as_far_as_it_goes(size):
    file = next(iter(tar_entries(io.BytesIO(bytes(header(size=size)) + b"abc")))).file
    assert file is not None
    assert file.read(2) == b"ab"
    assert file.read(9) == b"c"
    with pytest.raises(BrokenError, match="ends inside an entry"):
        file.read(1)
