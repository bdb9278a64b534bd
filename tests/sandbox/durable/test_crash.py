"""``kill -9`` at many moments: after a restart on the same file, the same result and nothing twice in the history."""

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.durable.child import Crossings, Mortal
from tests.sandbox.durable.harness import Lab

OUTPUT = ["a", "b", "c", 11, "d", "f"]
CALLS = Counter({f'"{letter}"': 1 for letter in "abcdef"})
FIELDS = ("EventType", "EventId", "TaskScheduledId", "TimerId", "Result")
EPISODE = (12, 13)


def content(history: list[dict[str, Any]]) -> Counter[tuple[object, ...]]:
    return Counter(
        tuple(event.get(field) for field in FIELDS) for event in history if event["EventType"] not in EPISODE
    )


async def run_child(directory: Path, last: int) -> int | None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sandbox.durable.child", str(directory), str(last)
    )
    return await child.wait()


async def finish(directory: Path) -> tuple[dict[str, Any], Counter[tuple[object, ...]], Counter[str]]:
    calls = directory / "calls"
    async with Lab(directory, invoker=Mortal(Crossings(0), calls)) as lab:
        status = await lab.ended("i")
        return status, content(lab.history("i")), Counter(calls.read_text().split())


@pytest.mark.parametrize("moment", [1, 3, 6, 10, 15, 21, 26, 32, 38, 44, 51, 58])
async def test_killed_and_restarted(tmp_path: Path, moment: int) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    killed.mkdir()
    whole.mkdir()
    assert await run_child(killed, moment) == -signal.SIGKILL
    async with Lab(whole) as lab:
        await lab.run("everything", None, "i")
        expected = content(lab.history("i"))
    status, history, calls = await finish(killed)
    assert status["output"] == OUTPUT
    assert history == expected
    again = calls - CALLS
    assert again.total() <= 2
    assert set(calls) == set(CALLS)


async def test_the_last_moment_is_after_all_others(tmp_path: Path) -> None:
    assert await run_child(tmp_path, 0) == 0
    assert int((tmp_path / "count").read_text()) > 58
