"""Activities: handed out at least once, under a lock that outlives the process that took it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from sandbox.clock import Clock
from sandbox.durable.contract import ActivityFailed, Invoker, Options
from sandbox.durable.history import Event, EventType, event, exception_details, stamp
from sandbox.durable.lane import Lane
from sandbox.durable.schema import Activity
from sandbox.durable.store import Store

_SHORTEST_RENEWAL = 0.05  # real seconds


class Activities(Lane[int]):
    """The activities' lane; its keys are places in the queue."""

    def __init__(self, store: Store, clock: Clock, invoker: Invoker, options: Options) -> None:
        super().__init__(options.max_concurrent_activities)
        self._store, self._clock, self._invoker, self._options = store, clock, invoker, options

    def ready(self, now: float) -> list[int]:
        """Activities without a lock, or whose lock has passed."""
        return self._store.free_activities(now)

    async def run(self, key: int) -> None:
        """Run one and send its result."""
        activity = self._store.activity(key)
        if activity is None:
            return
        async with self._locked(key):
            result = await self._call(activity)
        with self._store.transaction():
            self._store.drop_activity(key)
            # Results for executions that have ended are of no use to anybody.
            if self._store.is_live(activity.instance, activity.execution):
                self._store.send(activity.instance, activity.execution, self._clock.time(), result)

    async def _call(self, activity: Activity) -> Event:
        try:
            text = await self._invoker.activity(activity.name, activity.input)
        except ActivityFailed as failure:
            reason = f"Activity function '{activity.name}' failed:  {failure}"
            return self._event(EventType.TASK_FAILED, activity, Reason=reason, Details=exception_details(str(failure)))
        return self._event(EventType.TASK_COMPLETED, activity, Result=text)

    def _event(self, kind: EventType, activity: Activity, **fields: object) -> Event:
        return event(kind, stamp(self._clock.time()), TaskScheduledId=activity.task, **fields)

    @asynccontextmanager
    async def _locked(self, seq: int) -> AsyncGenerator[None]:
        self._lock(seq)
        renewal = asyncio.create_task(self._renew(seq))
        try:
            yield
        finally:
            renewal.cancel()
            with suppress(asyncio.CancelledError):
                await renewal

    async def _renew(self, seq: int) -> None:
        pause = self._clock.real_seconds(self._options.visibility_timeout / 2)
        while True:
            await asyncio.sleep(max(_SHORTEST_RENEWAL, pause))
            self._lock(seq)

    def _lock(self, seq: int) -> None:
        self._store.lock(seq, self._clock.time() + self._options.visibility_timeout)
