"""``python -m sandbox histories``: plays scenarios and keeps the histories of their orchestrations.

tests/upgrade hands them to the orchestrators' code of later versions.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from sandbox import scenario as scenarios
from sandbox.arm import alert_by
from sandbox.durable.recorded import record, stored, write
from sandbox.durable.store import Store
from sandbox.filling import DURABLE
from sandbox.play import deliver, play, sweep
from sandbox.runner import Sandbox
from sandbox.scenario import InboxFault, Scenario
from sandbox.spoiling import spoil

FOLDER = Path("tests") / "upgrade" / "histories"
"""Where they are kept, below the app's folder."""

_START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
_PATIENCE = 60.0  # real seconds for one incident
_POLL = 0.1  # seconds
_SOON = 0.01  # seconds
_STORM = 6  # incidents that a digest folds
_SWEEPING = {"AzureWebJobs__sweep__Disabled": "false", "RESPONDER_SWEEP_SCHEDULE": "0 0 0 1 1 *"}

Act = Callable[[Sandbox], Awaitable[object]]


class Play(NamedTuple):
    """What is played, and the orchestrations of which one each is kept then: by name, how their ids begin."""

    scenario: Scenario
    act: Act
    kept: dict[str, str]


class NotRecordedError(Exception):
    """An orchestration that was to be kept did not come to its end; the text names it."""


def run(root: Path, *, anew: bool = False) -> int:
    """Play what has no history yet and write what is kept; ``anew``: all, and older ones are dropped. Answers 0."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in stored(folder).values() if anew else ():
        old.unlink()
    for one in plays():
        missing = one.kept.keys() - stored(folder).keys()
        for name, size in (asyncio.run(_record(one, folder, missing)) if missing else {}).items():
            print(f"{name}: {size:,} bytes")
    return 0


def plays() -> list[Play]:
    """All that is played: what waits for long, and each kind of orchestration."""
    usual = {
        "locked-collection": "default",
        "approved-deletion": "approval",
        "cleanup-by-service": "clean-up",
        "throttled": "throttled",
        "still-failing": "still-failing",
    }
    alone = [Play(scenarios.load(name), _play, {f"incident-{short}": "inc-"}) for name, short in usual.items()]
    signal = {"locate": "sig-", "incident-skipped": "inc-"}
    crowd = {"sweep": "sweep", "watcher": "watch-", "incident-in-a-crowd": "inc-"}
    return [
        *alone,
        Play(scenarios.load("read-only"), _signal, signal),
        Play(_three(), _sweep, crowd),
        Play(_refusing(), _post_again, {"redelivery": "redelivery-"}),
        Play(_folding(), _storm, {"digest": "digest-"}),
        Play(_broken(), _break_once, {"incident-begun-anew": "inc-"}),
        Play(_broken(), _break_twice, {"breakdown": "inc-"}),
    ]


async def _record(one: Play, folder: Path, wanted: Collection[str]) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="backup-responder-histories-") as state:
        async with Sandbox(one.scenario, Path(state), start=_START) as sandbox:
            await one.act(sandbox)
            await _until_ended(sandbox, one)
        store = Store(Path(state) / DURABLE)
        try:
            chosen = {name: _chosen(store, prefix) for name, prefix in one.kept.items() if name in wanted}
            return {name: write(folder, name, record(store, instance)) for name, instance in chosen.items()}
        finally:
            store.close()


def _chosen(store: Store, prefix: str) -> str:
    """Of several the one with the longest history."""
    found = [one.id for one in store.instances() if one.id.startswith(prefix)]
    return max(found, key=lambda name: len(store.history(name)))


async def _until_ended(sandbox: Sandbox, one: Play) -> None:
    for prefix in one.kept.values():
        await _ended(sandbox, prefix)


async def _ended(sandbox: Sandbox, prefix: str) -> list[dict[str, Any]]:
    """The instances whose ids begin so, once there are any and all have ended well.

    Raises:
        NotRecordedError: they have not in time.
    """
    async with asyncio.timeout(_PATIENCE):
        while True:
            found = await sandbox.client.instances(sandbox.secrets.system, prefix)
            states = {str(instance["runtimeStatus"]) for instance in found}
            if states == {"Completed"}:
                return found
            if states & {"Failed", "Terminated"}:
                raise NotRecordedError(f"{prefix}: {states}")
            await asyncio.sleep(_POLL)


async def _play(sandbox: Sandbox) -> None:
    await play(sandbox, lambda _: None)


async def _signal(sandbox: Sandbox) -> None:
    """A signal whose job is looked for as often as that is done: there is none."""
    world = sandbox.cloud.world
    if world.failed_job is None:
        raise NotRecordedError(sandbox.scenario.name)
    body = alert_by("metric", world, world.failed_job)
    world.failed_job.final = "Completed"
    await sandbox.client.post_alert(body)
    await _ended(sandbox, "sig-")


def _three() -> Scenario:
    """So many at once that they look at their vault through its watcher."""
    code = "BackUpOperationFailed"
    more = [{"vm": vm, "code": code} for vm in ("vm-app-011", "vm-app-01-old")]
    world = {"failed_job": {"code": code}, "more_failed_jobs": more, "points": {"count": 5}}
    about = "Three VMs failed, and the sweep finds them."
    return Scenario(name="three", about=about, outcome="resolved", alert="none", world=world, settings=_SWEEPING)


async def _sweep(sandbox: Sandbox) -> None:
    await sweep(sandbox)


def _refusing() -> Scenario:
    return replace(scenarios.load("unknown-payload"), inbox=[InboxFault(status=404, times=2)])


async def _post_again(sandbox: Sandbox) -> None:
    for number in range(2):
        await sandbox.client.post_alert({"unheard": number})
    await _ended(sandbox, "inc-")
    url = f"{sandbox.functions_url}/api/deliveries"
    async with sandbox.client.session.post(url, json={"redeliver": "all"}) as answer:
        answer.raise_for_status()


def _folding() -> Scenario:
    rule = {"after": 2, "minutes": 30}
    target = {"name": "ops", "url": "{inbox}/report", "format": "json", "secret": "{secret}", "digest": rule}
    settings = {"RESPONDER_TARGETS": json.dumps([target])}
    refused = [InboxFault(status=404, times=2 * _STORM)]  # a run whose digest arrives begins anew, with no history
    return replace(scenarios.load("unknown-payload"), settings=settings, inbox=refused)


async def _storm(sandbox: Sandbox) -> None:
    for number in range(_STORM):
        await sandbox.client.post_alert({"unheard": number})


def _broken() -> Scenario:
    return replace(scenarios.load("plain-retry"), settings=_SWEEPING)


async def _break_once(sandbox: Sandbox) -> None:
    await _break(sandbox, await deliver(sandbox))


async def _break_twice(sandbox: Sandbox) -> None:
    name = await deliver(sandbox)
    await _break(sandbox, name)
    await _break(sandbox, name)


async def _break(sandbox: Sandbox, name: str) -> None:
    """Break an incident that is under way, and let the sweep find it."""
    await _in(sandbox, name, "Running")
    await sandbox.kill_host()
    spoil(sandbox.state, name)
    await sandbox.restart_host()
    await _in(sandbox, name, "Failed")
    await sweep(sandbox)


async def _in(sandbox: Sandbox, name: str, state: str) -> None:
    """Wait until an instance is in a state."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            (found,) = await sandbox.client.instances(sandbox.secrets.system, name)
            if found["runtimeStatus"] == state:
                return
            await asyncio.sleep(_SOON)
