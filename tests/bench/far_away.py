"""A mail server moved far away: python far_away.py PORT SERVER_PORT MILLISECONDS.

Every byte arrives so much later, each way; nothing else changes. Bytes on their way do not wait for each other, so the
link is as wide as the machine.
"""

import asyncio
import sys
from collections import deque


class Direction(asyncio.Protocol):
    """One side of a connection: what it hears goes to the other side, later."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.on_its_way: deque[tuple[float, bytes]] = deque()  # b"": the other side has hung up
        self.transport: asyncio.WriteTransport | None = None
        self.other: Direction = self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.other.expect(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.other.expect(b"")

    def expect(self, data: bytes) -> None:
        """Hand these bytes over when their time has come."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self.seconds
        self.on_its_way.append((due, data))
        if len(self.on_its_way) == 1:
            loop.call_at(due, self.deliver)

    def deliver(self) -> None:
        loop = asyncio.get_running_loop()
        while self.on_its_way and self.on_its_way[0][0] <= loop.time() and self.transport:
            data = self.on_its_way.popleft()[1]
            if data:
                self.transport.write(data)
            else:
                self.transport.close()
        if self.on_its_way:
            loop.call_at(max(self.on_its_way[0][0], loop.time() + 0.0002), self.deliver)


class Near(Direction):
    """The side of the client. It is connected through when the client has come."""

    def __init__(self, seconds: float, server_port: int) -> None:
        super().__init__(seconds)
        self.server_port = server_port
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.other = Direction(self.seconds)
        self.other.other = self
        self.tasks.add(asyncio.get_running_loop().create_task(self.connect_through()))

    async def connect_through(self) -> None:
        await asyncio.sleep(self.seconds)
        await asyncio.get_running_loop().create_connection(lambda: self.other, "127.0.0.1", self.server_port)


async def main(port: str, server_port: str, milliseconds: str) -> None:
    loop = asyncio.get_running_loop()
    seconds = float(milliseconds) / 1000
    server = await loop.create_server(lambda: Near(seconds, int(server_port)), "127.0.0.1", int(port))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
