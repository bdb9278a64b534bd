"""``python -m sandbox soak``: many scenarios, in each of them the functions host is killed at random moments.

Nothing may be lost, nothing repeated, and no orchestration may stay open. The outcome may be a more careful one than
without the kill: a request that may have been sent is not sent again.
"""

import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from sandbox import scenario as scenarios
from sandbox.arm.exchange import Answer
from sandbox.client import is_over
from sandbox.hostfork import quick
from sandbox.hostprocess import Launch
from sandbox.inbox import Delivery, Person
from sandbox.play import decider, deliver
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario
from sandbox.verdict import problems

_POLL = 0.05  # real seconds
_PATIENCE = 120.0  # real seconds for one run
_CALLS = 40  # requests to ARM in a long incident: among these the moments of death lie
_SOON = 8  # the first death lies among so many requests, which nearly every incident makes
_MOST_KILLS = 3
_CLOSES = 20.0  # real seconds until the last orchestration has ended


class Run(msgspec.Struct, frozen=True):
    """One run: what was played, after how many requests to ARM the host died each time, and what went wrong."""

    seed: int
    scenario: str
    kills: list[int]
    outcome: str | None
    wrong: list[str]


def run(*, runs: int, seed: int, as_json: bool) -> int:
    """Play so many runs, one after another: 0 if nothing went wrong in any, else 1."""
    found: list[Run] = []
    with quick() as launch:
        for number in range(runs):
            found.append(asyncio.run(play(seed + number, launch)))
            _show(found[-1], number + 1, runs)
    wrong = [entry for entry in found if entry.wrong]
    if as_json:
        print(msgspec.json.encode({"runs": runs, "seed": seed, "wrong": wrong, "outcomes": _outcomes(found)}).decode())
    else:
        kills = sum(len(entry.kills) for entry in found)
        outcomes = ", ".join(f"{count} {name}" for name, count in _outcomes(found).items())
        print(f"{runs} runs from seed {seed}, {kills} kills: {len(wrong)} went wrong; {outcomes}")
    return 1 if wrong else 0


async def play(seed: int, launch: Launch) -> Run:
    """The run that follows from a seed."""
    choice = random.Random(seed)
    chosen = choice.choice(playable())
    kills = sorted({choice.randrange(_SOON), *choice.sample(range(_CALLS), choice.randrange(_MOST_KILLS))})
    with tempfile.TemporaryDirectory(prefix="backup-responder-soak-") as folder:
        async with Sandbox(chosen, Path(folder), launch=launch) as sandbox:
            return await _played(seed, sandbox, kills)


def playable() -> list[Scenario]:
    """The scenarios in which one alert makes one incident, whoever decides."""
    found = map(scenarios.load, scenarios.names())
    return [entry for entry in found if entry.alert == "builtin" and not entry.before and not entry.paused]


async def _played(seed: int, sandbox: Sandbox, kills: list[int]) -> Run:
    deaths = Deaths(sandbox, kills)
    wrong: list[str] = []
    incident: Mapping[str, Any] = {}
    try:
        async with asyncio.timeout(_PATIENCE):
            incident = await _until_over(sandbox, deaths)
    except TimeoutError:
        wrong.append(f"the incident has not ended within {_PATIENCE:g} s")
    wrong += await _judged(sandbox, dict(incident))
    return Run(seed, sandbox.scenario.name, kills[: deaths.done], incident.get("outcome"), wrong)


async def _until_over(sandbox: Sandbox, deaths: "Deaths") -> dict[str, Any]:
    sandbox.inbox.person = _patient(decider(sandbox))
    name = await _told(sandbox, deaths)
    while True:
        await deaths.look()
        incident = await sandbox.client.incident(name)
        if is_over(incident):
            return incident
        await asyncio.sleep(_POLL)


async def _told(sandbox: Sandbox, deaths: "Deaths") -> str:
    """A sender that is not answered sends again."""
    while True:
        try:
            return await deliver(sandbox)
        except aiohttp.ClientError:
            await deaths.look()


