"""What a user on macOS and on Windows gets: every command runs without what only Linux has."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HIDE = Path(__file__).with_name("hide.py")
SYSTEMS = ("macos", "windows")


def pushlog(system: str, *arguments: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(HIDE), system, *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, cwd=cwd)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    (tmp_path / "push-log.txt").write_bytes((root / "samples" / "push-log.txt").read_bytes())
    return tmp_path


@pytest.mark.parametrize("system", SYSTEMS)
def test_analyze_writes_every_output(system: str, folder: Path) -> None:
    asked = [f"-f{name}={name}.out" for name in ("json", "markdown", "github", "gitlab", "sarif", "junit", "trace")]
    done = pushlog(system, "analyze", "push-log.txt", "-f", "text", "-f", "html=page/", *asked, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    assert b"FAILED" in done.stdout
    assert sorted(path.name for path in (folder / "page").iterdir()) == ["index.html", "report.css"]
    assert len([path for path in folder.iterdir() if path.suffix == ".out"]) == len(asked)


@pytest.mark.parametrize("system", SYSTEMS)
def test_watch_reads_a_pipe_to_its_end(system: str, folder: Path) -> None:
    done = pushlog(system, "watch", cwd=folder, stdin=(folder / "push-log.txt").read_bytes())
    assert done.returncode == 0, done.stderr.decode()
    assert b"FAILED" in done.stdout


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("rules",),
        ("explain", "retry-exhausted"),
        ("redact", "push-log.txt"),
        ("compare", "push-log.txt", "push-log.txt"),
        ("analyze", "--time-limit", "60", "push-log.txt"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_that_only_reads(system: str, arguments: tuple[str, ...], folder: Path) -> None:
    done = pushlog(system, *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout


@pytest.mark.parametrize("system", SYSTEMS)
def test_audit_counts_processors_and_locks_its_folder(system: str, folder: Path) -> None:
    done = pushlog(system, "audit", "push-log.txt", "--out", "audit", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads((folder / "audit" / "audit.json").read_bytes())["totals"]["pushes"] == 1


def test_record_says_that_windows_has_no_pseudo_terminal(folder: Path) -> None:
    done = pushlog("windows", "record", "--", sys.executable, "-c", "print(1)", cwd=folder)
    assert done.returncode == 2
    assert b"pseudo-terminal" in done.stderr
    assert not list(folder.glob("*.cast"))


def test_record_runs_on_macos(folder: Path) -> None:
    done = pushlog("macos", "record", "--", sys.executable, "-c", "print('a push')", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    assert b"a push" in done.stdout
    assert b"a push" in next(folder.glob("*.cast")).read_bytes()


def test_the_screen_of_watch_needs_no_signal_of_posix(folder: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import hide; hide.hide('windows')\n"
        "import os; os.environ['TERM'] = 'xterm'; sys.stderr.isatty = lambda: True\n"
        "from pushlog.live.session import screen\n"
        "with screen(no_color=True) as view: print(type(view).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(HIDE.parent)], capture_output=True, check=False, cwd=folder, text=True
    )
    assert done.stdout == "View\n", done.stderr


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_hidden_is_there_on_linux(system: str) -> None:
    """A name that Linux lacks too would hide nothing."""
    if sys.platform != "linux":
        pytest.skip("hides what only Linux has")
    code = f"import sys; sys.path.insert(0, {str(HIDE.parent)!r}); import hide, os; hide.hide({system!r})\n"
    code += "print(hasattr(os, 'sched_getaffinity'), hasattr(os, 'pipe2'))"
    before = subprocess.run(
        [sys.executable, "-c", "import os; print(hasattr(os, 'sched_getaffinity'), hasattr(os, 'pipe2'))"],
        capture_output=True,
        check=True,
        text=True,
    )
    after = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert before.stdout.split() == ["True", "True"]
    assert after.stdout.split() == ["False", "False"]
