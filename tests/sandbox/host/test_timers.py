"""Timer triggers on a virtual clock that the test moves."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import azure.functions as func
import pytest

from sandbox.clock import Clock
from sandbox.host.dispatch import Dispatcher
from sandbox.host.functions import Function, Signature
from sandbox.host.timers import TimerLog, Timers

START = datetime(2026, 11, 22, 10, 7, tzinfo=UTC)
FIXED = {"strategy": "fixed_delay", "max_retry_count": "1", "delay_interval": "00:01:00"}


class Bench:
    """Timers of one function, whose runs it notes."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.path, self.clock = folder / "timers.json", clock
        self.runs: list[tuple[datetime, bool]] = []
        self.fail = False
        self.held = 0

    def tick(self, timer: func.TimerRequest) -> None:
        assert self.held == 1
        self.runs.append((self.clock.now().replace(microsecond=0), timer.past_due))
        if self.fail:
            raise RuntimeError("no")

    @asynccontextmanager
    async def hold(self) -> AsyncGenerator[None]:
        self.held += 1
        yield
        self.held -= 1

    def timers(self, schedule: str = "0 */15 * * * *", retry: dict[str, str] | None = None, **more: object) -> Timers:
        trigger = {"type": "timerTrigger", "name": "timer", "schedule": schedule, **more}
        signature = Signature({"timer": "timerTrigger"}, None, wants_context=False)
        function = Function("tick", self.tick, False, "", signature, trigger, (trigger,), retry)
        return Timers([function], self.clock, TimerLog(self.path), Dispatcher(str), self.hold)

    async def reach(self, timers: Timers, moment: datetime, runs: int) -> None:
        self.clock.leap_to(moment)
        await self.see(timers, lambda: len(self.runs) == runs)

    async def see(self, timers: Timers, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition() or self.held:
                timers.next_due()
                await asyncio.sleep(0.001)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock = Clock.create(tmp_path / "clock", start=START)
    yield Bench(tmp_path, clock)
    clock.close()


def at(hour: int, minute: int) -> datetime:
    return START.replace(hour=hour, minute=minute)


async def test_it_runs_when_it_is_due_and_not_before(bench: Bench) -> None:
    timers = bench.timers()
    timers.start()
    assert timers.next_due() == at(10, 15)
    bench.clock.leap_to(at(10, 14))
    await asyncio.sleep(0.01)
    assert bench.runs == []
    await bench.reach(timers, at(10, 15), 1)
    await bench.reach(timers, at(10, 30), 2)
    await timers.stop()
    assert bench.runs == [(at(10, 15), False), (at(10, 30), False)]
    assert timers.next_due() == at(10, 45)


async def test_occurrences_that_passed_during_a_run_are_not_made_up_for(bench: Bench) -> None:
    timers = bench.timers()
    timers.start()
    await bench.reach(timers, at(12, 1), 1)
    await timers.stop()
    assert timers.next_due() == at(12, 15)


async def test_a_missed_one_runs_once_at_the_start_as_past_due(bench: Bench) -> None:
    bench.timers()
    bench.clock.leap_to(START + timedelta(hours=5))
    timers = bench.timers()
    timers.start()
    await bench.see(timers, lambda: len(bench.runs) == 1)
    await bench.reach(timers, START + timedelta(hours=5, minutes=8), 2)
    await timers.stop()
    assert [past_due for _, past_due in bench.runs] == [True, False]


@pytest.mark.parametrize("schedule,monitor", [("0 */15 * * * *", False), ("*/30 * * * * *", True)])
def test_without_a_monitor_nothing_is_missed(bench: Bench, schedule: str, monitor: bool) -> None:
    bench.timers(schedule, useMonitor=monitor)
    assert not bench.path.exists()
    bench.clock.leap_to(START + timedelta(hours=5))
    due = bench.timers(schedule, useMonitor=monitor).next_due()
    assert due
    assert due > bench.clock.now()


def test_a_schedule_that_changed_misses_nothing(bench: Bench) -> None:
    bench.timers("0 */15 * * * *")
    bench.clock.leap_to(START + timedelta(hours=5))
    assert bench.timers("0 */20 * * * *").next_due() == at(15, 20)


async def test_run_on_startup(bench: Bench) -> None:
    timers = bench.timers(runOnStartup=True)
    timers.start()
    await bench.see(timers, lambda: len(bench.runs) == 1)
    await timers.stop()
    assert timers.next_due() == at(10, 15)


async def test_a_failed_run_waits_for_its_next_time(bench: Bench) -> None:
    bench.fail = True
    timers = bench.timers()
    timers.start()
    await bench.reach(timers, at(10, 15), 1)
    await timers.stop()
    assert timers.next_due() == at(10, 30)


async def test_a_retry_policy_repeats_it_sooner(bench: Bench) -> None:
    bench.fail = True
    timers = bench.timers(retry=FIXED)
    timers.start()
    await bench.reach(timers, at(10, 15), 1)
    await bench.reach(timers, at(10, 17), 2)
    await timers.stop()
    assert timers.next_due() == at(10, 30)
