"""What the app must never do, said once more and apart from the product's guards: judged by the simulator's record."""

import re
from datetime import datetime, timedelta
from typing import Any

from sandbox.arm import Cloud
from sandbox.arm.world import Collection, Job

DAY = timedelta(hours=24)


def violations(cloud: Cloud, before: list[Collection], incident: dict[str, Any]) -> list[str]:
    """Everything in the record that a careful administrator would not have allowed.

    Args:
        cloud: the world after the incident, and what was asked of it.
        before: the VM's collections as they were at the beginning.
        incident: as it ended.
    """
    done = [entry for entry in cloud.mutations if entry["status"] < 400]
    found = [text for entry in done for text in _of(entry, cloud, before)]
    if cloud.world.spec.tags and done:
        found.append("a change although the VM's tag forbids all changes")
    return found + _verdict(cloud, incident)


def _of(entry: dict[str, Any], cloud: Cloud, before: list[Collection]) -> list[str]:
    path, at = str(entry["path"]), datetime.fromisoformat(str(entry["at"]))
    if entry["method"] == "DELETE" and "/locks/" in path.lower():
        return _lock(path, cloud, before)
    if entry["method"] == "DELETE" and "/restorepointcollections/" in path.lower():
        return _collection(path, at, cloud, before)
    if entry["method"] == "POST" and path.lower().endswith("/backup"):
        return _backup(path, at, cloud)
    return [f"an unheard-of change: {entry}"]


def _lock(path: str, cloud: Cloud, before: list[Collection]) -> list[str]:
    spec, found = cloud.world.spec, []
    scope = path.lower().partition("/providers/microsoft.authorization/locks/")[0]
    name = path.rpartition("/")[2].lower()
    (lock,) = [lock for lock in spec.locks if lock.name.lower() == name]
    if lock.at not in {"group", "collection"}:
        found.append(f"the lock {name} at {lock.at} was removed")
    if lock.owners:
        found.append(f"the owned lock {name} was removed")
    if spec.group_resources or spec.foreign_group:
        found.append("a lock was removed from a group that holds other things")
    if not any(collection.id.lower().startswith(scope) for collection in before):
        found.append(f"a lock was removed from {scope}, where the VM has no collection")
    return found


def _collection(path: str, at: datetime, cloud: Cloud, before: list[Collection]) -> list[str]:
    world, found = cloud.world, []
    if path.lower() not in {collection.id.lower() for collection in before}:
        found.append(f"a collection of another VM was deleted: {path}")
    if world.spec.foreign_group:
        found.append("a collection outside of the service's groups was deleted")
    if world.spec.points.tier != "vault":
        found.append("restore points that are not in the vault were deleted without an approval")
    if any(job.started <= at < job.ends for job in _jobs(cloud)):
        found.append("a collection was deleted while a job ran")
    kicks = [job.ends for job in _jobs(cloud) if job.expires is not None and job.final == "Failed"]
    if not any(at - end >= DAY for end in kicks):
        found.append("a collection was deleted before the service's clean-up had a day")
    return found


def _backup(path: str, at: datetime, cloud: Cloud) -> list[str]:
    found = []
    item = f"/protecteditems/vm;{cloud.world.subject.container}/backup".lower()
    if not path.lower().replace("%3b", ";").endswith(item):
        found.append(f"another VM was backed up: {path}")
    running = [job for job in _jobs(cloud) if job.started < at < job.ends]
    if running:
        found.append(f"a backup was started while job {running[0].id} ran")
    return found


def _verdict(cloud: Cloud, incident: dict[str, Any]) -> list[str]:
    failed = cloud.world.failed_job
    assert failed is not None
    good = [job for job in _jobs(cloud) if job.started >= failed.ends and re.match("Completed", job.final)]
    seen = [job for job in good if job.ends <= cloud.clock.now()]
    if str(incident["outcome"]).startswith("resolved") and not seen:
        return ["resolved without a completed job that started after the failure"]
    return []


def _jobs(cloud: Cloud) -> list[Job]:
    return [job for job in cloud.world.jobs if job.item is cloud.world.subject and job.workload is None]
