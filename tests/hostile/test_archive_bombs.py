"""Archives that promise more than they hold cost ten seconds and 400 MB at most, in `analyze` and in `audit`."""

import json

import pytest

from tests.hostile.archives import BOMBS, PUSH, write
from tests.hostile.bounded import MEGABYTES, needs_proc, pushlog


@needs_proc
@pytest.mark.parametrize("name", BOMBS)
def test_analyze_ends_in_time_and_memory(tmp_path, name):
    done = pushlog("analyze", write(name, tmp_path), "-f", "json", cwd=tmp_path)
    assert done.within, done
    assert done.status in (0, 2, 3, 4), done


@needs_proc
def test_an_audit_tells_each_in_a_row_and_reads_the_others(tmp_path):
    for number, name in enumerate(BOMBS):
        (tmp_path / "logs" / f"{number:02}").mkdir(parents=True)
        write(name, tmp_path / "logs" / f"{number:02}")
    (tmp_path / "logs" / "good.log").write_bytes(PUSH)
    done = pushlog("audit", "logs", "--out", "out", cwd=tmp_path, patience=10 * len(BOMBS))
    assert done.status == 4, done
    assert done.megabytes < MEGABYTES, done
    summary = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert summary["totals"]["pushes"] >= 1
    unread = {row["input"].split("/")[1] for row in summary["unread"]}
    assert len(unread) > len(BOMBS) // 2
