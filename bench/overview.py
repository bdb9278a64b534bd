"""How fast the pages are where very many incidents are stored, and whether looking at them costs memory."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from aiohttp import ClientSession, CookieJar

from sandbox.filling import fill
from sandbox.runner import Sandbox
from sandbox.scenario import DEFAULT, load

STORED = 50_000
"""Ended incidents of 90 days."""

LIMIT = 0.3
"""Seconds in which the overview shall be there."""

GROWTH = 20.0
"""Megabytes by which the functions host may grow while it is looked at."""

_ROUNDS = 30
_LOOKS = 200  # while memory is watched
_MEGABYTE = 1024  # kilobytes


class Speed(NamedTuple):
    """Medians in seconds, and the resident memory of the functions host in megabytes.

    Attributes:
        overview: the page that people begin at.
        newest: the newest 50 incidents, as JSON.
        second: the 50 behind them.
        before: memory when each page has been asked for, ``after``: 200 requests later.
    """

    overview: float
    newest: float
    second: float
    before: float
    after: float

    @property
    def fine(self) -> bool:
        """Whether both limits are kept."""
        return self.overview <= LIMIT and self.after - self.before <= GROWTH


def measure(stored: int = STORED, rounds: int = _ROUNDS, looks: int = _LOOKS) -> Speed:
    """Fill a sandbox, start it, look at it.

    Raises:
        HostFailedError: the functions host did not start.
        aiohttp.ClientResponseError: a page was refused.
    """
    with tempfile.TemporaryDirectory(prefix="backup-responder-") as folder:
        state = Path(folder) / "state"
        fill(state, stored)
        return asyncio.run(_measured(state, rounds, looks))


async def _measured(state: Path, rounds: int, looks: int) -> Speed:
    async with Sandbox(load(DEFAULT), state, speed=1.0) as sandbox:
        return await look(sandbox, rounds, looks)


async def look(sandbox: Sandbox, rounds: int, looks: int) -> Speed:
    """Ask a running sandbox for its pages, as a person and as a program.

    Raises:
        aiohttp.ClientResponseError: a page was refused.
    """
    key = {"x-functions-key": sandbox.key}
    async with ClientSession(sandbox.functions_url, cookie_jar=CookieJar(unsafe=True)) as person:

        async def get(path: str, headers: dict[str, str] | None = None) -> bytes:
            async with person.get(path, headers=headers) as answer:
                answer.raise_for_status()
                return await answer.read()

        async def page() -> object:
            return await get("/api/ui")

        async def newest() -> object:
            return await get("/api/incidents", key)

        async def second() -> object:
            return await get(f"/api/incidents?continuation={place}", key)

        await get("/api/session", key)
        async with person.get("/api/incidents", headers=key) as first:
            place = (await first.json())["continuation"]
        overview, first_page, second_page = [await _median(ask, rounds) for ask in (page, newest, second)]
        before = memory(sandbox)
        for _ in range(looks // 2):
            await page()
            await newest()
        return Speed(overview, first_page, second_page, before, memory(sandbox))


def memory(sandbox: Sandbox) -> float:
    """What the functions host holds, in megabytes; 0 where the system has no /proc."""
    status = Path(f"/proc/{sandbox.host.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((float(line.split()[1]) / _MEGABYTE for line in lines if line.startswith("VmRSS:")), 0.0)


async def _median(ask: Callable[[], Awaitable[object]], rounds: int) -> float:
    taken: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        await ask()
        taken.append(time.perf_counter() - start)
    return median(taken)
