"""Records pushes: `python -m tests.lab OUT [NAMES] --engines FOLDER`."""

from __future__ import annotations

import argparse
import fnmatch
import tempfile
import traceback
from pathlib import Path

from tests.lab.bench import Bench, fresh
from tests.lab.scenarios import SCENARIOS


def main() -> None:
    """Record the scenarios whose names match."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*", default=["*"])
    parser.add_argument("--engines", type=Path, required=True)
    options = parser.parse_args()
    for name, (engine, scenario) in SCENARIOS.items():
        if not any(fnmatch.fnmatch(name, pattern) for pattern in options.names):
            continue
        with tempfile.TemporaryDirectory() as work:
            Path(work).chmod(0o755)
            bench = Bench(options.engines, Path(work))
            try:
                truth = scenario(bench, engine)
            except Exception:  # noqa: BLE001 - one scenario that fails leaves the others
                traceback.print_exc()
                truth = None
            finally:
                bench.close()
            if truth is not None:
                truth["store"] = "containerd" if engine.startswith("c") else "graphdriver"
                bench.save(fresh(options.out / name), truth, edit={})
            bench.text.strip().splitlines()[-1:]


if __name__ == "__main__":
    main()
