"""Zip by its list: the entries that Python's own reader finds, however many the list claims to have."""

import io
import lzma
import random
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pushlog.intake.readers import BrokenError
from pushlog.intake.zip_entries import opened_entry, zip_entries
from tests.hostile.archives import central_header, end_record, local_header, with_list

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
names = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\\", exclude_categories=["Cs"]), min_size=1, max_size=60
)


def content(file, entry) -> bytes:
    reader, data = opened_entry(file, entry), b""
    while part := reader.read1(1000):
        assert len(part) <= 1000
        data += part
    return data


def contents(data: bytes, most=100) -> list[tuple[str, bytes]]:
    file = io.BytesIO(data)
    return [(entry.name, content(file, entry)) for entry in zip_entries(file, most)]


@pytest.mark.hypothesis
@given(
    files=st.lists(
        st.tuples(names, st.binary(max_size=3000), st.sampled_from(METHODS)), max_size=5, unique_by=lambda file: file[0]
    ),
    before=st.binary(max_size=40),
    comment=st.binary(max_size=40),
)
@example(files=[], before=b"PK\6\7", comment=b"")
def test_the_entries_are_those_of_the_standard_library(files, before, comment):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data, method in files:
            archive.writestr(zipfile.ZipInfo(name), data, method)
        archive.comment = comment.replace(b"PK", b"")
    # The beginning of a record of zip64 right above an empty list would be taken for one.
    data = before.replace(b"PK", b"") + out.getvalue()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        expected = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    assert contents(data) == expected


def test_no_more_entries_are_looked_at_than_are_wanted():
    entries = [central_header(b"%03d" % n) for n in range(50)]
    data = with_list(local_header(b"a"), entries)
    assert [entry.name for entry in zip_entries(io.BytesIO(data), 3)] == ["000", "001", "002"]


def test_sizes_and_places_beyond_32_bits_come_from_the_extra_field():
    text = b"a log\n"
    local = local_header(b"a", packed=len(text), size=len(text), crc=zlib.crc32(text)) + text
    full = 0xFFFFFFFF
    extra = struct.pack("<2H", 0x5455, 5) + b"\0" * 5 + struct.pack("<2H3Q", 1, 24, len(text), len(text), 0)
    entry = central_header(b"a", packed=full, size=full, offset=full, crc=zlib.crc32(text), extra=extra)
    assert contents(with_list(local, [entry])) == [("a", text)]
    assert contents(with_list(local, entry, 70_000), most=1) == [("a", text)]


def test_a_wrong_checksum_is_said():
    data = bytearray(with_list(local_header(b"a", packed=3, size=3) + b"abc", [central_header(b"a", packed=3, size=3)]))
    file = io.BytesIO(bytes(data))
    with pytest.raises(BrokenError, match="checksum"):
        content(file, zip_entries(file, 1)[0])


@pytest.mark.parametrize(
    "entry",
    [
        central_header(b"a", method=9),
        central_header(b"a", method=99),
        central_header(b"a", method=14, packed=9),
        central_header(b"a", offset=999),
        central_header(b"a", offset=1),
    ],
)
def test_an_entry_that_cannot_be_unpacked_says_why(entry):
    file = io.BytesIO(with_list(local_header(b"a") + bytes(20), [entry]))
    with pytest.raises(BrokenError, match="can't be unpacked"):
        opened_entry(file, zip_entries(file, 1)[0])


@pytest.mark.parametrize(
    "data",
    [b"PK\3\4", b"PK\5\6", end_record(1, 10_000, 0), end_record(3, 0, 0), with_list(b"", [b"PK\1\2"]),
     struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1) + end_record(1, 0, 0)],
)  # fmt: skip
def test_a_list_that_is_none_is_broken(data):
    with pytest.raises(BrokenError, match="the zip is broken"):
        zip_entries(io.BytesIO(data), 10)


def test_spoilt_zips_raise_nothing_else():
    """Three thousand zips with one to three bytes changed, cut or whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for method in METHODS:
            archive.writestr(f"{method}.log", b"a line of a log\n" * 20, method)
    good, draw = out.getvalue(), random.Random(7)
    for _ in range(3000):
        data = bytearray(good)
        for _ in range(draw.randint(1, 3)):
            data[draw.randrange(len(data))] = draw.choice([0, 1, 255, draw.randrange(256)])
        file = io.BytesIO(bytes(data[: draw.choice([len(data), draw.randrange(len(data))])]))
        with suppress(BrokenError, EOFError, zlib.error, OSError, ValueError, lzma.LZMAError):
            for entry in zip_entries(file, 10):
                content(file, entry)
