"""The engine: it plays the Durable extension for the functions host, on one SQLite file and one virtual clock."""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from sandbox.clock import Clock
from sandbox.durable.activities import Activities
from sandbox.durable.client import Client
from sandbox.durable.contract import Invoker, Options
from sandbox.durable.entities import Entities
from sandbox.durable.episodes import Episodes
from sandbox.durable.lane import Lane
from sandbox.durable.store import Store

LOG = logging.getLogger("sandbox.durable")

_HELD_POLL = 0.2  # real seconds until it is seen that the clock may leap again
_OVERDUE_POLL = 0.005  # real seconds


class Diagnosis(msgspec.Struct, frozen=True):
    """An instance that goes on here by no means that Azure would take; ``for_good``: only an event could free it."""

    instance_id: str
    text: str
    for_good: bool


class Engine(Client):
    """Runs what is runnable, sleeps or leaps until something is due."""

    def __init__(self, path: Path, clock: Clock, invoker: Invoker, options: Options) -> None:
        store = Store(path)
        super().__init__(store, clock, invoker, self.wake)
        self.options = options
        self.due_sources: list[Callable[[], datetime | None]] = []
        self.leap_hooks: list[Callable[[], None]] = []
        self._lanes: tuple[Lane[Any], ...] = tuple(
            lane(store, clock, invoker, options) for lane in (Episodes, Entities, Activities)
        )
        self._held = 0
        self._changed = asyncio.Event()
        self._stopping = False
        self._work: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to work, on what an earlier process left behind too."""
        self._work = asyncio.create_task(self._loop(), name="durable engine")
        self._work.add_done_callback(_report)

    async def stop(self) -> None:
        """Let running work end, cut it off after the grace period, and close the file.

        Raises:
            BaseExceptionGroup: the engine had broken down.
        """
        self._stopping = True
        self.wake()
        try:
            if self._work:
                async with asyncio.timeout(self.options.stop_grace):
                    await self._work
        except TimeoutError:
            LOG.warning("work was cut off; it will be redelivered")
        finally:
            self._store.close()

    def wake(self) -> None:
        """Say that something has changed: new work, or a due source with another moment."""
        self._changed.set()

    @asynccontextmanager
    async def hold(self) -> AsyncGenerator[None]:
        """Keep the clock from leaping while a request is processed."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self.wake()

    def stalls(self) -> list[Diagnosis]:
        """Live instances whose orchestrator runs ahead of what the extension has read."""
        return [
            Diagnosis(item.id, item.diagnostic, bool(item.hangs)) for item in self._store.diagnosed() if item.diagnostic
        ]

    def hangs(self) -> list[Diagnosis]:
        """Those of `stalls` that would never go on in Azure unless one more event came from outside."""
        return [item for item in self.stalls() if item.for_good]

    def has_work(self) -> bool:
        """Whether any durable work waits for its moment."""
        return self._store.next_due(self._clock.time()) is not None

    async def _loop(self) -> None:
        async with asyncio.TaskGroup() as crew:
            while not self._stopping:
                self._changed.clear()
                now = self._clock.time()
                self._dispatch(crew, now)
                await self._rest(now)

    def _dispatch(self, crew: asyncio.TaskGroup, now: float) -> None:
        for lane in self._lanes:
            for key in lane.startable(now):
                lane.running.add(key)
                crew.create_task(self._drive(lane, key))

    async def _drive(self, lane: Lane[Any], key: object) -> None:
        try:
            await lane.run(key)
        finally:
            lane.running.discard(key)
            self.wake()

    async def _rest(self, now: float) -> None:
        due = self._next_due(now)
        if due is None:
            await self._changed.wait()
        elif due <= now:
            await self._change_within(_OVERDUE_POLL)
        elif not self._may_leap:
            longest = _HELD_POLL if self._clock.held else math.inf
            await self._change_within(min(self._clock.real_seconds(due - now), longest))
        elif not await self._change_within(self.options.pace) and self._may_leap:
            self._leap(due)

    @property
    def _may_leap(self) -> bool:
        held = self._held or self._clock.held
        return self.options.leap and not held and not any(lane.running for lane in self._lanes)

    def _leap(self, due: float) -> None:
        self._clock.leap_to(due)
        for hook in self.leap_hooks:
            hook()

    def _next_due(self, now: float) -> float | None:
        moments = [moment.timestamp() for source in self.due_sources if (moment := source())]
        stored = self._store.next_due(now)
        return min([*moments, *([] if stored is None else [stored])], default=None)

    async def _change_within(self, real_seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(real_seconds):
                await self._changed.wait()
        return self._changed.is_set()


def _report(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (error := work.exception()):
        LOG.critical("the durable engine broke down", exc_info=error)
