"""Breaks an orchestration as an upgrade does: its history holds another step than the code of now takes."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sandbox import scenario as scenarios
from sandbox.arm.exchange import CORRELATION, Answer
from sandbox.durable.history import EventType
from sandbox.durable.store import Store
from sandbox.filling import DURABLE
from sandbox.hostprocess import ROOT
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario
from sandbox.spoiling import spoil

ON = {"AzureWebJobs__sweep__Disabled": "false", "RESPONDER_SWEEP_SCHEDULE": "0 0 0 1 1 *"}  # when the test says so
_PAUSE = 0.05  # seconds
_LOOKS = 1200  # a minute: an activity that was cut off is handed out again only after half of it

Request = Mapping[str, Any]


def swept(name: str) -> Scenario:
    """A scenario in which the sweep may be run as well."""
    scenario = scenarios.load(name)
    return replace(scenario, settings=scenario.settings | ON)


def anything(_: Request) -> bool:
    """Whatever is asked."""
    return True


def once(sandbox: Sandbox, wanted: Callable[[Request], bool], *, of_an_incident: bool = True) -> asyncio.Event:
    """Is set in the instant in which the simulator has carried out such a request, its answer unread."""
    reached, cloud, carry_out = asyncio.Event(), sandbox.cloud, sandbox.cloud.answer

    def answer(request: Request, headers: Mapping[str, str]) -> Answer:
        result = carry_out(request, headers)
        known = any(name.lower() == CORRELATION for name in headers)
        if wanted(request) and known is of_an_incident:
            reached.set()
        return result

    cloud.answer = answer  # type: ignore[method-assign]
    return reached


async def broken(sandbox: Sandbox, name: str, reached: asyncio.Event) -> None:
    """At that moment the host is replaced, and the instance breaks."""
    await asyncio.wait_for(reached.wait(), 60)
    await sandbox.kill_host()
    spoil(sandbox.state, name)
    await sandbox.restart_host()
    await until(sandbox, name, "Failed")


async def waits(sandbox: Sandbox, name: str) -> None:
    """Until an instance waits for a timer: no activity of it is under way then."""
    store = Store(sandbox.state / DURABLE)
    try:
        for _ in range(_LOOKS):
            if any(event["EventType"] == EventType.TIMER_CREATED for event in store.history(name)):
                return
            await asyncio.sleep(_PAUSE)
        raise AssertionError(f"{name} waits for nothing")
    finally:
        store.close()


async def until(sandbox: Sandbox, name: str, *states: str) -> dict[str, Any]:
    """The instance once it is in one of these states."""
    for _ in range(_LOOKS):
        for found in await sandbox.client.instances(sandbox.secrets.system, name):
            if found["runtimeStatus"] in states:
                return found
        await asyncio.sleep(_PAUSE)
    raise AssertionError(f"{name} is not {states}")


def deploy(sandbox: Sandbox, root: Path) -> None:
    """From the next start of the host on it runs what lies there."""
    file = sandbox.state / "host.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"root": str(root)}))


def faulty(root: Path) -> Path:
    """A deployment whose incidents fail at their first step."""
    root.mkdir()
    shutil.copy(ROOT / "host.json", root)
    shutil.copy(ROOT / "function_app.py", root / "front_door.py")
    (root / "function_app.py").write_text(_FAULTY)
    return root


_FAULTY = """
from front_door import app
from handlers import incident_flow

def orchestrate(context):
    raise RuntimeError("nobody tried this deployment")

incident_flow.orchestrate = orchestrate
"""
