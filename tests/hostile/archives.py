"""Archives that ask for more than they are: each a few bytes to a few kilobytes, made when wanted."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

MIB = 1 << 20
PUSH = (
    b"The push refers to repository [docker.io/acme/app]\n8fca24a28722: Preparing\n8fca24a28722: Pushed\n"
    b"v1: digest: sha256:" + b"ab" * 32 + b" size: 528\n"
)


def header(name="a.log", *, kind=b"0", size=0, gnu=False, **fields) -> bytearray:
    """A tar header; `fields`: offsets (as `at_N`) with the bytes to put there, before the checksum is made."""
    block = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT if gnu else tarfile.USTAR_FORMAT)[:512])
    block[124:136] = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    block[156:157] = kind
    if gnu:
        block[257:265] = b"ustar  \0"
    for place, data in fields.items():
        start = int(place.removeprefix("at_"))
        block[start : start + len(data)] = data
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return block


def tgz(*parts: bytes, end: bool = True) -> bytes:
    return gzip.compress(b"".join(parts) + (bytes(1024) if end else b""), mtime=0)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def member(name: str, data: bytes) -> bytes:
    return bytes(header(name, size=len(data))) + padded(data)


def zeros_gz(mib: int) -> bytes:
    """Gzip members of so many MiB of zeros in all, 32 in each."""
    return gzip.compress(bytes(32 * MIB), 9, mtime=0) * (mib // 32)


def zeros_bz2(mib: int) -> bytes:
    return bz2.compress(bytes(32 * MIB)) * (mib // 32)


def zeros_xz(mib: int) -> bytes:
    return lzma.compress(bytes(32 * MIB), preset=0) * (mib // 32)


def large_dictionary_xz(mib: int) -> bytes:
    """One stream whose reader is asked to keep a GiB of what it has unpacked."""
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    pack = lzma.LZMACompressor(lzma.FORMAT_XZ, filters=chain)
    return b"".join(pack.compress(bytes(MIB)) for _ in range(mib)) + pack.flush()


def zipped(method: int, mib: int, name="a.log") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, archive.open(name, "w", force_zip64=True) as file:
        for _ in range(mib):
            file.write(bytes(MIB))
    return out.getvalue()


def local_header(name: bytes, *, method=0, crc=0, packed=0, size=0, flags=0) -> bytes:
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flags, method, 0, 0, crc, packed, size, len(name), 0) + name


def central_header(
    name: bytes, *, method=0, crc=0, packed=0, size=0, offset=0, flags=0, extra=b"", comment=b""
) -> bytes:
    head = struct.pack(
        "<4s4B4H3L5H2L", b"PK\x01\x02", 20, 3, 20, 0, flags, method, 0, 0, crc, packed, size,
        len(name), len(extra), len(comment), 0, 0, 0, offset,
    )  # fmt: skip
    return bytes(head + name + extra + comment)


def end_record(entries: int, size: int, offset: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, min(entries, 65535), min(entries, 65535), size, offset, 0)


def with_list(local: bytes, entries: list[bytes] | bytes, count: int | None = None) -> bytes:
    directory = entries if isinstance(entries, bytes) else b"".join(entries)
    number = count if count is not None else len(entries)
    tail = b""
    if number > 65535:
        at = len(local) + len(directory)
        tail = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, number, number, len(directory), len(local))
        tail += struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    return local + directory + tail + end_record(number, len(directory), len(local))


def endless_skip(kind=b"Z", size=2**62) -> bytes:
    return tgz(bytes(header(kind=kind, size=size)), end=False)


def pax(mib: float, byte=b"1", kind=b"x") -> bytes:
    size = int(mib * MIB)
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [pack.compress(bytes(header(kind=kind, size=size)))]
    parts += [pack.compress(byte * min(MIB, size - done)) for done in range(0, size, MIB)]
    parts += [pack.compress(bytes(-size % 512) + member("a.log", PUSH) + bytes(1024)), pack.flush()]
    return b"".join(parts)


def sparse(name="a.log", real=(1 << 30) - 1) -> bytes:
    return bytes(
        header(name, kind=b"S", gnu=True, at_386=b"%011o\0" % real, at_398=b"%011o\0" % 0, at_482=b"\0",
               at_483=b"%011o\0" % real)
    )  # fmt: skip


def pax_sparse() -> bytes:
    """A sparse file in the way of pax 1.0: a map before the data, the real size in a header."""
    records = b"".join(record(key, value) for key, value in (
        (b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", b"a.log"),
        (b"GNU.sparse.realsize", b"%d" % ((1 << 30) - 1)),
    ))  # fmt: skip
    data = padded(b"1\n%d\n0\n" % ((1 << 30) - 1))
    return tgz(bytes(header(kind=b"x", size=len(records))), padded(records), bytes(header(size=len(data))), data)


def record(key: bytes, value: bytes) -> bytes:
    size = len(key) + len(value) + 3
    while len(b"%d" % size) + len(key) + len(value) + 3 != size:
        size = len(b"%d" % size) + len(key) + len(value) + 3
    return b"%d %s=%s\n" % (size, key, value)


def many_folders(number: int) -> bytes:
    one = bytes(header("d/", kind=b"5"))
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    return (
        b"".join(pack.compress(one * 1000) for _ in range(number // 1000)) + pack.compress(bytes(1024)) + pack.flush()
    )


def long_list(number: int) -> bytes:
    """A zip whose list has so many entries, all for one file."""
    name = b"a.log"
    local = local_header(name, packed=len(PUSH), size=len(PUSH), crc=zlib.crc32(PUSH)) + PUSH
    entry = central_header(name, packed=len(PUSH), size=len(PUSH), crc=zlib.crc32(PUSH))
    return with_list(local, entry * number, number)


def long_names(number: int) -> bytes:
    """A zip whose names are as long as a name can be."""
    entries = [central_header(b"%05d" % n + b"n" * 65_000) for n in range(number)]
    return with_list(local_header(b"a"), entries)


def overlapping(number: int, mib: int) -> bytes:
    """Entries that all stand for the same compressed bytes."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join(packed.compress(bytes(MIB)) for _ in range(mib)) + packed.flush()
    crc = 0
    for _ in range(mib):
        crc = zlib.crc32(bytes(MIB), crc)
    local = local_header(b"a", method=8, crc=crc, packed=len(data), size=mib * MIB) + data
    entries = [
        central_header(b"%05d.log" % n, method=8, crc=crc, packed=len(data), size=mib * MIB) for n in range(number)
    ]
    return with_list(local, entries)


