"""Print constraints for the lowest versions that pyproject.toml allows of what pushlog needs to run."""

import re
import sys
import tomllib
from pathlib import Path

if __name__ == "__main__":
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    beside = (item for name in ("audit", "remote", "zstd", "dask", "rules") for item in extras[name])
    for requirement in (*project["dependencies"], *beside):
        name, lowest = re.fullmatch(r"([\w.-]+)(?:\[.*\])?>=([\d.]+).*", requirement).groups()
        sys.stdout.write(f"{name}=={lowest}\n")
