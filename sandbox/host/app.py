"""The host as a whole: the app's functions, the Durable engine and the front end on one loop."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Handler
from azure.durable_functions.models.utils import http_utils

from sandbox.clock import Clock
from sandbox.durable import RPC_PREFIX, WEBHOOK_PREFIX, Engine, Options, add_routes, client_binding
from sandbox.host.admin import Admin
from sandbox.host.config import HostConfig, HostJson
from sandbox.host.dispatch import Dispatcher
from sandbox.host.eventgrid import EventGridWebhook
from sandbox.host.front import REQUEST_LIMIT, Front
from sandbox.host.functions import Function
from sandbox.host.invoker import FunctionInvoker
from sandbox.host.routes import RouteTable
from sandbox.host.timers import TimerLog, Timers


@dataclass(frozen=True)
class App:
    """What a host serves: its configuration, the app's host.json and its functions."""

    config: HostConfig
    options: HostJson
    functions: Sequence[Function]


class Host:
    """One running host. The Durable SDK's HTTP session is global and bound to a loop: one host per process."""

    def __init__(self, app: App, clock: Clock, base: str) -> None:
        config, durable = app.config, app.options.extensions.durable_task
        threads = int(config.environ.get("PYTHON_THREADPOOL_THREAD_COUNT") or 0) or None
        self._dispatcher = Dispatcher(self._client_binding, threads)
        self._base, self._hub, self._keys = base, durable.hub_name, config.keys
        self._clock, self._timers_leap = clock, config.timers_leap
        self.engine = Engine(
            config.state / "durable.db",
            clock,
            FunctionInvoker(app.functions, self._dispatcher),
            Options(
                hub_name=durable.hub_name,
                leap=config.leap,
                pace=config.pace,
                visibility_timeout=config.visibility_timeout,
                max_concurrent_activities=durable.max_concurrent_activity_functions,
                max_concurrent_orchestrators=durable.max_concurrent_orchestrator_functions,
                max_concurrent_entities=durable.max_concurrent_entity_functions,
            ),
        )
        self._timers = Timers(
            app.functions, clock, TimerLog(config.state / "timers.json"), self._dispatcher, self.engine.hold
        )
        self.engine.due_sources.append(self._timer_due)
        self._runner = web.AppRunner(self._web(app), access_log=None, shutdown_timeout=5)

    async def start(self, listener: socket.socket) -> None:
        """Serve on a bound socket; only then let the engine and the timers run."""
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()
        await self.engine.start()
        self._timers.start()

    async def stop(self) -> None:
        """Take nothing new, let what runs end, close."""
        await self._timers.stop()
        await self._runner.cleanup()
        await self.engine.stop()
        self._dispatcher.close()
        await http_utils._close_session()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  the SDK leaves it open

    def _web(self, app: App) -> web.Application:
        site = web.Application(client_max_size=REQUEST_LIMIT, middlewares=[self._held])
        routes = RouteTable(app.functions, app.options.extensions.http.route_prefix)
        add_routes(site, self.engine, base=lambda: self._base, key=self._keys.system)
        EventGridWebhook(app.functions, self._keys, self._dispatcher).add_routes(site)
        Admin(app.functions, routes, self._timers, self.engine.hangs, self._keys).add_routes(site)
        site.router.add_route("*", r"/{path:[\s\S]*}", Front(routes, self._keys, self._dispatcher).handle)
        return site

    @web.middleware
    async def _held(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Time does not leap while somebody waits for an answer."""
        async with self.engine.hold():
            return await handler(request)

    def _client_binding(self) -> str:
        return client_binding(
            hub=self._hub,
            rpc_base=f"{self._base}{RPC_PREFIX}",
            base=f"{self._base}{WEBHOOK_PREFIX}",
            key=self._keys.system,
        )

    def _timer_due(self) -> datetime | None:
        """The next timer's moment, if it is over or the clock may leap there: not for an app that has no work."""
        due, now = self._timers.next_due(), self._clock.time()
        return due if due and (due.timestamp() <= now or self._timers_leap or self.engine.has_work()) else None
