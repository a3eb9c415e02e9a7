"""The faults of the lab: each sets up its servers, pushes, and says what was injected."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from tests.lab import servers, tokens
from tests.lab.bench import HOST, INNER, OUTER, PROXY, REGISTRY, SECOND
from tests.lab.tap import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.bench import Bench, Layer

Truth = dict[str, object]
LAYERS: list[Layer] = [(300_000, "a"), (12_000_000, "big"), (400_000, "c")]
IMAGE = f"{HOST}:{OUTER}/team/app:1.0"
_STREAM = "proxy_request_buffering off;"
_BIG = "client_max_body_size 0;"
_SIDES = {
    "proxy": ["proxy-access.log", "proxy-error.log", "haproxy.log", "apache-access.log", "apache-error.log",
              "caddy-access.log", "caddy.log", "edge-access.log", "edge-error.log"],
    "registry": ["registry.log", "registry-2.log", "registry-access.log", "registry-access-2.log"],
}  # fmt: skip


def load(bench: Bench, engine: str, layers: list[Layer] | None = None, reference: str = IMAGE) -> None:
    """Make the image."""
    bench.diff_ids = bench.image(engine, reference, layers or LAYERS, seed=engine)


def truth(
    bench: Bench,
    hop: str,
    *,
    outcome: str,
    sides: tuple[str, ...] = ("proxy",),
    also: tuple[str, ...] = (),
    limit: int | None = None,
    layer: int | None = 1,
    at: int | None = 1,
    low: int | None = None,
    high: int | None = None,
) -> Truth:
    """Return what happened. `at`: the tap that counts the bytes that arrived, None for none; else `low` to `high`."""
    retries: list[Truth] = []
    for number, item in enumerate((body for body in bench.bodies() if not 200 <= body.status < 300), 1):
        path = item.path.partition("?")[0]
        far = [seen for seen in bench.taps[at].seen if seen.path.partition("?")[0] == path] if at is not None else []
        far = [seen for seen in far if seen.method == item.method]
        place = [seen for seen in bench.bodies() if seen.path.partition("?")[0] == path].index(item)
        retries.append({
            "layer": bench.diff_ids[layer][7:19] if layer is not None else None,
            "attempt": number,
            "status": item.status,
            "bytes_arrived": far[place].body if place < len(far) and low is None else None,
            "bytes_range": [low, high] if low is not None else None,
        })  # fmt: skip
    files = {"proxy": _SIDES["proxy"], "registry": _SIDES["registry"], "daemon": ["dockerd.log"]}
    return {
        "guilty_hop": hop, "guilty_also": list(also), "limit_bytes": limit, "retries": retries, "outcome": outcome,
        "repository": "team/app", "layers": [{"diff_id": name} for name in bench.diff_ids],
        "foreign": {"repositories": [], "uploads": [], "users": []},
        "hops_expected": {side: files[side] for side in sides}, "exit_code": bench.status,
    }  # fmt: skip


def chain(bench: Bench, *outer: Fault, inner: tuple[Fault, ...] = (), rate: int = 0, slow: int = 0) -> None:
    """Put both taps in place."""
    bench.tap(OUTER, PROXY, *outer, rate=rate)
    bench.tap(INNER, REGISTRY, *inner, rate=slow)


def body_limit(bench: Bench, engine: str, *, stream: bool) -> Truth:
    """nginx takes bodies up to 3 MiB."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY))
    location = _STREAM if stream else ""
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside="client_max_body_size 3m;", location=location))
    chain(bench)
    bench.push(engine, IMAGE)
    # The containerd store announces the length: nothing is read, and no log has the number of the limit.
    limit = None if engine == "c26" else 3 << 20
    low, high = (0, 0) if engine == "c26" else (3 << 20, 3 << 20)
    is_told = engine != "c26"
    return truth(bench, "proxy", outcome="failed", limit=limit, at=None, low=low if is_told else None, high=high)


