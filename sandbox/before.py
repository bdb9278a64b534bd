"""An earlier incident of a scenario: its alert comes first, and the VM's backup may fail again after its end."""

import asyncio
import time
from datetime import timedelta

from sandbox.arm import World, builtin_alert
from sandbox.arm.failures import failure
from sandbox.arm.world import Job
from sandbox.client import is_over
from sandbox.runner import Sandbox
from sandbox.scenario import Before

_POLL = 0.02  # real seconds; time leaps in between
_PATIENCE = 60.0  # real seconds
_TOOK = timedelta(minutes=12)
_BEGINNING = {"accepted", "diagnosing"}


async def begin_before(sandbox: Sandbox, before: Before) -> None:
    """Let the earlier incident begin, or end, and the VM's backup fail once more.

    Raises:
        TimeoutError: it did not come so far.
    """
    world = sandbox.cloud.world
    answer = await sandbox.client.post_alert(builtin_alert(world, _earlier(world, before)))
    name = str(answer["incidents"][0]["id"])
    if before.ended:
        await sandbox.client.wait_for_end(name, _PATIENCE)
        sandbox.clock.leap_to(sandbox.clock.now() + timedelta(hours=before.hours))
        world.settle(sandbox.clock.now())
        world.failed_job = _fail_again(world, before)
    else:
        await _until_it_acts(sandbox, name)


def _earlier(world: World, before: Before) -> Job | None:
    """The failed job of the neighbour; of the VM itself the one before that of the scenario, or else that."""
    failed = [job for job in world.jobs if job.final == "Failed" and job is not world.failed_job]
    if before.vm:
        return next(job for job in failed if job.item.machine.name == before.vm)
    return next((job for job in failed if job.item is world.subject), world.failed_job)


def _fail_again(world: World, before: Before) -> Job:
    told = world.failed_job.failure if world.failed_job else None
    reason = failure(before.code, world.spec.numbers) if before.code else told
    job = Job(world.subject, world.now - _TOOK, world.now, "Failed", reason)
    world.jobs.append(job)
    return job


async def _until_it_acts(sandbox: Sandbox, name: str) -> None:
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        incident = await sandbox.client.incident(name)
        if is_over(incident) or incident.get("state", "accepted") not in _BEGINNING:
            return
        await asyncio.sleep(_POLL)
    message = f"incident {name} does not begin to act"
    raise TimeoutError(message)
