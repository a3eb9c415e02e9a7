"""The servers of the lab, each written from a template, started on loopback and stopped again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NGINX = """\
daemon off; pid {folder}/{name}.pid; worker_processes 1; error_log {folder}/{name}-error.log {level};
events {{ worker_connections 256; }}
http {{
  {outside}
  client_body_temp_path {folder}/{name}-body; proxy_temp_path {folder}/{name}-proxy;
  fastcgi_temp_path {folder}/{name}-f; uwsgi_temp_path {folder}/{name}-u; scgi_temp_path {folder}/{name}-s;
  {log}
  server {{
    listen {listen}; server_name hub.corp.example;
    {inside}
    location / {{
      proxy_pass http://127.0.0.1:{target}; proxy_http_version 1.1;
      {host} proxy_set_header X-Forwarded-For $remote_addr;
      {location}
    }}
  }}
}}
"""
HAPROXY = """\
global
  log stdout format raw local0
defaults
  log global
  mode http
  option httplog
  timeout connect 5s
  timeout client 60s
  timeout server {timeout}
frontend fe_reg
  bind 127.0.0.1:{listen}
  default_backend be_reg
backend be_reg
  server reg1 127.0.0.1:{target}
"""
APACHE = """\
ServerRoot /usr/lib/apache2
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
Listen 127.0.0.1:{listen}
ServerName hub.corp.example
PidFile {folder}/{name}.pid
ErrorLog {folder}/{name}-error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
CustomLog {folder}/{name}-access.log combined
ProxyPreserveHost On
ProxyTimeout {timeout}
{inside}
ProxyPass / http://127.0.0.1:{target}/
ProxyPassReverse / http://127.0.0.1:{target}/
"""
CADDY = """\
{{
  admin off
  auto_https off
}}
http://:{listen} {{
  bind 127.0.0.1
  log {{
    output file {folder}/{name}-access.log
  }}
  {inside}
  reverse_proxy 127.0.0.1:{target} {{
    transport http {{
      response_header_timeout {timeout}s
    }}
  }}
}}
"""
REGISTRY = """\
version: 0.1
log: {{level: {level}, formatter: {formatter}, accesslog: {{disabled: false}}}}
storage: {{filesystem: {{rootdirectory: {root}}}, delete: {{enabled: true}}{storage}}}
http: {{addr: "127.0.0.1:{listen}"{secret}}}
{more}
"""


@dataclass
class Server:
    """A running program and the logs that it writes, by the names they shall have."""

    process: subprocess.Popen[bytes]
    logs: dict[str, Path] = field(default_factory=dict)
    argv: list[str] = field(default_factory=list)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it and wait."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGCONT)
            # A program that runs another one, such as strace, does not take it along.
            os.killpg(self.process.pid, how)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _start(argv: list[str], output: Path, port: int, logs: dict[str, Path], errors: Path | None = None) -> Server:
    with output.open("ab") as out, (errors or output).open("ab") as err:
        process = subprocess.Popen(argv, stdout=out, stderr=err, stdin=subprocess.DEVNULL, start_new_session=True)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    return Server(process, logs, argv)


def nginx(folder: Path, listen: int, target: int, *, name: str = "proxy", level: str = "error", **parts: str) -> Server:
    """Start nginx; `parts` stand in its configuration: `outside` of the server, `inside` it, in its `location`."""
    log = parts.get("log") or "access_log {folder}/" + name + "-access.log combined;"
    bind = parts.get("listen") or f"127.0.0.1:{listen}"
    config = folder / f"{name}.conf"
    config.write_text(
        NGINX.format(folder=folder, name=name, level=level, listen=bind, target=target, log=log.format(folder=folder),
                     host=parts.get("host", "proxy_set_header Host $http_host;"),
                     **{key: parts.get(key, "") for key in ("outside", "inside", "location")})
    )  # fmt: skip
    logs = {f"{name}-access.log": folder / f"{name}-access.log", f"{name}-error.log": folder / f"{name}-error.log"}
    return _start(["nginx", "-c", str(config), "-p", str(folder)], folder / f"{name}.out", listen, logs)


def haproxy(folder: Path, listen: int, target: int, *, name: str = "haproxy", timeout: str = "60s") -> Server:
    """Start HAProxy."""
    config, output = folder / f"{name}.conf", folder / f"{name}.log"
    config.write_text(HAPROXY.format(listen=listen, target=target, timeout=timeout))
    return _start(["haproxy", "-db", "-f", str(config)], output, listen, {f"{name}.log": output})


def apache(
    folder: Path, listen: int, target: int, *, name: str = "apache", timeout: int = 60, inside: str = ""
) -> Server:
    """Start Apache."""
    config = folder / f"{name}.conf"
    config.write_text(
        APACHE.format(folder=folder, name=name, listen=listen, target=target, timeout=timeout, inside=inside)
    )
    logs = {f"{name}-access.log": folder / f"{name}-access.log", f"{name}-error.log": folder / f"{name}-error.log"}
    return _start(["apache2", "-X", "-f", str(config)], folder / f"{name}.out", listen, logs)


def caddy(
    folder: Path, listen: int, target: int, *, name: str = "caddy", timeout: int = 60, inside: str = ""
) -> Server:
    """Start Caddy."""
    config, output = folder / f"{name}.conf", folder / f"{name}.log"
    config.write_text(
        CADDY.format(folder=folder, name=name, listen=listen, target=target, timeout=timeout, inside=inside)
    )
    logs = {f"{name}-access.log": folder / f"{name}-access.log", f"{name}.log": output}
    return _start(["caddy", "run", "--config", str(config), "--adapter", "caddyfile"], output, listen, logs)


def registry(
    folder: Path,
    listen: int,
    *,
    name: str = "registry",
    root: Path | None = None,
    level: str = "info",
    formatter: str = "text",
    secret: str = "s3",
    more: str = "",
    storage: str = "",
    through: tuple[str, ...] = (),
) -> Server:
    """Start the registry. `through`: a program that runs it, such as strace."""
    config, errors = folder / f"{name}.yml", folder / f"{name}.log"
    output = folder / f"{name.replace('registry', 'registry-access')}.log"
    config.write_text(
        REGISTRY.format(
            level=level, formatter=formatter, root=root or folder / f"{name}-data", listen=listen, storage=storage,
            secret=f', secret: "{secret}"' if secret else "", more=more,
        )
    )  # fmt: skip
    logs = {output.name: output, errors.name: errors}
    return _start([*through, "docker-registry", "serve", str(config)], output, listen, logs, errors)


def nginx_again(folder: Path, listen: int, *, name: str = "proxy") -> Server:
    """Start nginx with the configuration that is there."""
    logs = {f"{name}-access.log": folder / f"{name}-access.log", f"{name}-error.log": folder / f"{name}-error.log"}
    argv = ["nginx", "-c", str(folder / f"{name}.conf"), "-p", str(folder)]
    return _start(argv, folder / f"{name}.out", listen, logs)


TIMED = (
    'log_format timed \'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" rt=$request_time urt=$upstream_response_time rl=$request_length '
    "us=$upstream_status'; access_log {folder}/proxy-access.log timed;"
)
JSON_LOG = (
    'log_format json escape=json \'{{"time_iso8601":"$time_iso8601","remote_addr":"$remote_addr",'
    '"remote_user":"$remote_user","request_method":"$request_method","request_uri":"$request_uri",'
    '"status":"$status","body_bytes_sent":"$body_bytes_sent","request_length":"$request_length",'
    '"request_time":"$request_time","http_user_agent":"$http_user_agent","upstream_addr":'
    '"$upstream_addr","upstream_status":"$upstream_status"}}\'; access_log {folder}/proxy-access.log json;'
)
