"""An ARM endpoint that answers what a test wrote down: over TLS, behind real tokens, one request at a time."""

import json
import time
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import NamedTuple

import trustme
from aiohttp import web

from tests.responder.azure.background import background_loop, stop

HEADER = "identity-header-of-the-test"


class Seen(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> object:
        document: object = json.loads(self.body)
        return document


class CannedArm:
    """Answers are handed out in order; a request without an answer gets 599."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.tokens: list[dict[str, str]] = []
        self.url = self.identity_endpoint = ""
        self.hang_up = False
        self._answers: deque[tuple[int, bytes, dict[str, str]]] = deque()

    def answers(self, status: int, body: object = b"", **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/json" if not isinstance(body, bytes) else "text/html"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers.append((status, raw, {"Content-Type": kind} | named))

    def fresh(self) -> None:
        self.seen.clear()
        self._answers.clear()
        self.hang_up = False

    async def arm(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.seen.append(Seen(request.method, request.path, dict(request.query), request.headers, body))
        if self.hang_up and request.transport:
            request.transport.close()
        status, raw, headers = self._answers.popleft() if self._answers else (599, b"", {})
        return web.Response(status=status, body=raw, headers=headers)

    async def identity(self, request: web.Request) -> web.Response:
        self.tokens.append(dict(request.query))
        if request.headers.get("X-IDENTITY-HEADER") != HEADER:
            return web.json_response({"statusCode": 401, "message": "no"}, status=401)
        expires = str(int(time.time()) + 86400)
        token = f"t0ken of {request.query.get('client_id', 'the system')}"
        answer = {"access_token": token, "expires_on": expires, "resource": "r", "token_type": "Bearer"}
        return web.json_response(answer)


async def _serve(canned: CannedArm, authority: trustme.CA) -> list[web.AppRunner]:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    runners: list[web.AppRunner] = []
    for handler, ssl_context in ((canned.arm, context), (canned.identity, None)):
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl_context)
        await site.start()
        port = runner.addresses[0][1]
        if ssl_context:
            canned.url = f"https://localhost:{port}"
        else:
            canned.identity_endpoint = f"http://127.0.0.1:{port}/msi/token"
    return runners


@contextmanager
def canned_arm(ca_file: Path) -> Generator[CannedArm, None, None]:
    """A running endpoint whose authority lies in ``ca_file``."""
    canned, authority = CannedArm(), trustme.CA()
    authority.cert_pem.write_to_path(str(ca_file))
    with background_loop() as run:
        runners = run(_serve(canned, authority))
        yield canned
        run(stop(runners))