def read_timeout(bench: Bench, engine: str, *, times: int, method: str) -> Truth:
    """The registry's answer comes later than nginx waits."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location="proxy_read_timeout 2s;" + _STREAM))
    chain(bench, inner=(Fault("hold", 1_000_000, 5, times, (method,)),))
    bench.push(engine, IMAGE)
    outcome = "failed" if bench.status else "succeeded"
    return truth(bench, "proxy", outcome=outcome, also=("registry",))


def send_timeout(bench: Bench, engine: str, *, times: int) -> Truth:
    """The registry does not read on, and nginx gives up sending."""
    load(bench, engine, [(300_000, "a"), (40_000_000, "big"), (400_000, "c")])
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location="proxy_send_timeout 2s;" + _STREAM))
    chain(bench, inner=(Fault("stall", 3_000_000, 6, times),))
    bench.push(engine, IMAGE, late=8)
    return truth(bench, "proxy", outcome="failed" if bench.status else "succeeded", also=("registry", "network"))


def reset(bench: Bench, engine: str, *, times: int, inner: bool) -> Truth:
    """The line breaks in mid-body: before the proxy, or behind it."""
    load(bench, engine)
    fault = Fault("reset", 5_000_000, times=times)
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location=_STREAM))
    chain(bench, *(() if inner else (fault,)), inner=(fault,) if inner else ())
    bench.push(engine, IMAGE)
    outcome = "failed" if bench.status else "succeeded"
    also = ("proxy", "registry") if inner else ("client",)
    return truth(bench, "network", outcome=outcome, also=also, sides=("proxy", "registry"), at=1)


def restart(bench: Bench, engine: str) -> Truth:
    """The registry is killed in mid-upload and started again."""
    load(bench, engine)
    first = bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location=_STREAM))
    chain(bench, slow=3_000_000)

    def kill() -> None:
        while not any(item.body > 4_000_000 for item in bench.taps[1].seen):
            time.sleep(0.02)
        first.stop(signal.SIGKILL)
        time.sleep(1)
        bench.add(servers.registry(bench.work, REGISTRY))

    thread = Thread(target=kill)
    thread.start()
    bench.push(engine, IMAGE)
    thread.join()
    outcome = "failed" if bench.status else "succeeded"
    return truth(bench, "registry", outcome=outcome, at=None, sides=("proxy", "registry"))


def disk_full(bench: Bench, engine: str, *, formatter: str = "text", hide: bool = False) -> Truth:
    """The registry's disk holds 9 MB."""
    load(bench, engine)
    root = bench.work / "disk"
    root.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=9m", "tmpfs", str(root)], check=True)
    try:
        level = "error" if hide else "info"
        bench.add(servers.registry(bench.work, REGISTRY, root=root, formatter=formatter, level=level))
        bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG + ("access_log off;" if hide else "")))
        chain(bench)
        bench.push(engine, IMAGE)
    finally:
        bench.close()
        subprocess.run(["umount", "-l", str(root)], check=True)
    return truth(bench, "storage", outcome="failed", at=None, sides=("registry",))


def rate_limit(bench: Bench, engine: str) -> Truth:
    """nginx takes two requests a second."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY))
    zone = "limit_req_zone $binary_remote_addr zone=reg:1m rate=2r/s;"
    location = "limit_req zone=reg burst=4 nodelay; limit_req_status 429;"
    bench.add(servers.nginx(bench.work, PROXY, INNER, outside=zone, inside=_BIG, location=location))
    chain(bench)
    bench.push(engine, IMAGE)
    return truth(bench, "proxy", outcome="failed" if bench.status else "succeeded", at=None, layer=None)


def ctrl_c(bench: Bench, engine: str) -> Truth:
    """The user stops the push in mid-body."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location=_STREAM))
    chain(bench, rate=2_000_000)
    bench.push(engine, IMAGE, stop_when=lambda: any(item.body > 4_000_000 for item in bench.taps[0].seen), late=9)
    return truth(bench, "client", outcome="interrupted", at=1, sides=("proxy", "registry"))


