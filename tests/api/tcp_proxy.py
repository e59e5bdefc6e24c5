"""A TCP connection that can be cut: what goes through it is real, until it is cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class TcpProxy:
    """Carries bytes between a free port of this machine and a server."""

    def __init__(self, target: str) -> None:
        self._host, _, port = target.rpartition(":")
        self._port = int(port)
        self._ends: list[asyncio.StreamWriter] = []
        self._is_cut = False
        self.address = ""

    def cut(self) -> None:
        """Drop every connection, and those that come."""
        self._is_cut = True
        while self._ends:
            self._ends.pop().close()

    def mend(self) -> None:
        self._is_cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.close()
            return
        there, back = await asyncio.open_connection(self._host, self._port)
        self._ends += [writer, back]
        await asyncio.gather(_pump(reader, back), _pump(there, writer))


@asynccontextmanager
async def cable_to(target: str) -> AsyncIterator[TcpProxy]:
    """Give a proxy to the server at this address."""
    proxy = TcpProxy(target)
    server = await asyncio.start_server(proxy.carry, "127.0.0.1", 0)
    proxy.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        proxy.cut()
        server.close()
        await server.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
