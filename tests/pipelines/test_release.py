"""What a release makes of the project: notes, addresses, a page on an index, a source distribution with its tests."""

import importlib.util
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from readme_renderer import markdown

ADDRESS, TAG = "https://git.example.com/acme/pushlog", "v1.2.3"


def script(root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, root / ".github" / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_notes_are_the_section_of_the_version(root: Path) -> None:
    changelog = "## [Unreleased]\n\n## [1.2.3] - 2026-12-01\n\n### Fixed\n\n- A.\n\n## [1.2.2] - 2026-11-01\n\n- B.\n"
    assert script(root, "release_notes").notes(TAG, changelog, "1.2.3") == "### Fixed\n\n- A.\n"


@pytest.mark.parametrize(
    ("tag", "changelog"),
    [
        ("v1.2.4", "## [1.2.3] - 2026-12-01\n- A.\n"),
        ("v1.2.3", "## [1.2.3]\n- A.\n"),
        ("v1.2.3", "## [1.2.3] - 2026-12-01\n\n## [1.2.2] - 2026-11-01\n- B.\n"),
        ("v1.2.3", "## [Unreleased]\n- A.\n"),
    ],
)
def test_a_tag_without_its_version_or_section_stops_the_release(root: Path, tag: str, changelog: str) -> None:
    with pytest.raises(SystemExit):
        script(root, "release_notes").notes(tag, changelog, "1.2.3")


def test_relative_links_become_addresses_of_the_tag(root: Path) -> None:
    readme = "[a](SECURITY.md) [b](./docs/x.md#part) [c](#here) [d](https://e.example/)"
    readme += ' ![p](.github/report.svg) <img src="p.png">'
    assert script(root, "addresses").absolute(readme, ADDRESS, TAG) == (
        f"[a]({ADDRESS}/blob/v1.2.3/SECURITY.md) [b]({ADDRESS}/blob/v1.2.3/docs/x.md#part) [c](#here) "
        f'[d](https://e.example/) ![p]({ADDRESS}/raw/v1.2.3/.github/report.svg) <img src="{ADDRESS}/raw/v1.2.3/p.png">'
    )


def test_readme_renders_on_an_index(root: Path) -> None:
    """Nothing of the page is dropped there, and no link leads to a file beside it."""
    text = script(root, "addresses").absolute((root / "README.md").read_text("utf-8"), ADDRESS, TAG)
    page = markdown.render(text)
    assert page is not None
    assert re.findall(r"""(?:href|src)="(?!https?:|#|mailto:)([^"]*)""", page) == []


def test_the_project_has_addresses_after_it(root: Path) -> None:
    text = (root / "pyproject.toml").read_text("utf-8")
    urls = tomllib.loads(script(root, "addresses").with_urls(text, ADDRESS, TAG))["project"]["urls"]
    assert urls["Source"] == ADDRESS
    assert urls["Changelog"] == f"{ADDRESS}/blob/v1.2.3/CHANGELOG.md"


def test_the_source_distribution_holds_what_its_tests_need(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--sdist", "--outdir", str(tmp_path), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "ould not find a version" in done.stderr + done.stdout:
        pytest.skip("setuptools can't be fetched")
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        path.relative_to(root).as_posix()
        for folder in ("pushlog", "grammars", "templates", "tests", "samples", ".ci", ".github")
        for path in (root / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    wanted |= {path.name for path in root.glob("*.md")} | {"LICENSE", "pyproject.toml"}
    assert wanted - held == set()
