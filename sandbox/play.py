"""Plays one scenario: delivers the alert, looks on until the incident has ended, decides where a person is asked."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sandbox.arm import builtin_alert
from sandbox.client import is_over
from sandbox.runner import Sandbox

Watcher = Callable[[dict[str, Any]], None]
"""Is told the incident whenever it is looked at."""

_POLL = 0.1  # seconds
_PATIENCE = 150.0  # seconds
_UNKNOWN = {"hello": "world", "note": "a body that no alert of Azure looks like"}


async def play(sandbox: Sandbox, watch: Watcher) -> dict[str, Any]:
    """The incident of the scenario, ended.

    Raises:
        TimeoutError: it did not end within 150 real seconds.
    """
    name = await deliver(sandbox)
    decided = False
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        incident = await sandbox.client.incident(name)
        watch(incident)
        if is_over(incident):
            await _deliver_again(sandbox)
            return incident
        if not decided and sandbox.scenario.decision and incident.get("state") == "waiting-for-approval":
            decided = await _decide(sandbox)
        await asyncio.sleep(_POLL)
    message = f"{sandbox.scenario.name}: incident {name} has not ended within {_PATIENCE:g} s"
    raise TimeoutError(message)


async def deliver(sandbox: Sandbox) -> str:
    """Post the scenario's alert as often as it says; answers with the incident's id."""
    times = sandbox.scenario.deliveries
    if times.together:
        answers = await asyncio.gather(*(_post(sandbox) for _ in range(times.times)))
    else:
        answers = [await _post(sandbox) for _ in range(times.times)]
    (name,) = {entry["id"] for answer in answers for entry in answer["incidents"]}
    return str(name)


def alert(sandbox: Sandbox) -> dict[str, Any]:
    """The body that arrives."""
    return builtin_alert(sandbox.cloud.world) if sandbox.scenario.alert == "builtin" else _UNKNOWN


async def _post(sandbox: Sandbox) -> dict[str, Any]:
    return await sandbox.client.post_alert(alert(sandbox))


async def _deliver_again(sandbox: Sandbox) -> None:
    """A scenario with several deliveries gets them once more, one after another, when all is over."""
    if sandbox.scenario.deliveries.times > 1:
        for _ in range(sandbox.scenario.deliveries.times):
            await _post(sandbox)


async def _decide(sandbox: Sandbox) -> bool:
    """Follow the link in the request for an approval, once it is in the inbox."""
    asked = [entry["body"]["data"] for entry in sandbox.inbox.plain() if entry["body"]["type"].endswith("requested")]
    if not asked:
        return False
    accepted = await sandbox.client.decide(asked[-1]["decisionUrl"], sandbox.scenario.decision or "decline")
    return accepted == 202  # noqa: PLR2004  HTTP: accepted