def hung(bench: Bench, engine: str) -> Truth:
    """The registry hangs from the first request on."""
    load(bench, engine)
    registry = bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG))
    chain(bench)
    registry.process.send_signal(signal.SIGSTOP)
    bench.push(engine, IMAGE)
    return truth(bench, "registry", outcome="failed", at=None, also=("proxy",), sides=("proxy",))


def replicas(bench: Bench, engine: str, *, shared: bool) -> Truth:
    """Two registries behind one nginx: without a common secret, or without common storage."""
    load(bench, engine)
    root = bench.work / "both"
    bench.add(servers.registry(bench.work, REGISTRY, secret="one", root=root))
    second = bench.work / "other"
    bench.add(
        servers.registry(bench.work, SECOND, name="registry-2", secret="two" if shared else "one",
                         root=root if shared else second)
    )  # fmt: skip
    outside = f"upstream both {{ server 127.0.0.1:{INNER}; server 127.0.0.1:{SECOND}; }}"
    location = "proxy_next_upstream off;"
    proxy = servers.nginx(bench.work, PROXY, INNER, outside=outside, inside=_BIG, location=location)
    config = bench.work / "proxy.conf"
    proxy.stop()
    text = config.read_text().replace(f"proxy_pass http://127.0.0.1:{INNER}", "proxy_pass http://both")
    config.write_text(text)
    bench.add(servers.nginx_again(bench.work, PROXY))
    chain(bench)
    bench.push(engine, IMAGE)
    return truth(bench, "registry", outcome="failed" if bench.status else "succeeded", at=None, sides=("registry",))


def wrong_host(bench: Bench, engine: str) -> Truth:
    """nginx does not pass on the port that the client asked for: the registry's Location leads elsewhere."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY, more=""))
    location = "proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https;"
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location=location, host=""))
    chain(bench)
    bench.push(engine, IMAGE)
    return truth(bench, "proxy", outcome="failed", at=None, layer=None, also=("registry", "network"))


def slow_disk(bench: Bench, engine: str) -> Truth:
    """Every write of the registry takes 20 ms longer."""
    load(bench, engine)
    through = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=write", "-e", "inject=write:delay_exit=20000")
    bench.add(servers.registry(bench.work, REGISTRY, through=through))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, log=servers.TIMED))
    chain(bench)
    bench.push(engine, IMAGE)
    return truth(bench, "storage", outcome="succeeded", also=("registry",), sides=("registry",))


def slow_line(bench: Bench, engine: str) -> Truth:
    """The client's line carries 1.5 MB/s."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location=_STREAM, log=servers.TIMED))
    chain(bench, rate=1_500_000)
    bench.push(engine, IMAGE)
    return truth(bench, "network", outcome="succeeded", also=("client",), sides=("proxy", "registry"))


def second_client(bench: Bench, engine: str) -> Truth:
    """Another client pushes another image to the same repository meanwhile."""
    load(bench, engine)
    other = "g20" if engine != "g20" else "g26"
    bench.image(other, IMAGE.replace(":1.0", ":2.0"), [(500_000, "x"), (11_000_000, "y")], seed="other")
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location=_STREAM))
    chain(bench, rate=4_000_000)
    thread = Thread(target=partial(bench.docker, other, "push", IMAGE.replace(":1.0", ":2.0")))
    thread.start()
    bench.push(engine, IMAGE)
    thread.join()
    result = truth(bench, "", outcome="succeeded", at=None, sides=("proxy", "registry"))
    agent = "docker/20" if other == "g20" else "docker/26"
    log = (bench.work / "proxy-access.log").read_text().splitlines()
    uploads = {match[1] for line in log if agent in line and (match := re.search(r"/uploads/([0-9a-f-]{36})", line))}
    result["foreign"] = {"repositories": [], "uploads": sorted(uploads), "users": []}
    return result


