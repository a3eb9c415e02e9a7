"""Templates in their compiled form, kept on disk: to compile those of a report takes a third of its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import __version__ as version
from jinja2.bccache import BytecodeCache

from pushlog.cache.table import KeptTable

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

# Several times as many as there are: other versions of the program may share the folder.
_MOST = 100


class KeptTemplates(BytecodeCache):
    """The code of each template, under its name, its source and the version of Jinja2 that compiled it."""

    def __init__(self) -> None:
        self._table = KeptTable("templates", _MOST)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code, if that was kept."""
        bucket.code = self._table.get(_key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template that was compiled now."""
        self._table.put(_key(bucket), bucket.code)


def _key(bucket: Bucket) -> bytes:
    return f"{version} {bucket.key} {bucket.checksum}".encode()
