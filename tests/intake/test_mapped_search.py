"""What is searched in a mapped file: the same as in bytes, wherever the steps end in which memory is given back."""

import mmap
import re
from tempfile import TemporaryFile

import pytest

from pushlog.intake import mapped
from pushlog.intake.mapped import find, holds, shows
from pushlog.intake.read import raw
from pushlog.intake.unwrap import restore
from pushlog.pipeline import analyze_raw
from tests.bench import inputs

DATA = b"one\ntoken: a\nthree  \nfour\n"


@pytest.fixture(params=range(6), ids=lambda step: f"steps of {1 << step}")
def _steps(request, monkeypatch) -> None:
    monkeypatch.setattr(mapped, "_STEP", request.param)


@pytest.mark.usefixtures("_steps")
def test_words_are_found_where_they_are_in_bytes() -> None:
    for words in (b"o", b"token", b"\nthree", b"four\n", b"five"):
        for start in range(len(DATA)):
            for stop in (start, start + 5, len(DATA)):
                assert find(DATA, words, start, stop) == DATA.find(words, start, stop)
                assert holds(DATA, words, start, stop) == (DATA.find(words, start, stop) >= 0)


@pytest.mark.usefixtures("_steps")
@pytest.mark.parametrize("pattern", [rb"^token: \w$", rb"^[a-z]+  $", rb"^four$", rb"^token$", rb"^e"])
def test_a_line_shows_as_it_does_in_bytes(pattern) -> None:
    line = re.compile(pattern, re.MULTILINE)
    for start in (0, 4, 13, 21, len(DATA)):
        assert shows(DATA, line, start, len(DATA)) == (line.search(DATA, start) is not None)


class Watched(mmap.mmap):
    """A mapped log that knows the longest stretch that was searched in it at once."""

    longest = 0

    def find(self, sub, start=0, stop=None):
        """Search forwards."""
        stop = len(self) if stop is None else min(stop, len(self))
        place = super().find(sub, start, stop)
        self.longest = max(self.longest, (place if place >= 0 else stop) - start)
        return place

    def rfind(self, sub, start=0, stop=None):
        """Search backwards."""
        stop = len(self) if stop is None else min(stop, len(self))
        place = super().rfind(sub, start, stop)
        self.longest = max(self.longest, stop - (place if place >= 0 else start))
        return place


@pytest.mark.parametrize("kind", [inputs.terminal, inputs.job], ids=lambda kind: kind.__name__)
def test_no_search_reads_all_of_a_mapped_log_at_once(kind, monkeypatch) -> None:
    monkeypatch.setattr(mapped, "_STEP", 14)
    monkeypatch.setattr(restore, "LONGEST", 0)  # what is repaired is held in memory
    with TemporaryFile() as file:
        file.writelines(kind(2_500_000))
        file.flush()
        log = Watched(file.fileno(), 0, access=mmap.ACCESS_READ)
        assert analyze_raw(raw("log", log)).pushes
        assert 1 << 14 <= log.longest < 1_100_000  # a record of a store may have a megabyte
