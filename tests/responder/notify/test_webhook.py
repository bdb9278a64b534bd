import asyncio
import base64
import gc
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from standardwebhooks.webhooks import Webhook

from responder.notify.webhook import Delivery, DeliveryState, post

LIMIT = 0.3
SLACK = 1.5  # seconds; two busy cores are no defect
SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def receiver(handler: Handler) -> AsyncGenerator[str, None]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    async with TestServer(app) as server:
        yield f"http://127.0.0.1:{server.port}/hook?sig=very-secret-signature"


@asynccontextmanager
async def talker(
    talk: Callable[[asyncio.StreamWriter], Awaitable[None]], tls: ssl.SSLContext | None = None
) -> AsyncGenerator[str, None]:
    """A receiver below HTTP: says what it is told, whatever is asked."""
    talks: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await talk(writer)
        writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.create_task(answer(reader, writer)))
        writers.append(writer)

    async with await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls) as server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"http{'s' if tls else ''}://{host}:{port}/hook?sig=very-secret-signature"
        for task, writer in zip(talks, writers, strict=True):
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*talks, return_exceptions=True)


async def attempt(url: str, body: bytes = b"{}", seconds: float = 10) -> Delivery:
    return await asyncio.to_thread(post, url, SECRET, "inc-1", body, time.time(), seconds)


async def timed(url: str, body: bytes = b"{}") -> tuple[Delivery, float]:
    """An attempt with a limit of LIMIT seconds, and how long it took."""
    began = time.monotonic()
    return await attempt(url, body, LIMIT), time.monotonic() - began


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
        (425, "retry"),
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
        "no answer: ClientConnectorError",
    )


@pytest.mark.parametrize("url", ["nonsense", "http://", "gopher://x/?sig=secret"])
async def test_an_unusable_address_is_refused(url: str) -> None:
    delivery = await attempt(url)
    assert (delivery.state, delivery.detail) == (DeliveryState.REFUSED, "the address cannot be used")


async def drip(writer: asyncio.StreamWriter, text: bytes) -> None:
    """One byte after the other, each early enough for a limit that counts from the last one."""
    for byte in text:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(LIMIT / 10)


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    del writer
    await asyncio.sleep(10 * LIMIT)


async def drip_headers(writer: asyncio.StreamWriter) -> None:
    await drip(writer, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


async def continue_for_ever(writer: asyncio.StreamWriter) -> None:
    for _ in range(1000):
        writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("talk", [say_nothing, drip_headers, continue_for_ever])
async def test_a_receiver_that_takes_too_long_costs_no_more_than_the_limit(
    talk: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> None:
    async with talker(talk) as url:
        delivery, took = await timed(url)
    assert delivery == Delivery(state=DeliveryState.RETRY, detail="no answer within 0.3 s")
    assert LIMIT <= took < LIMIT + SLACK


async def test_a_receiver_that_reads_nothing_costs_no_more_than_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        delivery, took = await timed(f"http://127.0.0.1:{deaf.getsockname()[1]}/", b"x" * 30_000_000)
    gc.collect()  # a connection that is still open would show itself now
    assert (delivery.state, took < LIMIT + SLACK) == ("retry", True)


async def test_a_name_server_that_says_nothing_costs_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **__: object) -> None:
        time.sleep(LIMIT + 2 * SLACK)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    delivery, took = await timed("https://hooks.example/in")
    assert (delivery.state, took < LIMIT + SLACK) == ("retry", True)


async def test_what_is_taken_is_delivered_however_slowly_the_receiver_talks_on() -> None:
    async def drip_body(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n")
        await drip(writer, b"x" * 400)

    async with talker(drip_body) as url:
        delivery, took = await timed(url)
    assert (delivery.state, delivery.status) == ("delivered", 200)
    assert took < LIMIT + SLACK


async def test_of_a_huge_answer_only_the_beginning_is_read() -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    async with talker(flood) as url:
        delivery = await attempt(url)
    assert delivery.state == "delivered"
    assert sent < 50_000_000


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(5000)) + b"\r\n",
    ],
    ids=["nothing", "another-protocol", "endless-header", "endless-headers"],
)
async def test_what_is_no_answer_is_worth_another_attempt(said: bytes) -> None:
    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    async with talker(talk) as url:
        delivery = await attempt(url)
    assert (delivery.state, delivery.status) == ("retry", None)
    assert delivery.detail.startswith("no answer: ")
    assert "secret" not in repr(delivery)


async def test_a_receiver_that_nobody_vouches_for_gets_nothing() -> None:
    said: list[object] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    async def accept(writer: asyncio.StreamWriter) -> None:
        said.append(writer)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with talker(accept, context) as url:
        delivery = await attempt(url)
    assert (delivery.state, delivery.detail) == ("retry", "no answer: ClientConnectorCertificateError")
    assert said == []


@pytest.mark.parametrize("hidden, state", [(429, "retry"), (502, "retry"), (413, "refused")])
async def test_the_status_that_hides_in_an_answer_of_teams_counts(hidden: int, state: str) -> None:
    text = f"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {hidden} with ..."

    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text=text, headers={"Retry-After": "30"})

    async with receiver(handler) as url:
        delivery = await attempt(url)
    assert (delivery.state, delivery.status) == (state, hidden)
    assert delivery.retry_after_seconds == (30 if state == "retry" else None)


async def test_an_address_is_sent_exactly_as_it_is() -> None:
    """A signature is over what is written: ``%2F`` and ``/`` are not the same."""
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.Response()

    path = "/a%2Fb/%7Ec?sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=a%2Bb%3D~x+y"
    async with receiver(handler) as url:
        await attempt(url.partition("/hook")[0] + path)
    assert asked == [path]


async def test_a_large_report_arrives_whole() -> None:
    sizes: list[int] = []

    async def handler(request: web.Request) -> web.Response:
        sizes.append(len(await request.content.read()))
        return web.Response(status=202)

    async with receiver(handler) as url:
        assert (await attempt(url, b" " * 3_000_000)).state == "delivered"
    assert sizes == [3_000_000]
