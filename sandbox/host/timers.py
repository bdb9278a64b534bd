"""Timer triggers on the virtual clock.

Source: Microsoft Learn, "Timer trigger for Azure Functions" (useMonitor, runOnStartup, IsPastDue, one run at a time)
and "Azure Functions error handling and retries" (retry policies of timers).
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path

from azure.functions.meta import Datum

from sandbox.clock import Clock
from sandbox.host.dispatch import Dispatcher
from sandbox.host.functions import Function
from sandbox.host.retries import delays_of
from sandbox.host.schedule import Schedule

Hold = Callable[[], AbstractAsyncContextManager[object]]
_GLANCE = 0.05  # real seconds: how long a leap by somebody else may go unseen


class TimerLog:
    """When each timer ran last: a small JSON file, replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._runs: dict[str, str] = json.loads(path.read_bytes()) if path.exists() else {}

    def last(self, key: str) -> datetime | None:
        """The last recorded moment of a timer."""
        return datetime.fromisoformat(self._runs[key]) if key in self._runs else None

    def record(self, key: str, moment: datetime) -> None:
        """Remember that a timer has run, or was first seen, at a moment."""
        self._runs[key] = moment.isoformat()
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps(self._runs))
        draft.replace(self._path)


class Timer:
    """One timer function: when it is due next, and its runs, one at a time."""

    def __init__(self, function: Function, clock: Clock, log: TimerLog) -> None:
        self.function = function
        self._text = str(function.trigger["schedule"])
        self._schedule = Schedule(self._text)
        self._key = f"{function.name} {self._text}"
        self._clock = clock
        self._log = log
        self._retries = delays_of(function.retry)
        self.monitored = function.trigger.get("useMonitor") is not False and not self._schedule.is_frequent(clock.now())
        self.due, self.past_due = self._first()

    def _first(self) -> tuple[datetime, bool]:
        now = self._clock.now()
        last = self._log.last(self._key) if self.monitored else None
        if last and self._schedule.after(last) <= now:
            return now, True
        if self.monitored and last is None:
            self._log.record(self._key, now)
        return (now if self.function.trigger.get("runOnStartup") else self._schedule.after(now)), False

    def trigger(self) -> Datum:
        """What the function receives."""
        last = self._log.last(self._key)
        status = {"Last": last.isoformat(), "Next": self.due.isoformat()} if last else None
        info = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": self.past_due}
        return Datum(json.dumps(info), "json")

    def finished(self, started: datetime, *, failed: bool) -> None:
        """Set the next due moment: a retry of a failed run if its policy has one left, else the schedule's."""
        delay = next(self._retries, None) if failed else None
        if delay is not None:
            self.due = self._clock.now() + timedelta(seconds=delay)
            return
        self._retries = delays_of(self.function.retry)
        self.past_due = False
        if self.monitored:
            self._log.record(self._key, started)
        self.due = self._schedule.after(self._clock.now())


class Timers:
    """All timers of the app, each waiting for its due moment."""

    def __init__(
        self, functions: Iterable[Function], clock: Clock, log: TimerLog, dispatcher: Dispatcher, hold: Hold
    ) -> None:
        self._clock = clock
        self._dispatcher = dispatcher
        self._hold = hold
        self._timers = [Timer(function, clock, log) for function in functions if function.kind == "timerTrigger"]
        self._reached = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to wait."""
        self._tasks = [asyncio.create_task(self._serve(timer), name=timer.function.name) for timer in self._timers]

    async def stop(self) -> None:
        """Run nothing more. A run that is cut off counts as missed and is made up for at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def next_due(self) -> datetime | None:
        """The earliest due moment: no leap may pass it. It stays in the past until its run has begun."""
        due = min((timer.due for timer in self._timers), default=None)
        if due and due <= self._clock.now():
            self._reached.set()
        return due

    async def _serve(self, timer: Timer) -> None:
        while True:
            await self._until(timer)
            async with self._hold():
                await self._run(timer)

    async def _until(self, timer: Timer) -> None:
        while (left := (timer.due - self._clock.now()).total_seconds()) > 0:
            self._reached.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(self._clock.real_seconds(left), _GLANCE)):
                    await self._reached.wait()

    async def run_by_hand(self, name: str) -> bool:
        """Run a timer now, besides its schedule; False if there is none of that name."""
        for timer in self._timers:
            if timer.function.name == name:
                await self._dispatcher.call(timer.function, timer.trigger())
                return True
        return False

    async def _run(self, timer: Timer) -> None:
        started, failed = self._clock.now(), False
        try:
            await self._dispatcher.call(timer.function, timer.trigger())
        except Exception:  # noqa: BLE001  the boundary to the app: its failures are logged where they happen
            failed = True
        timer.finished(started, failed=failed)
