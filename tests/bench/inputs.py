"""The inputs, made from a seed: the same bytes on every machine."""

import gzip
import json
import random
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import Path

MB = 1_000_000
SEED = 7
_NOISE = (
    "ok  \tpkg/store\t0.{n}s",
    "#{n} [3/5] RUN make -j8 all",
    "#{n} 12.31 gcc -O2 -Wall -c src/module_{n}.c -o build/module_{n}.o",
    "npm WARN deprecated request@2.88.2: request has been deprecated, see issue {n}",
    "INFO: building target //services/api:server ({n} of 9000)",
    "2345/{n} tests passed: suite finished without a failure",
    "100% [==========>] 12MB/{n}MB done",
    "commit {h}: Merge branch 'main' into feature/{n}",
    "drwxr-xr-x  2 root root    {n} Nov 23 21:12 node_modules/.cache/terser-webpack-plugin",
    "Downloading https://repo.example.com/maven2/org/example/lib/{n}/lib-{n}.jar (1.2 MB at 3.4 MB/s)",
    '{"level":"info","component":"builder","step":{n},"msg":"cache hit"}',
    "",
)


def _ids(rng: random.Random, number: int) -> list[str]:
    return [f"{rng.getrandbits(48):012x}" for _ in range(number)]


def human(size: float) -> str:
    """A size as docker prints it: go-units HumanSize, four digits."""
    power = 0
    while size >= 1000:
        size, power = size / 1000, power + 1
    return f"{size:.4g}{('', 'k', 'M', 'G')[power]}B"


