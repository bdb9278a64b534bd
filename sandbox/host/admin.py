"""The host's admin API, below the master key.

Source: Microsoft Learn, "Manually run a non HTTP-triggered function" and the Functions host's own API.
"""

import time
from collections.abc import Callable, Sequence

import msgspec
from aiohttp import web

from sandbox.host.config import Keys
from sandbox.host.functions import Function
from sandbox.host.keys import Level, allows
from sandbox.host.routes import RouteTable
from sandbox.host.timers import Timers


class Admin:
    """Status, functions, and a run of a timer by hand."""

    def __init__(
        self, functions: Sequence[Function], routes: RouteTable, timers: Timers, hangs: Callable[[], object], keys: Keys
    ) -> None:
        self._functions = functions
        self._templates = {route.function.name: route.template for route in routes.routes}
        self._timers = timers
        self._hangs = hangs
        self._keys = keys
        self._started = time.monotonic()

    def add_routes(self, app: web.Application) -> None:
        """Serve the API."""
        app.router.add_get("/admin/host/status", self._status)
        app.router.add_get("/admin/functions", self._list)
        app.router.add_post("/admin/functions/{name}", self._run)

    async def _status(self, request: web.Request) -> web.Response:
        """State and age of the host, and the instances that would hang in Azure."""
        self._authorise(request)
        uptime = int((time.monotonic() - self._started) * 1000)
        hangs = msgspec.to_builtins(self._hangs())
        return web.json_response({"state": "Running", "processUptime": uptime, "hangs": hangs})

    async def _list(self, request: web.Request) -> web.Response:
        self._authorise(request)
        return web.json_response([self._describe(function, request) for function in self._functions])

    def _describe(self, function: Function, request: web.Request) -> dict[str, object]:
        template = self._templates.get(function.name)
        return {
            "name": function.name,
            "language": "python",
            "isDisabled": False,
            "invoke_url_template": f"{request.url.origin()}/{template}" if template else None,
            "config": {"name": function.name, "bindings": [dict(binding) for binding in function.bindings]},
        }

    async def _run(self, request: web.Request) -> web.Response:
        """Run a timer now; its schedule goes on as before."""
        self._authorise(request)
        if not await self._timers.run_by_hand(request.match_info["name"]):
            return web.Response(status=404)
        return web.Response(status=202)

    def _authorise(self, request: web.Request) -> None:
        if not allows(self._keys, Level.ADMIN, request):
            raise web.HTTPUnauthorized(text="")
