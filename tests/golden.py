"""The golden pairs in samples/: a log and the JSON that is expected of it, side by side.

`python -m tests.golden` writes the expected files anew; read the difference before you commit it.
"""

import json
from pathlib import Path

from pushlog.intake.read import raw
from pushlog.model import Log
from pushlog.pipeline import analyze_raw
from pushlog.report.json import render
from tests.paths import SAMPLES


def logs() -> list[Path]:
    """Every sample log."""
    return sorted(SAMPLES.glob("*.txt"))


def analyzed(path: Path) -> Log:
    """The analysis of a sample, named by its file name alone, so that it reads the same everywhere."""
    return analyze_raw(raw(path.name, path.read_bytes()))


def expected_file(path: Path) -> Path:
    """Where the expected JSON of a sample is kept."""
    return path.with_suffix(".json")


def main() -> None:
    """Write every expected file anew."""
    for path in logs():
        text = render([analyzed(path)])
        json.loads(text)
        expected_file(path).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
