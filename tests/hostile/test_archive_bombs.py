"""Archives that promise more than they hold cost ten seconds and 400 MB at most, in `analyze` and in `audit`."""

import json

import pytest

from tests.hostile.archives import BOMBS, PUSH, write
from tests.hostile.bounded import needs_proc, pushlog


@needs_proc
@pytest.mark.parametrize("name", BOMBS)
def test_analyze_ends_in_time_and_memory(tmp_path, name):
    done = pushlog("analyze", write(name, tmp_path), "-f", "json", cwd=tmp_path)
    assert done.within, done
    assert done.status in (0, 2, 3, 4), done


@needs_proc
@pytest.mark.parametrize("name", BOMBS)
def test_audit_tells_it_in_a_row_and_reads_the_others(tmp_path, name):
    (tmp_path / "logs").mkdir()
    write(name, tmp_path / "logs")
    (tmp_path / "logs" / "good.log").write_bytes(PUSH)
    done = pushlog("audit", "logs", "--out", "out", "-j", "1", cwd=tmp_path)
    assert done.within, done
    assert (tmp_path / "out" / "index.html").exists(), done
    told = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert told["totals"]["pushes"] >= 1