def lying_zip(size: int) -> bytes:
    """A stored member that claims to hold `size` bytes."""
    local = local_header(b"a.log", packed=size, size=size) + PUSH
    return with_list(local, [central_header(b"a.log", packed=size, size=size)])


def long_gzip_name(mib: int) -> bytes:
    """A gzip member in a tar whose own header has a name of so many MiB."""
    inner = b"\x1f\x8b\x08\x08" + bytes(6)
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    tail = b"\0" + body.compress(PUSH) + body.flush() + struct.pack("<LL", zlib.crc32(PUSH), len(PUSH))
    size = len(inner) + mib * MIB + len(tail)
    parts = [pack.compress(bytes(header("a.log.gz", size=size)) + inner)]
    parts += [pack.compress(b"n" * MIB) for _ in range(mib)]
    parts += [pack.compress(tail + bytes(-size % 512) + bytes(1024)), pack.flush()]
    return b"".join(parts)


def raw_lzma_zip(dictionary: int, mib: int) -> bytes:
    """A zip member by LZMA whose properties ask for a dictionary of so many bytes."""
    chain = [{"id": lzma.FILTER_LZMA1, "preset": 0}]
    pack = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=chain)
    data = b"".join(pack.compress(bytes(MIB)) for _ in range(mib)) + pack.flush()
    properties = bytes([93]) + struct.pack("<L", dictionary)
    packed = struct.pack("<BBH", 9, 4, len(properties)) + properties + data
    crc = 0
    for _ in range(mib):
        crc = zlib.crc32(bytes(MIB), crc)
    local = local_header(b"a.log", method=14, crc=crc, packed=len(packed), size=mib * MIB, flags=2) + packed
    return with_list(local, [central_header(b"a.log", method=14, crc=crc, packed=len(packed), size=mib * MIB, flags=2)])


