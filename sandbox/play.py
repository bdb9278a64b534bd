"""Plays one scenario: delivers the alert, decides where a person is asked, looks on until the incident has ended."""

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sandbox.arm import builtin_alert
from sandbox.before import begin_before
from sandbox.client import is_over
from sandbox.inbox import Delivery, Person
from sandbox.runner import Sandbox

Watcher = Callable[[dict[str, Any]], None]
"""Is told the incident whenever it is looked at."""

_POLL = 0.1  # seconds
_PAUSES = 1.5  # no leap while somebody asks: between two looks there must be room for one
_PATIENCE = 150.0  # seconds
_SWEEP = 30.0  # seconds
_BESIDE = 20.0  # seconds
_SOON = 0.02  # seconds
_UNKNOWN = {"hello": "world", "note": "a body that no alert of Azure looks like"}


class NotPlayedError(Exception):
    """The app did not do its part of the scenario; the text says which."""


async def play(
    sandbox: Sandbox, watch: Watcher, patience: float = _PATIENCE, person: Person | None = None
) -> dict[str, Any]:
    """The incident of the scenario, ended and reported.

    Args:
        sandbox: in which it is played.
        watch: is told the incident whenever it is looked at.
        patience: real seconds until the incident has to have ended; while the clock is held they do not count.
        person: who is asked for decisions; None: one who decides at once what the scenario says.

    Raises:
        NotPlayedError: the app opened no incident, or several, or it did not end in time.
    """
    sandbox.inbox.person = person or decider(sandbox)
    name = await deliver(sandbox)
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        incident = await sandbox.client.incident(name)
        watch(incident)
        if sandbox.clock.held:
            give_up = time.monotonic() + patience
        if is_over(incident):
            await _until_the_other_has_acted(sandbox)
            return await _deliver_again(sandbox, name, incident)
        await asyncio.sleep(_POLL + _PAUSES * sandbox.pace)
    raise NotPlayedError(f"incident {name} has not ended within {patience:g} s")


async def _until_the_other_has_acted(sandbox: Sandbox) -> None:
    """An earlier incident that goes on beside the one that has ended gets the time to send what is expected of it."""
    scenario, give_up = sandbox.scenario, time.monotonic() + _BESIDE
    if scenario.before is None or scenario.before.ended:
        return
    while time.monotonic() < give_up:
        if len(sandbox.cloud.mutations) >= len(scenario.expect.mutations):
            return
        await asyncio.sleep(_SOON)


async def deliver(sandbox: Sandbox) -> str:
    """Post the scenario's alert as often as it says; answers with the incident's id.

    Raises:
        NotPlayedError: that made no incident, or several.
    """
    if sandbox.scenario.paused:
        await sandbox.client.pause()
    if sandbox.scenario.before:
        await begin_before(sandbox, sandbox.scenario.before)
    times = sandbox.scenario.deliveries
    if times.together:
        answers = await asyncio.gather(*(_post(sandbox) for _ in range(times.times)))
    else:
        answers = [await _post(sandbox) for _ in range(times.times)]
    opened = {str(entry["id"]) for answer in answers for entry in answer["incidents"]}
    if len(opened) != 1:
        raise NotPlayedError(f"{len(opened)} incidents were opened, not one: {answers}")
    return opened.pop()


def alert(sandbox: Sandbox) -> dict[str, Any]:
    """The body that arrives."""
    match sandbox.scenario.alert:
        case "builtin":
            return builtin_alert(sandbox.cloud.world)
        case dict() as body:
            return body
        case _:
            return _UNKNOWN


async def sweep(sandbox: Sandbox) -> dict[str, Any]:
    """Run the app's sweep to its end; answers with all incidents that there are, as to an alert.

    Raises:
        NotPlayedError: it did not come to its end.
    """
    await sandbox.client.run_timer("sweep", sandbox.secrets.master)
    return await until_swept(sandbox)


async def until_swept(sandbox: Sandbox) -> dict[str, Any]:
    """What a sweep that has begun comes to.

    Raises:
        NotPlayedError: it did not come to its end.
    """
    client, keys = sandbox.client, sandbox.secrets
    give_up = time.monotonic() + _SWEEP
    while time.monotonic() < give_up:
        (run,) = await client.instances(keys.system, "sweep") or [{}]
        if run.get("runtimeStatus") == "Completed":
            return {"sweep": run["output"], "incidents": _listed(await client.instances(keys.system, "inc-"))}
        await asyncio.sleep(_POLL)
    raise NotPlayedError(f"the sweep has not ended within {_SWEEP:g} s")


def _listed(instances: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": instance["instanceId"]} for instance in instances]


async def _post(sandbox: Sandbox) -> dict[str, Any]:
    if sandbox.scenario.alert == "none":
        return await sweep(sandbox)
    return await sandbox.client.post_alert(alert(sandbox))


async def _deliver_again(sandbox: Sandbox, name: str, incident: dict[str, Any]) -> dict[str, Any]:
    """A scenario with several deliveries gets them once more when all is over, which must not change the incident."""
    if sandbox.scenario.deliveries.times == 1:
        return incident
    for _ in range(sandbox.scenario.deliveries.times):
        await _post(sandbox)
    await asyncio.sleep(_POLL)
    after = await sandbox.client.incident(name)
    if after != incident:
        raise NotPlayedError(f"an alert that came late changed the ended incident: {after}")
    return after


def decider(sandbox: Sandbox) -> Person | None:
    """Follows the link in a request for a decision, at once: no clock may leap over the time that a person takes."""
    wanted = sandbox.scenario.decision
    if wanted is None:
        return None

    async def decide(asked: Delivery) -> None:
        status = await sandbox.client.decide(asked.message["data"]["decisionUrl"], wanted)
        if status != HTTPStatus.ACCEPTED:
            raise NotPlayedError(f"the decision was answered with {status}")

    return decide
