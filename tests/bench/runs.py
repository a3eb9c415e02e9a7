"""Commands run in turns, each in a process of its own, with their times and their memory."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

OURS = "pushlog"
_LAYERS = r"[0-9a-f]{12}: (Preparing|Waiting|Pushing|Pushed|Layer already exists|Mounted from|Retrying)"
_AWK = (
    r'BEGIN{RS="\r"} match($0,/[0-9a-f]+: Pushing \[/){split($0,a,": Pushing "); id=substr(a[1],length(a[1])-11);'
    r' split(a[2],b,"] +"); last[id]=b[2]; c[id]++} END{for(i in last)print i,last[i],c[i]}'
)
_LOOP = (
    "import re, sys\n"
    f"seen = re.compile(rb'{_LAYERS}').search\n"
    "print(sum(seen(line) is not None for name in sys.argv[1:] for line in open(name, 'rb')))"
)
_ONE_COMMAND = (
    "import typer\n"
    "app = typer.Typer(add_completion=False)\n"
    "@app.command()\n"
    "def hello(name: str) -> None:\n"
    "    print(name)\n"
    "app()"
)


@dataclass
class Runs:
    """What the runs of one command took: seconds of each, those of the processors, and the most memory in bytes.

    A worker of an audit is a child of another process: its processor time and memory are not in these.
    """

    seconds: list[float] = field(default_factory=list)
    processors: list[float] = field(default_factory=list)
    memory: int = 0

    @property
    def median(self) -> float:
        """The middle of the times."""
        return statistics.median(self.seconds)


def ours(*arguments: str) -> list[str]:
    """This program, as it is installed beside the running Python."""
    return [str(Path(sys.executable).with_name("pushlog")), *arguments]


def analyze(paths: Sequence[Path]) -> list[str]:
    """The whole analysis, from bytes to JSON."""
    return ours("analyze", "-f", "json", *map(str, paths))


def awk(paths: Sequence[Path]) -> list[str]:
    """Only the last figure of every layer of a terminal's capture."""
    return ["mawk", _AWK, *map(str, paths)]


def grep(paths: Sequence[Path]) -> list[str]:
    """Only how many lines are of a layer."""
    return ["grep", "-cE", rf"^\S*\s*{_LAYERS}", *map(str, paths)]


def piped(paths: Sequence[Path]) -> list[str]:
    """The whole analysis of what comes out of a pipe."""
    return ["sh", "-c", 'cat "$@" | "$0" analyze -f json -', *ours(), *map(str, paths)]


def audit(paths: Sequence[Path]) -> list[str]:
    """An audit by two processes into a new folder."""
    out = paths[0].with_name("audit")
    return ["sh", "-c", 'rm -rf "$1" && "$0" audit "$2" --jobs 2 --out "$1"', *ours(), str(out), str(paths[0])]


def zgrep(paths: Sequence[Path]) -> list[str]:
    """The same count out of a packed log."""
    return ["zgrep", "-cE", rf"^\S*\s*{_LAYERS}", *map(str, paths)]


def zcat(paths: Sequence[Path]) -> list[str]:
    """Only unpacked."""
    return ["zcat", *map(str, paths)]


def zipgrep(paths: Sequence[Path]) -> list[str]:
    """The same count out of all members of a zip."""
    return ["sh", "-c", 'unzip -p "$0" | grep -cE "$1"', str(paths[0]), rf"^\S*\s*{_LAYERS}"]


def jq_log(paths: Sequence[Path]) -> list[str]:
    """The same count in a log out of a container runtime's JSON."""
    return _jq(".log", paths)


def jq_cast(paths: Sequence[Path]) -> list[str]:
    """The same count in what a recording draws."""
    return _jq('select(type == "array" and .[1] == "o") | .[2]', paths)


def _jq(query: str, paths: Sequence[Path]) -> list[str]:
    return ["sh", "-c", 'jq -j "$0" "$2" | grep -cE "$1"', query, rf"^\S*\s*{_LAYERS}", *map(str, paths)]


def lnav(paths: Sequence[Path]) -> list[str]:
    """The same count by lnav without its screen."""
    return ["lnav", "-n", "-c", f":filter-in {_LAYERS}", *map(str, paths)]


def loop(paths: Sequence[Path]) -> list[str]:
    """The same count by a loop over the lines in Python."""
    return [sys.executable, "-c", _LOOP, *map(str, paths)]


def pandas() -> list[str]:
    """What Python and its table library take to start."""
    return [sys.executable, "-c", "import pandas"]


def one_command() -> list[str]:
    """The help of the smallest program that the same library for command lines can make."""
    return [sys.executable, "-c", _ONE_COMMAND, "--help"]


def alternating(commands: Mapping[str, Sequence[str]], times: int) -> dict[str, Runs]:
    """Each command once, then each again, so that what disturbs the machine disturbs all of them."""
    found = {name: Runs() for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            seconds, processors, memory = _run(command)
            found[name].seconds.append(seconds)
            found[name].processors.append(processors)
            found[name].memory = max(found[name].memory, memory)
    return found


def _run(command: Sequence[str]) -> tuple[float, float, int]:
    """Seconds from start to end, those of the processors, and the most memory that was resident, in bytes."""
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "1"}
    # Not to /dev/null: grep ends at its first match there.
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, env=environment)
        _, _, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - begun
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
