"""Tells the app of the failures: through every route, some of them twice, as senders that do not give up."""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp

from sandbox.arm.alert_routes import ROUTES, alert_by
from sandbox.arm.world import Job, World
from sandbox.runner import Sandbox

_AT_ONCE = 6  # senders
_AGAIN = 0.5  # real seconds after which a sender that was not heard tries again
_ACCEPTED = {HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}
_EVENT_TYPES = {"event-grid": "application/json", "cloud-event": "application/cloudevents+json"}


class RefusedError(Exception):
    """The app refused a telling for good, which no sender can mend by sending it again."""


class Telling(NamedTuple):
    """One failure, told by one route."""

    world: World
    job: Job
    route: str


@dataclass
class Traffic:
    """What was sent, and how the app answered.

    Attributes:
        accepted: tellings that the app accepted, by route.
        again: attempts that were not accepted, because the host was down, and were made again.
        seconds: real seconds of each accepted attempt, measured by the sender.
    """

    sandbox: Sandbox
    accepted: Counter[str] = field(default_factory=Counter[str])
    again: int = 0
    seconds: list[float] = field(default_factory=list[float])

    async def send(self, tellings: list[Telling], pause: float = 0.0) -> None:
        """Send all of them; several senders at once, or one that pauses in between."""
        waiting = iter(tellings)
        async with aiohttp.ClientSession() as session:
            senders = 1 if pause else _AT_ONCE
            await asyncio.gather(*(self._sender(session, waiting, pause) for _ in range(senders)))

    async def _sender(self, session: aiohttp.ClientSession, waiting: Iterator[Telling], pause: float) -> None:
        for telling in waiting:
            body = alert_by(telling.route, telling.world, telling.job)
            while not await self._attempt(session, telling.route, body):
                self.again += 1
                await asyncio.sleep(_AGAIN)
            self.accepted[telling.route] += 1
            await asyncio.sleep(pause)

    async def _attempt(self, session: aiohttp.ClientSession, route: str, body: Any) -> bool:
        began = time.monotonic()
        try:
            async with session.post(self._address(route), json=body, headers=self._headers(route)) as answer:
                text = await answer.text()
        except aiohttp.ClientError:
            return False
        if answer.status in _ACCEPTED:
            self.seconds.append(time.monotonic() - began)
        elif answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise RefusedError(f"{route} was answered with {answer.status}: {text}")
        return answer.status in _ACCEPTED

    def _address(self, route: str) -> str:
        base, secrets = self.sandbox.functions_url, self.sandbox.secrets
        if route == "event-grid":
            return f"{base}/runtime/webhooks/EventGrid?functionName=backup_event&code={secrets.system}"
        return f"{base}/api/{'events' if route == 'cloud-event' else 'alerts'}"

    def _headers(self, route: str) -> dict[str, str]:
        kind = {"Content-Type": _EVENT_TYPES.get(route, "application/json")}
        return kind | ({"aeg-event-type": "Notification"} if route == "event-grid" else self._key())

    def _key(self) -> dict[str, str]:
        return {"x-functions-key": self.sandbox.key}


def mixed(worlds: list[World], choice: random.Random) -> list[Telling]:
    """Every failed job of the fleets by one of the routes, the routes dealt out evenly, in a random order."""
    jobs = [(world, job) for world in worlds for job in world.fleet]
    routes = itertools.cycle(ROUTES)
    choice.shuffle(jobs)
    return [Telling(world, job, route) for (world, job), route in zip(jobs, routes, strict=False)]


def again(tellings: list[Telling], share: float, choice: random.Random) -> list[Telling]:
    """A share of them once more: half of these by the same route, as a redelivery, half by another one."""
    chosen = choice.sample(tellings, round(share * len(tellings)))
    return [
        telling if number % 2 else telling._replace(route=choice.choice(list(ROUTES)))
        for number, telling in enumerate(chosen)
    ]
