"""What tests share: where the repository is, and a path to the records in `tests/` however pytest is called."""

import atexit
import importlib.util
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

# A slow machine is no defect: times are measured by benchmarks, not by tests.
# The same examples at every run of CI: what a search finds is for whoever searches, not for whoever lands.
_EXAMPLES = int(os.environ.get("PUSHLOG_EXAMPLES", "100"))
settings.register_profile("pushlog", deadline=None, derandomize=bool(os.environ.get("CI")), max_examples=_EXAMPLES)
settings.load_profile("pushlog")

ROOT = Path(__file__).resolve().parent.parent
# Last, so that an installed pushlog is the one that is tested, also by `python -m pytest`, which puts the folder first.
sys.path[:] = [*(entry for entry in sys.path if Path(entry).resolve() != ROOT), str(ROOT)]
_SPEC = importlib.util.find_spec("pushlog")
if _SPEC is not None and not Path(str(_SPEC.origin)).is_relative_to(ROOT):
    # From an unpacked source distribution: the processes that tests start take the installed one, too.
    os.environ["PYTHONSAFEPATH"] = "1"

# What a shell runs in the background ignores Ctrl-C, and so would all processes that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture
def at_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "list[Callable[[], None]]":
    """An empty folder for what is kept on disk, and what runs at the end of each process that began in it."""
    from pushlog.cache import disk

    at_end: list[Callable[[], None]] = []
    monkeypatch.setattr(disk, "_folder", lambda: tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(atexit, "register", at_end.append)
    return at_end
