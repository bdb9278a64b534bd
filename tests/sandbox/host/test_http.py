"""HTTP triggers over real HTTP: keys, requests as functions see them, answers as callers see them."""

import asyncio
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import azure.functions as func
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.host.config import Keys
from sandbox.host.dispatch import Dispatcher
from sandbox.host.front import REQUEST_LIMIT, Front
from sandbox.host.functions import Function, Signature
from sandbox.host.routes import RouteTable
from tests.sandbox.host.running import RunningHost

FUNCTION, MASTER, SYSTEM = "the-function", "the-master", "the-system"


@pytest.mark.parametrize(
    "path,header,code,status",
    [
        ("open", None, None, 200),
        ("open", "wrong", None, 200),
        ("echo/1", None, None, 401),
        ("echo/1", FUNCTION, None, 200),
        ("echo/1", None, FUNCTION, 200),
        ("echo/1", MASTER, None, 200),
        ("echo/1", SYSTEM, None, 401),  # a system key opens only its own webhook
        ("echo/1", "wrong", None, 401),
        ("echo/1", "wrong", FUNCTION, 401),  # the header counts first
        ("guarded", FUNCTION, None, 401),
        ("guarded", SYSTEM, None, 401),
        ("guarded", MASTER, None, 200),
        ("absent", MASTER, None, 404),
        ("on_event", MASTER, None, 404),
    ],
)
def test_keys(shared: RunningHost, path: str, header: str | None, code: str | None, status: int) -> None:
    headers = {"x-functions-key": header} if header else {}
    answer = shared.call("GET", f"/api/{path}", headers=headers, params={"code": code} if code else {})
    assert answer.status_code == status
    if status >= 400:
        assert answer.content == b""


@pytest.mark.parametrize("method,status", [("GET", 200), ("POST", 200), ("PUT", 404), ("HEAD", 404), ("OPTIONS", 404)])
def test_methods(shared: RunningHost, method: str, status: int) -> None:
    assert shared.call(method, f"/api/echo/1?code={FUNCTION}").status_code == status


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "DELETE"])
def test_a_function_without_methods_takes_all(shared: RunningHost, method: str) -> None:
    answer = shared.call(method, "/api/open")
    assert answer.status_code == 200
    assert answer.text == ("" if method == "HEAD" else "open_door 36")


def test_the_request_as_the_function_sees_it(shared: RunningHost) -> None:
    answer = shared.call(
        "POST",
        f"/api/echo/7/a%2Fb?x=1&x=2&empty=&y=%C3%A4&code={FUNCTION}",
        headers={"X-Mixed": "Case", "Content-Type": "application/json"},
        data='{"a": "ä"}'.encode(),
    )
    seen = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert seen["method"] == "POST"
    assert seen["query"] == {"x": "1,2", "y": "ä", "code": FUNCTION}
    assert seen["route"] == {"id": "7", "rest": "a%2Fb"}
    assert seen["headers"]["x-mixed"] == "Case"
    assert seen["body"] == '{"a": "ä"}'


def test_an_optional_route_value_is_missing(shared: RunningHost) -> None:
    assert shared.call("GET", f"/api/echo/7?code={FUNCTION}").json()["route"] == {"id": "7"}


def test_a_chunked_body_arrives_empty(shared: RunningHost) -> None:
    answer = shared.call("POST", f"/api/echo/7?code={FUNCTION}", data=iter([b"abc"]))
    assert answer.json()["body"] == ""


@pytest.mark.parametrize("path", ["fails", "nothing"])
def test_a_failure_tells_callers_nothing(shared: RunningHost, path: str) -> None:
    answer = shared.call("GET", f"/api/{path}")
    assert (answer.status_code, answer.content) == (500, b"")


def test_cookies_are_kept_apart(shared: RunningHost) -> None:
    answer = shared.call("GET", "/api/cookies")
    assert answer.status_code == 201
    assert answer.headers["X-One"] == "1"
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1; Path=/", "b=2; HttpOnly"]


def test_text_is_plain_utf_8(shared: RunningHost) -> None:
    assert shared.call("GET", "/api/open").headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_body_over_the_limit_is_refused_before_it_is_read(shared: RunningHost) -> None:
    where = urlsplit(shared.base)
    with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=20) as line:
        head = f"POST /api/open HTTP/1.1\r\nHost: x\r\nContent-Length: {REQUEST_LIMIT + 1}\r\n\r\n"
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


async def test_a_function_that_is_too_slow_runs_on_unheard() -> None:
    done = asyncio.Event()

    async def slow(req: func.HttpRequest) -> str:
        await asyncio.sleep(0.05)
        done.set()
        return "late"

    trigger: Mapping[str, object] = {"type": "httpTrigger", "name": "req", "authLevel": "ANONYMOUS"}
    function = Function("slow", slow, True, "", Signature({"req": "httpTrigger"}, "http", False), trigger, (trigger,))
    front = Front(RouteTable([function], ""), Keys("m", "f", "s"), Dispatcher(str), answer_limit=0.005)
    site = web.Application()
    site.router.add_route("*", "/{path:.*}", front.handle)
    async with TestClient(TestServer(site)) as client, asyncio.timeout(5):
        assert (await client.get("/slow")).status == 504
        await done.wait()
