"""Time: leaps, holds, due moments of others, locks."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from sandbox.clock import Clock
from sandbox.durable import Options
from tests.sandbox.durable import functions
from tests.sandbox.durable.functions import DAY, HOUR
from tests.sandbox.durable.harness import START, Lab, LocalInvoker


async def test_nothing_leaps_while_a_request_is_held(tmp_path: Path) -> None:
    async with Lab(tmp_path) as lab:
        async with lab.engine.hold():
            await lab.start("nap", 3600, "i")
            await asyncio.sleep(0.05)
            assert lab.clock.now() < START + HOUR
        await lab.ended("i")
        assert lab.clock.now() >= START + HOUR


async def test_a_leap_stops_at_the_due_moments_of_others(tmp_path: Path) -> None:
    async with Lab(tmp_path) as lab:
        due: list[datetime] = [START + HOUR, START + 2 * HOUR]
        seen: list[timedelta] = []

        def hook() -> None:
            while due and due[0] <= lab.clock.now():
                seen.append(lab.clock.now() - due.pop(0))

        lab.engine.due_sources.append(lambda: due[0] if due else None)
        lab.engine.leap_hooks.append(hook)
        await lab.run("nap", 86_400)
    assert len(seen) == 2
    assert max(seen) < timedelta(minutes=1)


async def test_the_clock_does_not_pass_an_overdue_source(tmp_path: Path) -> None:
    async with Lab(tmp_path) as lab:
        lab.engine.due_sources.append(lambda: START + HOUR)
        await lab.start("nap", 86_400, "i")
        await asyncio.sleep(0.05)
        assert START + HOUR <= lab.clock.now() < START + 2 * HOUR


async def test_a_pace_slows_leaps_down(tmp_path: Path) -> None:
    begun = monotonic()
    async with Lab(tmp_path, Options(leap=True, pace=0.05)) as lab:
        await lab.run("nap", 3600)
    assert monotonic() - begun >= 0.05


async def test_without_leaps_a_fast_clock_is_obeyed(tmp_path: Path) -> None:
    Clock.create(tmp_path / "clock", start=START, speed=36_000).close()
    async with Lab(tmp_path, Options()) as lab:
        status = await lab.run("nap", 3600)
    assert 3600 <= status["output"] < 3 * 3600


class Slow(LocalInvoker):
    """Counts how many activities run at once."""

    most = now = 0

    async def activity(self, name: str, input_text: str) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.02)
        self.now -= 1
        return await super().activity(name, input_text)


async def test_activities_run_in_parallel_up_to_the_limit(tmp_path: Path) -> None:
    slow = Slow(functions.functions())
    async with Lab(tmp_path, Options(leap=True, max_concurrent_activities=4), slow) as lab:
        await lab.run("fan_out")
    assert slow.most == 4


class Stuck(LocalInvoker):
    """Never ends an activity."""

    async def activity(self, name: str, input_text: str) -> str:
        await asyncio.Event().wait()
        return await super().activity(name, input_text)


async def test_cut_off_work_is_redelivered_when_its_lock_has_passed(tmp_path: Path) -> None:
    options = Options(leap=True, visibility_timeout=300, stop_grace=0.05)
    async with Lab(tmp_path, options, Stuck(functions.functions())) as lab:
        await lab.start("chain", 1, "i")
        await asyncio.sleep(0.05)
    async with Lab(tmp_path, options) as lab:
        assert (await lab.ended("i"))["runtimeStatus"] == "Completed"
        assert lab.clock.now() >= START + timedelta(seconds=300)


async def test_a_lock_is_renewed_while_its_activity_runs(tmp_path: Path) -> None:
    options = Options(visibility_timeout=0.2, stop_grace=0.01)
    async with Lab(tmp_path, options, Stuck(functions.functions())) as lab:
        await lab.start("chain", 1, "i")
        await asyncio.sleep(0.4)
        assert not lab.engine._store.free_activities(lab.clock.time())


async def test_episode_stamps_never_go_back_nor_before_a_timer(tmp_path: Path) -> None:
    async with Lab(tmp_path) as lab:
        await lab.run("everything", None, "i")
        await lab.run("nap", 20 * DAY.total_seconds(), "j")
        for name in ("i", "j"):
            history = lab.history(name)
            starts = [event["Timestamp"] for event in history if event["EventType"] == 12]
            assert starts == sorted(starts)
            now = ""
            for event in history:
                now = event["Timestamp"] if event["EventType"] == 12 else now
                assert event["EventType"] != 11 or event["FireAt"] <= now


async def test_a_broken_host_stops_the_engine_loudly(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(LocalInvoker):
        async def activity(self, name: str, input_text: str) -> str:
            raise RuntimeError("no worker")

    lab = Lab(tmp_path, invoker=Broken(functions.functions()))
    await lab.engine.start()
    await lab.start("chain", 1, "i")
    await asyncio.sleep(0.1)
    with pytest.raises(BaseExceptionGroup):
        await lab.engine.stop()
    lab.clock.close()
    assert "the durable engine broke down" in caplog.text


async def test_fifty_small_orchestrations_take_about_a_second(tmp_path: Path) -> None:
    async with Lab(tmp_path) as lab:
        begun = monotonic()
        names = [await lab.start("chain", number) for number in range(50)]
        for name in names:
            await lab.ended(name)
        assert monotonic() - begun < 5
