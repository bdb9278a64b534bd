"""The world changes between two looks of the app."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from typing import Any

from sandbox import scenario as scenarios
from sandbox.arm.exchange import Answer
from sandbox.arm.world import Job
from sandbox.play import deliver
from sandbox.runner import Sandbox
from tests.scenarios.conftest import START, Make

TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS


async def test_a_lock_that_is_changed_after_the_diagnosis_stays(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("locked-collection")) as sandbox:
        _after_the_diagnosis(sandbox)
        name = await deliver(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert (incident["outcome"], incident["reason"]) == ("needs-human", "ChangedMeanwhile")
        assert [action["state"] for action in incident["actions"]] == ["refused"]
        assert incident["actions"][0]["reason"].startswith("ChangedMeanwhile: ")
        assert sandbox.cloud.mutations == []


async def test_a_nightly_job_in_the_way_of_the_deletion_is_waited_for(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("full-without-lock")) as sandbox:
        _nightly_job(sandbox, START + timedelta(hours=23), final="Failed")
        name = await deliver(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["outcome"] == "resolved"
        (deletion,) = [entry for entry in sandbox.cloud.mutations if entry["method"] == "DELETE"]
        assert datetime.fromisoformat(deletion["at"]) >= START + timedelta(hours=27)


async def test_a_nightly_job_that_completes_resolves_the_incident(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("full-without-lock")) as sandbox:
        _nightly_job(sandbox, START + timedelta(hours=23), final="Completed")
        name = await deliver(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["outcome"] == "resolved"
        assert incident["retries"][-1]["adopted"] is True
        assert [entry["method"] for entry in sandbox.cloud.mutations] == ["POST"]


async def test_what_azure_asks_for_is_waited_to_the_second(sandbox_of: Make) -> None:
    """By durable timers: nothing of the kind is asked again before Retry-After is over, and no activity waits."""
    async with sandbox_of(scenarios.load("throttled")) as sandbox:
        incident = await sandbox.client.wait_for_end(await deliver(sandbox), 60)
        waits = [wait for wait in incident["waits"] if wait["name"] == "waiting-for-azure"]
        assert len(waits) == 3
        for kind, pause in (("/backupJobs", 324), ("/locks/", 240)):
            moments = [
                (datetime.fromisoformat(call.at), call.status) for call in sandbox.cloud.calls if kind in call.path
            ]
            after = [later - at for (at, status), (later, _) in pairwise(moments) if status == TOO_MANY]
            assert after
            assert all(timedelta(seconds=pause) <= span < timedelta(seconds=pause + 60) for span in after)


def _nightly_job(sandbox: Sandbox, at: datetime, final: str) -> None:
    """The schedule starts a job at a moment; it runs for four hours."""
    world = sandbox.cloud.world
    failure = world.failed_job.failure if world.failed_job and final == "Failed" else None

    def begin(moment: datetime) -> None:
        world.jobs.append(Job(world.subject, moment, moment + timedelta(hours=4), final, failure))

    world.at(at, begin)


def _after_the_diagnosis(sandbox: Sandbox) -> None:
    """As soon as the lock's group was read for the first time, somebody edits the lock's notes."""
    carry_out = sandbox.cloud.answer

    def answer(request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        result = carry_out(request, headers)
        if request["path"].lower().endswith("/resources"):
            sandbox.cloud.world.locks[0].notes = "still needed"
        return result

    sandbox.cloud.answer = answer  # type: ignore[method-assign]
