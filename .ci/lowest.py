"""Print constraints for the lowest versions that pyproject.toml allows on this Python of what pushlog needs to run."""

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

if __name__ == "__main__":
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    beside = (item for name in ("audit", "remote", "zstd", "dask", "rules") for item in extras[name])
    for row in map(Requirement, (*project["dependencies"], *beside)):
        if row.marker is None or row.marker.evaluate():
            lowest = next(part.version for part in row.specifier if part.operator == ">=")
            sys.stdout.write(f"{row.name}=={lowest}\n")
