"""The Event Grid webhook: handshakes and deliveries.

Source: the Event Grid extension's HTTP request processor, and Microsoft Learn, "Webhook event delivery" and "Event
Grid schema / CloudEvents v1.0 endpoint validation".
"""

import asyncio
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from azure.functions.meta import Datum

from sandbox.host.config import Keys
from sandbox.host.dispatch import Dispatcher
from sandbox.host.functions import Function
from sandbox.host.keys import Level, allows

_EVENT_GRID = "eventgrid.azure.net"


class EventGridWebhook:
    """Takes events for the functions with an Event Grid trigger, below the system key."""

    def __init__(self, functions: Iterable[Function], keys: Keys, dispatcher: Dispatcher) -> None:
        self._functions = {function.name: function for function in functions if function.kind == "eventGridTrigger"}
        self._keys = keys
        self._dispatcher = dispatcher

    def add_routes(self, app: web.Application) -> None:
        """Serve the webhook, in both spellings that subscriptions use."""
        for path in ("/runtime/webhooks/EventGrid", "/runtime/webhooks/eventgrid"):
            app.router.add_route("*", path, self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a handshake, or deliver every event as one invocation: 202 if all succeeded, 500 if any failed."""
        if not allows(self._keys, Level.SYSTEM, request):
            return web.Response(status=401)
        name = request.query.get("functionName", "")
        function = self._functions.get(name)
        if function is None:
            return web.Response(status=404, text=f"cannot find function: '{name}'")
        if request.method == "OPTIONS":
            return _cloud_handshake(request)
        if request.method != "POST":
            return web.Response(status=400)
        return await self._post(function, request)

    async def _post(self, function: Function, request: web.Request) -> web.Response:
        kind = request.headers.get("aeg-event-type", "").lower()
        if kind == "unsubscribe":
            return web.Response(status=202)
        try:
            if kind == "subscriptionvalidation":
                return _handshake(json.loads(await request.read()))
            if kind == "notification":
                return await self._deliver(function, json.loads(await request.read()))
        except ValueError as error:
            return web.Response(status=400, text=str(error))
        return web.Response(status=400)

    async def _deliver(self, function: Function, body: object) -> web.Response:
        events = body if isinstance(body, list) else [body]
        if not all(isinstance(event, dict) for event in events):
            raise ValueError("an event is a JSON object")
        calls = (self._dispatcher.call(function, Datum(json.dumps(event), "json")) for event in events)
        results = await asyncio.gather(*calls, return_exceptions=True)
        failed = any(isinstance(result, BaseException) for result in results)
        return web.Response(status=500 if failed else 202)


def _handshake(body: Any) -> web.Response:
    """The validation of an Event Grid schema subscription; ``data`` may be an object or its JSON text."""
    try:
        event = body[0] if isinstance(body, list) else body
        data = json.loads(event["data"]) if isinstance(event["data"], str) else event["data"]
        return web.json_response({"validationResponse": data["validationCode"]})
    except (LookupError, TypeError) as error:
        raise ValueError("no data.validationCode in the validation event") from error


def _cloud_handshake(request: web.Request) -> web.Response:
    """The abuse protection of CloudEvents 1.0: the asked origin is allowed only if it is an Event Grid one."""
    asked = request.headers.get("WebHook-Request-Origin")
    if asked is None:
        return web.Response(status=400)
    host = (urlsplit(asked).hostname if "//" in asked else asked) or ""
    ours = host == _EVENT_GRID or host.endswith(f".{_EVENT_GRID}")
    return web.Response(headers={"WebHook-Allowed-Origin": asked if ours else _EVENT_GRID})
