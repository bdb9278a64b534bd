"""The sweep in the whole app: together with alerts, with the app's own retries, and with a host that dies."""

import asyncio
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from sandbox import scenario as scenarios
from sandbox.arm.exchange import Answer
from sandbox.play import deliver, sweep, until_swept
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario
from sandbox.verdict import problems
from tests.scenarios.conftest import Make

ON = {"AzureWebJobs__sweep__Disabled": "false", "RESPONDER_SWEEP_SCHEDULE": "0 0 0 1 1 *"}  # when the test says so


def ids(swept: dict[str, Any]) -> set[str]:
    return {entry["id"] for entry in swept["incidents"]}


async def test_what_an_alert_told_and_the_sweep_saw_is_one_incident(sandbox_of: Make) -> None:
    scenario = replace(scenarios.load("plain-retry"), settings=ON)
    async with sandbox_of(scenario) as sandbox:
        name = await deliver(sandbox)
        swept = await sweep(sandbox)
        assert (swept["sweep"]["failed"], swept["sweep"]["way"], swept["sweep"]["trouble"]) == (
            1,
            "resource-graph",
            None,
        )
        assert ids(swept) == {name}
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["failure"]["source"] == "builtin-alert"
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []


async def test_a_retry_of_the_app_that_failed_is_no_new_incident(sandbox_of: Make) -> None:
    scenario = replace(scenarios.load("still-failing"), alert="none")
    async with sandbox_of(scenario) as sandbox:
        name = await deliver(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        swept = await sweep(sandbox)
        assert ids(swept) == {name}
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []


async def test_a_host_that_dies_while_it_sweeps_loses_and_repeats_nothing(sandbox_of: Make) -> None:
    code = "BackUpOperationFailed"
    world = {
        "failed_job": {"code": code},
        "more_failed_jobs": [{"vm": vm, "code": code} for vm in ("vm-app-011", "vm-app-01-old")],
        "points": {"count": 5},
    }
    scenario = Scenario(name="three", about="Three VMs failed.", outcome="resolved", alert="none", world=world)
    async with sandbox_of(scenario) as sandbox:
        asked = _asked_the_graph(sandbox)
        await sandbox.client.run_timer("sweep", sandbox.secrets.master)
        await asyncio.wait_for(asked.wait(), 60)
        await sandbox.kill_host()
        await sandbox.restart_host()
        swept = await until_swept(sandbox)
        assert (swept["sweep"]["failed"], swept["sweep"]["trouble"], len(ids(swept))) == (3, None, 3)
        ended = [await sandbox.client.wait_for_end(name, 60) for name in ids(swept)]
        assert {incident["outcome"] for incident in ended} == {"resolved"}
        assert len(sandbox.inbox.reports) == len(sandbox.cloud.mutations) == 3


def _asked_the_graph(sandbox: Sandbox) -> asyncio.Event:
    """Is set in the instant in which the simulator has answered the sweep, before the app reads that."""
    asked, cloud, carry_out = asyncio.Event(), sandbox.cloud, sandbox.cloud.answer

    def answer(request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        result = carry_out(request, headers)
        asked.set()
        return result

    cloud.answer = answer  # type: ignore[method-assign]
    return asked