def two_proxies(bench: Bench, engine: str, *, outer: bool) -> Truth:
    """nginx before nginx: one of them takes bodies up to 2 MiB."""
    load(bench, engine)
    small, large = "client_max_body_size 2m;", _BIG
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.nginx(bench.work, SECOND, INNER, inside=large if outer else small, location=_STREAM))
    edge = servers.nginx(bench.work, PROXY, SECOND, name="edge", inside=small if outer else large, location=_STREAM)
    bench.add(edge)
    chain(bench)
    bench.push(engine, IMAGE)
    name = "edge" if outer else "proxy"
    result = truth(bench, "proxy", outcome="failed", limit=2 << 20, at=None, low=(2 << 20) - 40_000, high=2 << 20)
    result["hops_expected"] = {"proxy": [f"{name}-access.log", f"{name}-error.log"]}
    return result


def behind_haproxy(bench: Bench, engine: str, *, times: int) -> Truth:
    """HAProxy waits 2 s for the registry's answer."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.haproxy(bench.work, PROXY, INNER, timeout="2s"))
    chain(bench, inner=(Fault("hold", 1_000_000, 4, times, ("PATCH", "PUT")),))
    bench.push(engine, IMAGE)
    return truth(bench, "proxy", outcome="failed" if bench.status else "succeeded", also=("registry",))


def behind_apache(bench: Bench, engine: str, *, times: int) -> Truth:
    """The connection between Apache and the registry breaks."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY))
    bench.add(servers.apache(bench.work, PROXY, INNER))
    chain(bench, inner=(Fault("reset", 5_000_000, times=times),))
    bench.push(engine, IMAGE)
    outcome = "failed" if bench.status else "succeeded"
    return truth(bench, "proxy", outcome=outcome, also=("registry", "network"), sides=("proxy", "registry"))


