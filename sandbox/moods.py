"""How the receiver of results behaves: one mood after the other, each for some requests or for a span of virtual time.

Source of the text of a throttled Teams workflow: Microsoft Learn, "Create Incoming Webhooks", rate limiting.
"""

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import web

from sandbox.clock import Clock
from sandbox.scenario import InboxFault

_DRIP = 0.05  # real seconds between two bytes
_SILENT = 600.0  # real seconds; no client waits as long
_THROTTLED = (
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId none."
)


class Moods:
    """The moods that are still to come; without any, every message is accepted."""

    def __init__(self, clock: Clock, faults: list[InboxFault]) -> None:
        self._clock = clock
        self._left = [fault for fault in faults for _ in range(fault.times if fault.for_minutes is None else 1)]
        self._since = clock.now()
        self.may_close = any(fault.mood == "closed" for fault in faults)

    @property
    def closed(self) -> bool:
        """Whether nobody may connect now."""
        now = self._now()
        return now is not None and now.mood == "closed"

    def take(self) -> InboxFault | None:
        """The mood for one request."""
        fault = self._now()
        if fault and fault.for_minutes is None:
            self._next(self._clock.now())
        return fault

    def _now(self) -> InboxFault | None:
        while self._left:
            fault = self._left[0]
            if fault.for_minutes is None:
                return fault
            end = self._since + timedelta(minutes=fault.for_minutes)
            if self._clock.now() < end:
                return fault
            self._next(end)
        return None

    def _next(self, since: datetime) -> None:
        self._left.pop(0)
        self._since = since


async def answer(request: web.Request, fault: InboxFault | None) -> web.StreamResponse:
    """Answer as the mood has it."""
    if fault is None:
        return web.Response(status=HTTPStatus.ACCEPTED)
    await asyncio.sleep(_SILENT if fault.mood == "silent" else fault.slow)
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    match fault.mood:
        case "drip":
            return await _drip(request, fault.status)
        case "throttled-in-200":
            return web.Response(text=_THROTTLED, headers=headers)
        case _:
            return web.Response(status=fault.status, headers=headers)


def takes(fault: InboxFault | None) -> bool:
    """Whether the receiver keeps the message, whatever its sender learns about it."""
    status = fault.status if fault else HTTPStatus.ACCEPTED
    lost = fault is not None and fault.mood in {"silent", "throttled-in-200"}
    return not lost and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


async def _drip(request: web.Request, status: int) -> web.StreamResponse:
    """The answer's headers and its body, byte by byte, below what aiohttp offers for that."""
    text = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: 2000\r\n\r\n".encode() + b" " * 2000
    for byte in text:
        if request.transport is None:
            break
        request.transport.write(bytes([byte]))
        await asyncio.sleep(_DRIP)
    raise ConnectionResetError