def zstd_window(log: int, mib: int) -> bytes:
    """Zstandard blocks of one repeated byte behind a header that asks for a window of 2**log bytes."""
    out = [b"\x28\xb5\x2f\xfd", bytes([0, (log - 10) << 3])]
    blocks = mib * 8
    for number in range(blocks):
        last = number == blocks - 1
        out.append(((128 * 1024) << 3 | 1 << 1 | last).to_bytes(3, "little") + b"\0")
    return b"".join(out)


# Each name with the file's name and what makes it; the numbers of the first ones stand for the kinds of the review.
BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "4-skipped-entry-of-2^62": ("a.tgz", endless_skip),
    "4-skipped-entry-of-2^62-unpacked": ("a.tar", lambda: gzip.decompress(endless_skip())),
    "4-regular-entry-of-2^62": ("a.tgz", lambda: endless_skip(b"0")),
    "4-long-link-of-2^62": ("a.tgz", lambda: endless_skip(b"K")),
    "4-skipped-entry-of-2^94": ("a.tgz", lambda: endless_skip(b"V", 2**80)),
    "4-negative-size": ("a.tgz", lambda: tgz(bytes(header(at_124=b"\xff" + b"\xff" * 11)))),
    "5-pax-header-of-digits": ("a.tgz", lambda: pax(1)),
    "5-global-pax-header-of-digits": ("a.tgz", lambda: pax(1, kind=b"g")),
    "5-solaris-pax-header-of-digits": ("a.tgz", lambda: pax(1, kind=b"X")),
    "5-pax-header-of-spaces": ("a.tgz", lambda: pax(1, b" ")),
    "6-bzip2-in-a-zip": ("a.zip", lambda: zipped(zipfile.ZIP_BZIP2, 280)),
    "6-lzma-in-a-zip": ("a.zip", lambda: zipped(zipfile.ZIP_LZMA, 280)),
    "6-deflate-in-a-zip": ("a.zip", lambda: zipped(zipfile.ZIP_DEFLATED, 280)),
    "6-lzma-with-a-dictionary-of-1-GiB": ("a.zip", lambda: raw_lzma_zip(1 << 30, 280)),
    "6-gzip": ("a.gz", lambda: zeros_gz(1024)),
    "6-bzip2": ("a.bz2", lambda: zeros_bz2(1024)),
    "6-xz": ("a.xz", lambda: zeros_xz(1024)),
    "6-xz-with-a-dictionary-of-1-GiB": ("a.xz", lambda: large_dictionary_xz(280)),
    "6-zstd": ("a.zst", lambda: zstd_window(20, 1024)),
    "6-zstd-with-a-window-of-128-MiB": ("a.zst", lambda: zstd_window(27, 600)),
    "6-zstd-with-a-window-of-2-GiB": ("a.zst", lambda: zstd_window(31, 600)),
    "7-sparse": ("a.tgz", lambda: tgz(sparse())),
    "7-a-thousand-sparse": ("a.tgz", lambda: tgz(*(sparse(f"a{n}.log") for n in range(1000)))),
    "7-sparse-by-pax": ("a.tgz", pax_sparse),
    "8-a-list-of-4-million": ("a.gz", lambda: gzip.compress(long_list(4_000_000), 6)),
    "8-a-list-of-4-million-unpacked": ("a.zip", lambda: long_list(4_000_000)),
    "8-long-names": ("a.zip", lambda: long_names(3000)),
    "8-gnu-long-name-of-240-MiB": ("a.tgz", lambda: pax(240, b"n", b"L")),
    "8-gnu-long-link-of-240-MiB": ("a.tgz", lambda: pax(240, b"n", b"K")),
    "8-pax-header-of-240-MiB": ("a.tgz", lambda: pax(240, b"\0")),
    "8-490,000-folders": ("a.tgz", lambda: many_folders(490_000)),
    "8-gzip-name-of-240-MiB": ("a.tgz", lambda: long_gzip_name(240)),
    "8-overlapping-entries": ("a.zip", lambda: overlapping(10_000, 20)),
    "8-stored-size-that-lies": ("a.zip", lambda: lying_zip(0xFFFFFFF0)),
}


@cache
def made(name: str) -> bytes:
    """The bytes of the archive of that name."""
    return BOMBS[name][1]()


def write(name: str, folder: Path) -> Path:
    """Write the archive of that name into a folder."""
    path = folder / BOMBS[name][0]
    path.write_bytes(made(name))
    return path
