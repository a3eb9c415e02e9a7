"""No code from anywhere but the installation: not from the working directory, not from a cache that others write."""

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

import pushlog as package
from tests.hostile.bounded import pushlog
from tests.paths import SAMPLES

LOG = SAMPLES / "push-log.txt"
MARK = "open({!r}, 'a').write(__name__ + ' '); raise SystemExit\n"
# Packages and modules that this program, its children or its libraries import by name.
NAMES = ("pushlog", "multiprocessing", "numpy", "pandas", "lark", "jinja2", "rich", "typer", "pyarrow", "fsspec", "re2")
MODULES = ("signal", "json", "gzip", "tomllib", "zoneinfo", "encodings", "sitecustomize", "usercustomize")


@pytest.fixture
def checkout(tmp_path):
    """A stranger's checkout: modules of all these names, that leave a mark when they are imported."""
    for name in NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(MARK.format(str(tmp_path / "pwned")))
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(MARK.format(str(tmp_path / "pwned")))
    (tmp_path / "evil.pth").write_text(f"import os; open({str(tmp_path / 'pwned')!r}, 'a').write('pth')\n")
    (tmp_path / "logs").mkdir()
    for number in range(3):
        shutil.copy(LOG, tmp_path / "logs" / f"{number}.log")
    return tmp_path


def pwned(folder) -> str:
    path = folder / "pwned"
    return path.read_text() if path.exists() else ""


def test_an_audit_runs_nothing_of_the_working_directory(checkout):
    done = pushlog("audit", "logs", "--out", "out", cwd=checkout)
    assert not pwned(checkout)
    assert done.status == 0, done
    assert "worker died" not in (checkout / "out" / "audit.json").read_text()


@pytest.mark.parametrize("command", [["analyze"], ["compare", "logs/0.log"], ["redact"], ["watch"]])
def test_no_other_command_does(checkout, command):
    done = pushlog(*command, "logs/0.log", cwd=checkout)
    assert not pwned(checkout)
    assert done.status == 0, done


def test_the_console_script_does_not(checkout):
    script = Path(sys.executable).with_name("pushlog")
    if not script.exists():
        pytest.skip("no console script beside this interpreter")
    done = pushlog(cwd=checkout, before=(str(script), "audit", "logs", "--out", "out", "-j", "1"), bare=True)
    assert not pwned(checkout)
    assert done.status == 0, done


def test_a_worker_does_not_where_the_environment_is_ignored(checkout):
    code = "import sys; sys.argv[0] = 'pushlog'; from pushlog.__main__ import main; main()"
    done = pushlog(cwd="/", bare=True, before=(sys.executable, "-E", "-P", "-c", code, "audit",
                                               str(checkout / "logs"), "--out", str(checkout / "out")))  # fmt: skip
    assert not pwned(checkout)
    assert done.status == 0, done


def test_as_a_module_it_takes_no_library_from_the_working_directory(checkout):
    shutil.rmtree(checkout / "pushlog")
    (checkout / "multiprocessing").rename(checkout / "mp")
    for name in MODULES:
        (checkout / f"{name}.py").unlink()
    done = pushlog("logs/0.log", bare=True, before=(sys.executable, "-m", "pushlog", "analyze"), cwd=checkout)
    assert not pwned(checkout)
    assert done.status == 0, done


def test_workers_that_cannot_start_are_told_at_once_and_not_log_by_log(tmp_path):
    (tmp_path / "logs").mkdir()
    for number in range(40):
        shutil.copy(LOG, tmp_path / "logs" / f"{number}.log")
    # What only the workers see: they are asked for a library that is gone by then.
    code = (
        "import sys; import pushlog.audit.worker as w, pushlog.audit.executors as e\n"
        "sys.argv = ['pushlog', 'audit', 'logs', '--out', 'out', '-j', '2']\n"
        "import multiprocessing.spawn as s\n"
        "s.set_executable('/bin/false')\n"
        "from pushlog.__main__ import main\n"
        "main()\n"
    )
    done = pushlog(cwd=tmp_path, bare=True, before=(sys.executable, "-P", "-c", code), patience=30)
    assert done.status == 2, done
    assert [line for line in done.err.splitlines() if line.startswith("pushlog: ") and "could not start" in line]
    assert "died" not in done.out
    assert not (tmp_path / "out" / "audit.json").exists()


