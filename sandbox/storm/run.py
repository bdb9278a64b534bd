"""Plays a storm: alone first, to learn how long an incident takes by itself, then in earnest."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from sandbox.arm.world import World
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario
from sandbox.storm import tally
from sandbox.storm.bound import bound, longest
from sandbox.storm.kills import Killer
from sandbox.storm.plan import CODES, Plan
from sandbox.storm.traffic import Telling, Traffic, again, mixed

_POLL = 0.2  # real seconds
_PATIENCE = 3600.0  # real seconds
_QUIET = 300.0  # real seconds without any news after which a storm counts as stuck
_CLOSES = 60.0  # real seconds until the last orchestration has ended
_OURS = ("inc-", "sig-", "watch-")
_MILLISECONDS = 1000


class Now(msgspec.Struct, frozen=True):
    """How a storm stands."""

    at: datetime
    since: timedelta
    ended: int
    vms: int
    kills: int
    throttled: int
    peak_mb: float


class Result(msgspec.Struct, frozen=True, rename="camel"):
    """How a storm went: what the last line of ``--json`` holds. Hours for times, megabytes for memory."""

    incidents: int
    terminal: int
    lost: int
    repeated_mutations: int
    reports: int
    duplicate_reports: int
    bound: float
    actual: float
    ratio: float
    peak_mb: float


class Details(msgspec.Struct, frozen=True, rename="camel"):
    """More about it: where it ran into limits, and how intake felt meanwhile."""

    outcomes: dict[str, int]
    accepted: dict[str, int]
    sent_again: int
    open: int
    kills: int
    calls: int
    throttled: int
    most_job_reads_in_an_hour: dict[str, int]
    most_job_reads_later: dict[str, int]
    intake_median_ms: float
    intake_95_ms: float
    alone_hours: float
    real_seconds: float


Watcher = Callable[[Now], None]
Act = Callable[[Sandbox, Now], Any]
"""Something that somebody does in the middle of a storm; may be a coroutine function."""


async def play(plan: Plan, watch: Watcher, act: Act | None = None) -> tuple[Result, Details]:
    """The whole storm, in a folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="backup-responder-storm-") as folder:
        alone = await _alone(plan, Path(folder) / "alone")
        async with _sandbox(plan, Path(folder) / "storm") as sandbox:
            return await _Storm(plan, sandbox, alone, watch, act).play()


async def _alone(plan: Plan, state: Path) -> timedelta:
    """What the longest kind of incident takes where Azure never throttles: one VM of each kind."""
    small = Plan(vms=len(CODES), seed=plan.seed, duplicates=0)
    async with _sandbox(small, state) as sandbox:
        await Traffic(sandbox).send(mixed(_worlds(sandbox), random.Random(plan.seed)))
        while len(sandbox.inbox.reports) < small.vms:  # noqa: ASYNC110  the inbox announces nothing
            await asyncio.sleep(_POLL)
        return longest(entry.message["data"] for entry in sandbox.inbox.reports)


def _sandbox(plan: Plan, state: Path) -> Sandbox:
    first, *more = plan.worlds
    scenario = Scenario(name="storm", about="Very many backups fail at once.", outcome="", world=first)
    return Sandbox(replace(scenario, settings=plan.settings), state, speed=plan.speed, more_worlds=more)


def _worlds(sandbox: Sandbox) -> list[World]:
    return list(sandbox.cloud.worlds)


