"""The whole sandbox in one object: cloud, inbox and functions host, one clock, one state folder."""

import base64
import os
import secrets
import socket
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.arm import Cloud, Servers, build_world, serve
from sandbox.client import FunctionsClient
from sandbox.clock import Clock
from sandbox.hostprocess import HostProcess
from sandbox.inbox import Inbox
from sandbox.scenario import Scenario

ROOT = Path(__file__).parent.parent
_HOST = "127.0.0.1"


@dataclass
class Sandbox:
    """Everything that runs for one scenario. Use it as an async context manager.

    Attributes:
        scenario: what the world is like.
        state: folder for all files; the host survives ``kill -9`` on it.
        speed: virtual seconds a second; None leaps over idle time.
        pace: real seconds before each leap, for people who look on.
        start: what the clock shows at first; None takes the machine's time.
    """

    scenario: Scenario
    state: Path
    speed: float | None = None
    pace: float = 0.0
    start: datetime | None = None
    secret: str = field(default_factory=lambda: os.environ.get("RESPONDER_WEBHOOK_SECRET") or new_secret())
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    async def __aenter__(self) -> Self:
        """Start the cloud, then the host.

        Raises:
            HostFailedError: the host did not start.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        self.clock = self._clock()
        self.cloud = Cloud(build_world(self.scenario.world, self.clock.now()), self.clock)
        self.servers: Servers = await serve(self.cloud, self.state)
        self.inbox = Inbox(self.clock, self.scenario.inbox)
        self.inbox_url = await self._serve_inbox()
        self.functions_url = f"http://{_HOST}:{_free_port()}"
        self.client = FunctionsClient(self.functions_url, self.key)
        self.host = HostProcess(self._host_config(), self.state)
        try:
            await self.host.start()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, trace: TracebackType | None) -> None:
        """Stop everything."""
        await self._close()

    def endpoints(self) -> dict[str, str]:
        """What somebody needs to talk to the sandbox."""
        return {
            "functions": self.functions_url,
            "arm": self.servers.arm_url,
            "ca": str(self.servers.ca_path),
            "identityEndpoint": self.servers.identity_endpoint,
            "identityHeader": self.servers.identity_header,
            "inbox": self.inbox_url,
            "key": self.key,
            "webhookSecret": self.secret,
        }

    def recorded(self) -> dict[str, Any]:
        """What the simulator recorded: calls by operation, and every changing request."""
        return {"calls": self.cloud.counts, "total": len(self.cloud.calls), "mutations": self.cloud.mutations}

    async def _close(self) -> None:
        await self.host.stop()
        await self.client.close()
        await self._runner.cleanup()
        await self.servers.close()
        self.clock.close()

    def _clock(self) -> Clock:
        path = self.state / "clock"
        return Clock(path) if path.exists() else Clock.create(path, start=self.start, speed=self.speed or 1.0)

    async def _serve_inbox(self) -> str:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        self.inbox.add_routes(app)
        app.router.add_get("/arm", self._arm)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, 0)
        await site.start()
        return f"http://{_HOST}:{self._runner.addresses[0][1]}"

    async def _arm(self, _: web.Request) -> web.Response:
        return web.json_response(self.recorded())

    def _host_config(self) -> dict[str, Any]:
        return {
            "root": str(ROOT),
            "state": str(self.state),
            "clock": str(self.state / "clock"),
            "port": int(self.functions_url.rpartition(":")[2]),
            "keys": {"function": self.key, "master": secrets.token_hex(16), "system": secrets.token_hex(16)},
            "leap": self.speed is None,
            "pace": self.pace,
            "environ": self._settings(),
            "log": str(self.state / "host.log"),
        }

    def _settings(self) -> dict[str, str]:
        return {
            "RESPONDER_SCOPE": f"/subscriptions/{self.cloud.world.spec.subscription}",
            "RESPONDER_WEBHOOK_URL": f"{self.inbox_url}/hooks/report",
            "RESPONDER_WEBHOOK_SECRET": self.secret,
            "RESPONDER_APPROVAL_SECRET": secrets.token_hex(32),
            "RESPONDER_PUBLIC_URL": self.functions_url,
            "RESPONDER_ARM_ENDPOINT": self.servers.arm_url,
            "RESPONDER_ARM_CA_FILE": str(self.servers.ca_path),
            "IDENTITY_ENDPOINT": self.servers.identity_endpoint,
            "IDENTITY_HEADER": self.servers.identity_header,
        } | self.scenario.settings


def new_secret() -> str:
    """A random key for signing results."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _free_port() -> int:
    """The host's address is among the app's settings, so that it must be known before the host starts."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
