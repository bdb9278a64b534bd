"""An engine in the test's own process, with a tiny invoker that calls the app's functions directly."""

import asyncio
import inspect
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import azure.functions as func

from sandbox.clock import Clock
from sandbox.durable import ActivityFailed, Engine, FunctionKind, Options, OrchestratorFailed
from tests.sandbox.durable import functions

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
_KINDS = {"orchestrationTrigger": "orchestrator", "activityTrigger": "activity", "entityTrigger": "entity"}


class LocalInvoker:
    """Calls what an app registered, in this thread."""

    def __init__(self, found: list[func.Function]) -> None:
        self.requests: list[str] = []
        self._functions: dict[tuple[str, str], Any] = {}
        for function in found:
            trigger: Any = function.get_trigger()
            alias = getattr(trigger, "entity_name", None)
            name = str(alias or function.get_function_name()).lower()
            self._functions[_KINDS[trigger.type], name] = function.get_user_function()

    def knows(self, kind: FunctionKind, name: str) -> bool:
        return (kind, name.lower()) in self._functions

    async def orchestrator(self, name: str, request: str) -> str:
        self.requests.append(request)
        await asyncio.sleep(0)
        try:
            return str(self._functions["orchestrator", name.lower()](request))
        except Exception as error:
            raise OrchestratorFailed(str(error)) from error

    async def activity(self, name: str, input_text: str) -> str:
        await asyncio.sleep(0)
        try:
            result = self._functions["activity", name.lower()](json.loads(input_text))
            return json.dumps(await result if inspect.isawaitable(result) else result)
        except Exception as error:
            raise ActivityFailed(f"{type(error).__name__}: {error}") from error

    async def entity(self, name: str, request: str) -> str:
        await asyncio.sleep(0)
        return str(self._functions["entity", name.lower()](request))


class Lab:
    """An engine on a state directory; enter it to start, leave it to stop."""

    def __init__(self, directory: Path, options: Options | None = None, invoker: LocalInvoker | None = None) -> None:
        path = directory / "clock"
        self.clock = Clock(path) if path.exists() else Clock.create(path, start=START)
        self.invoker = invoker or LocalInvoker(functions.functions())
        self.engine = Engine(directory / "durable.db", self.clock, self.invoker, options or Options(leap=True))

    async def __aenter__(self) -> Self:
        functions.LOG.clear()
        functions.FAILURES.clear()
        await self.engine.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.stop()
        self.clock.close()

    async def start(self, name: str, value: object = None, instance_id: str | None = None) -> str:
        """Start as the SDK's client does: JSON of JSON text."""
        return await self.engine.start_instance(name, instance_id, json.dumps(json.dumps(value)))

    async def run(self, name: str, value: object = None, instance_id: str | None = None) -> dict[str, Any]:
        """Start one and wait for its end."""
        return await self.ended(await self.start(name, value, instance_id))

    async def raise_event(self, instance_id: str, name: str, value: object = None) -> None:
        """Raise as the SDK's client does: JSON of JSON text."""
        await self.engine.raise_event(instance_id, name, json.dumps(json.dumps(value)))

    async def status(self, instance_id: str) -> dict[str, Any]:
        status = await self.engine.status(instance_id)
        assert status
        return status

    async def ended(self, instance_id: str, within: float = 20) -> dict[str, Any]:
        """The status of an instance once it has ended."""
        async with asyncio.timeout(within):
            while True:
                status = await self.status(instance_id)
                if status["runtimeStatus"] not in ("Pending", "Running", "Suspended"):
                    return status
                await asyncio.sleep(0.001)

    async def settle(self) -> None:
        """Wait until nothing can run at this virtual moment."""
        async with asyncio.timeout(20):
            while True:
                if not self._busy:
                    return
                await asyncio.sleep(0.001)

    @property
    def _busy(self) -> bool:
        now = self.clock.time()
        return any(lane.running or lane.ready(now) for lane in self.engine._lanes)

    async def advance(self, span: timedelta) -> None:
        """Let virtual time pass, and all that falls due in it happen."""
        self.clock.leap_to(self.clock.now() + span)
        self.engine.wake()
        await self.settle()

    def history(self, instance_id: str) -> list[dict[str, Any]]:
        return self.engine._store.history(instance_id)
