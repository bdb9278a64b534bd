import asyncio
import base64
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from standardwebhooks.webhooks import Webhook

from responder.notify.webhook import Delivery, DeliveryState, post

SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def receiver(handler: Handler) -> AsyncGenerator[str, None]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    async with TestServer(app) as server:
        yield f"http://127.0.0.1:{server.port}/hook?sig=very-secret-signature"


async def attempt(url: str, body: bytes = b"{}") -> Delivery:
    return await asyncio.to_thread(post, url, SECRET, "inc-1", body, time.time())


async def answer(status: int, headers: dict[str, str] | None = None) -> Delivery:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers, text="sig=very-secret-signature")

    async with receiver(handler) as url:
        return await attempt(url)


async def test_a_message_arrives_signed_and_whole() -> None:
    seen: list[tuple[bytes, dict[str, str]]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((await request.read(), {name.lower(): value for name, value in request.headers.items()}))
        return web.Response(status=202)

    async with receiver(handler) as url:
        delivery = await attempt(url, '{"type":"x","é":1}'.encode())
    ((body, headers),) = seen
    assert delivery == Delivery(state=DeliveryState.DELIVERED, status=202, detail="HTTP 202")
    assert Webhook(SECRET).verify(body, headers) == {"type": "x", "é": 1}
    assert (headers["webhook-id"], headers["content-type"]) == ("inc-1", "application/json")
    assert headers["user-agent"].startswith("backup-responder/")


@pytest.mark.parametrize(
    "status,state",
    [
        (200, "delivered"),
        (204, "delivered"),
        (301, "refused"),
        (307, "refused"),
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (408, "retry"),
        (410, "gone"),
        (413, "refused"),
        (429, "retry"),
        (500, "retry"),
        (502, "retry"),
        (503, "retry"),
    ],
)
async def test_what_an_answer_means(status: int, state: str) -> None:
    delivery = await answer(status, {"Location": "/elsewhere"})
    assert (delivery.state, delivery.status) == (state, status)
    assert "secret" not in repr(delivery)


async def test_a_redirect_is_not_followed() -> None:
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=302, headers={"Location": "/other"})

    async with receiver(handler) as url:
        await attempt(url)
    assert paths == ["/hook"]


async def test_how_long_to_wait() -> None:
    now = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
    later = {"Retry-After": format_datetime(now + timedelta(minutes=3), usegmt=True), "Date": format_datetime(now)}
    assert (await answer(429, {"Retry-After": "7"})).retry_after_seconds == 7
    assert (await answer(503, later)).retry_after_seconds == 180
    assert (await answer(503, {"Retry-After": "soon"})).retry_after_seconds is None
    assert (await answer(200, {"Retry-After": "7"})).retry_after_seconds is None


async def test_no_answer_is_worth_another_attempt() -> None:
    delivery = await attempt(f"http://127.0.0.1:{unused_port()}/hook?sig=very-secret-signature")
    assert (delivery.state, delivery.status, delivery.detail) == (
        DeliveryState.RETRY,
        None,
        "no answer: ConnectionError",
    )


@pytest.mark.parametrize("url", ["nonsense", "http://", "gopher://x/?sig=secret"])
async def test_an_unusable_address_is_refused(url: str) -> None:
    delivery = await attempt(url)
    assert (delivery.state, delivery.detail) == (DeliveryState.REFUSED, "the address cannot be used")
