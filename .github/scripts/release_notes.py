"""Print the changelog's section of a tag such as `v0.2.0`; fail when it is not the version of the project."""

import re
import sys
import tomllib
from pathlib import Path


def notes(tag: str, changelog: str, version: str) -> str:
    """Return the section without its heading. Raises SystemExit with a sentence for a tag, version or date amiss."""
    if tag != f"v{version}":
        raise SystemExit(f"pyproject.toml: the version is {version}, the tag {tag}")
    section = re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## \[|^\[|\Z)",
        changelog,
        re.MULTILINE | re.DOTALL,
    )
    if section is None or not section[1].strip():
        raise SystemExit(f"CHANGELOG.md: no dated section of {version}")
    return section[1].strip() + "\n"


if __name__ == "__main__":
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    sys.stdout.write(notes(sys.argv[1], Path("CHANGELOG.md").read_text("utf-8"), project["version"]))
