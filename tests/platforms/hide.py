"""Run pushlog as on another system: what Python lacks there is taken away first.

`python hide.py macos|windows ARGUMENT...`. Nothing is simulated: a module that asks for what is gone fails here as it
would fail there. What differs between the systems themselves (paths, files that are open) is for the jobs of CI there.
"""

import os
import signal
import sys
import types
from importlib import import_module

# https://docs.python.org/3/library/os.html, signal.html and mmap.html name the systems of each.
LACKS: dict[str, dict[str, tuple[str, ...]]] = {
    "macos": {
        "modules": ("msvcrt", "winreg"),
        "os": (
            "O_TMPFILE",
            "copy_file_range",
            "memfd_create",
            "pidfd_open",
            "pipe2",
            "posix_fadvise",
            "sched_getaffinity",
            "sched_setaffinity",
        ),
        "signal": ("SIGPWR", "SIGRTMAX", "SIGRTMIN", "SIGSTKFLT", "sigtimedwait", "sigwaitinfo"),
        "mmap": ("MAP_POPULATE",),
    },
    # pthread_sigmask and fork_exec stay: the standard library starts processes with them here.
    "windows": {
        "modules": ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty", "winreg"),
        "os": (
            "O_CLOEXEC",
            "O_DIRECTORY",
            "O_NOFOLLOW",
            "O_NONBLOCK",
            "O_TMPFILE",
            "fork",
            "forkpty",
            "geteuid",
            "getgid",
            "getpgrp",
            "getuid",
            "killpg",
            "openpty",
            "pipe2",
            "posix_fadvise",
            "sched_getaffinity",
            "tcgetpgrp",
            "waitid",
        ),
        "signal": (
            "ITIMER_PROF",
            "SIGALRM",
            "SIGBUS",
            "SIGCHLD",
            "SIGHUP",
            "SIGKILL",
            "SIGPIPE",
            "SIGPROF",
            "SIGQUIT",
            "SIGUSR1",
            "SIGUSR2",
            "SIGWINCH",
            "SIGXFSZ",
            "setitimer",
        ),
        "mmap": ("MADV_DONTNEED", "MAP_PRIVATE", "MAP_SHARED"),
    },
}
# They ask for the system's name once, when they are loaded, and would then call the real one.
LIBRARIES = ("click", "jinja2", "lark", "pandas", "rich.console", "rich.live", "rich.progress", "typer")
STANDARD = (
    "concurrent.futures.process",
    "multiprocessing.popen_spawn_posix",
    "multiprocessing.resource_tracker",
    "shutil",
    "subprocess",
)
NAMES = {"macos": "darwin", "windows": "win32"}


def hide(system: str) -> None:
    """Take away what the system lacks, and give the name of the system."""
    import mmap

    lacks = LACKS[system]
    # What the standard library needs of Linux to run on Linux is loaded before anything is hidden.
    for name in (*STANDARD, *LIBRARIES):
        import_module(name)
    for name in lacks["modules"]:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in ((os, lacks["os"]), (signal, lacks["signal"]), (mmap, lacks["mmap"])):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    if system == "windows":
        locks = types.ModuleType("msvcrt")
        locks.LK_NBLCK = 2  # type: ignore[attr-defined]
        locks.locking = lambda _file, _mode, _bytes: None  # type: ignore[attr-defined]
        sys.modules["msvcrt"] = locks
    assert "pushlog" not in sys.modules


class _System(types.ModuleType):
    """`sys` with another name of the system, for our modules only: the standard library would call what is missing."""

    def __getattr__(self, name: str) -> object:
        return getattr(sys, name)


def rename(system: str) -> None:
    """Tell our own modules the name of the system where they ask for it."""
    from pushlog.audit import executors

    renamed = _System("sys")
    renamed.platform = NAMES[system]  # type: ignore[attr-defined]
    executors.sys = renamed  # type: ignore[attr-defined]


def run() -> None:
    system = sys.argv.pop(1)
    hide(system)
    if sys.argv[1] == "audit":
        rename(system)
    sys.argv[0] = "pushlog"
    from pushlog.__main__ import main

    main()


if __name__ == "__main__":
    run()