def _patient(someone: Person | None) -> Person | None:
    """Somebody who finds the decision page not answering tries again."""
    if someone is None:
        return None

    async def decide(asked: Delivery) -> None:
        while True:
            try:
                return await someone(asked)
            except aiohttp.ClientError:
                await asyncio.sleep(_POLL)

    return decide


async def _judged(sandbox: Sandbox, incident: dict[str, Any]) -> list[str]:
    """What is wrong: of all that a scenario asks for, a kill may make only the outcome and the steps more careful."""
    scenario = sandbox.scenario
    found = [] if not incident else _repeated(sandbox)
    if incident and not _gave_up(incident):
        found += problems(scenario, incident, sandbox.cloud, sandbox.inbox)
    if len(sandbox.inbox.reports) != scenario.expect.reports:
        found.append(f"{len(sandbox.inbox.reports)} reports arrived, not {scenario.expect.reports}")
    return found + await _open(sandbox)


def _gave_up(incident: Mapping[str, Any]) -> bool:
    """Whether the app did not repeat a request of which it does not know whether it arrived."""
    return incident.get("reason") == "UnclearAnswer"


def _repeated(sandbox: Sandbox) -> list[str]:
    """More changes of a kind than the scenario has without any kill."""
    good = [entry for entry in sandbox.cloud.mutations if entry["status"] < HTTPStatus.BAD_REQUEST]
    done = Counter(f"{entry['method']} {entry['path']}".lower() for entry in good)
    return [f"{name} was done {count} times" for name, count in done.items() if count > _allowed(sandbox, name)]


def _allowed(sandbox: Sandbox, name: str) -> int:
    lines = [line.rpartition(" ")[0].lower() for line in sandbox.scenario.expect.mutations]
    return sum(fnmatchcase(name, line) for line in lines)


async def _open(sandbox: Sandbox) -> list[str]:
    """Orchestrations that do not come to their end, although all is over."""
    give_up, left = time.monotonic() + _CLOSES, ["?"]
    while left and time.monotonic() < give_up:
        with suppress(aiohttp.ClientError):
            live = await sandbox.client.instances(sandbox.secrets.system, "")
            left = [
                f"{row['instanceId']} is {row['runtimeStatus']}"
                for row in live
                if row["runtimeStatus"] in {"Pending", "Running"} and not row["instanceId"].startswith("@")
            ]
        await asyncio.sleep(_POLL)
    return left


class Deaths:
    """Kills the host right after the n-th request to ARM was carried out, while its answer is still unread."""

    def __init__(self, sandbox: Sandbox, moments: list[int]) -> None:
        self._sandbox, self._moments = sandbox, moments
        self._carry_out: Callable[..., Answer] = sandbox.cloud.answer
        self._reached = False
        self.done = 0
        sandbox.cloud.answer = self._answer  # type: ignore[method-assign]

    async def look(self) -> None:
        """Start the host again if it was killed."""
        if self._reached or self._due():
            self.done += 1
            self._reached = False
            await self._sandbox.kill_host()
            await self._sandbox.restart_host()

    def _due(self) -> bool:
        return self.done < len(self._moments) and len(self._sandbox.cloud.calls) >= self._moments[self.done]

    def _answer(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        result = self._carry_out(request, headers)
        if self._due() and not self._reached:
            self._reached = True
            os.kill(self._sandbox.host.pid or os.getpid(), signal.SIGKILL)
        return result


def _outcomes(found: list[Run]) -> dict[str, int]:
    return dict(Counter(str(entry.outcome) for entry in found).most_common())


def _show(entry: Run, number: int, runs: int) -> None:
    told = "; ".join(entry.wrong) or str(entry.outcome)
    text = f"{number} of {runs}: seed {entry.seed}, {entry.scenario}, killed {len(entry.kills)} times: {told}"
    print(text, file=sys.stderr, flush=True)
