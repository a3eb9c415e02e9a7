"""A relay between two hops that counts the body of every request, and breaks some of them on purpose."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import time
from dataclasses import dataclass, field
from threading import Thread

_CHUNK = 16384
_HELLO = b"\x16"
_ANSWER = re.compile(rb"HTTP/1\.[01] (\d{3})")


@dataclass
class Fault:
    """What the tap does to a request whose body passes `after` bytes.

    `action`: `reset` both connections, `stall` for `seconds`, or `hold` the answer for `seconds`; `times`: how often.
    """

    action: str
    after: int = 0
    seconds: float = 0.0
    times: int = 1
    methods: tuple[str, ...] = ("PATCH", "PUT")


@dataclass
class Seen:
    """One request: body bytes that were passed on, and the status of its answer, 0 for none."""

    began: float
    method: str
    path: str
    body: int = 0
    status: int = 0
    fault: str = ""


@dataclass
class Tap:
    """Listens on `port`, speaks to `target`. `rate`: bytes a second towards it, 0 for no limit."""

    port: int
    target: int
    faults: list[Fault] = field(default_factory=list)
    rate: int = 0
    host: str = "127.0.0.1"
    seen: list[Seen] = field(default_factory=list)

    def start(self) -> None:
        """Serve in a thread until `stop` is called."""
        self._loop = asyncio.new_event_loop()
        # Connections break here on purpose.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, self.host, self.port, limit=_CHUNK, family=socket.AF_UNSPEC)
        )
        self._server = server
        Thread(target=self._loop.run_forever, daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._server.close)
        time.sleep(0.1)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection(self.host, self.target)
        except OSError:
            writer.close()
            return
        waiting: list[Seen] = []
        there = asyncio.create_task(self._requests(reader, up_writer, waiting, writer))
        back = asyncio.create_task(self._answers(up_reader, writer, waiting))
        _, left = await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        if back not in left:
            there.cancel()
        elif there.exception() is None:
            # A client that sends no more may still read its answer, or be gone.
            await asyncio.wait({back}, timeout=2)
        for stream in (writer, up_writer):
            stream.close()

    async def _requests(
        self, reader: asyncio.StreamReader, up: asyncio.StreamWriter, waiting: list[Seen], down: asyncio.StreamWriter
    ) -> None:
        first = await reader.read(1)
        if first == _HELLO:
            # A daemon tries TLS first.
            up.write(first + await reader.read(_CHUNK))
            await asyncio.sleep(1)
            return
        while head := first + await _head(reader):
            first = b""
            method, path = (part.decode("latin-1") for part in head.split(b" ", 2)[:2])
            item = Seen(time.time(), method, path)
            self.seen.append(item)
            waiting.append(item)
            up.write(head)
            length = re.search(rb"(?im)^content-length: *(\d+)", head)
            is_chunked = re.search(rb"(?im)^transfer-encoding: *chunked", head)
            if is_chunked:
                while True:
                    line = await reader.readline()
                    size = int(line.split(b";")[0] or b"0", 16)
                    up.write(line)
                    await self._body(reader, up, down, item, size)
                    up.write(await reader.readline())
                    if not size:
                        break
            elif length:
                await self._body(reader, up, down, item, int(length[1]))
            await up.drain()

    async def _body(
        self,
        reader: asyncio.StreamReader,
        up: asyncio.StreamWriter,
        down: asyncio.StreamWriter,
        item: Seen,
        size: int,
    ) -> None:
        while size:
            fault = self._due(item)
            piece = await reader.read(min(size, _CHUNK, fault.after - item.body if fault else _CHUNK))
            if not piece:
                raise ConnectionError
            size -= len(piece)
            up.write(piece)
            await up.drain()
            item.body += len(piece)
            if fault is not None and item.body >= fault.after:
                await self._strike(fault, item, up, down)
            if self.rate:
                await asyncio.sleep(len(piece) / self.rate)

    def _due(self, item: Seen) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.action != "hold" and item.method in fault.methods and item.body < fault.after:
                return fault
        return None

    async def _strike(self, fault: Fault, item: Seen, up: asyncio.StreamWriter, down: asyncio.StreamWriter) -> None:
        fault.times -= 1
        item.fault = fault.action
        if fault.action == "stall":
            await asyncio.sleep(fault.seconds)
            return
        # What was passed on shall arrive: the far end is closed, not reset.
        up.close()
        down.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        down.transport.abort()
        raise ConnectionError

    async def _answers(self, up: asyncio.StreamReader, down: asyncio.StreamWriter, waiting: list[Seen]) -> None:
        while data := await up.read(65536):
            for match in _ANSWER.finditer(data):
                if int(match[1]) < 200 or not waiting:
                    continue
                item = waiting.pop(0)
                item.status = int(match[1])
                for fault in self.faults:
                    is_due = fault.action == "hold" and fault.times > 0 and item.method in fault.methods
                    if is_due and item.body >= fault.after:
                        fault.times -= 1
                        item.fault = "hold"
                        await asyncio.sleep(fault.seconds)
            down.write(data)
            await down.drain()


async def _head(reader: asyncio.StreamReader) -> bytes:
    head = b""
    while line := await reader.readline():
        head += line
        if line == b"\r\n":
            return head
    return b""