class _Storm:
    def __init__(self, plan: Plan, sandbox: Sandbox, alone: timedelta, watch: Watcher, act: Act | None) -> None:
        self._plan, self._sandbox, self._alone = plan, sandbox, alone
        self._watch, self._act = watch, act
        self._choice = random.Random(plan.seed)
        self._killer = Killer(sandbox, plan.kills, plan.vms, self._choice)
        self._traffic = Traffic(sandbox)
        self._tellings = mixed(_worlds(sandbox), self._choice)
        self._open: list[dict[str, Any]] = []

    async def play(self) -> tuple[Result, Details]:
        began, real = self._sandbox.clock.now(), time.monotonic()
        sending = asyncio.create_task(self._send(), name="traffic")
        try:
            await self._until_all_have_ended(began, sending)
            await sending
            await self._until_nothing_is_open()
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
        return self._result(), self._details(began, time.monotonic() - real)

    async def _send(self) -> None:
        """Most within the first minute; of those that are told twice, half later on, while the storm runs."""
        twice = again(self._tellings, self._plan.duplicates, self._choice)
        early, late = twice[: len(twice) // 2], twice[len(twice) // 2 :]
        await self._traffic.send(_mingled([*self._tellings, *early], self._choice))
        await self._traffic.send(late, pause=_POLL)

    async def _until_all_have_ended(self, began: datetime, sending: asyncio.Task[None]) -> None:
        give_up, news = time.monotonic() + _PATIENCE, (-1, time.monotonic())
        while time.monotonic() < give_up and time.monotonic() - news[1] < _QUIET:
            await self._killer.look()
            now = self._now(began)
            self._watch(now)
            if self._act and asyncio.iscoroutine(act := self._act(self._sandbox, now)):
                await act
            calls = len(self._sandbox.cloud.calls) + now.ended
            news = news if calls == news[0] else (calls, time.monotonic())
            if now.ended >= self._plan.vms or (sending.done() and sending.exception()):
                return
            await asyncio.sleep(_POLL)

    async def _until_nothing_is_open(self) -> None:
        """What was told late must have had its effect, if it has one."""
        give_up = time.monotonic() + _CLOSES
        while time.monotonic() < give_up:
            self._open = [row for prefix in _OURS for row in await self._live(prefix)]
            if not self._open:
                return
            await asyncio.sleep(_POLL)

    async def _live(self, prefix: str) -> list[dict[str, Any]]:
        return await self._sandbox.client.instances(self._sandbox.secrets.system, prefix, "Pending,Running")

    def _now(self, began: datetime) -> Now:
        at = self._sandbox.clock.now()
        return Now(
            at=at,
            since=at - began,
            ended=len(self._sandbox.inbox.received),  # nobody is asked to approve anything
            vms=self._plan.vms,
            kills=self._killer.done,
            throttled=tally.throttled(self._sandbox.cloud.calls),
            peak_mb=self._killer.peak,
        )

    def _result(self) -> Result:
        told = tally.reports_of(self._sandbox.inbox)
        jobs = {job.id for world in _worlds(self._sandbox) for job in world.fleet}
        first = min(world.began for world in _worlds(self._sandbox))
        last = max((datetime.fromisoformat(entry.at) for entry in self._sandbox.inbox.reports), default=first)
        actual, least = last - first, bound(self._by_subscription(), self._alone)
        return Result(
            incidents=len(told.incidents),
            terminal=sum(told.outcomes.values()) - told.duplicates,
            lost=len(jobs - told.jobs),
            repeated_mutations=tally.repeated(self._sandbox.cloud, told.backups),
            reports=len(self._sandbox.inbox.reports),
            duplicate_reports=told.duplicates,
            bound=_hours(least),
            actual=_hours(actual),
            ratio=round(actual / least, 2) if least else 0.0,
            peak_mb=round(self._killer.peak, 1),
        )

    def _by_subscription(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for world in _worlds(self._sandbox):
            counts[world.spec.subscription] = counts.get(world.spec.subscription, 0) + len(world.fleet)
        return counts

    def _details(self, began: datetime, real: float) -> Details:
        cloud, traffic = self._sandbox.cloud, self._traffic
        reads = tally.job_reads(cloud)
        later = {vault: [at for at in moments if at - began >= timedelta(hours=1)] for vault, moments in reads.items()}
        return Details(
            outcomes=tally.reports_of(self._sandbox.inbox).outcomes,
            accepted=dict(traffic.accepted),
            sent_again=traffic.again,
            open=len(self._open),
            kills=self._killer.done,
            calls=len(cloud.calls),
            throttled=tally.throttled(cloud.calls),
            most_job_reads_in_an_hour={_name(vault): tally.most_in_an_hour(at) for vault, at in reads.items()},
            most_job_reads_later={_name(vault): tally.most_in_an_hour(at) for vault, at in later.items()},
            intake_median_ms=_milliseconds(statistics.median(traffic.seconds or [0.0])),
            intake_95_ms=_milliseconds(_percentile(traffic.seconds, 0.95)),
            alone_hours=_hours(self._alone),
            real_seconds=round(real, 1),
        )


def _mingled(tellings: list[Telling], choice: random.Random) -> list[Telling]:
    return choice.sample(tellings, len(tellings))


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))] if values else 0.0


def _name(vault: str) -> str:
    return vault.rpartition("/")[2]


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 2)


def _milliseconds(seconds: float) -> float:
    return round(seconds * _MILLISECONDS, 1)
