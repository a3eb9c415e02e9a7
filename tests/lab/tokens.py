"""A token server that grants less than it is asked for."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

_PORT = 5560


@dataclass
class Realm:
    """`config`: what the registry's configuration says of it."""

    config: str
    server: ThreadingHTTPServer

    def stop(self) -> None:
        """Listen no more."""
        self.server.shutdown()
        self.server.server_close()


def serve(folder: Path, scope: str, seconds: int = 300) -> Realm:
    """Start a token server that grants `scope` alone, for tokens of so many seconds."""
    key, cert = folder / "realm.key", folder / "realm.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=realm", "-days", "2",
         "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True,
    )  # fmt: skip
    pem = cert.read_text().split("-----")[2].replace("\n", "")

    def token(name: str) -> str:
        now = int(time.time())
        access = [{"type": "repository", "name": name, "actions": scope.split(",")}] if name else []
        claims = {"iss": "realm", "sub": "", "aud": "registry", "exp": now + seconds, "nbf": now - 5, "iat": now,
                  "jti": "1", "access": access}  # fmt: skip
        head = {"typ": "JWT", "alg": "RS256", "x5c": [pem]}
        signed = b".".join(_part(json.dumps(part).encode()) for part in (head, claims))
        sign = ["openssl", "dgst", "-sha256", "-sign", str(key)]
        signature = subprocess.run(sign, input=signed, capture_output=True, check=True).stdout
        return (signed + b"." + _part(signature)).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scopes = parse_qs(urlsplit(self.path).query).get("scope", [""])
            body = json.dumps({"token": token(scopes[0].split(":")[1] if scopes[0] else "")}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", _PORT), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    realm = f"http://hub.corp.example:{_PORT}/token"
    config = f'auth: {{token: {{realm: "{realm}", service: registry, issuer: realm, rootcertbundle: "{cert}"}}}}'
    return Realm(config, server)


def _part(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
