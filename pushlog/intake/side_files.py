"""The files of `--with`: logs of a daemon, a proxy or a registry, which are sieved and never read whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake import mapped
from pushlog.intake.limits import LIMITS, LONGEST_PIECE
from pushlog.intake.read import STDIN, read
from pushlog.intake.unpack import HEAD, kind
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.intake.mapped import Data

# So much is looked through before its memory is given back.
_BLOCK = 16 << 20
# Lines that tell what a log is: the first ones, and further ones from all over it.
_FIRST = 200


@record(slots=False, kw_only=False)
class SideFile:
    """One log of `--with`. Lines are counted from 1."""

    name: str
    data: Data

    def first_lines(self) -> list[str]:
        """Return the first lines."""
        lines: list[str] = []
        start = 0
        while start < len(self.data) and len(lines) < _FIRST:
            stop = self._end(start)
            lines.append(self.text(start))
            start = stop + 1
        return lines

    @property
    def lines(self) -> int:
        """How many lines there are."""
        total = 0
        for start in range(0, len(self.data), _BLOCK):
            total += self.data[start : start + _BLOCK].count(b"\n")
            mapped.release_range(self.data, start, start + _BLOCK)
        return total + (len(self.data) > 0 and self.data[-1:] != b"\n")

    def _end(self, start: int) -> int:
        stop = self.data.find(b"\n", start)
        return len(self.data) if stop < 0 else stop

    def text(self, start: int) -> str:
        """Return the line that begins at an offset."""
        part = self.data[start : min(self._end(start), start + LONGEST_PIECE)]
        return part.rstrip(b"\r").decode("utf-8", "replace")

    def lines_with(self, words: Sequence[bytes]) -> Iterator[tuple[int, int]]:
        """Yield number and offset of every line that holds one of these words, in order."""
        number, start = 1, 0
        while start < len(self.data):
            stop = min(len(self.data), start + _BLOCK)
            stop = len(self.data) if stop == len(self.data) else self._end(stop - 1) + 1
            block = self.data[start:stop]
            counted = 0
            for offset in _starts(block, words):
                number += block.count(b"\n", counted, offset)
                counted = offset
                yield number, start + offset
            number += block.count(b"\n", counted)
            mapped.release_range(self.data, start, stop)
            start = stop


def _starts(block: bytes, words: Sequence[bytes]) -> list[int]:
    """Return where the lines begin that hold one of these words, in order."""
    starts: set[int] = set()
    for word in words:
        place = block.find(word)
        while place >= 0:
            starts.add(block.rfind(b"\n", 0, place) + 1)
            end = block.find(b"\n", place)
            place = block.find(word, end) if end >= 0 else -1
    return sorted(starts)


def side_files(names: Iterable[str]) -> list[SideFile]:
    """Return the logs of these paths, those of a folder in the order of their names. Raises InputError."""
    return [_opened(path) for name in names for path in side_paths(name)]


def side_paths(name: str) -> list[str]:
    """Return the files that a name of `--with` stands for. Raises InputError for an empty folder."""
    if name == STDIN or not Path(name).is_dir():
        return [name]
    paths = sorted(str(path) for path in Path(name).rglob("*") if path.is_file())
    if not paths:
        raise InputError(f"{name}: is a folder without files")
    return paths


def _opened(name: str) -> SideFile:
    """Return a log; a large one is mapped, without the look at all of its bytes that a log of a push gets."""
    if name != STDIN and name:
        try:
            with Path(name).open("rb") as file:
                head = file.read(HEAD)
                is_large = Path(name).stat().st_size >= mapped.LARGE
                if is_large and kind(head) is None:
                    file.seek(0)
                    return SideFile(name, mapped.contents(file))
        except OSError:
            pass  # `read` says what is wrong with it
    source = read(name, LIMITS.log_bytes)
    return SideFile(source.name, source.data)
