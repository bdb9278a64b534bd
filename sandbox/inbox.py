"""The receiver of posted results: keeps what comes, once for each ``webhook-id``, and can be told to fail.

Source: Standard Webhooks 1.0: the id is the same at every attempt, a receiver drops what it has.
"""

from typing import Any

import msgspec
from aiohttp import web

from sandbox.clock import Clock
from sandbox.scenario import InboxFault


class Delivery(msgspec.Struct, kw_only=True):
    """One received message; ``attempts`` counts how often it came, ``at`` is the virtual time of the first."""

    headers: dict[str, str]
    body: str
    at: str
    attempts: int = 1


class Inbox:
    """All messages that were accepted, in the order in which they came."""

    def __init__(self, clock: Clock, faults: list[InboxFault]) -> None:
        self._clock = clock
        self._faults = [fault for fault in faults for _ in range(fault.times)]
        self._received: dict[str, Delivery] = {}

    @property
    def received(self) -> list[Delivery]:
        """The accepted messages."""
        return list(self._received.values())

    @property
    def reports(self) -> list[Delivery]:
        """The messages that tell how an incident ended; requests for an approval are none."""
        return [entry for entry in self.received if '"type":"backup.incident.' in entry.body.replace(" ", "")]

    def plain(self) -> list[dict[str, Any]]:
        """The messages as JSON, bodies decoded."""
        return [msgspec.to_builtins(entry) | {"body": msgspec.json.decode(entry.body)} for entry in self.received]

    def add_routes(self, app: web.Application) -> None:
        """POST /hooks/<any> receives; GET / lists."""
        app.router.add_post("/hooks/{name:.*}", self._receive)
        app.router.add_get("/", self._list)

    async def _receive(self, request: web.Request) -> web.Response:
        if self._faults:
            fault = self._faults.pop(0)
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
            return web.Response(status=fault.status, headers=headers)
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = (await request.read()).decode()
        name = headers.get("webhook-id", str(len(self._received)))
        known = self._received.get(name)
        if known:
            known.attempts += 1
        else:
            self._received[name] = Delivery(headers=headers, body=body, at=self._clock.now().isoformat())
        return web.Response(status=202)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response(self.plain())
