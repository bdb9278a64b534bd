"""Ad hoc backups: how a job goes, what it leaves behind, and what the service cleans up afterwards.

Source: Azure Backup, "Troubleshoot Azure VM backup" (UserErrorRpCollectionLimitReached, clean up restore point
collection) and "Azure Instant Restore"; durations are those of public recordings of on-demand backups.
"""

from datetime import datetime, timedelta
from functools import partial

from sandbox.arm.failures import AT_LIMIT, COLLECTION_DELETED, IN_PROGRESS, failure
from sandbox.arm.machine_state import Machine
from sandbox.arm.obstacles import obstacle
from sandbox.arm.spec import BackupSpec, RunningJobSpec
from sandbox.arm.world import Collection, Item, Job, Operation, Point, RecoveryPoint, World

SNAPSHOT = timedelta(minutes=9)
WHOLE = timedelta(minutes=85)
ACCEPTED = timedelta(seconds=20)  # Until the operation names the job.
LISTED = timedelta(seconds=10)  # Until the list of jobs shows it.
_EXAMINED = timedelta(minutes=2)  # Then the service asks the VM for a snapshot.
_CONFLICT = timedelta(minutes=1)
_AT_LIMIT = timedelta(minutes=12)
_COMPUTE_LAG = timedelta(seconds=2.4)


def begin(world: World, item: Item, expires: datetime) -> Operation:
    """Start an ad hoc backup; its end follows from the scenario, or from the state of the VM."""
    job = Job(item, world.now, world.now, "Completed", listed_from=world.now + LISTED, expires=expires)
    world.started_backups += 1
    _plan(world, job)
    world.jobs.append(job)
    operation = Operation(world.now, world.now + ACCEPTED, job)
    world.operations[operation.id] = operation
    return operation


def begin_running(world: World, spec: RunningJobSpec) -> None:
    """A job that was started before the scenario begins."""
    started = world.now - timedelta(minutes=spec.minutes_ago)
    job = Job(world.subject, started, started + timedelta(minutes=spec.ends_after_minutes), spec.ends_as)
    job.failure = failure(spec.code, world.spec.numbers) if spec.ends_as == "Failed" else None
    if spec.ends_as.startswith("Completed"):
        _leave_points(world, job)
    world.jobs.append(job)


def fail_by_deletion(world: World, machine: Machine) -> None:
    """Deleting a VM's collection under a running job makes the job fail."""
    item = world.item_of(machine)
    job = world.running_job(item) if item else None
    if job:
        _fail(world, job, COLLECTION_DELETED, world.now + _CONFLICT - job.started)


def _plan(world: World, job: Job) -> None:
    chosen = _chosen(world)
    if world.running_job(job.item):
        _fail(world, job, IN_PROGRESS, _CONFLICT)
    elif any(collection.state == "Deleting" for collection in world.collections_of(job.item.machine)):
        _fail(world, job, COLLECTION_DELETED, _CONFLICT)
    elif chosen and chosen.fails_with:
        _fail(world, job, chosen.fails_with, timedelta(minutes=chosen.after_minutes), chosen.text)
    elif not chosen and _full(world, job.item):
        _fail(world, job, AT_LIMIT, _AT_LIMIT)
    else:
        _succeed(world, job, chosen)
        if not chosen:
            world.at(job.started + _EXAMINED, partial(_examine, world, job))
    if job.failure and job.failure.code == AT_LIMIT:
        world.at(job.ends, partial(_expect_cleanup, world, job.item))


def _examine(world: World, job: Job, at: datetime) -> None:
    """What is wrong with the VM when its snapshot is due makes the job fail."""
    found = obstacle(world, job.item, at)
    if found and job.running(at) and not job.cancelled and not job.failure:
        _fail(world, job, found.code, timedelta(minutes=found.minutes))


def _full(world: World, item: Item) -> bool:
    """Whether the limit ends a backup: it does not come that far where something is wrong with the VM."""
    count = sum(len(collection.points) for collection in world.collections_of(item.machine))
    return count >= world.spec.limit and not obstacle(world, item, world.now)


def _chosen(world: World) -> BackupSpec | None:
    number = world.started_backups - 1
    return world.spec.backups[number] if number < len(world.spec.backups) else None


def _fail(world: World, job: Job, code: str, span: timedelta, text: str | None = None) -> None:
    job.final, job.ends, job.failure = "Failed", job.started + span, failure(code, world.spec.numbers, text)


def _succeed(world: World, job: Job, chosen: BackupSpec | None) -> None:
    minutes = chosen.completes_after_minutes if chosen else None
    job.ends = job.started + (WHOLE if minutes is None else timedelta(minutes=minutes))
    job.final = chosen.ends_as if chosen else "Completed"
    _leave_points(world, job)


def _leave_points(world: World, job: Job) -> None:
    world.at(min(job.started + SNAPSHOT, job.ends), partial(_take_snapshot, world, job))
    world.at(job.ends, partial(_harden, job))


def _take_snapshot(world: World, job: Job, at: datetime) -> None:
    if job.cancelled or not job.final.startswith("Completed"):
        return
    moment = at.replace(microsecond=0)
    item = job.item
    if item.machine.power == "running":
        item.machine.take_backup_extension()
    _home(world, item).points.append(Point(moment, moment + _COMPUTE_LAG))
    item.recovery_points.insert(0, RecoveryPoint(str(int(moment.timestamp() * 1_000_000)), moment))


def _home(world: World, item: Item) -> Collection:
    """The collection of the item; a deleted one is made again."""
    found = world.collection(item.collection_id)
    if found:
        return found
    made = Collection(item.collection_id, item.collection_id.split("/")[4], item.machine)
    world.collections.append(made)
    return made


def _harden(job: Job, _at: datetime) -> None:
    for point in job.item.recovery_points:
        if job.final.startswith("Completed") and point.moment >= job.started:
            point.hardened = True


def _expect_cleanup(world: World, item: Item, _at: datetime) -> None:
    """A job that failed at the limit makes the service clean up hours later, if no lock stands in its way."""
    hours = world.spec.service.cleanup
    if hours != "never" and not world.locks_on(item.collection_id, below=True):
        world.after(timedelta(hours=hours), partial(_clean_up, world, item))


def _clean_up(world: World, item: Item, at: datetime) -> None:
    """Points beyond their retention go; the latest one stays until a newer backup succeeds."""
    collection = world.collection(item.collection_id)
    if not collection or world.locks_on(collection.id, below=True):
        return
    oldest = at - timedelta(days=world.spec.policy.retention_days)
    kept = [point for point in collection.points if point.moment >= oldest] or collection.points[-1:]
    forget_snapshots(item, [point for point in collection.points if point not in kept])
    collection.points = kept


def forget_snapshots(item: Item, gone: list[Point]) -> None:
    """Take restore points out of the snapshot tier; a recovery point that was nowhere else is lost."""
    moments = {point.moment for point in gone}
    for point in item.recovery_points:
        point.instant = point.instant and point.moment not in moments
    item.recovery_points = [point for point in item.recovery_points if point.instant or point.hardened]
