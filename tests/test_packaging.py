"""What is installed is complete: the lists in pyproject.toml, and a wheel, an sdist and an editable install in use."""

import ast
import fnmatch
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SHIPPED = ("pushlog", "grammars", "templates", "pyproject.toml", "README.md", "LICENSE")
MAPPED = {"pushlog.grammars": "grammars", "pushlog.templates": "templates"}
STRAY = shutil.ignore_patterns("__pycache__", "*.pyc")

# Runs in the fresh environment: loads each grammar and each template by the calls that the code itself uses.
PROBE = """
import re, sys
from importlib.resources import files
import jinja2, lark, pushlog, pushlog.knowledge

assert pushlog.__file__.startswith(sys.argv[1]), pushlog.__file__
grammars = [f for f in files("pushlog.grammars").iterdir() if f.name.endswith(".lark")]
for grammar in grammars:
    rules = re.findall(r"^[?!]*([a-z]\\w*)\\s*:", grammar.read_text("utf-8"), re.MULTILINE)
    start = "start" if "start" in rules else rules[0] if rules else None
    if start:
        lark.Lark.open_from_package("pushlog.grammars", grammar.name, parser="lalr", start=start)
loader = jinja2.PackageLoader("pushlog.templates", "")
templates = [name for name in loader.list_templates() if name.endswith(".jinja")]
pages = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
for name in templates:
    pages.get_template(name)
knowledge = files("pushlog.knowledge")
data = [f.name for folder in (knowledge, knowledge / "errors") for f in folder.iterdir() if f.name.endswith(".toml")]
styles = [f.name for f in files("pushlog.templates").iterdir() if f.name.endswith(".css")]
assert files("pushlog").joinpath("py.typed").is_file()
print(len(grammars), len(templates), len(styles), len(data))
"""


def setup(root: Path) -> dict[str, dict[str, object]]:
    tables: dict[str, dict[str, object]] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]
    return tables


def folders(root: Path) -> dict[str, Path]:
    """Every package of the tree by its name."""
    found = {name: root / folder for name, folder in MAPPED.items()}
    for init in (root / "pushlog").rglob("__init__.py"):
        found[".".join(init.parent.relative_to(root).parts)] = init.parent
    return found


def test_every_package_is_listed(root: Path) -> None:
    setuptools = setup(root)["setuptools"]
    listed = setuptools["packages"]
    assert isinstance(listed, list)
    assert sorted(listed) == sorted(folders(root))
    assert setuptools["package-dir"] == MAPPED
    assert [name for name, folder in folders(root).items() if not (folder / "__init__.py").is_file()] == []


def data(root: Path) -> dict[Path, tuple[str, str]]:
    """Every data file with its package, the nearest above it, and its name from there."""
    by_folder = {folder: name for name, folder in folders(root).items()}
    files = [path for top in ("pushlog", *MAPPED.values()) for path in (root / top).rglob("*") if path.is_file()]
    homes = {
        path: next((folder for folder in path.parents if folder in by_folder), root)
        for path in files
        if path.suffix not in (".py", ".pyc") and "__pycache__" not in path.parts
    }
    return {path: (by_folder.get(home, ""), path.relative_to(home).as_posix()) for path, home in homes.items()}


def test_every_data_file_is_matched_by_a_glob(root: Path) -> None:
    globs = setup(root)["setuptools"]["package-data"]
    assert isinstance(globs, dict)
    missed = [
        str(path)
        for path, (package, name) in data(root).items()
        if not any(fnmatch.fnmatchcase(name, glob) and name.count("/") == glob.count("/") for glob in globs[package])
    ]
    assert missed == []


def test_no_folder_with_code_is_outside_a_package(root: Path) -> None:
    code = {path.parent for top in ("pushlog", *MAPPED.values()) for path in (root / top).rglob("*.py")}
    assert code - set(folders(root).values()) == set()


