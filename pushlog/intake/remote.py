"""Inputs that are not local files: whatever fsspec can open by its URL (S3, GCS, HTTP and more)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit, urlunsplit

from pushlog.faults import InputError
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

_WEB = ("http", "https")
# fsspec knows other kinds too, and chains of them (`a::b://c`): some run templates that they find in a file, some read
# whatever a name in a list says. These are stores of files.
_CLOUDS = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss")
_STORES = (*_WEB, *_CLOUDS, "ftp", "sftp", "ssh", "smb", "hdfs", "webhdfs", "file", "memory")


@record
class RemoteFile:
    """One remote file. `size` in bytes, None where the server doesn't say; `stamp` changes when the file does."""

    url: str
    size: int | None
    stamp: str


def is_remote(name: str) -> bool:
    """Whether a name is a URL."""
    scheme, mark, _ = name.partition("://")
    return bool(mark) and scheme.replace("+", "").isalnum()


def label(url: str) -> str:
    """The URL as it may be shown: without the password in it and without the signature behind it."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as brackets around no address
        scheme, _, rest = url.partition("://")
        host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
        return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def find(url: str) -> Iterator[RemoteFile]:
    """The files that a URL names: a file, all below a folder, or what a pattern matches. Raises InputError."""
    try:
        yield from _find(url)
    except InputError:
        raise
    except Exception as error:
        raise _unreadable(url, error) from error


def opened(url: str) -> BinaryIO:
    """The file, to be read and closed. Raises InputError."""
    try:
        system, path = _system(url)
        return cast("BinaryIO", system.open(path, "rb"))
    except InputError:
        raise
    except Exception as error:
        raise _unreadable(url, error) from error


def _find(url: str) -> Iterator[RemoteFile]:
    system, path = _system(url)
    scheme = urlsplit(url).scheme
    if scheme in _WEB:
        # A page of links is no folder: only what was named is fetched.
        yield _remote_file(url, system.info(path))
        return
    if any(mark in path for mark in "*?["):
        infos = system.glob(path, detail=True)
    elif system.isdir(path):
        infos = system.find(path, detail=True)
    else:
        infos = {path: system.info(path)}
    for name in sorted(infos):
        if infos[name].get("type", "file") == "file":
            yield _remote_file(system.unstrip_protocol(name), infos[name])


def _remote_file(url: str, info: dict[str, Any]) -> RemoteFile:
    stamps = (info.get(key) for key in ("ETag", "etag", "md5Hash", "LastModified", "updated", "mtime", "created"))
    stamp = next((str(value) for value in stamps if value is not None), "")
    size = info.get("size")
    return RemoteFile(url=url, size=int(size) if size is not None else None, stamp=stamp)


def _system(url: str) -> tuple[Any, str]:  # fsspec has no types
    scheme = url.partition("://")[0].lower()
    if scheme not in _STORES or "::" in url:
        raise InputError(f"{label(url)}: no kind of address that is read; {', '.join(_STORES[:6])} and others are")
    try:
        import fsspec
    except ImportError:
        raise InputError(f"{label(url)}: URLs are read with fsspec: pip install 'pushlog[remote]'") from None
    system_and_path: tuple[Any, str] = fsspec.core.url_to_fs(url)
    return system_and_path


def _unreadable(url: str, error: BaseException) -> InputError:
    name = label(url)
    if isinstance(error, ImportError):
        return InputError(f"{name}: its library is missing: pip install 'pushlog[remote]' ({error})")
    if isinstance(error, FileNotFoundError):
        # fsspec says so, too, of a server that can't be reached or that refuses.
        if error.__cause__ is None:
            return InputError(f"{name}: can't be read: no such file")
        error = error.__cause__
    message = " ".join(str(error).split()).replace(url, name) or type(error).__name__
    return InputError(f"{name}: can't be read: {message[:300]}")
