"""One attempt to post one message, within a hard limit of time. When to try again is the caller's business.

What an answer means: Standard Webhooks 1.0.0, "Delivery": 2xx is success, 410 asks to stop, 429 and 5xx to slow down.
A Teams workflow may answer 200 although Teams refused the message; then the body names the real status.
Source: Microsoft Learn, "Create Incoming Webhooks", rate limiting for connectors.
"""

import asyncio
import io
import re
from contextlib import suppress
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

from responder.language import say
from responder.notify import short_loop
from responder.notify.signing import headers
from responder.retry_after import retry_after_seconds
from responder.version import VERSION
from responder.wire import Wire

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from yarl import URL

_BODY_BYTES = 4096
_BODY_SECONDS = 2.0  # a message whose status is 2xx is taken, however long its receiver talks on
_BEHIND_TEAMS = re.compile(rb"Microsoft Teams endpoint returned HTTP error ([1-5][0-9][0-9])")
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class DeliveryState(StrEnum):
    """What an attempt came to."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GONE = "gone"
    REFUSED = "refused"
    DISABLED = "disabled"  # nothing was posted: this address has answered 410 before


class Delivery(Wire):
    """How one attempt went. ``detail`` never holds the address: it may carry a credential; ``address`` is its hash."""

    state: DeliveryState
    status: int | None = None
    retry_after_seconds: float | None = None
    detail: str
    address: str | None = None


def post(url: str, secret: str | None, message_id: str, body: bytes, now: float, seconds: float = 20) -> Delivery:
    """Post a message once, signed where there is a secret: no redirects, no repetition, never beyond the limit.

    Args:
        url: where to; https, or http on loopback; sent exactly as it is, because its signature may depend on that.
        secret: ``whsec_`` and base64 of the key; None where the receiver verifies none.
        message_id: the same on every attempt of a message.
        body: the JSON document.
        now: seconds since 1970 by the machine's clock. Receivers compare it with their own clock and refuse what
            is minutes off, so neither the orchestration's time nor a virtual one will do; nothing is decided by it.
        seconds: limit for all of it: name, connection, TLS, request, answer. Standard Webhooks advises 15 to 30.
    """
    from yarl import URL

    signed = headers(secret, message_id, int(now), body) | {"user-agent": f"backup-responder/{VERSION}"}
    try:
        address = URL(url, encoded=url.isascii())
    except ValueError:
        return _unusable()
    return short_loop.run(lambda: _attempt(address, signed, body, seconds))


async def _attempt(url: "URL", signed: dict[str, str], body: bytes, seconds: float) -> Delivery:
    import aiohttp

    deadline = asyncio.get_running_loop().time() + seconds
    try:
        return await _exchange(url, signed, body, deadline)
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
        return _unusable()
    except TimeoutError:
        return Delivery(state=DeliveryState.RETRY, detail=say("no answer within {seconds} s", seconds=f"{seconds:g}"))
    except (aiohttp.ClientError, OSError) as error:
        return Delivery(state=DeliveryState.RETRY, detail=say("no answer: {told}", told=type(error).__name__))


async def _exchange(url: "URL", signed: dict[str, str], body: bytes, deadline: float) -> Delivery:
    """The answer to the message, once its headers are there before the deadline (on the loop's clock)."""
    import aiohttp

    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=True,
    ) as session:
        async with asyncio.timeout_at(deadline):
            response = await session.post(url, data=io.BytesIO(body), headers=signed, allow_redirects=False)
        try:
            return of_status(await _status(response, deadline), retry_after_seconds(response.headers))
        finally:
            response.close()


async def _status(response: "ClientResponse", deadline: float) -> int:
    """The answer's status, or the one that hides in the beginning of a 200."""
    if response.status != HTTPStatus.OK:
        return response.status
    hidden = _BEHIND_TEAMS.search(await _beginning(response, deadline))
    return int(hidden[1]) if hidden else response.status


async def _beginning(response: "ClientResponse", deadline: float) -> bytes:
    """The first bytes of the body, as many as come in time."""
    import aiohttp

    read = bytearray()
    soon = asyncio.get_running_loop().time() + _BODY_SECONDS
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout_at(min(deadline, soon)):
            while len(read) < _BODY_BYTES and (more := await response.content.read(_BODY_BYTES)):
                read += more
    return bytes(read[:_BODY_BYTES])


def _unusable() -> Delivery:
    return Delivery(state=DeliveryState.REFUSED, detail=say("the address cannot be used"))


def of_status(status: int, wait: float | None) -> Delivery:
    """What an answer with this status means; ``wait``: seconds that it asks for."""
    state = _state(status)
    asked = wait if state is DeliveryState.RETRY else None
    return Delivery(state=state, status=status, retry_after_seconds=asked, detail=f"HTTP {status}")


def _state(status: int) -> DeliveryState:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return DeliveryState.DELIVERED
    if status == HTTPStatus.GONE:
        return DeliveryState.GONE
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeliveryState.RETRY
    return DeliveryState.REFUSED