def imported(path: Path) -> Iterator[str]:
    """Yield the packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_every_library_that_is_installed_is_imported_and_none_is_that_is_not_named(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = (rows for name, rows in project["optional-dependencies"].items() if name not in ("test", "dev"))
    rows = map(Requirement, chain(project["dependencies"], *extras))
    named = {canonicalize_name(row.name) for row in rows if row.marker is None or row.marker.evaluate()}
    packages = {name for path in (root / "pushlog").rglob("*.py") for name in imported(path)}
    owners = packages_distributions()
    used = {canonicalize_name(owner) for name in packages for owner in owners.get(name, ())}
    assert used - {"pushlog"} == named


def ran(*command: str | Path, path: Path | None = None, cwd: Path | str = "/") -> str:
    """What a command prints; with it, when it fails, what it said."""
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    if path is not None:
        env["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, env=env, cwd=cwd
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a setuptools that is new enough, fetched once for all three installs."""
    folder = tmp_path_factory.mktemp("backend")
    asked = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), "setuptools>=77"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pip can't fetch setuptools: {done.stderr.strip()[-200:]}")
    return folder


@pytest.fixture
def tree(tmp_path: Path, root: Path) -> Path:
    """A copy of what is shipped, so that builds leave nothing behind."""
    copy = tmp_path / "tree"
    copy.mkdir()
    for name in SHIPPED:
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name, ignore=STRAY)
        else:
            shutil.copy(root / name, copy / name)
    return copy


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The Python of a fresh environment that sees this one's packages, except pushlog."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    shared = tmp_path / "shared"
    shared.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if package.suffix != ".pth" and not package.name.startswith(("pushlog", "__editable__")):
            (shared / package.name).symlink_to(package)
    site = next(home.glob("lib/python*/site-packages"))
    (site / "shared.pth").write_text(f"{shared}\n", "utf-8")
    return home / "bin" / "python"


def built(hook: str, tree: Path, backend: Path, out: Path) -> Path:
    """Call one hook of the build backend, as pip would."""
    code = f"import sys, setuptools.build_meta as b; print(b.{hook}(sys.argv[1]))"
    return out / ran(sys.executable, "-c", code, out, path=backend, cwd=tree).splitlines()[-1]


def install(python: Path, *what: str | Path, backend: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index")
    ran(*pip, "--no-build-isolation", *what, path=backend)


def whole(root: Path) -> Iterator[int]:
    """How many grammars, templates, styles and tables there are."""
    for folder, glob in (("grammars", "*.lark"), ("templates", "*.jinja"), ("templates", "*.css")):
        yield len(list((root / folder).glob(glob)))
    yield len(list((root / "pushlog" / "knowledge").rglob("*.toml")))


def check(root: Path, python: Path, home: Path) -> None:
    assert ran(python, "-c", PROBE, home) == " ".join(map(str, whole(root))) + "\n"
    assert ran(python.parent / "pushlog", "--help")


def test_a_wheel_holds_everything(root: Path, tree: Path, python: Path, backend: Path, tmp_path: Path) -> None:
    install(python, built("build_wheel", tree, backend, tmp_path), backend=backend)
    check(root, python, tmp_path / "venv")


def test_a_wheel_from_the_sdist_holds_everything(
    root: Path, tree: Path, python: Path, backend: Path, tmp_path: Path
) -> None:
    sdist = built("build_sdist", tree, backend, tmp_path)
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    source = tmp_path / "unpacked" / f"pushlog-{version('pushlog')}"
    install(python, built("build_wheel", source, backend, tmp_path), backend=backend)
    check(root, python, tmp_path / "venv")


def test_an_editable_install_finds_everything(root: Path, tree: Path, python: Path, backend: Path) -> None:
    install(python, "-e", tree, backend=backend)
    check(root, python, tree)
    added = tree / "grammars" / "added.lark"
    added.write_text('start: "a"\n', "utf-8")
    code = "import lark; lark.Lark.open_from_package('pushlog.grammars', 'added.lark', parser='lalr')"
    ran(python, "-c", code)
