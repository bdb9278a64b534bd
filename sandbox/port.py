"""A port on loopback whose server can be closed and opened again: closed, it refuses connections."""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from aiohttp import web

_HOST = "127.0.0.1"
_GLANCE = 0.01  # real seconds


class Port:
    """Serves an aiohttp app, except while ``closed`` says so; the number stays the same."""

    def __init__(self, runner: web.AppRunner, closed: Callable[[], bool]) -> None:
        self._runner, self._closed = runner, closed
        self._site: web.SockSite | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._socket = _bound(0)  # while it does not listen it refuses, and nobody else gets the number
        self.number = int(self._socket.getsockname()[1])

    async def open(self, *, watch: bool) -> int:
        """Begin to serve, or to wait for the time to; answers with the number of the port."""
        await self._follow()
        if watch:
            self._watcher = asyncio.create_task(self._watch(), name="port")
        return self.number

    async def close(self) -> None:
        """Serve nothing more."""
        if self._watcher:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._site:
            await self._site.stop()
        self._socket.close()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_GLANCE)
            await self._follow()

    async def _follow(self) -> None:
        if self._closed() and self._site:
            await self._site.stop()
            self._site, self._socket = None, _bound(self.number)
        elif not self._closed() and self._site is None:
            self._site = web.SockSite(self._runner, self._socket)
            await self._site.start()


def _bound(number: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((_HOST, number))
    return bound
