"""One recording: servers, taps and a push on loopback, and the folder that holds what each of them wrote."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import signal
import subprocess
import tarfile
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.lab.tap import Tap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.servers import Server
    from tests.lab.tap import Fault, Seen

HOST = "hub.corp.example"
# client -> OUTER -> a proxy -> INNER -> a registry
OUTER, PROXY, INNER, REGISTRY, SECOND = range(5555, 5560)
Layer = tuple[int, str]


@dataclass
class Bench:
    """`engines`: folders of daemons by name, each with `docker.sock` and `dockerd.log`; `work`: scratch of one run."""

    engines: Path
    work: Path
    servers: list[Server] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)
    diff_ids: list[str] = field(default_factory=list)
    text: str = ""
    status: int = 0
    daemon_log: bytes = b""
    reference: str = ""

    def add(self, server: Server) -> Server:
        """Keep a server until the end."""
        self.servers.append(server)
        return server

    def tap(self, port: int, target: int, *faults: Fault, rate: int = 0) -> Tap:
        """Start a tap."""
        tap = Tap(port, target, list(faults), rate)
        tap.start()
        self.taps.append(tap)
        return tap

    def docker(self, engine: str, *argv: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run the client."""
        argv = ("docker", "-H", f"unix://{self.engines}/{engine}/docker.sock", *argv)
        return subprocess.run(argv, input=stdin, capture_output=True, check=False)

    def image(self, engine: str, reference: str, layers: list[Layer], seed: str = "1") -> list[str]:
        """Load an image of random layers, each of so many bytes; return their DiffIDs."""
        diff_ids, archive = [], io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as image:
            for number, (size, name) in enumerate(layers):
                rng, raw = random.Random(f"{seed}-{name}-{size}"), io.BytesIO()
                with tarfile.open(fileobj=raw, mode="w") as tar:
                    _put(tar, f"data/{name}.bin", rng.randbytes(size))
                diff_ids.append("sha256:" + hashlib.sha256(raw.getvalue()).hexdigest())
                _put(image, f"layer{number}.tar", raw.getvalue())
            config = {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["true"], "Labels": {"seed": seed}},
                      "rootfs": {"type": "layers", "diff_ids": diff_ids}}  # fmt: skip
            _put(image, "config.json", json.dumps(config).encode())
            names = [f"layer{number}.tar" for number in range(len(layers))]
            manifest = [{"Config": "config.json", "RepoTags": [reference], "Layers": names}]
            _put(image, "manifest.json", json.dumps(manifest).encode())
        loaded = self.docker(engine, "load", stdin=archive.getvalue())
        if loaded.returncode:
            raise RuntimeError(loaded.stderr.decode())
        return diff_ids

    def push(
        self, engine: str, reference: str, *, stop_when: Callable[[], bool] | None = None, late: float = 3.0
    ) -> None:
        """Push, keep what the client printed and what the daemon logged; press Ctrl-C when told so."""
        log = self.engines / engine / "dockerd.log"
        start = log.stat().st_size
        self.reference = reference
        argv = ["docker", "-H", f"unix://{self.engines}/{engine}/docker.sock", "push", reference]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while stop_when is not None and process.poll() is None:
            if stop_when():
                process.send_signal(signal.SIGINT)
                break
            time.sleep(0.02)
        self.text = process.communicate(timeout=240)[0].decode()
        self.status = process.returncode
        time.sleep(late)
        with log.open("rb") as file:
            file.seek(start)
            self.daemon_log = file.read()

    def close(self) -> None:
        """Stop all of it."""
        for server in reversed(self.servers):
            server.stop()
        for tap in self.taps:
            tap.stop()

    def save(self, folder: Path, truth: dict[str, object], *, edit: dict[str, Callable[[bytes], bytes]]) -> None:
        """Write the recording; `edit`: changes of logs, by name, as a wrong clock makes them."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "push-log.txt").write_text(self.text)
        logs = {"dockerd.log": self.daemon_log}
        for server in self.servers:
            logs |= {name: path.read_bytes() for name, path in server.logs.items() if path.exists()}
        for name, data in logs.items():
            changed = edit[name](data) if name in edit else data
            if changed:
                (folder / name).write_bytes(changed)
        requests = [vars(item) | {"tap": number} for number, tap in enumerate(self.taps) for item in tap.seen]
        (folder / "truth.json").write_text(json.dumps({**truth, "requests": requests}, indent=1))

    def bodies(self, tap: int = 0, least: int = 1_000_000) -> list[Seen]:
        """Return the requests of a tap that carried, or were to carry, a large body."""
        return [
            item
            for item in self.taps[tap].seen
            if item.method in ("PATCH", "PUT") and "/uploads/" in item.path and (item.body >= least or item.fault)
        ]


def _put(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def fresh(path: Path) -> Path:
    """Return an empty folder."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
