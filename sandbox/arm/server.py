"""The simulated cloud on loopback: ARM over HTTPS with a private CA, the identity endpoint over HTTP."""

import asyncio
import secrets
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

import msgspec
import trustme
from aiohttp import web

from sandbox import identity
from sandbox.arm.cloud import Cloud
from sandbox.arm.exchange import CORRELATION, Answer

_HOST = "127.0.0.1"
_STOP_WITHIN = 0.2  # seconds that open connections get when a server stops
_TLS_GOODBYE = 0.01  # seconds to wait for a client that may be gone; asyncio's default is half a minute


Beside = Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]


class QuickSite(web.BaseSite):
    """A `web.TCPSite` that does not wait half a minute for the end of a TLS connection whose client is gone."""

    def __init__(self, runner: web.AppRunner, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(runner, ssl_context=tls)
        self._port = port

    @property
    def name(self) -> str:
        """The URL."""
        return f"{'https' if self._ssl_context else 'http'}://{_HOST}:{self._port}"

    async def start(self) -> None:
        """Listen."""
        await super().start()
        protocol = self._runner.server
        if protocol is None:
            raise RuntimeError("the runner was not set up")
        tls = self._ssl_context
        self._server = await asyncio.get_running_loop().create_server(
            protocol, _HOST, self._port, ssl=tls, ssl_shutdown_timeout=_TLS_GOODBYE if tls else None
        )


@dataclass(frozen=True)
class Servers:
    """The running servers and what a client needs to reach them."""

    arm_url: str
    ca_path: Path
    identity_endpoint: str
    identity_header: str
    runners: tuple[web.AppRunner, ...]

    async def close(self) -> None:
        """Stop both servers."""
        for runner in self.runners:
            await runner.cleanup()
        await asyncio.sleep(2 * _TLS_GOODBYE)


async def serve(
    cloud: Cloud, folder: Path, *, arm_port: int = 0, identity_port: int = 0, beside: Beside | None = None
) -> Servers:
    """Start both servers on 127.0.0.1; port 0 takes a free one. The CA's certificate is written into ``folder``.

    ``beside``: what the first one serves next to ARM, by path.
    """
    ca = trustme.CA(organization_name="Backup Responder Sandbox")
    ca_path = folder / "ca.pem"
    ca.cert_pem.write_to_path(ca_path)
    header = secrets.token_hex(16)
    arm, arm_bound = await _start(build(cloud, beside), arm_port, _tls(ca))
    msi, msi_bound = await _start(identity.build(cloud.tokens, header), identity_port, None)
    endpoint = f"http://{_HOST}:{msi_bound}{identity.PATH}"
    return Servers(f"https://localhost:{arm_bound}", ca_path, endpoint, header, (arm, msi))


def build(cloud: Cloud, beside: Beside | None = None) -> web.Application:
    """The ARM endpoint: one handler, the cloud routes by itself."""

    async def handle(request: web.Request) -> web.Response:
        raw: dict[str, Any] = {
            "method": request.method,
            "path": request.raw_path.partition("?")[0],
            "query": request.query,
            "body": await request.read(),
            "base_url": f"https://{request.host}",
        }
        answer = cloud.answer(raw, request.headers)
        return _response(answer, _correlation(request.headers.get(CORRELATION)), cloud.world.spec.clock_off_minutes)

    app = web.Application(client_max_size=4 * 1024 * 1024)
    for path, other in (beside or {}).items():
        app.router.add_post(path, other)
    app.router.add_route("*", "/{path:.*}", handle)
    return app


def _correlation(sent: str | None) -> str:
    """The correlation id of an answer: that of the request, where it is a GUID, else a new one."""
    try:
        return str(uuid.UUID(sent or ""))
    except ValueError:
        return str(uuid.uuid4())


def _response(answer: Answer, correlation: str, clock_off_minutes: float) -> web.Response:
    html = isinstance(answer.body, str)
    headers = {
        "Content-Type": f"{'text/html' if html else 'application/json'}; charset=utf-8",
        "Cache-Control": "no-cache",
        "x-ms-request-id": str(uuid.uuid4()),
        CORRELATION: correlation,
        "Date": formatdate(time.time() + 60 * clock_off_minutes, usegmt=True),
        **answer.headers,
    }
    if answer.body is None:
        del headers["Content-Type"]
        return web.Response(status=answer.status, headers=headers)
    body = answer.body.encode() if html else msgspec.json.encode(answer.body)
    return web.Response(status=answer.status, body=body, headers=headers)


def _tls(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("localhost", _HOST).configure_cert(context)
    return context


async def _start(app: web.Application, port: int, tls: ssl.SSLContext | None) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_WITHIN)
    await runner.setup()
    await QuickSite(runner, port, tls).start()
    return runner, int(runner.addresses[0][1])
