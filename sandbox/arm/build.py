"""From the specification of a scenario to the world in which it plays."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.arm.backups import begin_running
from sandbox.arm.failures import failure
from sandbox.arm.spec import LockSpec, NeighbourSpec, WorldSpec, parse
from sandbox.arm.world import Collection, Item, Job, Lock, Machine, Point, RecoveryPoint, World

_COMPUTE_LAG = timedelta(seconds=2.4)  # The point exists in compute a little after the moment that names it.
_SNAPSHOT_ONLY = 3
_NEIGHBOUR_POINTS = 3
_SQL_CODE = "UserErrorParentFullBackupMissingLog"


def build_world(spec: Mapping[str, Any], now: datetime) -> World:
    """The world of a scenario at the moment of its alert.

    Raises:
        msgspec.ValidationError: names the key of ``spec`` that does not fit.
    """
    parsed = parse(spec)
    subject = _item(parsed, parsed.vm.name, parsed.vm.group)
    world = World(spec=parsed, now=now, subject=subject, groups=_groups(parsed))
    subject.machine.tags.update(parsed.tags)
    _protect(world, subject, parsed.points.count, _vaulted(parsed))
    for neighbour in _neighbours(parsed):
        _protect(world, _item(parsed, neighbour.name, neighbour.group or parsed.vm.group), _NEIGHBOUR_POINTS, 0)
    world.locks.extend(_lock(world, lock) for lock in parsed.locks)
    _history(world)
    return world


def restore_point_group(spec: WorldSpec) -> str:
    """The group of the collections: named by the policy, else by the service; in the old layout that of the VM.

    Source: Azure Backup, "Azure Backup restore point collection resource group name".
    """
    if spec.foreign_group:
        return spec.vm.group
    if spec.policy.prefix:
        return f"{spec.policy.prefix}1{spec.policy.suffix or ''}"
    return f"AzureBackupRG_{spec.location}_1"


def _groups(spec: WorldSpec) -> list[str]:
    names = [spec.vault.group, spec.vm.group, restore_point_group(spec)]
    names += [neighbour.group for neighbour in _neighbours(spec) if neighbour.group]
    return list({name.lower(): name for name in names}.values())


def _neighbours(spec: WorldSpec) -> list[NeighbourSpec]:
    return [NeighbourSpec(name=entry) if isinstance(entry, str) else entry for entry in spec.neighbours]


def _vaulted(spec: WorldSpec) -> int:
    """How many of the newest points are in the snapshot tier alone."""
    return {"vault": 0, "mixed": _SNAPSHOT_ONLY, "snapshot": spec.points.count}[spec.points.tier]


def _data_id(machine_id: str) -> str:
    """Fifteen digits that stay the same from run to run, as protectedItemDataId has them."""
    return str(10**14 + int(hashlib.sha256(machine_id.lower().encode()).hexdigest(), 16) % (9 * 10**14))


def _item(spec: WorldSpec, name: str, group: str) -> Item:
    root = f"/subscriptions/{spec.subscription}/resourceGroups"
    machine = Machine(f"{root}/{group}/providers/Microsoft.Compute/virtualMachines/{name}", name, group)
    data_id = _data_id(machine.id)
    home = f"{root}/{restore_point_group(spec)}/providers/Microsoft.Compute/restorePointCollections"
    return Item(machine, data_id, f"{home}/AzureBackup_{name}_{data_id}")


def _protect(world: World, item: Item, count: int, snapshot_only: int) -> None:
    newest = world.now - timedelta(hours=world.spec.points.newest_hours_ago)
    moments = [(newest - timedelta(days=age, seconds=7 * age)).replace(microsecond=0) for age in range(count)]
    points = [Point(moment, moment + _COMPUTE_LAG) for moment in reversed(moments)]
    world.items.append(item)
    world.collections.append(Collection(item.collection_id, restore_point_group(world.spec), item.machine, points))
    item.recovery_points = [
        RecoveryPoint(_recovery_name(item, moment), moment, hardened=age >= snapshot_only)
        for age, moment in enumerate(moments)
    ]


def _recovery_name(item: Item, moment: datetime) -> str:
    return _data_id(f"{item.data_id}/{moment.isoformat()}")


def _lock(world: World, spec: LockSpec) -> Lock:
    named = {
        "group": f"{world.subscription_id}/resourceGroups/{restore_point_group(world.spec)}",
        "vm-group": f"{world.subscription_id}/resourceGroups/{world.spec.vm.group}",
        "collection": world.subject.collection_id,
        "subscription": world.subscription_id,
        "vault": world.vault_id,
    }
    owners = [{"applicationId": owner} for owner in spec.owners]
    return Lock(named.get(spec.at, spec.at).rstrip("/"), spec.name, spec.level, spec.notes, owners)


def _history(world: World) -> None:
    """The job of the alert, last night's jobs of the neighbours, and a job that runs already."""
    world.failed_job = _failed_job(world)
    world.jobs.append(world.failed_job)
    for item in world.items:
        if item is not world.subject:
            started = world.now - timedelta(hours=3)
            world.jobs.append(Job(item, started, started + timedelta(minutes=71), "Completed"))
    if world.spec.running_job:
        begin_running(world, world.spec.running_job)


def _failed_job(world: World) -> Job:
    spec = world.spec
    started = world.now - timedelta(hours=spec.failed_job.hours_ago)
    sql = spec.sql_item
    code = _SQL_CODE if sql and spec.failed_job.code == type(spec.failed_job)().code else spec.failed_job.code
    ends = min(world.now, started + timedelta(minutes=12))
    return Job(
        world.subject,
        started,
        ends,
        "Failed",
        failure(code, spec.numbers),
        workload="SQLDataBase;MSSQLSERVER;orders" if sql else None,
    )
