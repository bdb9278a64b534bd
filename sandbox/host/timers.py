"""Timer triggers on the virtual clock.

Source: Microsoft Learn, "Timer trigger for Azure Functions" (useMonitor, runOnStartup, IsPastDue, one run at a time)
and "Azure Functions error handling and retries" (retry policies of timers).
"""

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path

from azure.functions.meta import Datum

from responder.wire import utc
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
        return utc(self._runs[key]) if key in self._runs else None

    def record(self, key: str, moment: datetime) -> None:
        """Remember that a timer has run, or was first seen, at a moment."""
        self._runs[key] = moment.isoformat()
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps(self._runs))
        os.replace(draft, self._path)


class Timer:
    """One timer function: when it is due next, and its runs, one at a time."""

    def __init__(self, function: Function, clock: Clock, log: TimerLog) -> None:
        self.function = function
        self._text = str(function.trigger["schedule"])
        self._schedule = Schedule(self._text)
        self._key = f"{function.name} {self._text}"
        self._clock = clock
        self._log = log
        self._delays: list[float] = []
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
        if failed:
            self._delays = self._delays or list(delays_of(self.function.retry))
            if self._delays:
                self.due = self._clock.now() + timedelta(seconds=self._delays.pop(0))
                return
        self._delays = []
        self.past_due = False
        if self.monitored:
            self._log.record(self._key, started)
        self.due = self._schedule.after(self._clock.now())
