"""The receiver of posted results: keeps what comes, once for each ``webhook-id``, and can be told to fail.

Source: Standard Webhooks 1.0: the id is the same at every attempt, a receiver drops what it has.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from sandbox.clock import Clock
from sandbox.moods import Moods, answer, takes
from sandbox.scenario import InboxFault

REPORT = "report"
"""The hook that the app's webhook settings name; other targets have hooks of their own."""


class Delivery(msgspec.Struct, kw_only=True):
    """One accepted message.

    Attributes:
        hook: the last part of the address that it was posted to.
        headers: names in lower case.
        body: the text exactly as it came, which is what its signature is about.
        at: virtual time of its acceptance, RFC 3339.
        attempts: how often it came, refused attempts and copies included.
        taken: how often it was accepted: a receiver that knows no ids would have that many.
    """

    headers: dict[str, str]
    body: str
    at: str
    attempts: int
    taken: int = 0
    hook: str = REPORT

    @property
    def message(self) -> dict[str, Any]:
        """The body as JSON; a message without ``type`` has an empty one."""
        return {"type": "", **msgspec.json.decode(self.body)}


Person = Callable[[Delivery], Awaitable[None]]
"""Somebody who reads a request for a decision, and decides before its receiver answers."""


class Inbox:
    """All messages that were accepted, in the order in which they came."""

    def __init__(self, clock: Clock, faults: list[InboxFault]) -> None:
        self._clock = clock
        self.moods = Moods(clock, faults)
        self._received: dict[tuple[str, str], Delivery] = {}
        self._attempts = Counter[tuple[str, str]]()
        self.person: Person | None = None

    @property
    def received(self) -> list[Delivery]:
        """The accepted messages of the webhook."""
        return self.at(REPORT)

    @property
    def reports(self) -> list[Delivery]:
        """The messages that tell how an incident ended."""
        return [entry for entry in self.received if entry.message["type"].startswith("backup.incident.")]

    @property
    def requests(self) -> list[Delivery]:
        """The messages that ask a person to decide."""
        return [entry for entry in self.received if entry.message["type"] == "backup.approval.requested"]

    def at(self, hook: str) -> list[Delivery]:
        """The accepted messages of a hook."""
        return [entry for entry in self._received.values() if entry.hook == hook]

    def plain(self) -> list[dict[str, Any]]:
        """All messages as JSON; bodies stay text, so that their signatures can be verified."""
        return [msgspec.to_builtins(entry) for entry in self._received.values()]

    def add_routes(self, app: web.Application) -> None:
        """POST /hooks/<any> receives; GET / lists."""
        app.router.add_post("/hooks/{name:.*}", self._receive)
        app.router.add_get("/", self._list)

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        hook = request.match_info["name"]
        key = (hook, headers.get("webhook-id") or f"unnamed-{self._attempts.total()}")
        body = (await request.read()).decode()
        self._attempts[key] += 1
        mood = self.moods.take() if hook == REPORT else None
        if takes(mood):
            await self._keep(key, headers, body)
        return await answer(request, mood)

    async def _keep(self, key: tuple[str, str], headers: dict[str, str], body: str) -> None:
        now = self._clock.now().isoformat()
        new = Delivery(headers=headers, body=body, at=now, attempts=0, hook=key[0])
        kept = self._received.setdefault(key, new)
        kept.attempts = self._attempts[key]
        kept.taken += 1
        if self.person and kept is new and kept in self.requests:
            await self.person(kept)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response(self.plain())
