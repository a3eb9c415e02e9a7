"""What tests share: where the repository is, and a path to the records in `tests/` however pytest is called."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no defect: times are measured by benchmarks, not by tests.
settings.register_profile("pushlog", deadline=None)
settings.load_profile("pushlog")

ROOT = Path(__file__).resolve().parent.parent
# Last, so that an installed pushlog is the one that is tested.
sys.path.append(str(ROOT))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
