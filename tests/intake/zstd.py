"""Zstandard for tests: what Python has from 3.14 on, and its backport before."""

import sys
from types import ModuleType

import pytest

NAME = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"


def library() -> ModuleType:
    module: ModuleType = pytest.importorskip(NAME, reason="NO ZSTD: .zst goes untested")
    return module


def packed(data: bytes) -> bytes:
    frame: bytes = library().compress(data)
    return frame
