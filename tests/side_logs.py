"""Logs of the other side, made line by line, for tests: what nginx, dockerd and a registry write of a push."""

import base64
import json
from pathlib import Path

from pushlog.intake.side_files import SideFile
from pushlog.model import Diagnosis, Log
from pushlog.pipeline import Options, analyze

HOST = "registry.example.com"
AGENT = "docker/28.5.2 go/go1.24.9"
DAY = "2026-11-29T01"


def clock(second: float) -> str:
    """Minutes and seconds of the hour in which all of it happens."""
    return f"{int(second) // 60:02d}:{second % 60:06.3f}"


def at(second: float) -> str:
    return f"{DAY}:{clock(second)}000000Z"


def ncsa(second: float) -> str:
    return f"29/Nov/2026:01:{int(second) // 60:02d}:{int(second) % 60:02d} +0000"


def slashes(second: float) -> str:
    return f"2026/11/29 01:{int(second) // 60:02d}:{int(second) % 60:02d}"


def state(upload: str, second: float, offset: int = 0, repository: str = "acme/app") -> str:
    fields = {"Name": repository, "UUID": upload, "Offset": offset, "StartedAt": at(second)}
    return base64.urlsafe_b64encode(b"s" * 32 + json.dumps(fields).encode()).decode()


def diff_id(layer: str) -> str:
    return "sha256:" + (layer * 6)[:64]


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


def request(method: str, what: str = "", repository: str = "acme/app") -> str:
    return f"{method} /v2/{repository}/{what}"


def access(second: float, asked: str, status: int, *, user: str = "-", agent: str = AGENT, tail: str = "") -> str:
    return f'192.0.2.7 - {user} [{ncsa(second)}] "{asked} HTTP/1.1" {status} 0 "-" "{agent}"{tail}'


def nginx_error(second: float, message: str, asked: str) -> str:
    return (
        f"{slashes(second)} [error] 30#30: *56 {message}, client: 192.0.2.7, server: {HOST}, "
        f'request: "{asked} HTTP/1.1", upstream: "http://10.0.1.20:5000/", host: "{HOST}"'
    )


def dockerd(second: float, message: str, level: str = "debug") -> str:
    return f'time="{at(second)}" level={level} msg="{message}"'


def began(second: float, tag: str = "2.0", repository: str = "acme/app") -> str:
    return dockerd(second, f"Calling POST /v1.51/images/{HOST}/{repository}/push?tag={tag}")


def registry(second: float, message: str, asked: str, *, status: int | None = None, level: str = "info", **more: str):
    method, _, uri = asked.partition(" ")
    fields = {"go.version": "go1.23.8", "http.request.id": f"{second}", "http.request.method": method}
    fields |= {"http.request.uri": f'"{uri}"'} | {key.replace("_", "."): f'"{value}"' for key, value in more.items()}
    if status is not None:
        fields |= {"http.response.duration": "12ms", "http.response.status": str(status)}
    pairs = " ".join(f"{key}={value}" for key, value in sorted(fields.items()))
    return f'time="{at(second)}" level={level} msg="{message}" {pairs}'


def upload(name: str, second: float, offset: int = 0, blob: str = "", repository: str = "acme/app") -> str:
    query = f"?_state={state(name, second, offset, repository)}" + (f"&digest=sha256%3A{blob[7:]}" if blob else "")
    return f"blobs/uploads/{name}{query}"


def analyzed(client: list[str], **logs: list[str]) -> Diagnosis:
    """The only push of a client's log, with these other logs beside it."""
    (push,) = result(client, **logs).pushes
    return push


def result(client: list[str], **logs: list[str]) -> Log:
    files = tuple(SideFile(f"{name}.log", ("\n".join(lines) + "\n").encode()) for name, lines in logs.items())
    return analyze(("\n".join(client) + "\n").encode(), Options(with_=files))


def recorded(folder: Path) -> Log:
    """A recording of samples/: the client's log with all others of its folder."""
    others = sorted(path for path in folder.glob("*.log"))
    files = tuple(SideFile(path.name, path.read_bytes()) for path in others)
    return analyze((folder / "push-log.txt").read_bytes(), Options(with_=files))
