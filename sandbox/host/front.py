"""The HTTP front end: a request becomes the trigger of a function, its result the answer."""

import asyncio
import logging
from http.cookies import SimpleCookie
from typing import Any

from aiohttp import web
from azure.functions.meta import Datum

from sandbox.host.config import Keys
from sandbox.host.dispatch import Dispatcher
from sandbox.host.keys import allows
from sandbox.host.routes import Route, RouteTable

REQUEST_LIMIT = 100 * 1024 * 1024
"""Bytes of a request. Source: Microsoft Learn, "Azure Functions HTTP trigger", limits."""

ANSWER_LIMIT = 230.0
"""Real seconds in which a function must answer; the load balancer's. Source: the same page."""

_log = logging.getLogger("sandbox.host")


class Front:
    """Serves the routes of HTTP triggers."""

    def __init__(
        self, routes: RouteTable, keys: Keys, dispatcher: Dispatcher, answer_limit: float = ANSWER_LIMIT
    ) -> None:
        self._routes = routes
        self._keys = keys
        self._dispatcher = dispatcher
        self._answer_limit = answer_limit
        self._running: set[asyncio.Task[web.Response]] = set()

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request: 404 without a route (also for a method it does not have), 401 without a key."""
        found = self._routes.find(request.method, request.rel_url.raw_path)
        if found is None:
            return web.Response(status=404)
        route, values = found
        if not allows(self._keys, route.level, request):
            return web.Response(status=401)
        if (request.content_length or 0) > REQUEST_LIMIT:
            return web.Response(status=413)
        return await self._within_limit(route, await http_datum(request, values))

    async def _within_limit(self, route: Route, trigger: Datum) -> web.Response:
        """A function that is too slow runs on, but nobody gets its answer."""
        task = asyncio.create_task(self._call(route, trigger))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=self._answer_limit)
        return task.result() if done else web.Response(status=504)

    async def _call(self, route: Route, trigger: Datum) -> web.Response:
        try:
            return _answer(await self._dispatcher.call(route.function, trigger))
        except Exception:  # noqa: BLE001  the boundary to the app: its failures are logged where they happen
            return web.Response(status=500)


async def http_datum(request: web.Request, values: dict[str, str]) -> Datum:
    """A request as the host hands it to the worker: names in lower case, repeated values joined, bytes as body."""
    names = list(dict.fromkeys(name.lower() for name in request.headers))
    query = {name: ",".join(value for value in request.query.getall(name) if value) for name in request.query}
    sized = request.content_length is not None  # a chunked body arrives empty
    return Datum(
        {
            "method": _text(request.method),
            "url": _text(str(request.url)),
            "headers": {name: _text(", ".join(request.headers.getall(name))) for name in names},
            "query": {name: _text(value) for name, value in query.items() if value},
            "params": {name: _text(value) for name, value in values.items()},
            "body": Datum(await request.read() if sized else b"", "bytes"),
        },
        "http",
    )


def _answer(result: Datum | None) -> web.Response:
    if result is None or result.type != "http":
        return web.Response(text=str(result.value) if result else "")
    value: dict[str, Any] = result.value
    response = web.Response(status=int(value["status_code"].value), body=value["body"].value)
    for name, header in value["headers"].items():
        response.headers[name] = header.value
    for cookie in value["cookies"] or ():
        _add_cookies(response, cookie)
    return response


def _add_cookies(response: web.Response, cookies: SimpleCookie) -> None:
    for morsel in cookies.values():
        response.headers.add("Set-Cookie", morsel.OutputString())


def _text(value: str) -> Datum:
    return Datum(value, "string")