@pytest.fixture
def installation(tmp_path):
    """A copy of the installed program that may be spoilt."""
    root = Path(package.__file__).parent
    target = tmp_path / "lib"
    shutil.copytree(root, target / "pushlog", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("grammars", "templates"):
        if not (target / "pushlog" / name).exists():
            shutil.copytree(root.parent / name, target / "pushlog" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def run_installed(installation, folder, *, umask=0o022):
    environment = {"PYTHONPATH": str(installation), "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": ""}
    before = ("sh", "-c", f'umask {umask:o}; exec "$0" "$@"', sys.executable, "-m", "pushlog")
    return pushlog("analyze", LOG, cwd=folder, environment=environment, before=before, bare=True)


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_a_cache_has_the_mode_of_its_source_whatever_the_umask(installation, tmp_path):
    assert run_installed(installation, tmp_path).status == 0
    for path in installation.rglob("*.kept"):
        path.unlink()
    assert run_installed(installation, tmp_path, umask=0).status == 0
    written = sorted(installation.rglob("*.kept"))
    assert written
    for path in written:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o022, path
        assert not stat.S_IMODE(path.parent.stat().st_mode) & 0o022, path.parent


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
@pytest.mark.parametrize("spoil", ["the file", "its folder"])
def test_a_cache_that_others_can_write_is_not_read(installation, tmp_path, spoil):
    assert run_installed(installation, tmp_path).status == 0
    written = sorted(installation.rglob("*.kept"))
    first = [path.read_bytes() for path in written]
    for path in written:
        (path if spoil == "the file" else path.parent).chmod(0o666 if spoil == "the file" else 0o777)
    opened = reads(installation, tmp_path)
    assert not opened, "a cache was read that anybody may have written"
    assert all(len(data) > 32 for data in first)


def reads(installation, folder) -> set[str]:
    """The caches that a run reads, by Python's own audit events and whether the text came out of them."""
    code = (
        "import sys, os\n"
        "seen = set()\n"
        "import pushlog.cache.disk as cache\n"
        "real = cache.cached_bytes\n"
        "def spy(name, sources, make):\n"
        "    made = []\n"
        "    found = real(name, sources, lambda: made.append(1) or make())\n"
        "    if not made: seen.add(name)\n"
        "    return found\n"
        "cache.cached_bytes = spy\n"
        "sys.argv = ['pushlog', 'analyze', sys.argv[1]]\n"
        "from pushlog.__main__ import main\n"
        "try:\n    main()\n"
        "except SystemExit: pass\n"
        "print('READ', *sorted(seen), file=sys.stderr)\n"
    )
    environment = {"PYTHONPATH": str(installation), "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = pushlog(cwd=folder, bare=True, environment=environment, before=(sys.executable, "-c", code, str(LOG)))
    line = next(line for line in done.err.splitlines() if line.startswith("READ"))
    return set(line.split()[1:])


def test_a_cache_that_is_well_kept_is_read(installation, tmp_path):
    assert run_installed(installation, tmp_path).status == 0
    assert reads(installation, tmp_path)


def test_a_cache_with_code_in_it_runs_nothing(installation, tmp_path):
    """Its hash is right: whoever can write it can reckon it. Still nothing in it is a command."""
    import pickle

    assert run_installed(installation, tmp_path).status == 0

    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path}/pwned",)

    code = (
        "import pushlog.cache.disk as cache, sys\n"
        "evil = bytes.fromhex(sys.argv[2])\n"
        "cached = cache.cached_bytes\n"
        "cache.cached_bytes = lambda name, sources, make: evil if 'lark' in name else cached(name, sources, make)\n"
        "sys.argv = ['pushlog', 'analyze', sys.argv[1]]\n"
        "from pushlog.__main__ import main\n"
        "main()\n"
    )
    environment = {"PYTHONPATH": str(installation), "PYTHONSAFEPATH": "1"}
    evil = pickle.dumps({"data": Evil(), "memo": Evil()}).hex()
    done = pushlog(
        cwd=tmp_path, bare=True, environment=environment, before=(sys.executable, "-c", code, str(LOG), evil)
    )
    assert not (tmp_path / "pwned").exists()
    assert done.status is not None