def behind_caddy(bench: Bench, engine: str, *, limit: bool) -> Truth:
    """Caddy takes bodies up to 3 MB, or waits 2 s for the registry's answer."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY))
    inside = "request_body {\n max_size 3MB\n }" if limit else ""
    bench.add(servers.caddy(bench.work, PROXY, INNER, timeout=60 if limit else 2, inside=inside))
    faults = () if limit else (Fault("hold", 1_000_000, 4, 1, ("PATCH", "PUT")),)
    chain(bench, inner=faults)
    bench.push(engine, IMAGE)
    return truth(bench, "proxy", outcome="failed" if bench.status else "succeeded", also=("registry",), at=None)


def json_access(bench: Bench, engine: str) -> Truth:
    """nginx writes its access log as JSON, with the names of its variables, and waits 2 s."""
    load(bench, engine)
    bench.add(servers.registry(bench.work, REGISTRY, formatter="json"))
    location = "proxy_read_timeout 2s;" + _STREAM
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG, location=location, log=servers.JSON_LOG))
    chain(bench, inner=(Fault("hold", 1_000_000, 5, 1, ("PATCH", "PUT")),))
    bench.push(engine, IMAGE)
    return truth(bench, "proxy", outcome="failed" if bench.status else "succeeded", also=("registry",))


def wrong_login(bench: Bench, engine: str, *, scope: str) -> Truth:
    """The token server grants `scope` alone."""
    load(bench, engine)
    realm = tokens.serve(bench.work, scope)
    bench.add(servers.registry(bench.work, REGISTRY, more=realm.config))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG))
    chain(bench)
    bench.push(engine, IMAGE)
    realm.stop()
    return truth(bench, "registry", outcome="failed", at=None, layer=None, sides=("registry",), also=("client",))


def read_only(bench: Bench, engine: str) -> Truth:
    """The registry is in maintenance, read-only."""
    load(bench, engine)
    storage = ", maintenance: {readonly: {enabled: true}}"
    bench.add(servers.registry(bench.work, REGISTRY, storage=storage))
    bench.add(servers.nginx(bench.work, PROXY, INNER, inside=_BIG))
    chain(bench)
    bench.push(engine, IMAGE)
    return truth(bench, "registry", outcome="failed", at=None, layer=None, sides=("registry",))


Scenario = tuple[str, "Callable[[Bench, str], Truth]"]
SCENARIOS: dict[str, Scenario] = {
    "body-limit.c26": ("c26", partial(body_limit, stream=False)),
    "body-limit-stream.g26": ("g26", partial(body_limit, stream=True)),
    "body-limit.g26": ("g26", partial(body_limit, stream=False)),
    "read-timeout.c26": ("c26", partial(read_timeout, times=1, method="PUT")),
    "read-timeout-twice.c26": ("c26", partial(read_timeout, times=2, method="PUT")),
    "read-timeout.g20": ("g20", partial(read_timeout, times=2, method="PATCH")),
    "send-timeout.c26": ("c26", partial(send_timeout, times=2)),
    "send-timeout.g26": ("g26", partial(send_timeout, times=1)),
    "reset-line.c26": ("c26", partial(reset, times=1, inner=False)),
    "reset-line.g26": ("g26", partial(reset, times=2, inner=False)),
    "reset-behind.c26": ("c26", partial(reset, times=1, inner=True)),
    "reset-behind.g20": ("g20", partial(reset, times=2, inner=True)),
    "restart.c26": ("c26", restart),
    "restart.g20": ("g20", restart),
    "disk-full.c26": ("c26", disk_full),
    "disk-full-json.g26": ("g26", partial(disk_full, formatter="json")),
    "disk-full-errors-only.c26": ("c26", partial(disk_full, hide=True)),
    "disk-full-errors-only.g20": ("g20", partial(disk_full, hide=True)),
    "rate-limit.c26": ("c26", rate_limit),
    "rate-limit.g20": ("g20", rate_limit),
    "ctrl-c.c26": ("c26", ctrl_c),
    "ctrl-c.g20": ("g20", ctrl_c),
    "hung.c26": ("c26", hung),
    "hung.g20": ("g20", hung),
    "replicas-secret.c26": ("c26", partial(replicas, shared=True)),
    "replicas-storage.c26": ("c26", partial(replicas, shared=False)),
    "replicas-storage.g26": ("g26", partial(replicas, shared=False)),
    "wrong-host.g26": ("g26", wrong_host),
    "wrong-host.c26": ("c26", wrong_host),
    "slow-disk.c26": ("c26", slow_disk),
    "slow-disk.g26": ("g26", slow_disk),
    "slow-line.g26": ("g26", slow_line),
    "second-client.c26": ("c26", second_client),
    "second-client.g26": ("g26", second_client),
    "two-proxies-outer.g26": ("g26", partial(two_proxies, outer=True)),
    "two-proxies-inner.g20": ("g20", partial(two_proxies, outer=False)),
    "haproxy.c26": ("c26", partial(behind_haproxy, times=1)),
    "haproxy.g20": ("g20", partial(behind_haproxy, times=2)),
    "apache.c26": ("c26", partial(behind_apache, times=2)),
    "apache.g26": ("g26", partial(behind_apache, times=1)),
    "caddy-limit.g26": ("g26", partial(behind_caddy, limit=True)),
    "caddy-timeout.c26": ("c26", partial(behind_caddy, limit=False)),
    "nginx-json.g26": ("g26", json_access),
    "nginx-json.c26": ("c26", json_access),
    "pull-scope.c26": ("c26", partial(wrong_login, scope="pull")),
    "pull-scope.g20": ("g20", partial(wrong_login, scope="pull")),
    "read-only.c26": ("c26", read_only),
    "read-only.g26": ("g26", read_only),
}
