"""Compressed streams, unpacked in pieces of bounded size: no call makes more bytes than were asked for.

Python's own file objects can't promise that for all formats: some hold back a header of any length, some unpack all
that a piece of input stands for, and some set a dictionary aside as large as a forged header says.
"""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from typing import TYPE_CHECKING, Protocol

from pushlog.faults import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pushlog.intake.readers import Reads

# Compressed bytes are read in pieces of this size. They stay small, because what follows a short stream is copied.
PIECE = 16 << 10
# The largest dictionary or window that is set aside: `xz -9` and `zstd -19` ask for no more.
MEMORY = 64 << 20
# The memory that liblzma needs beside its dictionary.
_BESIDE = 1 << 20
# zlib's `wbits`: 15 bits of window, and a gzip header and checksum around the data, or nothing around it.
_GZIP, _RAW = 31, -15
_NO_ZSTD = (
    "zstd is read with Python's compression.zstd, which this Python was built without"
    if sys.version_info >= (3, 14)
    else "zstd is read with the library backports.zstd: pip install 'pushlog[zstd]'"
)


class Decoder(Protocol):
    """Unpacks one stream, as `bz2.BZ2Decompressor` and `lzma.LZMADecompressor` do."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more can be unpacked from the input so far."""

    @property
    def unused_data(self) -> bytes:
        """The input behind the end of the stream."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return at most `max_length` bytes, unpacked from the input so far and `data`."""


class Unpacked:
    """The bytes of compressed streams that follow one another.

    `begin` makes the decoder of a stream. `single`: only one stream is read, and its end may be missing when `size`
    bytes came out, as in a zip, whose list of entries tells the size.
    """

    def __init__(
        self, source: Reads, begin: Callable[[], Decoder], *, single: bool = False, size: int | None = None
    ) -> None:
        self._source = source
        self._begin = begin
        self._single = single
        self._size = size
        self._decoder: Decoder | None = None
        self._pending = b""
        self._made = 0
        self._streams = 0

    def read1(self, size: int, /) -> bytes:
        """Return some bytes, at most `size`; none at the end. Raises EOFError when that comes inside a stream."""
        while True:
            if self._decoder is None and not self._next_stream():
                return b""
            data = self._step(size)
            if data:
                self._made += len(data)
                return data

    def _next_stream(self) -> bool:
        """Begin the next stream; False when there is none. Zeros between streams are padding."""
        if self._single and self._streams:
            return False
        while not self._pending.lstrip(b"\0") if self._streams else not self._pending:
            self._pending = self._source.read(PIECE)
            if not self._pending:
                return False
        self._pending = self._pending.lstrip(b"\0") if self._streams else self._pending
        self._decoder = self._begin()
        self._streams += 1
        return True

    def _step(self, size: int) -> bytes:
        decoder = self._decoder
        assert decoder is not None
        ended = False
        if decoder.needs_input and not self._pending:
            self._pending = self._source.read(PIECE)
            ended = not self._pending
        piece = self._pending if decoder.needs_input else b""
        if piece:
            self._pending = b""
        data = decoder.decompress(piece, size)
        if decoder.eof:
            self._pending = decoder.unused_data + self._pending
            self._decoder = None
        elif ended and not data:
            if self._size is None or self._made != self._size:
                raise EOFError
            self._decoder = None
        return data


class _Zlib:
    """zlib's decoder with the interface of the other ones."""

    def __init__(self, bits: int) -> None:
        self._decoder = zlib.decompressobj(bits)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail or data, max_length)


def gzip_stream() -> Decoder:
    """Return the decoder of a gzip member."""
    return _Zlib(_GZIP)


def deflate_stream() -> Decoder:
    """Return the decoder of bare deflate data."""
    return _Zlib(_RAW)


def bzip2_stream() -> Decoder:
    """Return the decoder of a bzip2 stream."""
    return bz2.BZ2Decompressor()


def xz_stream() -> Decoder:
    """Return the decoder of an xz stream, within a bounded memory."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY + _BESIDE)


def lzma_stream(properties: bytes) -> Decoder:
    """Return the decoder of bare LZMA data; `properties`: the five bytes that describe it. Raises ValueError."""
    if len(properties) != 5 or properties[0] >= 9 * 5 * 5:
        raise ValueError("its LZMA properties are broken")
    packed, dictionary = properties[0], int.from_bytes(properties[1:], "little")
    if dictionary > MEMORY:
        raise ValueError(f"needs a dictionary of {dictionary >> 20} MiB to be unpacked, more than {MEMORY >> 20} MiB")
    # The properties are packed as (pb * 5 + lp) * 9 + lc. Source: the LZMA specification of 7-Zip, section "LZMA file".
    form = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary, 4096),
        "lc": packed % 9,
        "lp": packed // 9 % 5,
        "pb": packed // 45,
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[form])


def zstd_streams() -> Callable[[], Decoder]:
    """Return what makes the decoder of a Zstandard frame. Raises InputError when Python lacks the library."""
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise InputError(_NO_ZSTD) from None
    return lambda: zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: MEMORY.bit_length() - 1})
