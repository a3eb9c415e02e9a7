"""Makes any number of CI logs out of a few: other names, other layers, other times, and a job's noise around the push.

    python -m tests.many OUT COUNT [FOLDER...]

FOLDER holds logs to start from (`*.txt`, at any depth; samples/ when none is given). The same call makes the same
files. One log in a hundred is poison: empty, binary, cut, of one endless line. Not run by the tests at full size.
"""

import hashlib
import random
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.paths import ROOT

START = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 30
# One log in twenty-five is of an outage: for this long one registry fails for everybody.
OUTAGE, LASTS, SHARE = timedelta(days=10, hours=9), timedelta(minutes=50), (0.36, 0.40)
REGISTRIES = (
    "registry.example.com:5000",
    "hub.acme.example",
    "harbor.example.org",
    "registry.corp.example:8443",
)
TEAMS = ("shop", "data", "infra", "mobile", "web")
APPS = ("api", "worker", "gateway", "billing", "search", "frontend", "ingest", "mailer")
NOISE = (
    "Cloning into 'app'...",
    "HEAD is now at 4be2a91 bump",
    "#7 [3/5] RUN make all",
    "#7 12.41 compiling module core",
    "ok  \tpkg/store\t0.412s",
    "Tests: 241 passed, 0 failed",
    "100% [==========>] 12MB/12MB done",
    "npm warn deprecated har-validator@5.1.5: this library is no longer supported",
    "Error: retrying flaky download (1/3)",
    "Successfully built 4be2a91c77d0",
    "Downloading https://repo.example.com/maven2/org/acme/acme-core/4.2.1/acme-core-4.2.1.jar (212 kB at 1.1 MB/s)",
)
ID = re.compile(rb"\b[0-9a-f]{12}\b")
DIGEST = re.compile(rb"\bsha256:[0-9a-f]{64}\b")
NAME = re.compile(rb"registry\.example\.com:5000/[a-z0-9/_-]+")
STAMPED = re.compile(rb"^\S*\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.MULTILINE)


def mask(found: bytes, salt: int) -> bytes:
    """Other hexadecimal digits for the same ones, so that layers stay distinct."""
    return hashlib.sha256(found + salt.to_bytes(4, "big")).hexdigest()[: len(found)].encode()


def renamed(data: bytes, rng: random.Random, registry: str, version: int) -> bytes:
    """The log of another repository; two of the same version share their layers, as a rebuilt image does."""
    name = f"{registry}/{rng.choice(TEAMS)}/{rng.choice(APPS)}".encode()
    salt = version * 1000 + len(name)
    data = NAME.sub(name, data)
    data = DIGEST.sub(lambda m: b"sha256:" + mask(m[0][7:], salt), data)
    return ID.sub(lambda m: mask(m[0], salt), data)


def dressed(data: bytes, began: datetime, rng: random.Random) -> bytes:
    """The log with the time stamps of a CI system and the lines of its job before and after."""
    before = [rng.choice(NOISE).encode() for _ in range(int(rng.lognormvariate(6.2, 0.8)))]
    after = [rng.choice(NOISE).encode() for _ in range(rng.randrange(40))]
    at, lines = began - timedelta(milliseconds=200 * len(before)), []
    for line in (*before, *data.rstrip(b"\n").split(b"\n"), *after):
        at += timedelta(seconds=1 if b"Retrying in" in line else 0.2)
        lines.append(at.strftime("%Y-%m-%dT%H:%M:%S.%f0Z ").encode() + line)
    return b"\n".join(lines) + b"\n"


def poison(rng: random.Random) -> bytes:
    """A log that is none, or that would like to be trouble."""
    return rng.choice((b"", rng.randbytes(40_000), b"x" * 3_000_000, b"\r" * 300_000, b"\x1f\x8b\x08\0broken"))


def logs(count: int, sources: list[bytes], seed: int = 1) -> Iterator[bytes]:
    """That many logs."""
    rng = random.Random(seed)
    bad = [data for data in sources if b"503" in data or b"connection reset" in data] or sources
    for number in range(count):
        if number % 100 == 99:
            yield poison(rng) + str(number).encode() * (number % 200 == 99)
            continue
        out = SHARE[0] <= number / count < SHARE[1]
        passed = (number / count - SHARE[0]) / (SHARE[1] - SHARE[0])
        offset = OUTAGE + LASTS * passed if out else timedelta(days=DAYS * number / count)
        data = rng.choice(bad if out else sources)
        registry = REGISTRIES[1] if out else rng.choice(REGISTRIES)
        data = renamed(data, rng, registry, rng.randrange(20))
        plain = b"\x1b" not in data and b"\r" not in data and not STAMPED.search(data[:2000]) and data[:1] not in b"{["
        yield dressed(data, START + offset, rng) if plain else data + f"job {number}\n".encode()


def write(out: Path, count: int, sources: list[bytes]) -> int:
    """The logs as files, a folder for every thousand; how many bytes they have."""
    total = 0
    for number, data in enumerate(logs(count, sources)):
        path = out / f"{number // 1000:03}" / f"job-{number:05}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        total += len(data)
    return total


def found(folders: list[Path]) -> list[bytes]:
    """The logs to start from; recordings are left out, for a line before them would break them."""
    paths = sorted(path for folder in folders for path in folder.rglob("*.txt"))
    return [path.read_bytes() for path in paths if path.stat().st_size]


if __name__ == "__main__":
    here = ROOT
    given = [Path(name) for name in sys.argv[3:]] or [here / "samples"]
    sys.stdout.write(f"{write(Path(sys.argv[1]), int(sys.argv[2]), found(given))} bytes\n")
