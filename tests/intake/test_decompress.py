"""Compressed streams, unpacked within bounds: the bytes that were packed, never more at a time than asked for."""

import bz2
import gzip
import io
import lzma
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.intake.decompress import (
    MEMORY,
    Unpacked,
    bzip2_stream,
    deflate_stream,
    gzip_stream,
    lzma_stream,
    xz_stream,
    zstd_streams,
)
from tests.hostile.archives import zstd_window
from tests.intake import zstd

FORMS = {
    "gzip": (lambda data: gzip.compress(data, mtime=0), gzip_stream),
    "bzip2": (bz2.compress, bzip2_stream),
    "xz": (lzma.compress, xz_stream),
    "zstd": (zstd.packed, lambda: zstd_streams()()),  # noqa: PLW0108 - only where the library is
}


def unpacked(packed: bytes, begin, size=1 << 16, **options) -> bytes:
    reader = Unpacked(io.BytesIO(packed), begin, **options)
    parts = []
    while part := reader.read1(size):
        assert len(part) <= size
        parts.append(part)
    assert reader.read1(size) == b""
    return b"".join(parts)


@pytest.mark.hypothesis
@given(
    parts=st.lists(st.one_of(st.binary(max_size=3000), st.integers(0, 200_000).map(bytes)), min_size=1, max_size=4),
    size=st.sampled_from([1, 7, 4096, 1 << 20]),
    form=st.sampled_from(sorted(FORMS)),
    padding=st.integers(0, 9),
)
def test_streams_that_follow_one_another_are_one_text(parts, size, form, padding):
    pack, begin = FORMS[form]
    packed = bytes(4 * padding).join(pack(part) for part in parts) + bytes(4 * padding)
    whole = b"".join(parts)
    if len(whole) > 3000 and size < 4096:
        size = 4096
    assert unpacked(packed, begin, size) == whole


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_cut_anywhere_is_said_and_nothing_before_it_is_lost(form):
    pack, begin = FORMS[form]
    text = random.Random(5).randbytes(40_000)
    packed = pack(text) + pack(text)
    for cut in (1, 5, 11, len(packed) // 4, len(packed) // 2 - 1, len(packed) // 2 + 3, len(packed) - 1):
        reader = Unpacked(io.BytesIO(packed[:cut]), begin)
        got = b""
        with pytest.raises(EOFError):  # noqa: PT012 - what came before counts
            while part := reader.read1(1000):
                got += part
        assert (text + text).startswith(got)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_other_bytes_behind_a_stream_are_no_stream(form):
    pack, begin = FORMS[form]
    with pytest.raises((OSError, zlib.error, lzma.LZMAError, EOFError, zstd.library().ZstdError)):
        unpacked(pack(b"x" * 1000) + b"not a stream at all", begin)


def test_bare_lzma_data_without_an_end_mark_ends_at_its_size():
    chain = [{"id": lzma.FILTER_LZMA1, "preset": 6}]
    packed = lzma.compress(b"y" * 5000, lzma.FORMAT_ALONE, filters=chain)
    properties, data = packed[:5], packed[13:]
    assert unpacked(data, lambda: lzma_stream(properties), single=True, size=5000) == b"y" * 5000
    with pytest.raises(EOFError):
        unpacked(data[:-20], lambda: lzma_stream(properties), single=True, size=5000)


@pytest.mark.parametrize(
    "properties", [b"", b"\x5d", bytes([225, 0, 0, 1, 0]), b"\x5d" + (MEMORY + 1).to_bytes(4, "little")]
)
def test_properties_that_ask_for_too_much_are_refused(properties):
    with pytest.raises(ValueError, match=r"LZMA|dictionary"):
        lzma_stream(properties)


def test_xz_as_large_as_its_own_best_preset_asks_is_read():
    assert unpacked(lzma.compress(b"z" * 100, preset=9), xz_stream) == b"z" * 100


@pytest.mark.parametrize(("window", "is_read"), [(26, True), (27, False)])
def test_a_zstandard_window_is_set_aside_up_to_the_limit(window, is_read):
    library = zstd.library()
    if is_read:
        assert unpacked(zstd_window(window, 1), zstd_streams()) == bytes(1 << 20)
    else:
        with pytest.raises(library.ZstdError, match="memory"):
            unpacked(zstd_window(window, 1), zstd_streams())


def test_only_the_first_stream_of_a_single_one_is_read():
    packed = zlib.compress(b"a" * 100)[2:-4]
    assert unpacked(packed + packed, deflate_stream, single=True) == b"a" * 100
