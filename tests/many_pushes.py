"""A hundred pushes at once over one repository, as every side wrote them, and whose each line is."""

import random
from dataclasses import dataclass, field

from tests.logs import DIGEST, countdown
from tests.side_logs import HOST, access, began, diff_id, dockerd, nginx_error, registry, request, upload

HEADER = f"The push refers to repository [{HOST}/acme/app]"
TIMED_OUT = "upstream timed out (110: Connection timed out) while reading response header from upstream"


@dataclass
class Sides:
    """`clients`: the lines of each client; `logs`: those of each other log in their order, with the owner of each."""

    clients: list[list[str]] = field(default_factory=list)
    logs: dict[str, list[tuple[float, int, str]]] = field(default_factory=dict)

    def add(self, log: str, second: float, owner: int, line: str) -> None:
        self.logs.setdefault(log, []).append((second, owner, line))

    def lines(self) -> dict[str, list[str]]:
        """The lines of the other logs, in the order of their times."""
        return {name: [line for _, _, line in sorted(rows, key=lambda row: row[0])] for name, rows in self.logs.items()}

    def owners(self) -> dict[str, list[int]]:
        """Whose each of these lines is."""
        return {
            name: [owner for _, owner, _ in sorted(rows, key=lambda row: row[0])] for name, rows in self.logs.items()
        }


def many_pushes(seed: int, pushes: int = 100, *, containerd: bool, daemons: bool = False, users: int = 0) -> Sides:
    """Make pushes that begin within some seconds, of layers out of one pool, some repeated, some failed.

    They come from one address and one version of Docker; `users`: how many different ones. Times are whole seconds.
    `daemons`: the debug lines of one daemon, through which all of them went.
    """
    rng, sides = random.Random(seed), Sides()
    for n in range(pushes):
        start = 5.0 + rng.randrange(6)
        layers = rng.sample(_POOL, 2) + [f"{n:012x}"[::-1]] * rng.randrange(2)
        who = {} if rng.random() < 0.9 else {"agent": "docker/20.10.24 go/go1.19.8"}
        who |= {"user": f"user{n % users}"} if users else {}
        tag = f"v{n}" if rng.random() < 0.8 else "latest"
        client = [HEADER, *(f"{layer}: Preparing" for layer in layers)]
        if daemons:
            sides.add("dockerd", start, n, began(start, tag))
        for place, layer in enumerate(layers):
            second = start + place + rng.randrange(3)
            if rng.random() < 0.3 and layer in _POOL:
                client += _there(sides, n, layer, second, who)
                continue
            tries = 2 if rng.random() < 0.3 and not containerd else 1
            lines, is_done = _sent(sides, n, layer, second, tries, who, rng, daemons=daemons)
            client += lines
            if not is_done:
                break
        else:
            second = start + 14
            sides.add("access", second, n, access(second, request("PUT", f"manifests/{tag}"), 201, **who))
            client.append(f"{tag}: digest: {DIGEST} size: 738")
        sides.clients.append(client)
    return sides


_POOL = [f"{n:012x}" for n in range(0xA00000000000, 0xA00000000000 + 9)]


def _there(sides: Sides, n: int, layer: str, second: float, who: dict[str, str]) -> list[str]:
    asked = request("HEAD", f"blobs/{_blob(layer)}")
    sides.add("access", second, n, access(second, asked, 200, **who))
    sides.add("registry", second, n, registry(second, "response completed", asked, status=200))
    return [f"{layer}: Layer already exists"]


def _sent(  # noqa: PLR0917 - one layer
    sides: Sides,
    n: int,
    layer: str,
    second: float,
    tries: int,
    who: dict[str, str],
    rng: random.Random,
    *,
    daemons: bool,
) -> tuple[list[str], bool]:
    """Add the uploads of a layer; return what its client prints, and whether the last one went through."""
    client: list[str] = []
    gives_up = rng.random() < 0.1
    for attempt in range(1, tries + 1):
        name = f"{rng.getrandbits(32):08x}-0000-4000-8000-{n:06x}{attempt:06x}"
        is_broken = attempt < tries or gives_up
        _attempt(sides, n, name, second, _blob(layer), is_broken, who)
        if daemons:
            sides.add("dockerd", second, n, dockerd(second, f"Pushing layer: {diff_id(layer)}"))
        if daemons and not is_broken:
            line = f"uploaded layer {diff_id(layer)} ({_blob(layer)}), 100 bytes"
            sides.add("dockerd", second + 1, n, dockerd(second + 1, line))
        if attempt < tries:
            client += countdown(layer, 5)
            second += 6
    end = "received unexpected HTTP status: 504 Gateway Time-out" if gives_up else f"{layer}: Pushed"
    return [*client, end], not gives_up


def _blob(layer: str) -> str:
    return f"sha256:{layer}{'0' * 52}"


def _attempt(  # noqa: PLR0917 - one upload
    sides: Sides, n: int, name: str, second: float, blob: str, is_broken: bool, who: dict[str, str]
) -> None:
    post, patch = request("POST", "blobs/uploads/"), request("PATCH", upload(name, second))
    sides.add("access", second, n, access(second, post, 202, **who))
    if is_broken:
        sides.add("access", second + 1, n, access(second + 1, patch, 504, **who))
        sides.add("error", second + 1, n, nginx_error(second + 1, TIMED_OUT, patch))
        return
    put = request("PUT", upload(name, second, 100, blob))
    sides.add("access", second + 1, n, access(second + 1, patch, 202, **who))
    sides.add("access", second + 1, n, access(second + 1, put, 201, **who))
    sides.add("registry", second + 1, n, registry(second + 1, "response completed", put, status=201))
