"""Memory: what an analysis holds at most, in a process of its own, beside the size of its log."""

import subprocess
import sys

import pytest

from tests.bench import inputs

MB = inputs.MB
# A process of its own starts the one that is measured: a child is charged for what its parent held when it began.
MEASURED = """
import resource, subprocess, sys
command = [sys.executable, "-m", "pushlog", "analyze", sys.argv[1], "-f", "json"]
done = subprocess.run(command, stdout=subprocess.DEVNULL)
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(done.returncode, most * (1 if sys.platform == "darwin" else 1024))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no figure of a child's memory here")
@pytest.mark.parametrize(
    "kind",
    [inputs.terminal, inputs.job, inputs.engine, inputs.records, inputs.recording],
    ids=lambda kind: kind.__name__,
)
def test_a_log_of_40_mb_needs_at_most_250_mb_and_a_quarter_of_its_size(tmp_path, kind) -> None:
    log = tmp_path / "push-log.txt"
    with log.open("wb") as file:
        file.writelines(kind(40 * MB))
    size = log.stat().st_size
    assert size > 30 * MB
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, log], capture_output=True, check=True, text=True, cwd=tmp_path, timeout=120
    )
    status, most = map(int, done.stdout.split())
    assert status == 0
    # Less than the modules of an analysis take would be a figure of something else.
    assert 30 * MB < most < 250 * MB + size // 4, f"{most / MB:.0f} MB"
