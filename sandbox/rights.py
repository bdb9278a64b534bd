"""What becomes of an incident when one action is missing from the roles: whether the app says so, and names it."""

from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from sandbox.arm.cloud import Call
from sandbox.arm.rbac import roles
from sandbox.hostprocess import Launch
from sandbox.play import NotPlayedError, play
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario, load

Shown = Literal["failed", "cannot-tell", "lock-not-put-back", "swept-in-part", "preflight"]
"""Where a missing right shows: incident's end, finding, answer about locks, the sweep's own record, preflight."""

Then = Literal["nothing", "restore-locks", "preflight"]
"""What a person asks for: nothing, or that locks are put back when the incident has ended; or the preflight alone."""


class Need(msgspec.Struct, frozen=True, omit_defaults=True):
    """A scenario that needs an action, and where it shows that the action is missing."""

    scenario: str
    shows: Shown
    then: Then = "nothing"


class Played(msgspec.Struct, frozen=True):
    """What came of a scenario: the ended incident, what was answered then, and the actions of all requests.

    ``swept``: what the sweep tells of itself. ``used``: identity and action in lower case; ``refused``: those of
    requests that were answered with 403.
    """

    incident: dict[str, Any]
    locks: list[dict[str, Any]]
    probes: list[dict[str, Any]]
    swept: str
    used: frozenset[tuple[str, str]]
    refused: frozenset[tuple[str, str]]


def granted() -> dict[str, str]:
    """Each action of the two roles, and the identity that has it."""
    return {action: name for name, role in roles().items() for action in role.actions}


async def play_without(need: Need, action: str, folder: Path, launch: Launch) -> Played:
    """Play a scenario in a world in which no identity has the action."""
    return await play_whole(without(load(need.scenario), action), need.then, folder, launch)


def without(scenario: Scenario, action: str) -> Scenario:
    """The same scenario, without a right."""
    rbac = scenario.world.get("rbac", {})
    return replace(scenario, world=scenario.world | {"rbac": rbac | {"deny": [*rbac.get("deny", []), action]}})


async def play_whole(scenario: Scenario, then: Then, folder: Path, launch: Launch) -> Played:
    """Play a scenario to its end, and what a person asks for then."""
    async with Sandbox(scenario, folder, launch=launch) as sandbox:
        incident = await _incident(sandbox) if then != "preflight" else {}
        locks = await _ask(sandbox, f"incidents/{incident['id']}/restore-locks") if then == "restore-locks" else {}
        probes = await _ask(sandbox, "preflight", "GET") if then == "preflight" else {}
        swept = await _swept(sandbox) if scenario.alert == "none" else ""
        calls = list(sandbox.cloud.calls)
    rights, refused = _rights(calls), _rights(calls, HTTPStatus.FORBIDDEN)
    return Played(incident, locks.get("locks", []), probes.get("probes", []), swept, rights, refused)


def shown(played: Played, action: str) -> Shown | None:
    """How what was played says that an action is missing; None if it does not name exactly that one."""
    incident = played.incident
    if incident.get("reason") == "Forbidden" and _names(action, incident.get("summary")):
        return "failed"
    findings = [found["summary"] for found in incident.get("findings", []) if found["verdict"] == "cannot-tell"]
    if any(_names(action, summary) for summary in findings):
        return "cannot-tell"
    if any(_names(action, lock["reason"]) for lock in played.locks if lock["state"] == "failed"):
        return "lock-not-put-back"
    if any(_names(action, probe["text"]) for probe in played.probes if probe["status"] != "ok"):
        return "preflight"
    return "swept-in-part" if _names(action, played.swept) else None


def _rights(calls: Iterable[Call], status: int | None = None) -> frozenset[tuple[str, str]]:
    """Identity and action of requests, of all or of those with a status."""
    chosen = [call for call in calls if status in {None, call.status}]
    return frozenset((call.identity, action.lower()) for call in chosen for action in call.actions)


def _names(action: str, text: object) -> bool:
    return action.lower() in str(text).lower()


async def _incident(sandbox: Sandbox) -> dict[str, Any]:
    """The ended incident; none where nothing of it was found out."""
    with suppress(NotPlayedError):
        return await play(sandbox, lambda _: None)
    return {}


async def _ask(sandbox: Sandbox, path: str, method: str = "POST") -> dict[str, Any]:
    async with sandbox.client.session.request(method, f"{sandbox.functions_url}/api/{path}") as answer:
        return dict(await answer.json()) if answer.content_type == "application/json" else {}


async def _swept(sandbox: Sandbox) -> str:
    runs = await sandbox.client.instances(sandbox.secrets.system, "sweep")
    return str([run.get("output") for run in runs])
