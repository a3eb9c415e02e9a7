"""What tests share: where the repository is, and a path to the records in `tests/` however pytest is called."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Last, so that an installed pushlog is the one that is tested.
sys.path.append(str(ROOT))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
