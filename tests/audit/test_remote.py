"""Audits of an S3 bucket, of a web server and of a Dask cluster, each on this machine and as real as it gets."""

import gzip
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pushlog.faults import InputError
from pushlog.intake.remote import find, is_remote, label
from tests.paths import SAMPLES

FAILED = (SAMPLES / "push-log.txt").read_bytes()
PUSHED = (SAMPLES / "success-fresh-graphdriver-json.txt").read_bytes()


def needs(*modules: str) -> pytest.MarkDecorator:
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(absent), reason=f"NOT INSTALLED: {', '.join(absent)}: install the test extra")


def audited(*arguments: str, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run an audit as a process of its own, without a home or credentials of this machine's user."""
    code = "from pushlog.cli import main; main()"
    env = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(cwd), **environment}
    command = [sys.executable, "-c", code, "audit", "--out", "out", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=env, timeout=120)


def totals(folder: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder / "out" / "audit.json").read_text("utf-8"))["totals"]
    return found


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[str]:
    """A server of the S3 API on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (tmp_path / "moto.log").open("wb") as said:
        server = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, "HOME": str(tmp_path)})
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(url, timeout=60).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait()


def put(url: str, data: bytes = b"") -> None:
    # A form is what urllib would call it, and moto would wait for its fields.
    request = urllib.request.Request(url, data, {"Content-Type": "application/octet-stream"}, method="PUT")
    urllib.request.urlopen(request, timeout=60).close()


@needs("moto", "flask", "s3fs")
def test_a_bucket_is_audited_and_the_second_time_only_what_is_new_is_read(s3: str, tmp_path: Path) -> None:
    put(f"{s3}/logs")
    for name, data in (("a/1.log", FAILED), ("a/2.log.gz", gzip.compress(PUSHED)), ("b/3.log", b"no push")):
        put(f"{s3}/logs/{name}", data)
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": s3}
    done = audited("s3://logs/", "-j", "1", cwd=tmp_path, **keys)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 files read now" in done.stdout
    assert (totals(tmp_path)["pushes"], totals(tmp_path)["failed"]) == (2, 1)
    put(f"{s3}/logs/a/4.log", FAILED + b"\n")
    again = audited("s3://logs/a/*", "-j", "1", cwd=tmp_path, **keys)
    assert "1 file read now, 2 known from before" in again.stdout
    assert totals(tmp_path)["failed"] == 2
    gone = audited("s3://nowhere/x.log", "-j", "1", cwd=tmp_path, **keys)
    assert gone.returncode == 2
    assert gone.stderr.startswith("pushlog: s3://nowhere/x.log: can't be read: ")
    assert gone.stderr.endswith("The specified bucket does not exist\n")


class Quiet(SimpleHTTPRequestHandler):
    """A web server that does not write to the terminal."""

    def log_message(self, *_: object) -> None:
        pass


@needs("fsspec", "aiohttp")
def test_a_log_behind_a_url_is_audited_and_its_password_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "push.log").write_bytes(FAILED)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://me:hunter2@127.0.0.1:{server.server_port}"
        done = audited(f"{url}/push.log?X-Amz-Signature=s3cr3t", "-j", "1", cwd=tmp_path)
        gone = audited(f"{url}/gone.log", "-j", "1", cwd=tmp_path)
    finally:
        server.shutdown()
        server.server_close()
    assert (done.returncode, done.stderr) == (0, "")
    assert totals(tmp_path)["failed"] == 1
    assert gone.returncode == 2
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*.*") if path.is_file())
    for secret in ("hunter2", "s3cr3t"):
        assert secret not in done.stdout + gone.stdout + gone.stderr
        assert secret.encode() not in written


def test_a_url_is_shown_without_password_and_signature() -> None:
    assert label("https://me:pw@host/a.log?sig=1#x") == "https://host/a.log"
    assert is_remote("s3://bucket/key")
    assert not is_remote("C:\\logs")
    assert not is_remote("logs/a:b.log")


def test_without_its_library_a_url_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match=r"s3://bucket/key: .*pip install 'pushlog\[remote\]'"):
        list(find("s3://bucket/key"))


CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@needs("distributed")
def test_a_cluster_gives_the_same_results_as_this_machine(tmp_path: Path) -> None:
    for name, data in (("1.log", FAILED), ("2.log", PUSHED), ("3.log", b"x" * 100), ("4.log.gz", b"\x1f\x8b\x08\0no")):
        (tmp_path / name).write_bytes(data)
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER, "utf-8")
    command = [sys.executable, "-W", "ignore", str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as cluster:
        assert cluster.stdin is not None
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        done = audited(str(tmp_path), "--scheduler", address, cwd=tmp_path)
        cluster.stdin.close()
    assert done.returncode == 4
    (tmp_path / "out").rename(tmp_path.with_name("first"))
    audited(str(tmp_path), "-j", "1", cwd=tmp_path)
    for name in ("audit.json", "audit.md", "index.html", "pushes.parquet", "layers.parquet"):
        path = tmp_path.with_name("first") / name
        assert path.exists() == (tmp_path / "out" / name).exists()
        assert not path.exists() or path.read_bytes() == (tmp_path / "out" / name).read_bytes()


@needs("fsspec", "aiohttp")
def test_a_server_that_can_not_be_reached_is_not_said_to_lack_a_file() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(InputError, match=r"Cannot connect|refused"):
        list(find(f"http://127.0.0.1:{port}/x.log"))
