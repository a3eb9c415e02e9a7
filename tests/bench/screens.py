"""Terminals on which other clients drew a long push, made from a seed: one frame after another."""

import random
from collections.abc import Callable, Iterator

from tests.bench.inputs import MB, SEED

_ROWS = 12
_SPIN = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def _layers(rng: random.Random) -> dict[str, int]:
    return {f"{rng.getrandbits(256):064x}": rng.randrange(50 * MB, 900 * MB) for _ in range(_ROWS)}


def _frames(size: int, frame: Callable[[int, float], str]) -> Iterator[bytes]:
    """Yield frames until about `size` bytes are written; `frame` gets its number and the share that was sent."""
    each = len(frame(0, 0.5).encode())
    number = max(2, size // each)
    for index in range(number + 1):
        yield frame(index, index / number).encode()


def _bar(share: float, width: int, full: str, head: str, empty: str) -> str:
    done = min(width - 1, int(share * width))
    return f"[{full * done}{head}{empty * (width - 1 - done)}]"


def podman(size: int) -> Iterator[bytes]:
    """A push by podman: mpb's bars, all drawn again in each frame."""
    layers = _layers(random.Random(SEED))

    def frame(_: int, share: float) -> str:
        rows = (
            f"Copying blob {layer[:12]} {_bar(share, 38, '=', '>', '-')} {share * total / 2**20:.1f}MiB / "
            f"{total / 2**20:.1f}MiB | {4 + share:.1f} MiB/s\r\n"
            for layer, total in layers.items()
        )
        return "".join(rows) + f"\x1b[{_ROWS}A\x1b[J"

    yield b"$ podman push registry.example.com/team/app:1.2\r\nGetting image source signatures\r\n"
    yield from _frames(size, frame)
    yield from (f"Copying blob {layer[:12]} done   | \r\n".encode() for layer in layers)
    yield b"Copying config 7dd3e99629 done   | \r\nWriting manifest to image destination\r\n"


def buildkit(size: int) -> Iterator[bytes]:
    """A push by BuildKit with the driver `docker`, in 120 columns."""
    layers = _layers(random.Random(SEED))

    def frame(index: int, share: float) -> str:
        now = index / 10
        rows = [f"[+] Building {now:.1f}s (7/7)", f" => exporting to image{now:>90.1f}s"]
        rows += [f" => => pushing layers{now:>90.1f}s"]
        rows += [
            f" => => pushing layer {layer[:12]} {share * total / 1e6:.2f}MB / {total / 1e6:.2f}MB{now:>60.1f}s"
            for layer, total in layers.items()
        ]
        return "\r\n".join(rows) + "\r\n\x1b[?25h" + "\x1b[1A" * len(rows) + "\x1b[0G\x1b[?25l"

    yield from _frames(size, frame)
    yield b" => => pushing manifest for registry.example.com/team/app:1.2@sha256:" + b"ab" * 32 + b"    0.1s\r\n"
    yield b"[+] Building 91.0s (7/7) FINISHED\r\n"


def compose(size: int) -> Iterator[bytes]:
    """A push by compose 2: a service, its layers, and colours."""
    layers = _layers(random.Random(SEED))

    def frame(index: int, share: float) -> str:
        rows = [f"\x1b[?25l[+] Pushing 0/{_ROWS}"]
        rows += [
            f" \x1b[33m{_SPIN[index % 10]}\x1b[0m Pushing registry.example.com/shop/web:3.1: {layer[:12]} Pushing "
            f"{_bar(share, 50, '=', '>', ' ')}  {share * total / 1e6:.1f}MB/{total / 1e6:.1f}MB"
            f"\x1b[34m{index / 10:.1f}s \x1b[0m"
            for layer, total in layers.items()
        ]
        return "\r\n".join(rows) + "\r\n\x1b[?25h" + "\x1b[1A" * len(rows) + "\x1b[0G"

    yield from _frames(size, frame)
    yield f"\x1b[?25l[+] Pushing {_ROWS}/{_ROWS}\r\n".encode()
    image = "registry.example.com/shop/web:3.1"
    for layer in layers:
        yield f" \x1b[32m✔\x1b[0m Pushing {image}: {layer[:12]} Pushed \x1b[34m9.9s \x1b[0m\r\n".encode()
    yield b"\x1b[?25h"


def oras(size: int) -> Iterator[bytes]:
    """A push by oras: two rows a blob, each drawn from a saved place of the cursor."""
    layers = _layers(random.Random(SEED))

    def frame(index: int, share: float) -> str:
        rows = []
        for number, (layer, total) in enumerate(layers.items()):
            up = 2 * (_ROWS - number)
            done = int(share * 20)
            rows.append(
                f"\x1b8\x1b[{up}F\x1b[93m{_SPIN[index % 10]}\x1b[0m [\x1b[104m{' ' * done}\x1b[0m{'.' * (20 - done)}]"
                f"({4 + share:.2f} MB/s) Uploading f{number}{share * total / 1e6:>40.2f}/{total / 1e6:.2f} MB "
                f"{share * 100:.2f}%  {index / 10:.1f}s\x1b[0m\r\n\x1b[0K"
            )
            rows.append(f"\x1b8\x1b[{up - 1}F  └─ sha256:{layer}      \x1b[0m\r\n\x1b[0K")
        return "".join(rows)

    yield b"$ oras push registry.example.com/team/app:1.2 f0 f1\r\n\x1b7"
    yield from _frames(size, frame)
    for number, layer in enumerate(layers):
        yield f"\x1b8\x1b[92m✓\x1b[0m Uploaded  f{number}   9/9 MB 100.00%  9s\x1b[0m\r\n".encode()
        yield f"  └─ sha256:{layer}\r\n".encode()
    yield b"Pushed [registry] registry.example.com/team/app:1.2\r\nDigest: sha256:" + b"cd" * 32 + b"\r\n"


def nerdctl(size: int) -> Iterator[bytes]:
    """A push by nerdctl: containerd's progress, whose rows are all erased before each frame."""
    layers = _layers(random.Random(SEED))

    def row(name: str, state: str, bar: str) -> str:
        return f"{name}: {state:<14} |\x1b[32m{bar}|"

    def frame(index: int, share: float) -> str:
        rows = [row(f"manifest-sha256:{'ab' * 32}", "waiting", f"\x1b[0m{'-' * 38}")]
        done = int(share * 38)
        rows += [
            row(f"layer-sha256:{layer}", "uploading", f"{'+' * done}\x1b[0m{'-' * (38 - done)}")
            + f" {share * total / 2**20:.1f} MiB/{total / 2**20:.1f} MiB"
            for layer, total in layers.items()
        ]
        rows += [f"elapsed: {index / 10:.1f} s total:  {share * 900:.1f} Mi (9.1 MiB/s)"]
        return "\r\n".join(rows) + "\r\n" + "\x1b[1A\x1b[2K\r" * len(rows)

    yield b"$ nerdctl push registry.example.com/team/app:1.2\r\n"
    yield from _frames(size, frame)
    full = f"{'+' * 38}\x1b[0m"
    for name in (f"manifest-sha256:{'ab' * 32}", *(f"layer-sha256:{layer}" for layer in layers)):
        yield (row(name, "done", full) + "\r\n").encode()
    yield f"elapsed: {size / 1e4:.1f} s\r\n".encode()
