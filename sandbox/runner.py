"""The whole sandbox in one object: cloud, inbox and functions host, one clock, one state folder."""

import socket
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox import topic
from sandbox.arm import Cloud, Servers, build_world, builtin_alert, serve
from sandbox.arm.tokens import DIAGNOSE, REMEDIATE
from sandbox.client import FunctionsClient
from sandbox.clock import Clock
from sandbox.hostprocess import ROOT, HostProcess, Launch, launch_fresh
from sandbox.inbox import Inbox
from sandbox.port import Port
from sandbox.scenario import Scenario
from sandbox.secretbox import keep
from sandbox.topic import Topic

_HOST = "127.0.0.1"
_STOP_WITHIN = 0.2  # seconds that open connections get when the inbox stops
_VISIBILITY = 300.0  # virtual seconds until the activities of a killed host are delivered again
_ACTIVITY = 30.0  # real seconds that an activity may take at any speed


@dataclass
class Sandbox:
    """Everything that runs for one scenario. Use it as an async context manager.

    Attributes:
        scenario: what the world is like.
        state: folder for all files; what the app keeps in it survives ``kill -9`` of the host and a restart.
        speed: virtual seconds a second; None leaps over idle time.
        pace: real seconds before each leap, for people who look on.
        start: what the clock of a new state folder shows at first; None takes the machine's time.
        root: folder of the app.
        more_worlds: specifications of further vaults, each with its VMs.
        launch: how a functions host is started.
    """

    scenario: Scenario
    state: Path
    speed: float | None = None
    pace: float = 0.0
    start: datetime | None = None
    root: Path = ROOT
    more_worlds: Sequence[Mapping[str, Any]] = ()
    launch: Launch = launch_fresh

    async def __aenter__(self) -> Self:
        """Start the cloud, then the host.

        Raises:
            HostFailedError: the host did not start.
        """
        async with AsyncExitStack() as stack:
            await self._open(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, trace: TracebackType | None) -> None:
        """Stop everything."""
        await self._stack.aclose()

    @property
    def key(self) -> str:
        """The function key."""
        return self.secrets.function

    @property
    def secret(self) -> str:
        """The secret that posted results are signed with."""
        return self.secrets.webhook

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
        """What the simulator recorded: how often each operation was called, and every changing request."""
        return {"calls": self.cloud.counts, "total": len(self.cloud.calls), "mutations": self.cloud.mutations}

    async def kill_host(self) -> None:
        """``kill -9`` of the functions host."""
        await self.host.kill()

    async def restart_host(self) -> None:
        """Start the functions host again, on the same state and address.

        Raises:
            HostFailedError: it did not start.
        """
        await self.host.stop()
        await self.host.start()

    async def _open(self, stack: AsyncExitStack) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        self.secrets = keep(self.state)
        self.clock = self._clock()
        stack.callback(self.clock.close)
        worlds = [build_world(spec, self.clock.now()) for spec in (self.scenario.world, *self.more_worlds)]
        self.cloud = Cloud(worlds, self.clock)
        self.topic = Topic(self.cloud.tokens, self.clock, self.scenario.topic)
        self.servers: Servers = await serve(self.cloud, self.state, beside={topic.PATH: self.topic.take})
        stack.push_async_callback(self.servers.close)
        self.inbox = Inbox(self.clock, self.scenario.inbox)
        self.inbox_url = await self._serve_inbox(stack)
        self.functions_url = f"http://{_HOST}:{_kept_port(stack)}"
        for world in self.cloud.worlds:
            world.app_url = self.functions_url
        self.client = FunctionsClient(self.functions_url, self.key)
        stack.push_async_callback(self.client.close)
        self.host = HostProcess(self._host_config(), self.state, self.launch)
        stack.push_async_callback(self.host.stop)
        await self.host.start()

    def _clock(self) -> Clock:
        """A state folder's time goes on where it stood, at the speed of now."""
        path, start = self.state / "clock", self.start
        if path.exists():
            earlier = Clock(path)
            start = earlier.now()
            earlier.close()
        return Clock.create(path, start=start, speed=self.speed or 1.0)

    async def _serve_inbox(self, stack: AsyncExitStack) -> str:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        self.inbox.add_routes(app)
        app.router.add_get("/arm", self._arm)
        app.router.add_get("/alert", self._alert)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_WITHIN)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        port = Port(runner, lambda: self.inbox.moods.closed)
        stack.push_async_callback(port.close)
        return f"http://{_HOST}:{await port.open(watch=self.inbox.moods.may_close)}"

    async def _arm(self, _: web.Request) -> web.Response:
        return web.json_response(self.recorded())

    async def _alert(self, _: web.Request) -> web.Response:
        """The alert of the world's failed job, to be posted to the app by whoever plays Azure Monitor."""
        return web.json_response(builtin_alert(self.cloud.world))

    def _host_config(self) -> dict[str, Any]:
        return {
            "root": str(self.root),
            "state": str(self.state.resolve()),
            "clock": str(self.state.resolve() / "clock"),
            "port": int(self.functions_url.rpartition(":")[2]),
            "keys": {name: getattr(self.secrets, name) for name in ("master", "function", "system")},
            "leap": self.speed is None,
            "pace": self.pace,
            "environ": self._settings(),
            "log": str(self.state.resolve() / "host.log"),
            "stop_with_parent": True,
            "visibility_timeout": max(_VISIBILITY, _ACTIVITY * (self.speed or 1.0)),
        }

    def _settings(self) -> dict[str, str]:
        return {
            "RESPONDER_SCOPE": f"/subscriptions/{self.cloud.world.spec.subscription}",
            "RESPONDER_WEBHOOK_URL": f"{self.inbox_url}/hooks/report",
            "RESPONDER_WEBHOOK_SECRET": self.secret,
            "RESPONDER_APPROVAL_SECRET": self.secrets.approval,
            "RESPONDER_PUBLIC_URL": self.functions_url,
            "RESPONDER_ARM_ENDPOINT": self.servers.arm_url,
            "RESPONDER_ARM_CA_FILE": str(self.servers.ca_path.resolve()),
            "RESPONDER_CLIENT_ID": DIAGNOSE.client_id,
            "RESPONDER_REMEDIATE_CLIENT_ID": REMEDIATE.client_id,
            "IDENTITY_ENDPOINT": self.servers.identity_endpoint,
            "IDENTITY_HEADER": self.servers.identity_header,
            "AzureWebJobs__sweep__Disabled": str(self.scenario.alert != "none").lower(),  # else it beats every alert
        } | {name: self._filled(text) for name, text in self.scenario.settings.items()}

    def _filled(self, text: str) -> str:
        """A scenario's setting with addresses that it cannot know: ``{inbox}``, ``{topic}``, and ``{secret}``."""
        known = {
            "{inbox}": f"{self.inbox_url}/hooks",
            "{topic}": f"{self.servers.arm_url}/topics/results/api/events",
            "{secret}": self.secret,
        }
        for name, value in known.items():
            text = text.replace(name, value)
        return text


def _kept_port(stack: AsyncExitStack) -> int:
    """The host's address is among the app's settings, so that it must be known before the host starts.

    A socket that never listens holds the port while no host does: nobody else gets it then, and the host may share it.
    Source: socket(7), SO_REUSEPORT.
    """
    holder = stack.enter_context(socket.socket())
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind((_HOST, 0))
    return int(holder.getsockname()[1])