def bar(current: int, total: int) -> str:
    """A progress bar 120 columns wide."""
    half = min(50, current * 50 // total)
    return f"[{'=' * half}>{' ' * (50 - half)}]" if half < 50 else f"[{'=' * 50}>]"


def _steps(rng: random.Random, size: int, drawn: int) -> Iterator[tuple[int, int, int]]:
    """Redraws of a long push in the order of the log: row on the screen, bytes sent and bytes in all."""
    rows, slots = 40, 5
    queue = count()
    running: dict[int, tuple[int, int, int]] = {}
    each = max(2, size // drawn // rows)
    for row in (next(queue) for _ in range(slots)):
        running[row] = (0, rng.randrange(50 * MB, 9000 * MB), each)
    while running:
        for row, (sent, total, left) in list(running.items()):
            now = min(total, sent + round(2 * rng.random() * total / each))
            yield row, now, total
            running[row] = (now, total, left - 1)
            if now == total or left <= 1:
                del running[row]
                following = next(queue)
                if following < rows:
                    running[following] = (0, rng.randrange(50 * MB, 9000 * MB), each)


def terminal(size: int) -> Iterator[bytes]:
    """(a) A terminal's capture of a long push of 40 layers: one redraw after another, about `size` bytes."""
    rng = random.Random(SEED)
    ids = _ids(rng, 40)
    yield b"The push refers to repository [registry.example.com/team/app]\r\n\r\n"
    for layer in ids:
        yield f"\x1b[1A\x1b[2K\r{layer}: Preparing \r\x1b[1B\r\n".encode()
    for number, layer in enumerate(ids[5:], 5):
        yield f"\x1b[{40 - number}A\x1b[2K\r{layer}: Waiting \r\x1b[{40 - number}B".encode()
    seen: set[int] = set()
    for row, sent, total in _steps(rng, size, 113):
        seen.add(row)
        figures = f"{human(sent):>8}/{human(total)}" if sent < total else f"{human(total):>8}"
        yield f"\x1b[{40 - row}A\x1b[2K\r{ids[row]}: Pushing {bar(sent, total)}  {figures}\r\x1b[{40 - row}B".encode()
    for row in sorted(seen):
        yield f"\x1b[{40 - row}A\x1b[2K\r{ids[row]}: Pushed \r\x1b[{40 - row}B".encode()
    yield f"latest: digest: sha256:{'7d27' * 16} size: 9018\r\n".encode()


def engine(size: int) -> Iterator[bytes]:
    """(e) The Engine API's JSON stream of a long push, about `size` bytes."""
    rng = random.Random(SEED)
    ids = _ids(rng, 40)
    yield b'{"status":"The push refers to repository [registry.example.com/team/app]"}\r\n'
    for layer in ids:
        yield f'{{"status":"Preparing","progressDetail":{{}},"id":"{layer}"}}\r\n'.encode()
    for row, sent, total in _steps(rng, size, 180):
        drawn = bar(sent, total).replace(">", "\\u003e")
        yield (
            f'{{"status":"Pushing","progressDetail":{{"current":{sent or 512},"total":{total}}},'
            f'"progress":"{drawn}  {human(sent):>8}/{human(total)}","id":"{ids[row]}"}}\r\n'
        ).encode()
    for layer in ids:
        yield f'{{"status":"Pushed","progressDetail":{{}},"id":"{layer}"}}\r\n'.encode()
    digest = "sha256:" + "7d27" * 16
    yield f'{{"status":"latest: digest: {digest} size: 9018"}}\r\n'.encode()
    yield f'{{"progressDetail":{{}},"aux":{{"Tag":"latest","Digest":"{digest}","Size":9018}}}}\r\n'.encode()


def _push(rng: random.Random, *, fails: bool) -> Iterator[str]:
    ids = _ids(rng, 8)
    yield "The push refers to repository [registry.example.com/team/app]"
    yield from (f"{layer}: Preparing" for layer in ids)
    yield from (f"{layer}: Waiting" for layer in ids[5:])
    yield f"{ids[0]}: Layer already exists"
    for layer in ids[1:-1]:
        yield f"{layer}: Pushed"
    if fails:
        yield from (f"{ids[-1]}: Retrying in {n} second{'s' if n > 1 else ''}" for n in range(5, 0, -1))
        yield "denied: requested access to the resource is denied"
    else:
        yield f"{ids[-1]}: Pushed"
        yield f"1.2: digest: sha256:{rng.getrandbits(256):064x} size: 1990"


def _stamp(now: int) -> str:
    """The stamp of so many milliseconds, as GitHub Actions writes it."""
    time = f"{now // 3600000 % 24:02}:{now // 60000 % 60:02}:{now // 1000 % 60:02}"
    return f"2026-11-23T{time}.{now % 1000:03}4166Z"


def job(size: int, every: int = 2 * MB, seed: int = SEED) -> Iterator[bytes]:
    """(b) The log of a CI job with a push every `every` bytes; all lines are stamped."""
    rng = random.Random(seed)
    written, due, now = 0, min(every, size) // 2, 0
    lines: list[str] = []
    while written < size:
        if written >= due:
            lines, due = list(_push(rng, fails=rng.random() < 0.3)), due + every
        else:
            number, commit = rng.randrange(1000), f"{rng.getrandbits(160):040x}"
            lines = [rng.choice(_NOISE).replace("{n}", str(number)).replace("{h}", commit)]
        for line in lines:
            now += 37
            text = f"{_stamp(now)} {line}\n".encode()
            written += len(text)
            yield text


def records(size: int) -> Iterator[bytes]:
    """(f) The same log as a container runtime keeps it: an object of JSON for each line."""
    yield from _cut(
        (
            json.dumps({"log": line.decode(), "stream": "stdout", "time": f"2026-11-23T{_clock(number)}Z"}) + "\n"
            for number, line in enumerate(job(size))
        ),
        size,
    )


def document(size: int) -> Iterator[bytes]:
    """The same log as one document of JSON, as an export of a log store holds it: all records in one list."""
    yield b"["
    for number, line in enumerate(records(size - 2)):
        yield (b",\n" if number else b"") + line.rstrip(b"\n")
    yield b"]\n"


def table(size: int) -> Iterator[bytes]:
    """The same log as a table of CSV, as the page of a log store exports it."""
    lines = (line.decode().rstrip("\n").replace('"', '""') for line in job(size))
    rows = (f'2026-11-23T{_clock(number)}Z,ci,"{line}"\n' for number, line in enumerate(lines))
    yield from _cut(chain(["date,service,message\n"], rows), size)


def key_lines(size: int) -> Iterator[bytes]:
    """The same log without its stamps as the journal exports it: a line for each key of a record."""
    yield from _cut(
        (
            f"__CURSOR=s=a;i={number:x}\n__REALTIME_TIMESTAMP={1795469204000000 + number * 10000}\n"
            f"SYSLOG_IDENTIFIER=runner\nMESSAGE={line.decode().partition(' ')[2].strip()}\n"
            for number, line in enumerate(job(size))
        ),
        size,
    )


def recording(size: int) -> Iterator[bytes]:
    """(g) The same log as an asciicast, with an event for each line."""
    head = json.dumps({"version": 2, "width": 120, "height": 40}) + "\n"
    events = (
        json.dumps([number / 100, "o", line.decode().replace("\n", "\r\n")]) + "\n"
        for number, line in enumerate(job(size))
    )
    yield from _cut(chain([head], events), size)


def _clock(number: int) -> str:
    """A time of day, a hundredth of a second later for each line."""
    return f"{number // 360000 % 24:02}:{number // 6000 % 60:02}:{number // 100 % 60:02}.{number % 100:02}"


def _cut(lines: Iterable[str], size: int) -> Iterator[bytes]:
    written = 0
    for line in lines:
        if written >= size:
            return
        written += len(line)
        yield line.encode()


def pushes(number: int) -> Iterator[bytes]:
    """(h) A CI log of pushes one below the other, with nothing between them: what each push costs."""
    rng = random.Random(SEED)
    now = 0
    for _ in range(number):
        for line in _push(rng, fails=rng.random() < 0.3):
            now += 37
            yield f"{_stamp(now)} {line}\n".encode()


def jobs(folder: Path, number: int) -> list[Path]:
    """(c) Logs of CI jobs of 0.1 to 1 MB with one push each."""
    rng = random.Random(SEED)
    paths = []
    for index in range(number):
        paths.append(folder / f"job-{index:04}.log")
        size = rng.randrange(MB // 10, MB)
        write(paths[-1], job(size, every=2 * size, seed=index))
    return paths


def small_jobs(folder: Path, number: int) -> list[Path]:
    """(i) Logs of CI jobs of 34 kB with one push each."""
    folder.mkdir()
    paths = [folder / f"job-{index:05}.log" for index in range(number)]
    for index, path in enumerate(paths):
        write(path, job(34_000, every=68_000, seed=index))
    return paths


def zipped(beside: Path, paths: Iterable[Path]) -> Path:
    """The files as one zip beside their folder."""
    target = beside.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.name)
    return target


def packed(path: Path) -> Path:
    """The file compressed, in place of itself."""
    target = path.with_name(f"{path.name}.gz")
    with path.open("rb") as log, gzip.open(target, "wb", compresslevel=6) as file:
        shutil.copyfileobj(log, file, MB)
    path.unlink()
    return target


def write(path: Path, parts: Iterator[bytes]) -> None:
    """The parts as a file."""
    with path.open("wb", buffering=MB) as file:
        file.writelines(parts)
