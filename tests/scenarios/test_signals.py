"""Metric alerts name no job: the incident is that of the job they mean, and none is made of nothing."""

import asyncio
from datetime import timedelta
from typing import Any

from sandbox import scenario as scenarios
from sandbox.arm import alert_by, builtin_alert
from sandbox.runner import Sandbox
from tests.scenarios.conftest import Make


async def _located(sandbox: Sandbox, body: object) -> list[str]:
    """The incidents that a signal became, once somebody has looked."""
    (entry,) = (await sandbox.client.post_alert(body))["incidents"]
    assert entry["id"].startswith("sig-")
    for _ in range(600):
        (run,) = await sandbox.client.instances(sandbox.secrets.system, entry["id"])
        if run["runtimeStatus"] == "Completed":
            return list(run["output"]["incidents"])
        await asyncio.sleep(0.05)
    raise AssertionError(f"{entry['id']} never came to its end")


def _metric(sandbox: Sandbox) -> Any:
    world = sandbox.cloud.world
    assert world.failed_job is not None
    return alert_by("metric", world, world.failed_job)


async def test_a_metric_alert_is_the_incident_of_its_job(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox:
        (name,) = await _located(sandbox, _metric(sandbox))
        incident = await sandbox.client.wait_for_end(name, 60)
        job = sandbox.cloud.world.failed_job
        assert job is not None
        assert (incident["outcome"], incident["failure"]["jobId"]) == ("observed", job.id)
        signal = (await sandbox.client.post_alert(_metric(sandbox)))["incidents"][0]["id"]
        assert await sandbox.client.incident(signal) == {"id": signal, "state": "located", "incidents": [name]}
        assert incident["failure"]["source"] == "metric-alert"
        told = await sandbox.client.post_alert(builtin_alert(sandbox.cloud.world))
        assert [entry["id"] for entry in told["incidents"]] == [name]
        assert await _located(sandbox, _metric(sandbox)) == [name]
        assert await sandbox.client.incident(name) == incident
        assert len(sandbox.inbox.reports) == 1


async def test_a_metric_alert_without_a_failed_job_is_skipped_after_an_hour(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox:
        body, began = _metric(sandbox), sandbox.clock.now()
        world = sandbox.cloud.world
        assert world.failed_job is not None
        world.failed_job.final = "Completed"
        (name,) = await _located(sandbox, body)
        assert sandbox.clock.now() - began >= timedelta(hours=1)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert (incident["outcome"], incident["reason"]) == ("skipped", "NoFailedJob")
        assert "no failed backup" in incident["summary"]
        assert sandbox.cloud.mutations == []
